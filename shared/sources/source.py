"""The protocol of every source, and what a reader may hear from one instead of events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.envelope import Cursor, Entry


class SourceDiverged(Exception):
    """The source does not have what this reader has read: the log was restored or lost events. Stop and say so."""


class NewGeneration(Exception):
    """A newer, filled generation is there: rebuild onto it."""

    def __init__(self, name: str, generation: int) -> None:
        super().__init__(f"{name} has a new generation: {generation}")
        self.generation = generation


class SourceUnavailable(Exception):
    """The source cannot answer now, for the reason given; wait and ask again."""


class Unpublishable(SourceUnavailable):
    """The next fact cannot be made into a contract: only another release of the program gets past it."""


class Source(Protocol):
    """The events of one service in its log's order. A source serves one reader; its cursor says where that reader is."""

    @property
    def name(self) -> str:
        """The publishing service, as in `meetings`."""
        ...

    async def read(self, after: Cursor, limit: int) -> Sequence[Entry]:
        """Up to `limit` entries behind the cursor, in order; empty means nothing yet. A cursor at position 0 is of any generation."""
        ...

    async def wait(self, after: Cursor, timeout: float) -> None:
        """Return when there may be more behind the cursor, or after `timeout` seconds."""
        ...

    async def tail(self) -> int:
        """The last position known here: the lag is the tail less the cursor's position."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def must_be_generation(name: str, cursor: Cursor, generation: int) -> None:
    """Raise where a cursor that has read something is of another generation than the source."""
    if not cursor.pos or cursor.generation == generation:
        return
    if cursor.generation < generation:
        raise NewGeneration(name, generation)
    raise SourceDiverged(f"{name}: the cursor is of generation {cursor.generation}, the source of generation {generation}")


def must_hold_cursor(name: str, cursor: Cursor, found: Entry | None) -> None:
    """Raise where the source's entry at the cursor's position is missing or another one."""
    if not cursor.pos:
        return
    if found is None:
        raise SourceDiverged(f"{name}: nothing at position {cursor.pos}, which was read before: the log was restored or lost its tail")
    if cursor.event_id is not None and found.event_id != cursor.event_id:
        raise SourceDiverged(f"{name}: another event at position {cursor.pos} than was read before: the log was restored")


async def read_again(source: Source, entry: Entry) -> Entry:
    """What the source makes today of the fact behind an unreadable record."""
    found = await source.read(Cursor(entry.generation, entry.pos - 1), 1)
    if not found or found[0].event_id != entry.event_id:
        raise SourceDiverged(f"{source.name}: another event at position {entry.pos} than was read before: the log was restored")
    return found[0]


def same_place(one: Cursor | None, other: Cursor) -> bool:
    """Whether two cursors are at the same place, whatever their hints."""
    return (
        one is not None and (one.pos, one.event_id) == (other.pos, other.event_id) and (not one.pos or one.generation == other.generation)
    )
