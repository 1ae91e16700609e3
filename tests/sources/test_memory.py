"""The memory source keeps the contract."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.envelope import Cursor, Entry
from shared.sources.memory import MemorySource
from shared.sources.source import SourceDiverged
from tests.sources.contract import SourceContract, World, at
from tests.sources.facts import facts


class MemoryWorld:
    """Entries kept aside, so that any number of sources can be made of them."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._sources: list[MemorySource] = []

    async def source(self, generation: int = 1) -> MemorySource:
        """A new source of all that was added."""
        self._sources.append(MemorySource(self._entries, generation=generation))
        return self._sources[-1]

    async def add(self, entries: Sequence[Entry]) -> None:
        """Append to all sources."""
        self._entries += entries
        for source in self._sources:
            source.add(*entries)


class TestMemorySource(SourceContract):
    def yielded(self, entries: Sequence[Entry]) -> list[Entry]:
        return list(entries)

    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld()

    @pytest.fixture
    def other_world(self) -> World:
        return MemoryWorld()


async def test_nothing_at_the_cursor_is_noticed() -> None:
    whole = facts(5)
    source = MemorySource([whole[0], whole[4]])
    with pytest.raises(SourceDiverged, match="nothing at position 3"):
        await source.read(at(whole[2]), 10)


async def test_what_was_added_twice_comes_once() -> None:
    source = MemorySource(facts(3))
    source.add(*facts(5))
    assert [entry.pos for entry in await source.read(Cursor(), 10)] == [1, 2, 3, 4, 5]


def test_entries_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="position order"):
        MemorySource(reversed(facts(2)))
