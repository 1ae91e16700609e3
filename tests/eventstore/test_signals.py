"""Waking: at once in the same process, soon in others, and never lost between the look and the wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.eventstore.signals import Signals
from tests.eventstore.nodes import until
from tests.support.postgres import Database

LONG = 120.0
"""A wait that only a signal ends in time; the tests' own bound is shorter."""
BOUND = 60.0


async def must_wake(waiting: asyncio.Task[None]) -> None:
    await asyncio.wait_for(waiting, BOUND)


@pytest.fixture
async def two(database: Database) -> AsyncIterator[tuple[Signals, Signals]]:
    """Those of two processes, both listening."""
    found = Signals(database.dsn), Signals(database.dsn)
    for signals in found:
        await signals.start()
    watcher = await asyncpg.connect(database.admin_dsn)
    await until(lambda: listening(watcher, 2), "both listening")
    await watcher.close()
    yield found
    for signals in found:
        await signals.close()


async def listening(watcher: asyncpg.Connection[asyncpg.Record], count: int) -> bool:
    """Whether so many sessions of this database are done with their LISTENs."""
    found: int = await watcher.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'signals' "
        "and state = 'idle' and query like 'LISTEN%bindeglied_read%'"
    )
    return found == count


def waiter(signals: Signals, channel: str = "log") -> asyncio.Task[None]:
    return asyncio.create_task(signals.wait(channel, signals.ticket(channel), LONG))


async def test_a_signal_wakes_every_waiter_of_its_channel_in_the_process(loopback: None) -> None:
    signals = Signals("nowhere")
    waiting = [waiter(signals) for _ in range(3)]
    other = waiter(signals, "read")
    await asyncio.sleep(0)
    signals.notify("log")
    await must_wake(asyncio.gather(*waiting))  # type: ignore[arg-type]  # A future as good as a task.
    assert not other.done()
    other.cancel()


async def test_a_signal_between_look_and_wait_is_not_missed(loopback: None) -> None:
    signals = Signals("nowhere")
    ticket = signals.ticket("log")
    signals.notify("log")
    await asyncio.wait_for(signals.wait("log", ticket, LONG), BOUND)
    late = asyncio.create_task(signals.wait("log", signals.ticket("log"), LONG))
    await asyncio.sleep(0.05)
    assert not late.done()  # An old signal wakes nobody who took the ticket after it.
    late.cancel()


async def test_without_a_signal_the_wait_ends_by_itself(loopback: None) -> None:
    signals = Signals("nowhere")
    await signals.wait("log", signals.ticket("log"), 0.01)
    assert not signals._waiters["log"]


@pytest.mark.parametrize("channel", ["log", "read"])
async def test_a_signal_wakes_another_process(two: tuple[Signals, Signals], channel: str) -> None:
    mine, other = two
    waiting = waiter(other, channel)
    mine.notify(channel)
    await must_wake(waiting)


async def test_a_process_does_not_wake_itself_twice(two: tuple[Signals, Signals]) -> None:
    mine, other = two
    before, others = mine.ticket("log"), other.ticket("log")
    mine.notify("log")
    await until(lambda: other.ticket("log") == others + 1, "the other process told")
    assert mine.ticket("log") == before + 1


async def test_a_burst_is_told_in_fewer_words(two: tuple[Signals, Signals]) -> None:
    mine, other = two
    before = other.ticket("log")
    for _ in range(1000):
        mine.notify("log")
    await until(lambda: other.ticket("log") > before, "the other process told")
    await asyncio.sleep(0.05)
    assert other.ticket("log") - before < 100


async def test_after_a_lost_connection_everybody_looks_again_and_signals_pass_again(
    two: tuple[Signals, Signals], database: Database
) -> None:
    mine, other = two
    ticket = other.ticket("log")
    watcher = await asyncpg.connect(database.admin_dsn)
    try:
        await watcher.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and application_name = 'signals' and pid <> pg_backend_pid()"
        )
        # What was said in between may have been missed, so that a ticket from before the loss is void.
        await asyncio.wait_for(other.wait("log", ticket, LONG), BOUND)
        await until(lambda: listening(watcher, 2), "both listening again")
    finally:
        await watcher.close()
    waiting = waiter(other)
    mine.notify("log")
    await must_wake(waiting)


async def test_what_is_said_before_the_connection_stands_is_told_as_soon_as_it_does(
    two: tuple[Signals, Signals], database: Database
) -> None:
    _, other = two
    late = Signals(database.dsn)
    waiting = waiter(other)
    await late.start()
    late.notify("log")
    try:
        await must_wake(waiting)
    finally:
        await late.close()
