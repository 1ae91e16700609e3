"""One command on its way into the log, and the log's answer to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from shared.eventstore.errors import Unstorable

ACCEPTED, KNOWN, REUSED, CONFLICT, CLAIM_HELD = range(5)
MAX_EVENT_BYTES = 900_000
"""A larger event would not pass the broker's default limit of 1 MiB a record, headers included."""


class NewEvent(NamedTuple):
    """One event on its way into the log."""

    type: str
    schema_version: int
    event_id: UUID
    data: bytes


class NewClaim(NamedTuple):
    """One claim to take or to release together with the events."""

    scope: str
    key: str
    takes: bool


@dataclass(eq=False, slots=True)
class Append:
    """One command's events, to be appended if its stream is still at `expected`."""

    principal: str
    id: UUID
    fingerprint: bytes | None
    stream: UUID
    expected: int
    actor: str
    causation_id: UUID | None
    correlation_id: UUID | None
    events: Sequence[NewEvent]
    claims: Sequence[NewClaim] = ()
    deadline: float = 0.0
    size: int = 0
    unheard: int = 0
    """Calls that carried it and of whose end nothing was heard: each may have been executed."""
    answer: asyncio.Future[Answer] = field(init=False)


class Answer(NamedTuple):
    """The log's answer: outcome, then version and position; for a held claim the claim's place from 1 instead of the version."""

    outcome: int
    version: int
    position: int


def must_be_storable(append: Append) -> None:
    """Unstorable for an event that the broker would never take."""
    if any(len(event.data) > MAX_EVENT_BYTES for event in append.events):
        raise Unstorable(f"an event is larger than {MAX_EVENT_BYTES} bytes")
