"""What is recorded of a run: each attempt of each client, each look of each reader, and the log as it was in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Answer = Literal["accepted", "refused", "busy", "unknown"]
"""`refused` is every definite no (409, 412, 422); `busy` and `unknown` are 503, to be sent again with the same id."""


@dataclass(frozen=True)
class Attempt:
    """One sending of a command, and what came back; `ended` None where nothing ever did."""

    command: str
    stream: str
    invoked: float
    ended: float | None
    answer: Answer = "unknown"
    version: int = 0
    position: int = 0
    parts: int = 1


@dataclass(frozen=True)
class Read:
    """A look at a stream's version."""

    stream: str
    invoked: float
    ended: float
    version: int


@dataclass(frozen=True)
class Row:
    """One event of the log; it carries the command that it came from, and which part of it it is."""

    position: int
    stream: str
    version: int
    event: str
    command: str
    part: int = 1
    parts: int = 1


@dataclass
class History:
    """All that a run left behind; `tails` are the positions and event ids that each tailing reader met, in its order."""

    attempts: list[Attempt] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    tails: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    log: list[Row] = field(default_factory=list)
