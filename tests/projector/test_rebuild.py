"""A rebuild beside live reads and writes: readers see the old tables or the new, and nothing is lost, doubled or left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared.envelope import Cursor, Entry, Received
from shared.eventstore.signals import Signals
from shared.failpoints import FailpointHit, set_failpoints
from shared.projections import cursors
from shared.projections.parking import TooManyParked
from shared.projections.projection import OWN, Statement
from shared.projections.rebuild import ShapeChanged
from shared.projections.scratch import RebuildRunning
from shared.projector import Projector
from shared.sources.memory import MemorySource
from shared.sources.source import SourceDiverged
from shared.testing import History
from tests.projector.rooms import ROOMS, VISITS, RoomOpened, a_story, project, room, visits
from tests.projector.running import dumped, eventually, eventually_at, projector, running

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


async def leftovers(pool: Pool) -> int:
    schemas: int = await pool.fetchval("select count(*) from pg_namespace where nspname like 'scratch%'")
    rows: int = await pool.fetchval("select count(*) from read.scratch")
    assert rows == schemas
    return schemas


async def test_a_rebuild_repairs_what_a_bug_has_written(pool: Pool, signals: Signals) -> None:
    def wrong(received: Received[Any]) -> Iterable[Statement]:
        return list(project(received))[:1]

    story = a_story()
    async with running(buggy := projector(pool, signals, story.entries, projection=replace(ROOMS, project=wrong))):
        await eventually_at(buggy, len(story.entries))
    assert await pool.fetchval("select count(*) from read.rooms_v1_tally") == 0
    told: list[tuple[int, int]] = []
    rooms = projector(pool, signals, story.entries)
    at = await rooms.rebuild(lambda done, total: told.append((done, total)))
    assert at == {OWN: Cursor().after(story.entries[-1])}
    assert await pool.fetchval("select sum(n) from read.rooms_v1_tally") == 28
    assert told[-1] == (len(story.entries), len(story.entries))
    assert await leftovers(pool) == 0
    indexes = await pool.fetch("select indexname from pg_indexes where schemaname = 'read' and tablename = 'rooms_v1'")
    assert {row["indexname"] for row in indexes} == {"rooms_v1_pkey", "rooms_v1_title_idx"}


async def test_writes_and_reads_go_on_during_a_rebuild(pool: Pool, signals: Signals) -> None:
    story = a_story(rooms=10, rounds=30).entries
    source = MemorySource(story[:300])
    rooms = Projector(ROOMS, {OWN: lambda: source}, pool, signals, batch=20)
    halves: list[Any] = []
    over = asyncio.Event()

    async def reader() -> None:
        while not over.is_set():
            async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
                await connection.execute("lock table read.rooms_v1, read.rooms_v1_tally in access share mode")
                query = """select (select sum(changes) from read.rooms_v1), (select sum(n) from read.rooms_v1_tally),
                    (select pos from read.cursor)"""
                row = await connection.fetchrow(query)
                assert row is not None
                if row[0] != row[1] or row[2] < 300:
                    halves.append(tuple(row))
            # A reader without a transaction sees the old rows or the new ones, never an empty table.
            if await pool.fetchval("select count(*) from read.rooms_v1") != 10:
                halves.append("empty")

    rebuilt = 0

    async def writer() -> None:
        for pos in range(300, len(story)):
            source.add(story[pos])
            await asyncio.sleep(0.002)
            while pos == len(story) - 5 and rebuilt < 3:
                await asyncio.sleep(0.002)  # The last facts come when it was rebuilt some times, however long that takes.

    async with running(rooms):
        await eventually_at(rooms, 300)
        reading = asyncio.create_task(reader())
        writing = asyncio.create_task(writer())
        while not writing.done():
            await rooms.rebuild()
            rebuilt += 1
        await writing
        await eventually_at(rooms, len(story))
        over.set()
        await reading
    assert rebuilt >= 3
    assert halves == []
    assert (await rooms.verify()).difference is None


@pytest.mark.parametrize("place", ["rebuild.after_fill", "rebuild.before_switch", "rebuild.before_commit", "rebuild.after_commit"])
async def test_a_crash_during_a_rebuild_leaves_the_read_model_whole(pool: Pool, signals: Signals, place: str) -> None:
    story = a_story()
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
    before = await dumped(pool)
    set_failpoints(f"{place}:raise")
    with pytest.raises(FailpointHit):
        await rooms.rebuild()
    set_failpoints("")
    assert await dumped(pool) == before
    await rooms.rebuild()
    assert await dumped(pool) == before
    assert await leftovers(pool) == 0


async def test_what_a_killed_rebuild_leaves_is_found_and_dropped(pool: Pool, signals: Signals) -> None:
    story = a_story()
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
    holding = asyncio.Event()

    class Stuck(MemorySource):
        async def read(self, after: Cursor, limit: int) -> Sequence[Entry]:
            holding.set()
            await asyncio.Event().wait()
            return await super().read(after, limit)

    stuck = Projector(ROOMS, {OWN: lambda: Stuck(story.entries)}, pool, signals)
    rebuild = asyncio.create_task(stuck.rebuild())
    await holding.wait()
    with pytest.raises(RebuildRunning):
        await rooms.rebuild()
    pid = await pool.fetchval("select session_pid from read.scratch where purpose = 'rebuild'")
    await pool.execute("select pg_terminate_backend($1)", pid)
    # Its session ends while the schema is there: a process that was killed cannot drop anything.
    rebuild.cancel()
    await asyncio.gather(rebuild, return_exceptions=True)
    assert await leftovers(pool) == 1
    await rooms.rebuild()
    assert await leftovers(pool) == 0
    assert (await rooms.verify()).difference is None


async def test_a_new_generation_is_rebuilt_onto_by_itself(pool: Pool, signals: Signals) -> None:
    story = a_story()
    sources = [MemorySource(story.entries)]

    class Superseded(MemorySource):
        """A reader that opened the old generation hears of the new one."""

        async def read(self, after: Cursor, limit: int) -> Sequence[Entry]:
            return await sources[-1].read(after, limit)

        async def wait(self, after: Cursor, timeout: float) -> None:
            await asyncio.sleep(0.01)

    live = Superseded()
    rooms = Projector(ROOMS, {OWN: lambda: live}, pool, signals, batch=5)
    async with running(rooms):
        await eventually_at(rooms, len(story.entries))
        changed = History().add(room(77), RoomOpened(title="anders erzählt", seats=7))
        for entry in story.entries:
            changed.add_stored(entry.stream, entry.type, entry.schema_version, entry.data)
        sources.append(MemorySource(changed.entries, generation=2))
        await eventually_at(rooms, len(changed.entries))
    at = await cursors.load(pool, "rooms_v1", OWN)
    assert (at.generation, at.pos) == (2, len(changed.entries))
    assert await pool.fetchval("select title from read.rooms_v1 where room = $1", room(77)) == "anders erzählt"
    assert (await rooms.verify()).difference is None


async def test_a_source_with_another_past_stops_the_projector_until_a_rebuild(pool: Pool, signals: Signals) -> None:
    story = a_story()
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
    restored = MemorySource(story.entries[:10])
    rooms = Projector(ROOMS, {OWN: lambda: restored}, pool, signals)
    before = await dumped(pool)
    async with running(rooms):
        await eventually(lambda: bool(rooms._follower.stopped))
        status = await rooms.status()
        assert "restored" in status["sources"][OWN]["stopped"]
        assert not status["ready"]
        assert await dumped(pool) == before
        restored.add(*[entry._replace(event_id=room(entry.pos)) for entry in story.entries[10:20]])
        await rooms.rebuild()
        await eventually(lambda: not rooms._follower.stopped)
        restored.add(story.entries[20]._replace(event_id=room(21)))
        await eventually_at(rooms, 21)
    assert (await cursors.load(pool, "rooms_v1", OWN)).event_id == room(21)
    assert (await rooms.verify()).difference is None
    assert await pool.fetchval("select stopped from read.cursor") is None


@pytest.mark.parametrize("error", [TooManyParked("a wrong program"), SourceDiverged("a restored log")])
async def test_a_rebuild_that_cannot_heal_stops_the_projector_and_is_not_begun_again_at_once(
    pool: Pool, signals: Signals, error: Exception
) -> None:
    """A full replay every second, for ever and seen by nobody, would be the alternative."""
    story = a_story()
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
    begun: list[int] = []

    async def fails(progress: object = None) -> dict[str, Cursor]:
        begun.append(1)
        raise error

    rooms = projector(pool, signals, ())
    rooms.sources = {OWN: lambda: MemorySource(story.entries, generation=2)}
    rooms.rebuild = fails  # type: ignore[method-assign]  # What a rebuild may raise, without the hours that it may take.
    async with running(rooms):
        await eventually(lambda: bool(rooms._follower.stopped))
        await asyncio.sleep(2.5)
        assert await pool.fetchval("select stopped from read.cursor") == str(error)
    assert len(begun) == 1


async def test_a_rebuild_takes_along_what_was_parked_over_the_years(pool: Pool, signals: Signals) -> None:
    story = History().add(room(1), RoomOpened(title="Saal", seats=1))
    rooms = Projector(ROOMS, {OWN: lambda: MemorySource(story.entries)}, pool, signals)
    await rooms.start()
    for number in range(100, 130):
        story.add(room(number), RoomOpened(title="boom", seats=1))
    await rooms.rebuild()
    assert len(await rooms.parked()) == 30
    assert (await cursors.load(pool, "rooms_v1", OWN)).pos == 31


async def test_a_new_process_clears_what_stopped_the_one_before_it(pool: Pool, signals: Signals) -> None:
    story = a_story()
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
    await cursors.note_stop(pool, "rooms_v1", OWN, "the log was restored")
    async with running(projector(pool, signals, story.entries)), asyncio.timeout(60):
        while await pool.fetchval("select stopped from read.cursor"):
            await asyncio.sleep(0.05)


async def test_a_projection_of_several_sources_is_rebuilt_and_verified(pool: Pool, signals: Signals) -> None:
    own, other = MemorySource(a_story().entries), MemorySource(visits().entries)
    both = Projector(VISITS, {OWN: lambda: own, "visits": lambda: other}, pool, signals, batch=2)
    async with running(both):
        await eventually_at(both, await own.tail())
        await eventually_at(both, await other.tail(), "visits")
        before = await pool.fetch("select * from read.visits_v1 order by room")
        await pool.execute("update read.visits_v1 set visits = visits + 1")
        assert (await both.verify()).difference is not None
        await both.rebuild()
        assert await pool.fetch("select * from read.visits_v1 order by room") == before
        assert (await both.verify()).difference is None


async def test_a_changed_shape_under_the_same_name_is_refused(pool: Pool, signals: Signals) -> None:
    await projector(pool, signals, []).start()
    await projector(pool, signals, []).start()
    wider = replace(ROOMS, tables=ROOMS.tables.replace("changes int", "changes bigint"))
    fewer = replace(ROOMS, folds={OWN: ROOMS.folds[OWN][:2]})
    for changed in (wider, fewer):
        with pytest.raises(ShapeChanged, match="rooms_v2"):
            await projector(pool, signals, [], projection=changed).start()
    # Whitespace is no shape.
    await projector(pool, signals, [], projection=replace(ROOMS, tables=ROOMS.tables.replace("\n", "\n\n"))).start()


async def test_processes_that_start_at_the_same_moment_make_the_tables_once(pool: Pool, signals: Signals) -> None:
    await asyncio.gather(*(projector(pool, signals, []).start() for _ in range(8)))
    assert await pool.fetchval("select count(*) from read.cursor") == 1


async def test_a_table_without_a_primary_key_or_with_a_foreign_name_is_refused(pool: Pool, signals: Signals) -> None:
    with pytest.raises(Exception, match="primary key"):
        await projector(pool, signals, [], projection=replace(ROOMS, tables="create table rooms_v1 (n int)", indexes="")).start()
    with pytest.raises(ValueError, match="must be called"):
        await projector(pool, signals, [], projection=replace(ROOMS, tables="create table doors (n int primary key)", indexes="")).start()
