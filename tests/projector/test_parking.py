"""A record that cannot be applied parks its stream; every other stream flows, and nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared.envelope import Received
from shared.eventstore.signals import Signals
from shared.projections import cursors
from shared.projections.projection import OWN, Projection, Statement
from shared.testing import History
from tests.projector.rooms import NAME, ROOMS, RoomClosed, RoomNamed, RoomOpened, a_story, project, room
from tests.projector.running import dumped, eventually, eventually_at, projector, running

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

SICK = room(99)


def without(story: History, stream: object) -> History:
    rest = History()
    for entry in story.entries:
        if entry.stream != stream:
            rest.add_stored(entry.stream, entry.type, entry.schema_version, entry.data)
    return rest


def poisoned(at: int, sickness: str) -> History:
    """A story of 30 facts with a poison at place `at`, and two later facts of the same stream."""
    healthy = a_story(rooms=3, rounds=4).entries[:27]
    story = History()
    for place in range(28):
        if place == at:
            match sickness:
                case "bad json":
                    story.add_stored(SICK, "rooms.RoomOpened", 1, b'{"title": "Saal"')
                case "bad field":
                    story.add_stored(SICK, "rooms.RoomOpened", 1, b'{"title": "Saal", "seats": "many"}')
                case "later version":
                    story.add_stored(SICK, "rooms.RoomOpened", 2, b'{"title": "Saal", "seats": 1}')
                case "handler":
                    story.add(SICK, RoomOpened(title="boom", seats=1))
                case "overflow":
                    story.add(SICK, RoomOpened(title="Saal", seats=100_000))
                case _:
                    story.add(SICK, RoomOpened(title="Sa\0al", seats=1))
        if place < 27:
            story.add_stored(healthy[place].stream, healthy[place].type, 1, healthy[place].data)
    return story.add(SICK, RoomNamed(title="danach"), RoomClosed())


@pytest.mark.parametrize("sickness", ["bad json", "bad field", "later version", "handler", "overflow", "nul"])
async def test_a_poison_at_any_place_parks_its_stream_alone(pool: Pool, signals: Signals, sickness: str) -> None:
    for at in (0, 1, 13, 26, 27):
        story = poisoned(at, sickness)
        rooms = projector(pool, signals, story.entries, batch=10)
        await rooms.start()
        async with running(rooms):
            await eventually_at(rooms, len(story.entries))
        healthy = await dumped(pool)
        (parked,) = await rooms.parked()
        assert (parked.stream, parked.records, parked.first_pos, parked.first_type) == (SICK, 3, at + 1, "rooms.RoomOpened")
        assert parked.error
        assert not any(value in parked.error for value in ("Saal", "many", "boom", "100000", "Sa\0al"))
        assert (await rooms.status())["sources"][OWN]["parked"] == 1
        await wipe(pool)
        rest = without(story, SICK)
        async with running(other := projector(pool, signals, rest.entries)):
            await eventually_at(other, len(rest.entries))
        assert await dumped(pool) == healthy
        await wipe(pool)


async def wipe(pool: Pool) -> None:
    await pool.execute("drop schema read cascade")


async def parked_with(pool: Pool, signals: Signals, story: History) -> None:
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
        assert [parked.stream for parked in await rooms.parked()] == [SICK]


async def test_an_unreadable_version_waits_for_the_upgrade_and_is_retried(pool: Pool, signals: Signals) -> None:
    story = poisoned(13, "handler")
    await parked_with(pool, signals, story)

    def mended(received: Received[Any]) -> Iterable[Statement]:
        match received.message:
            case RoomOpened(title="boom", seats=seats) as opened:
                return project(replace(received, message=RoomOpened(title="Bumm", seats=seats)) if opened else received)
            case _:
                return project(received)

    fixed = projector(pool, signals, story.entries, projection=replace(ROOMS, project=mended))
    assert await fixed.retry(OWN, SICK) == 0
    assert await fixed.parked() == []
    row = await pool.fetchrow("select title, seats, open, changes from read.rooms_v1 where room = $1", SICK)
    assert tuple(row or ()) == ("danach", 1, False, 3)
    assert (await fixed.verify()).difference is None


async def test_a_retry_stops_at_the_first_record_that_fails_again(pool: Pool, signals: Signals) -> None:
    story = poisoned(13, "bad json")
    await parked_with(pool, signals, story)
    rooms = projector(pool, signals, story.entries)
    before = await dumped(pool)
    assert await rooms.retry(OWN, SICK) == 3
    assert await dumped(pool) == before


async def test_a_skipped_record_stays_on_file_and_the_rest_is_applied(pool: Pool, signals: Signals) -> None:
    story = poisoned(13, "bad json")
    await parked_with(pool, signals, story)
    rooms = projector(pool, signals, story.entries)
    skipped = await rooms.skip(OWN, SICK, by="office:it")
    assert skipped is not None
    assert skipped.data == b'{"title": "Saal"'
    assert await rooms.parked() == []
    row = await pool.fetchrow("select title, seats, open, changes from read.rooms_v1 where room = $1", SICK)
    assert tuple(row or ()) == ("danach", None, False, 2)
    assert await pool.fetchval("select skipped_by from read.parked") == "office:it"
    assert await rooms.skip(OWN, SICK, by="office:it") is None
    # A fold of the log keeps the operator's decision.
    assert (await rooms.verify()).difference is None
    after = await dumped(pool)
    await rooms.rebuild()
    assert await dumped(pool) == after
    assert await rooms.parked() == []


async def test_what_follows_in_a_parked_stream_parks_behind_it_until_the_retry(pool: Pool, signals: Signals) -> None:
    story = poisoned(13, "handler")
    await parked_with(pool, signals, story)
    story.add(SICK, RoomNamed(title="noch später")).add(room(0), RoomNamed(title="weiter"))
    async with running(rooms := projector(pool, signals, story.entries)):
        await eventually_at(rooms, len(story.entries))
    assert [parked.records for parked in await rooms.parked()] == [4]
    assert await pool.fetchval("select title from read.rooms_v1 where room = $1", room(0)) == "weiter"


async def test_many_failing_streams_stop_the_projection_and_it_says_so(pool: Pool, signals: Signals) -> None:
    story = History().add(room(1), RoomOpened(title="Saal", seats=1))
    for number in range(100, 125):
        story.add(room(number), RoomOpened(title="boom", seats=1))
    rooms = projector(pool, signals, story.entries, batch=5)
    await rooms.start()
    async with running(rooms):
        await eventually(lambda: bool(rooms._follower.stopped))
        status = await rooms.status()
        assert "20" in status["sources"][OWN]["stopped"]
        assert "ValueError" in status["sources"][OWN]["stopped"]
        assert not status["ready"]
        assert len(await rooms.parked()) <= 20
        at = (await cursors.load(pool, "rooms_v1", OWN)).pos
        assert at < len(story.entries)
        async with running(again := projector(pool, signals, story.entries)):
            await eventually(lambda: bool(again._follower.stopped))
        assert "ValueError" in await pool.fetchval("select stopped from read.cursor")
        assert (await cursors.load(pool, "rooms_v1", OWN)).pos == at
    # A rebuild with the mended program gets it going again.
    mended = replace(ROOMS, project=lambda received: [Statement(NAME, (received.stream, "mended"))])
    fixed = projector(pool, signals, story.entries, projection=mended)
    await fixed.rebuild()
    assert await fixed.parked() == []
    assert await pool.fetchval("select count(*) from read.rooms_v1") == 26


async def test_a_fault_of_the_surroundings_parks_nothing(pool: Pool, signals: Signals) -> None:
    """A lock that somebody else holds on the table is waited out, not taken for a poison."""

    def impatient(received: Received[Any]) -> Iterable[Statement]:
        yield Statement("set local lock_timeout = '50ms'", ())
        yield from project(received)

    story = a_story(rooms=2, rounds=1)
    rooms = projector(pool, signals, story.entries, projection=replace(ROOMS, project=impatient))
    await rooms.start()
    async with pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("lock table read.rooms_v1 in access exclusive mode")
        async with running(rooms):
            await eventually(lambda: bool(rooms._follower.waiting))
            assert not (await rooms.status())["ready"]
            await transaction.rollback()
            await eventually_at(rooms, len(story.entries))
    assert await rooms.parked() == []


async def test_a_statement_with_a_wrong_number_of_arguments_is_a_bug_and_parks(pool: Pool, signals: Signals) -> None:
    wrong = Projection("rooms_v1", ROOMS.folds, ROOMS.tables, lambda received: [Statement(NAME, (received.stream,))], ROOMS.indexes)
    story = History().add(room(1), RoomClosed()).add(room(2), RoomClosed())
    async with running(rooms := projector(pool, signals, story.entries, projection=wrong)):
        await eventually_at(rooms, 2)
    assert len(await rooms.parked()) == 2
