"""How far a generation of a service's topic is, and how it is filled."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg


class CursorMoved(Exception):
    """The cursor row is behind where this relay left it: another relay or a restored database; look at everything anew."""


class Stopped(Exception):
    """The generation was stopped, here or by another relay."""


@dataclass
class GenerationStatus:
    """How far a generation of the topic is."""

    generation: int
    topic: str
    pos: int = 0
    tail: int = 0
    """The log's last position; the lag is `tail - pos`."""
    filled: bool = False
    stopped: str | None = None
    """Why it was stopped for good: a new generation is needed."""
    error: str | None = "not reached yet"
    """Why nothing is sent at the moment; it is tried again."""
    mended: int = 0
    """How often the topic had lost its tail and was made whole."""


@dataclass(frozen=True)
class RelaySettings:
    """How a relay sends."""

    window: int = 1_000
    """Facts read and sent at a time."""
    idle_in_transaction: float = 30.0
    """Seconds after which PostgreSQL takes the cursor row's lock from a relay that stands still."""
    replication: int | None = None
    """Replicas of a new topic; None means 3 on three brokers or more, else 1."""


def must_run(row: asyncpg.Record | None) -> asyncpg.Record:
    """The generation's cursor row; Stopped, with the reason, where it is not to be filled any more."""
    if row is None:
        raise Stopped("its cursor row is gone: the database was restored; a new generation is needed")
    if row["stopped"]:
        raise Stopped(row["stopped"])
    return row
