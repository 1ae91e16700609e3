"""What falls due is sent once, with the clock's time, unless later events have called it off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import pytest

from shared.clock import ManualClock
from shared.eventstore.errors import StoreBusy
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Outcome, Store
from shared.failpoints import FailpointHit, set_failpoints
from shared.firing import TimerLoop
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.readers import Readers
from shared.sources.log import LogSource
from shared.testing import History, assert_order_independent
from tests.projector.running import running
from tests.reactor.duties import DEADLINES, DUTY, NOW, DoDuty, DutyDone, DutyOpened, DutyRaisedAgain, OpenDuty, duty_of, topic

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


PATIENCE = 60.0
"""Seconds after which what was to happen has not happened."""


class Duties:
    """The service with its timers, and a clock that the test owns."""

    def __init__(self, pool: Pool, store: Store, signals: Signals) -> None:
        self.pool, self.store, self.signals = pool, store, signals
        self.clock = ManualClock(NOW)
        self.projector = Projector(DEADLINES.projection, {OWN: lambda: LogSource(pool, signals, "duties")}, pool, signals)

    def loop(self) -> TimerLoop:
        return TimerLoop(DEADLINES, self.projector, self.store, self.clock, self.signals)

    async def send(self, number: int, command: OpenDuty | DoDuty) -> None:
        await self.store.execute(DUTY, duty_of(topic(number)), command, Origin("test", uuid4(), "office:test"))

    async def open(self, number: int, days: int) -> None:
        await self.send(number, OpenDuty(now=self.clock(), title="Saal", days=days))

    async def overdue(self) -> list[UUID]:
        rows = await self.pool.fetch("select stream from log.log where type = 'duties.DutyFoundOverdue' order by pos")
        return [row["stream"] for row in rows]

    @asynccontextmanager
    async def firing(self) -> AsyncIterator[None]:
        async with running(self.projector, self.loop()):
            yield

    async def until_overdue(self, *numbers: int) -> None:
        """Wait until these are found overdue and noted as fired: the note comes after the fact."""
        expected = sorted(duty_of(topic(number)) for number in numbers)
        noted = "select stream from read.fired_timer where refusal is null and error is null"
        async with asyncio.timeout(PATIENCE):
            while sorted(await self.overdue()) != expected or sorted(row["stream"] for row in await self.pool.fetch(noted)) != expected:
                await asyncio.sleep(0.02)

    async def fire_all(self) -> int:
        await self.projector.start()
        readers = {OWN: LogSource(self.pool, self.signals, "duties")}
        fired = 0
        async with running(self.projector):
            assert await self.projector.reached(OWN, await readers[OWN].tail(), PATIENCE)
            while some := await self.loop().fire(readers):
                fired += some
        return fired


@pytest.fixture
def duties(pool: Pool, store: Store, signals: Signals) -> Duties:
    return Duties(pool, store, signals)


async def test_what_falls_due_is_sent_once_and_what_was_called_off_is_not(duties: Duties) -> None:
    async with duties.firing():
        await duties.open(1, days=3)
        await duties.open(2, days=3)
        await duties.open(3, days=30)
        await duties.send(2, DoDuty(now=NOW))
        duties.clock.advance(timedelta(days=4))
        await duties.until_overdue(1)
        duties.clock.advance(timedelta(days=40))
        await duties.until_overdue(1, 3)
    fired = await duties.pool.fetchrow("select * from log.log where type = 'duties.DutyFoundOverdue' order by pos limit 1")
    cause = await duties.pool.fetchrow("select * from log.log where stream = $1 and version = 1", duty_of(topic(1)))
    assert fired is not None
    assert cause is not None
    assert fired["causation_id"] == cause["event_id"]
    assert fired["actor"] == "timer:duty_deadlines"
    known = await duties.pool.fetchval(
        "select id from log.command where principal = 'timer:duty_deadlines' and stream = $1", duty_of(topic(1))
    )
    assert known == uuid5(cause["event_id"], "duty_deadlines:deadline")
    status = await duties.loop().status()
    assert status | {"waiting": None} == {
        "name": "duty_deadlines_v1", "planned": 0, "next_due": None, "waiting": None,
    }  # fmt: skip
    assert await duties.pool.fetchval("select count(*) from read.fired_timer where refusal is null and error is null") == 2


async def test_a_later_event_moves_the_due_date(duties: Duties) -> None:
    await duties.open(1, days=3)
    await duties.open(1, days=20)
    duties.clock.advance(timedelta(days=4))
    assert await duties.fire_all() == 0
    assert (await duties.loop().status())["next_due"] == NOW + timedelta(days=20)
    duties.clock.advance(timedelta(days=20))
    assert await duties.fire_all() == 1
    assert await duties.overdue() == [duty_of(topic(1))]


async def test_what_fell_due_while_nothing_ran_is_sent_at_the_start(duties: Duties) -> None:
    for number in range(5):
        await duties.open(number, days=number)
    duties.clock.advance(timedelta(days=3))
    async with duties.firing():
        await duties.until_overdue(0, 1, 2, 3)


async def test_two_loops_at_once_and_a_rebuild_send_nothing_twice(duties: Duties) -> None:
    for number in range(10):
        await duties.open(number, days=1)
    duties.clock.advance(timedelta(days=2))
    async with running(duties.projector, duties.loop(), duties.loop()):
        await duties.until_overdue(*range(10))
        await duties.projector.rebuild()
        await asyncio.sleep(0.3)
    assert await duties.fire_all() == 0
    assert len(await duties.overdue()) == 10
    assert (await duties.projector.verify()).difference is None


async def test_even_without_the_note_that_it_was_fired_a_command_happens_once(duties: Duties) -> None:
    await duties.open(1, days=1)
    duties.clock.advance(timedelta(days=2))
    assert await duties.fire_all() == 1
    await duties.pool.execute("delete from read.fired_timer; update read.duty_deadlines_v1 set settled = false")
    assert await duties.fire_all() == 1
    assert len(await duties.overdue()) == 1


@pytest.mark.parametrize("place", ["before_command", "after_command"])
async def test_a_crash_neither_loses_nor_doubles_a_command(duties: Duties, place: str) -> None:
    for number in range(3):
        await duties.open(number, days=1)
    duties.clock.advance(timedelta(days=2))
    for hit in (1, 2):
        set_failpoints(f"timers.{place}:raise@{hit}")
        with pytest.raises(FailpointHit):
            await duties.fire_all()
    set_failpoints("")
    await duties.fire_all()
    assert len(await duties.overdue()) == 3


async def test_a_refusal_is_recorded_and_not_asked_again(duties: Duties) -> None:
    """The plan is behind: the duty was done a moment ago. The decider has the last word."""
    await duties.open(1, days=1)
    readers = {OWN: LogSource(duties.pool, duties.signals, "duties")}
    async with running(duties.projector):
        await duties.projector.start()
        assert await duties.projector.reached(OWN, 1, PATIENCE)
    await duties.send(1, DoDuty(now=NOW))
    duties.clock.advance(timedelta(days=2))
    await duties.pool.execute("update read.cursor set pos = 2")
    assert await duties.loop().fire(readers) == 1
    assert await duties.pool.fetchval("select refusal from read.fired_timer") == "DutyIsDone"
    assert await duties.loop().fire(readers) == 0
    assert await duties.pool.fetchval("select count(*) from read.fired_timer") == 1


async def test_a_plan_that_is_still_being_filled_fires_nothing(duties: Duties) -> None:
    """The duty was done long ago, but the new table has only come to its opening."""
    await duties.open(1, days=1)
    async with running(duties.projector):
        await duties.projector.start()
        assert await duties.projector.reached(OWN, 1, PATIENCE)
    await duties.send(1, DoDuty(now=NOW))
    duties.clock.advance(timedelta(days=2))
    assert await duties.loop().fire({OWN: LogSource(duties.pool, duties.signals, "duties")}) == 0
    assert await duties.fire_all() == 0
    assert await duties.pool.fetchval("select count(*) from read.fired_timer") == 0


async def test_a_failure_is_shown_and_can_be_retried_and_a_busy_store_is_waited_for(
    duties: Duties, monkeypatch: pytest.MonkeyPatch
) -> None:
    await duties.open(1, days=1)
    duties.clock.advance(timedelta(days=2))
    real = duties.store.execute
    trouble: list[Exception] = [ZeroDivisionError("a bug"), StoreBusy("full")]

    async def troubled(decider: Any, stream: Any, command: Any, origin: Origin) -> Outcome:
        if trouble and origin.principal.startswith("timer:"):
            raise trouble.pop()
        return await real(decider, stream, command, origin)

    monkeypatch.setattr(duties.store, "execute", troubled)
    loop = duties.loop()
    async with running(duties.projector, loop):
        async with asyncio.timeout(PATIENCE):
            while not (await duties.pool.fetch("select from pg_tables where tablename = 'fired_timer'")) or not (
                failed := await duties.pool.fetchrow("select command_id, error from read.fired_timer")
            ):
                await asyncio.sleep(0.02)
        assert failed["error"] == "ZeroDivisionError"
        (shown,) = await loop.failed()
        assert (shown["command_id"], shown["command"], shown["error"]) == (failed["command_id"], "FindOverdue", "ZeroDivisionError")
        assert await loop.retry(failed["command_id"])
        await duties.until_overdue(1)
    assert not await loop.retry(failed["command_id"])
    assert await loop.failed() == []


async def test_an_operator_finds_failed_timers_by_their_name_and_the_errors_class_alone(
    duties: Duties, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        await duties.open(number, days=number)
    duties.clock.advance(timedelta(days=9))
    real = duties.store.execute

    async def broken(decider: Any, stream: Any, command: Any, origin: Origin) -> Outcome:
        if origin.principal.startswith("timer:"):
            raise ValueError("Ayla Beispiel")
        return await real(decider, stream, command, origin)

    with monkeypatch.context() as trouble:
        trouble.setattr(duties.store, "execute", broken)
        await duties.fire_all()
    readers = Readers(duties.pool, [duties.projector], [], [duties.loop()], {}, lambda name: LogSource(duties.pool, duties.signals, name))
    failed = await readers.failed_timers(10)
    assert {one.stream for one in failed} == {duty_of(topic(1)), duty_of(topic(2))}
    assert {(one.timer, one.wish, one.error, one.failed_at) for one in failed} == {
        (DEADLINES.name, "FindOverdue", "ValueError", duties.clock())
    }
    assert [one.due_at for one in failed if one.stream == duty_of(topic(1))] == [NOW + timedelta(days=1)]
    assert len(await readers.failed_timers(1)) == 1
    first = next(one for one in failed if one.stream == duty_of(topic(1)))
    assert not await readers.retry_timer("others_v1", first.command)
    assert await readers.retry_timer(DEADLINES.name, first.command)
    assert not await readers.retry_timer(DEADLINES.name, first.command)
    assert await duties.fire_all() == 1
    assert await duties.overdue() == [duty_of(topic(1))]
    assert [one.stream for one in await readers.failed_timers(10)] == [duty_of(topic(2))]


async def test_a_busy_stream_holds_up_nobody_elses_timers(duties: Duties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.firing.AT_ONCE", 2)
    for number in range(1, 6):
        await duties.open(number, days=number)
    duties.clock.advance(timedelta(days=9))
    real = duties.store.execute
    busy = {duty_of(topic(number)) for number in (1, 2)}

    async def crowded(decider: Any, stream: Any, command: Any, origin: Origin) -> Outcome:
        if stream in busy:
            raise StoreBusy("full")
        return await real(decider, stream, command, origin)

    monkeypatch.setattr(duties.store, "execute", crowded)
    with pytest.raises(StoreBusy):
        await duties.fire_all()
    assert sorted(await duties.overdue()) == sorted(duty_of(topic(number)) for number in (3, 4, 5))
    busy.clear()
    assert await duties.fire_all() == 2
    assert len(await duties.overdue()) == 5


async def test_a_planned_command_that_this_program_does_not_know_fails_alone(duties: Duties) -> None:
    await duties.open(1, days=1)
    await duties.open(2, days=2)
    await duties.fire_all()
    await duties.pool.execute("update read.duty_deadlines_v1 set command = 'Retired' where stream = $1", duty_of(topic(1)))
    duties.clock.advance(timedelta(days=9))
    assert await duties.fire_all() == 2
    assert await duties.overdue() == [duty_of(topic(2))]
    assert [(one["command"], one["error"]) for one in await duties.loop().failed()] == [("Retired", "KeyError")]


async def test_a_command_that_is_not_declared_is_a_bug_of_the_plan(duties: Duties) -> None:
    await duties.open(1, days=1)
    undeclared = replace(DEADLINES, sends={})
    projector = Projector(undeclared.projection, duties.projector.sources, duties.pool, duties.signals)
    await projector.start()
    async with running(projector):
        assert await projector.reached(OWN, 1, PATIENCE)
    (parked,) = await projector.parked()
    assert "FindOverdue" in parked.error


async def test_the_plan_does_not_depend_on_the_order_across_streams(pool: Pool) -> None:
    story = History()
    for number in range(4):
        story.add(topic(number), DutyOpened(title="Saal", due_at=NOW))
    for number in range(3):
        story.add(topic(number), DutyRaisedAgain(title="Saal", due_at=NOW + timedelta(days=1)))
    story.add(topic(1), DutyDone())
    dump = await assert_order_independent(pool, DEADLINES.projection, story)
    assert dump.count(b"\n") == 3


async def test_what_was_fired_is_not_looked_at_again(duties: Duties) -> None:
    """A city's timers become ever more, and a look at them comes every second."""
    for number in range(5):
        await duties.open(number, days=1)
    duties.clock.advance(timedelta(days=2))
    assert await duties.fire_all() == 5
    assert await duties.pool.fetchval("select count(*) from read.duty_deadlines_v1 where not settled") == 0
    await duties.projector.rebuild()
    assert await duties.pool.fetchval("select count(*) from read.duty_deadlines_v1 where not settled") == 5, "which a rebuild forgets"
    assert await duties.fire_all() == 0
    assert await duties.pool.fetchval("select count(*) from read.duty_deadlines_v1 where not settled") == 0
    verification = await duties.projector.verify()
    assert (verification.rows, verification.difference) == (5, None), "it is no part of what is verified"
    async with duties.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
        plan = await connection.fetch(f"explain {duties.loop().due_query()}", "timer:duty_deadlines", NOW, 100, [])
    assert "duty_deadlines_v1_open" in str(plan)


async def test_what_is_planned_anew_after_it_was_fired_is_fired_again(duties: Duties) -> None:
    await duties.open(1, days=1)
    duties.clock.advance(timedelta(days=2))
    assert await duties.fire_all() == 1
    await duties.open(1, days=1)
    duties.clock.advance(timedelta(days=2))
    assert await duties.fire_all() == 1
