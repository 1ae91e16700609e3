"""Each entry reaches the read model once, whoever delivers it how often, and whatever breaks in between."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from shared.envelope import Cursor, Entry
from shared.eventstore.signals import Signals
from shared.failpoints import FailpointHit, set_failpoints
from shared.projections import apply, cursors
from shared.projections.faults import is_passing
from shared.projections.projection import OWN, Reading
from shared.projector import Projector
from shared.sources.memory import MemorySource
from shared.testing import History
from tests.projector.rooms import ROOMS, VISITS, RoomClosed, RoomNamed, RoomOpened, a_story, room, visits
from tests.projector.running import dumped, eventually_at, projector, running

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool


async def folded(pool: Pool, entries: Sequence[Entry]) -> bytes:
    """What a fold gives, computed without any of the kit's machinery."""
    rooms: dict[str, dict[str, object]] = {}
    tally: dict[str, int] = {}
    reading = Reading(ROOMS)
    for entry in entries:
        if not reading.folds(OWN, entry):
            continue
        message = reading._types[OWN].decode(entry.type, entry.schema_version, entry.data)
        row = rooms.setdefault(str(entry.stream), {"room": str(entry.stream), "title": None, "seats": None, "open": True, "changes": 0})
        row["changes"] = int(str(row["changes"])) + 1
        match message:
            case RoomOpened(title=title, seats=seats):
                row |= {"title": title, "seats": seats}
            case RoomNamed(title=title):
                row["title"] = title
            case RoomClosed():
                row["open"] = False
            case _:
                raise AssertionError(message)
        tally[type(message).__name__] = tally.get(type(message).__name__, 0) + 1
    lines = [("rooms_v1", row) for _, row in sorted(rooms.items())]
    lines += [("rooms_v1_tally", {"n": n, "what": what}) for what, n in sorted(tally.items())]
    # PostgreSQL brings each row's names into its own order.
    texts = [(table, await pool.fetchval("select $1::jsonb::text", json.dumps(row))) for table, row in lines]
    return "".join(f"{table} {text}\n" for table, text in texts).encode()


async def test_a_story_is_folded_and_types_that_nobody_declared_only_move_the_cursor(pool: Pool, signals: Signals) -> None:
    entries = a_story().entries
    rooms = projector(pool, signals, entries, batch=7)
    async with running(rooms):
        await eventually_at(rooms, len(entries))
    assert await dumped(pool) == await folded(pool, entries)
    assert await cursors.load(pool, "rooms_v1", OWN) == Cursor().after(entries[-1])
    status = await rooms.status()
    assert status["sources"][OWN] | {"tail": 0} == {"pos": len(entries), "tail": 0, "lag": 0, "parked": 0, "stopped": None, "waiting": None}
    assert status["ready"]


async def test_known_entries_are_dropped(pool: Pool, signals: Signals) -> None:
    entries = a_story().entries
    rooms = projector(pool, signals, entries)
    await rooms.start()
    async with pool.acquire() as connection:
        for begin, end in [(0, 10), (0, 10), (5, 12), (3, 9), (0, len(entries)), (0, len(entries))]:
            await rooms.apply(connection, OWN, entries[begin:end])
    assert await dumped(pool) == await folded(pool, entries)


async def test_entries_behind_a_gap_are_not_applied(pool: Pool, signals: Signals) -> None:
    entries = a_story().entries
    rooms = projector(pool, signals, entries)
    await rooms.start()
    async with pool.acquire() as connection:
        await rooms.apply(connection, OWN, entries[:4])
        stayed = await rooms.apply(connection, OWN, entries[5:])
    assert stayed.pos == 4
    assert await dumped(pool) == await folded(pool, entries[:4])


async def test_two_projectors_of_one_projection_apply_each_event_once(pool: Pool, signals: Signals) -> None:
    entries = a_story(rooms=20, rounds=20).entries
    both = [projector(pool, signals, entries, batch=3), projector(pool, signals, entries, batch=5)]
    async with running(*both):
        await eventually_at(both[0], len(entries))
    assert await dumped(pool) == await folded(pool, entries)


async def test_without_the_cursors_lock_two_projectors_double(pool: Pool, signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above: the cursor is read and compared, but not locked."""
    meet = asyncio.Barrier(2)

    async def unlocked(connection: Connection, projection: str, source: str) -> Cursor:
        cursor = await cursors.load(connection, projection, source)
        await asyncio.wait_for(meet.wait(), 60)
        return cursor

    monkeypatch.setattr(apply, "lock_cursor", unlocked)
    entries = a_story(rooms=1, rounds=0).entries
    rooms = projector(pool, signals, entries)
    await rooms.start()

    async def deliver() -> None:
        async with pool.acquire() as connection:
            await rooms.apply(connection, OWN, entries)

    await asyncio.gather(deliver(), deliver())
    assert await dumped(pool) != await folded(pool, entries)


@pytest.mark.parametrize("place", ["before_apply", "before_commit", "after_commit"])
async def test_a_crash_at_a_failpoint_neither_loses_nor_doubles(pool: Pool, signals: Signals, place: str) -> None:
    entries = a_story().entries
    for hit in range(1, 6):
        set_failpoints(f"projector.{place}:raise@{hit}")
        rooms = projector(pool, signals, entries, batch=2)
        with pytest.raises(ExceptionGroup) as crash:
            await asyncio.wait_for(rooms.run(), 60)
        assert isinstance(crash.value.exceptions[0], FailpointHit)
        done = (await cursors.load(pool, "rooms_v1", OWN)).pos
        assert await dumped(pool) == await folded(pool, entries[:done])
    set_failpoints("")
    async with running(projector(pool, signals, entries)):
        await eventually_at(projector(pool, signals, entries), len(entries))
    assert await dumped(pool) == await folded(pool, entries)


async def test_a_cancelled_projector_leaves_no_transaction_open(pool: Pool, signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursors, "IDLE_SECONDS", 120)  # PostgreSQL ends none that is left.
    entries = a_story(rooms=20, rounds=20).entries
    idle = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"
    for _ in range(8):
        task = asyncio.create_task(projector(pool, signals, entries, batch=2).run())
        await asyncio.sleep(0.02)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        async with asyncio.timeout(30):
            while await pool.fetchval(idle):  # A session that was cut off ends a moment later.
                await asyncio.sleep(0.01)
    async with running(projector(pool, signals, entries)):
        await eventually_at(projector(pool, signals, entries), len(entries))
    assert await dumped(pool) == await folded(pool, entries)


async def test_a_zombies_lock_is_freed_and_its_write_is_lost(pool: Pool, signals: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursors, "IDLE_SECONDS", 1)
    entries = a_story().entries
    rooms = projector(pool, signals, entries)
    await rooms.start()
    locked = asyncio.Event()
    awake = asyncio.Event()
    original = apply.lock_cursor

    async def falls_asleep(connection: Connection, projection: str, source: str) -> Cursor:
        cursor = await original(connection, projection, source)
        if not locked.is_set():
            locked.set()
            await awake.wait()
        return cursor

    monkeypatch.setattr(apply, "lock_cursor", falls_asleep)

    async def zombie() -> None:
        async with pool.acquire() as connection:
            await rooms.apply(connection, OWN, entries)

    asleep = asyncio.create_task(zombie())
    await locked.wait()
    async with running(rooms):
        await eventually_at(rooms, len(entries))
    awake.set()
    with pytest.raises(Exception, match="connection") as lost:
        await asleep
    assert is_passing(lost.value)
    assert await dumped(pool) == await folded(pool, entries)


async def test_two_sources_write_their_own_columns(pool: Pool, signals: Signals) -> None:
    own, other = MemorySource(a_story().entries), MemorySource(visits().entries)
    both = Projector(VISITS, {OWN: lambda: own, "visits": lambda: other}, pool, signals, batch=2)
    async with running(both):
        await both.start()
        assert await both.reached(OWN, await own.tail(), 60)
        assert await both.reached("visits", await other.tail(), 60)
    rows = await pool.fetch("select title, visits from read.visits_v1 order by title")
    assert [tuple(row) for row in rows] == [(f"Raum {n}, 3", 3) for n in range(5)]


async def test_who_waits_for_a_position_is_woken_by_the_projector(pool: Pool, signals: Signals) -> None:
    story = History().add(room(1), RoomOpened(title="Saal", seats=3))
    source = MemorySource()
    rooms = Projector(ROOMS, {OWN: lambda: source}, pool, signals)
    await rooms.start()
    async with running(rooms):
        assert not await rooms.reached(OWN, 1, 0.05)
        source.add(*story.entries)
        assert await rooms.reached(OWN, 1, 60)
    assert await pool.fetchval("select title from read.rooms_v1") == "Saal"
