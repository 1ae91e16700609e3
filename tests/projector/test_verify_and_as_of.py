"""A read model is compared with a fold of its source, and asked how things stood."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import asyncpg
import pytest

from shared.envelope import Cursor, Entry
from shared.eventstore.signals import Signals
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.sources.memory import MemorySource
from tests.projector.rooms import ROOMS, a_story, room
from tests.projector.running import dumped, eventually_at, projector, running
from tests.support.postgres import Database

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

STORY = a_story().entries


async def filled(pool: Pool, signals: Signals) -> Projector:
    async with running(rooms := projector(pool, signals, STORY)):
        await eventually_at(rooms, len(STORY))
    return rooms


async def test_a_read_model_that_equals_its_fold_is_found_equal(pool: Pool, signals: Signals) -> None:
    found = await (await filled(pool, signals)).verify()
    assert (found.projection, found.rows, found.difference) == ("rooms_v1", 8, None)
    assert found.cursors[OWN].pos == len(STORY)


@pytest.mark.parametrize(
    "damage",
    [
        "update read.rooms_v1 set title = title || ' ' where room = $1",
        "delete from read.rooms_v1 where room = $1",
        "insert into read.rooms_v1 (room) select gen_random_uuid() where $1::uuid is not null",
        "update read.rooms_v1_tally set n = n + 1 where what = 'RoomNamed' and $1::uuid is not null",
    ],
)
async def test_any_damage_is_found_and_named(pool: Pool, signals: Signals, damage: str) -> None:
    rooms = await filled(pool, signals)
    await pool.execute(damage, room(3))
    difference = (await rooms.verify()).difference
    assert difference is not None
    assert difference.table in damage
    assert difference.expected != difference.found
    assert (difference.expected is None) == ("insert" in damage)
    assert (difference.found is None) == ("delete" in damage)
    await rooms.rebuild()
    assert (await rooms.verify()).difference is None


async def test_a_verification_beside_a_running_projection_finds_nothing(pool: Pool, signals: Signals) -> None:
    source = MemorySource(STORY[:5])
    rooms = Projector(ROOMS, {OWN: lambda: source}, pool, signals)

    async def write() -> None:
        for entry in STORY[5:]:
            source.add(entry)
            await asyncio.sleep(0.01)

    async with running(rooms):
        await eventually_at(rooms, 5)
        writing = asyncio.create_task(write())
        while not writing.done():
            assert (await rooms.verify()).difference is None
        await writing


async def test_as_of_every_position_is_what_stood_there_then(pool: Pool, signals: Signals) -> None:
    source = MemorySource()
    rooms = Projector(ROOMS, {OWN: lambda: source}, pool, signals)
    query = "select room, title, open, changes from rooms_v1 order by room"
    then: dict[int, list[asyncpg.Record]] = {}
    async with running(rooms):
        for entry in STORY:
            source.add(entry)
            await eventually_at(rooms, entry.pos)
            then[entry.pos] = await pool.fetch(query.replace("rooms_v1", "read.rooms_v1"))
    for pos in (1, 7, 20, 20, 33, len(STORY)):
        async with rooms.as_of({OWN: pos}) as past:
            assert await past.fetch(query) == then[pos]
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await past.execute("delete from rooms_v1")
    kept = await pool.fetchval("select count(*) from read.scratch")
    assert kept == 4
    assert await pool.fetchval("select count(*) from pg_namespace where nspname like 'scratch%'") == kept


async def test_the_same_question_twice_is_answered_from_what_is_kept(pool: Pool, signals: Signals) -> None:
    rooms = await filled(pool, signals)
    async with rooms.as_of({OWN: 9}) as first:
        schema = await first.fetchval("select current_schema()")
        async with rooms.as_of({OWN: 9}) as second:
            assert await second.fetchval("select current_schema()") == schema
    await asyncio.gather(*(_ask(rooms, pos) for pos in (3, 3, 3, 4, 4)))
    assert await pool.fetchval("select count(*) from read.scratch") == 3


async def _ask(rooms: Projector, pos: int) -> None:
    async with rooms.as_of({OWN: pos}) as past:
        assert await past.fetchval("select count(*) from rooms_v1") == min(pos, 5)


class AskingTheSamePool(MemorySource):
    """Reads through the pool whose connections the readers hold, as the own log is read; slowly enough for all to have begun."""

    def __init__(self, pool: Pool, query: str) -> None:
        super().__init__(STORY)
        self.pool, self.query, self.readings = pool, query, 0

    async def read(self, after: Cursor, limit: int) -> Sequence[Entry]:
        self.readings += 1
        await asyncio.sleep(0.3)
        await self.pool.execute(self.query)
        return await super().read(after, limit)


async def test_more_questions_than_connections_are_all_answered(pool: Pool, signals: Signals, database: Database) -> None:
    await filled(pool, signals)
    async with asyncpg.create_pool(database.dsn, min_size=3, max_size=3) as small:
        source = AskingTheSamePool(small, "select 1")
        rooms = Projector(ROOMS, {OWN: lambda: source}, small, signals)
        async with asyncio.timeout(60):
            await asyncio.gather(*(_ask(rooms, pos) for pos in (1, 2, 3, 4)))


async def test_what_took_long_to_fill_is_read_before_it_is_forgotten(pool: Pool, signals: Signals) -> None:
    rooms = await filled(pool, signals)
    for pos in (1, 2, 3, 4):
        await _ask(rooms, pos)
    slow = AskingTheSamePool(pool, "update read.scratch set used_at = clock_timestamp() where ready")
    async with asyncio.timeout(60):
        await _ask(Projector(ROOMS, {OWN: lambda: slow}, pool, signals), 5)
    assert slow.readings == 1


async def test_what_somebody_reads_is_not_dropped_and_a_rebuild_forgets_the_rest(pool: Pool, signals: Signals) -> None:
    rooms = await filled(pool, signals)
    async with rooms.as_of({OWN: 2}) as past:
        for pos in (3, 4, 5, 6, 7, 8):
            await _ask(rooms, pos)
        assert await past.fetchval("select count(*) from rooms_v1") == 2
        await rooms.rebuild()
        assert await past.fetchval("select count(*) from rooms_v1") == 2
    assert await pool.fetchval("select count(*) from read.scratch") == 1
    assert await dumped(pool)
