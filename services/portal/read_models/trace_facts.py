"""The words of the trace: a step of a thing, and an edge from what led to it; the ids of things that have none of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

ACKNOWLEDGEMENT, ANSWER, DEALING, HANDOVER, INFORMING, ISSUING, MEASURE, PLACING, PROPOSING, VERIFICATION = (
    "acknowledgement", "answer", "dealing", "handover", "informing", "issuing", "measure", "placing", "proposing", "verification",
)  # fmt: skip
"""What can be awaited."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something that happened to a thing."""

    node: UUID
    kind: str
    step: str
    title: str
    role: str
    """Who acted, as far as the kind of message tells: never a person."""
    day: date
    public: bool
    at: datetime | None = None
    detail: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    body: UUID | None = None
    body_name: str | None = None
    meeting: UUID | None = None
    within: UUID | None = None
    insiders: tuple[UUID, ...] = ()
    """Bodies whose own people see it though it is not public."""
    acting: tuple[UUID, ...] = ()
    """Bodies whose officers and organisers do."""
    awaits: str | None = None
    due_on: date | None = None
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """One thing led to another."""

    origin: UUID
    target: UUID
    how: str
    public: bool
    meeting: UUID | None = None
    insiders: tuple[UUID, ...] = ()
    acting: tuple[UUID, ...] = ()


def answer_of(recommendation: UUID, addressee: UUID) -> UUID:
    """The node of what an addressee answers."""
    return uuid5(recommendation, f"answer:{addressee}")


def informed_of(recommendation: UUID, committee: UUID) -> UUID:
    """The node of a committee's being informed."""
    return uuid5(recommendation, f"informed:{committee}")
