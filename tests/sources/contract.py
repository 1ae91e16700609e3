"""What every source promises to its reader; each implementation inherits these tests and says how to make one."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from uuid import uuid4

import pytest

from shared.envelope import Cursor, Entry
from shared.sources.source import NewGeneration, Source, SourceDiverged
from tests.sources.facts import PATIENCE, facts, read_to


class World(Protocol):
    """A place that a source reads from, where a test may put more."""

    async def source(self, generation: int = 1) -> Source:
        """A new reader's source."""
        ...

    async def add(self, entries: Sequence[Entry]) -> None:
        """Append facts."""
        ...


def seen(entries: Sequence[Entry]) -> list[Entry]:
    """Entries without where the broker keeps them."""
    return [entry._replace(offset=None) for entry in entries]


def at(entry: Entry) -> Cursor:
    """The cursor of a reader that has come to `entry`."""
    return Cursor().after(entry)


class SourceContract(ABC):
    """The suite."""

    @abstractmethod
    def yielded(self, entries: Sequence[Entry]) -> list[Entry]:
        """What this source makes of facts that are all published."""

    @pytest.fixture
    def world(self) -> World:
        """Overridden by each implementation."""
        raise NotImplementedError

    @pytest.fixture
    def other_world(self) -> World:
        """A second one, which knows nothing of the first."""
        raise NotImplementedError

    async def test_everything_comes_in_order_and_whole(self, world: World) -> None:
        await world.add(facts(7))
        source = await world.source()
        assert seen(await read_to(source, 7)) == self.yielded(facts(7))

    async def test_only_what_is_behind_the_cursor_comes(self, world: World) -> None:
        await world.add(facts(7))
        source = await world.source()
        first = await read_to(source, 7)
        assert seen(await read_to(source, 7, at(first[3]))) == self.yielded(facts(7))[4:]

    async def test_a_reader_may_go_back_and_read_again(self, world: World) -> None:
        await world.add(facts(5))
        source = await world.source()
        first = await read_to(source, 5)
        assert await read_to(source, 5, at(first[0])) == first[1:]
        assert await read_to(source, 5) == first

    async def test_no_more_come_than_asked_for(self, world: World) -> None:
        await world.add(facts(5))
        source = await world.source()
        all_of_them = await read_to(source, 5, limit=2)
        assert seen(all_of_them) == self.yielded(facts(5))
        assert len(await source.read(at(all_of_them[0]), 2)) <= 2

    async def test_nothing_yet_is_empty(self, world: World) -> None:
        source = await world.source()
        assert list(await source.read(Cursor(), 10)) == []
        await world.add(facts(1))
        (only,) = await read_to(source, 1)
        assert list(await source.read(at(only), 10)) == []

    async def test_each_record_names_the_one_before_it(self, world: World) -> None:
        await world.add(facts(6))
        entries = await read_to(await world.source(), 6, limit=4)
        assert [entry.prev for entry in entries] == [0] + [entry.pos for entry in entries[:-1]]

    async def test_waiting_ends_when_something_comes(self, world: World) -> None:
        await world.add(facts(2))
        source = await world.source()
        entries = await read_to(source, 2)
        waiting = asyncio.create_task(self._wait_for_news(source, at(entries[-1])))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await world.add(facts(1, after=2))
        async with asyncio.timeout(PATIENCE):
            assert seen(await waiting) == self.yielded(facts(1, after=2))

    async def _wait_for_news(self, source: Source, cursor: Cursor) -> Sequence[Entry]:
        while not (found := await source.read(cursor, 10)):
            await source.wait(cursor, PATIENCE)
        return found

    async def test_waiting_ends_at_once_when_something_is_there(self, world: World) -> None:
        await world.add(facts(2))
        source = await world.source()
        first = (await read_to(source, 2))[0]
        async with asyncio.timeout(PATIENCE):
            await source.wait(at(first), 10 * PATIENCE)

    async def test_waiting_ends_when_its_time_is_up(self, world: World) -> None:
        await world.add(facts(1))
        source = await world.source()
        (only,) = await read_to(source, 1)
        async with asyncio.timeout(PATIENCE):
            await source.wait(at(only), 0.05)

    async def test_the_tail_is_the_last_position(self, world: World) -> None:
        await world.add(facts(4))
        source = await world.source()
        await read_to(source, 4)
        assert await source.tail() == 4
        await world.add(facts(2, after=4))
        assert await source.tail() == 6

    async def test_the_tail_is_known_before_anything_is_read(self, world: World) -> None:
        await world.add(facts(4))
        assert await (await world.source()).tail() == 4

    async def test_a_new_reader_goes_on_from_a_cursor_without_a_hint(self, world: World) -> None:
        await world.add(facts(6))
        first = await read_to(await world.source(), 6)
        cursor = replace(at(first[2]), offset=None)
        assert seen(await read_to(await world.source(), 6, cursor)) == self.yielded(facts(6))[3:]

    async def test_another_event_at_the_cursor_is_noticed(self, world: World) -> None:
        await world.add(facts(5))
        last = (await read_to(await world.source(), 5))[-1]
        source = await world.source()
        with pytest.raises(SourceDiverged, match="another event"):
            await source.read(replace(at(last), event_id=uuid4()), 10)
        assert list(await source.read(at(last), 10)) == []

    async def test_another_history_is_noticed(self, world: World, other_world: World) -> None:
        await world.add(facts(5))
        await other_world.add(facts(8, seed="other"))
        third = (await read_to(await world.source(), 5))[2]
        with pytest.raises(SourceDiverged):
            await (await other_world.source()).read(at(third), 10)

    async def test_a_cursor_of_an_older_generation_is_sent_to_the_newer(self, world: World) -> None:
        await world.add(facts(3))
        last = (await read_to(await world.source(), 3))[-1]
        newer = await world.source(generation=2)
        with pytest.raises(NewGeneration) as told:
            await newer.read(at(last), 10)
        assert told.value.generation == 2

    async def test_entries_carry_their_generation(self, world: World) -> None:
        newer = await world.source(generation=2)
        await world.add(facts(2))
        entries = await read_to(newer, 2)
        assert {entry.generation for entry in entries} == {2}
        assert list(await newer.read(at(entries[-1]), 10)) == []
