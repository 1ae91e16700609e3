"""What travels: one recorded fact or published contract with its place in the order, as every source yields it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from shared.domain import Named

WATERMARK = "watermark"
"""The type of a record that only says how far the log has come: it has a position and no data."""

UNREADABLE = "unreadable "
"""What the type of a record begins with of whose fact its source could make no contract: readers park the fact's stream, and ask the
source again when that is retried. It says why, and nothing of the fact itself, which may not be meant for others."""

M = TypeVar("M", bound=Named)


class Entry(NamedTuple):
    """One record of a source, undecoded: `data` is JSON in UTF-8, sealed values still sealed.

    A tuple, because a row of the log becomes one as it is: everything that is read comes by here.
    """

    pos: int
    """The position in the publishing service's log, from 1."""
    prev: int
    """The position of the record before it in this source; 0 for the first. In a log always `pos - 1`."""
    event_id: UUID
    stream: UUID
    version: int
    """The fact's place in its stream, from 1."""
    type: str
    """A stored event's or contract's name, or `watermark`."""
    schema_version: int
    recorded_at: datetime
    actor: str
    """The office or the subject's reference that caused it; never a person's name."""
    causation_id: UUID | None
    correlation_id: UUID | None
    data: bytes
    generation: int = 1
    offset: int | None = None
    """Where the broker keeps it: a hint for coming back, never an identity."""


def is_unreadable(entry: Entry) -> bool:
    """Whether the record says only that its source could not read a fact."""
    return entry.type.startswith(UNREADABLE)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come in one source: everything up to `pos` is done."""

    generation: int = 1
    pos: int = 0
    event_id: UUID | None = None
    """The id found at `pos`, so that a restored log is noticed; None only at the start."""
    offset: int | None = None

    def after(self, entry: Entry) -> Cursor:
        """The cursor of a reader that has done `entry` too."""
        return Cursor(entry.generation, entry.pos, entry.event_id, entry.offset)


@dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """A decoded message with the entry it came in: what projections and reactions are handed."""

    message: M
    entry: Entry

    @property
    def stream(self) -> UUID:
        """The stream the message belongs to."""
        return self.entry.stream
