"""A source in memory, for tests of readers and for rebuilds that measure themselves."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from shared.envelope import Cursor, Entry
from shared.sources.source import must_be_generation, must_hold_cursor


class MemorySource:
    """The entries it was given, in position order; `add` appends and wakes readers."""

    def __init__(self, entries: Iterable[Entry] = (), *, name: str = "memory", generation: int = 1) -> None:
        self.name = name
        self.generation = generation
        self._entries: list[Entry] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self.add(*entries)

    def add(self, *entries: Entry) -> None:
        """Append entries behind the last one. One at a known position is a duplicate and changes nothing."""
        known = self._entries[-1].pos if self._entries else 0
        self._entries += [entry._replace(generation=self.generation) for entry in entries if entry.pos > known]
        if any(later.pos <= earlier.pos for earlier, later in pairwise(self._entries)):
            raise ValueError("entries come in position order")
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def read(self, after: Cursor, limit: int) -> Sequence[Entry]:
        """Up to `limit` entries behind the cursor, whose own entry must still be here."""
        must_be_generation(self.name, after, self.generation)
        index = bisect_right(self._entries, after.pos, key=_position)
        before = self._entries[index - 1] if index else None
        must_hold_cursor(self.name, after, before if before and before.pos == after.pos else None)
        return self._entries[index : index + limit]

    async def wait(self, after: Cursor, timeout: float) -> None:
        """Return when there is more than the cursor has read, or after `timeout` seconds."""
        if await self.tail() > after.pos:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout)
        finally:
            self._waiters.discard(waiter)

    async def tail(self) -> int:
        """The last entry's position."""
        return self._entries[-1].pos if self._entries else 0

    async def close(self) -> None:
        """Nothing to let go of."""


def _position(entry: Entry) -> int:
    return entry.pos
