"""Killed processes and a killed database: nothing acknowledged is lost, nothing is doubled, no answer is false."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import asyncpg
import pytest

from tests.eventstore.clients import Clients, ServiceProcess, ask_node
from tests.eventstore.nodes import node
from tests.history.checker import must_hold
from tests.support.postgres import Database, PostgresServer

SEED = 20260317


@pytest.fixture
async def services(database: Database) -> AsyncIterator[list[ServiceProcess]]:
    """Two processes on one log."""
    found = [ServiceProcess(database.dsn), ServiceProcess(database.dsn)]
    yield found
    for service in found:
        service.signal(signal.SIGCONT)
        await service.kill()


@asynccontextmanager
async def tailed(clients: Clients, dsn: str) -> AsyncIterator[asyncio.Task[None]]:
    """The clients at work, with two readers behind the log; the judge speaks at the end."""
    tails = [asyncio.create_task(clients.tail(dsn, name)) for name in ("one", "two")]
    work = asyncio.create_task(clients.work())
    try:
        yield work
        await asyncio.wait_for(work, 120)
        must_hold(await clients.finished(dsn), clients.seed)
    finally:
        for task in (work, *tails):
            task.cancel()
        await asyncio.gather(work, *tails, return_exceptions=True)


@pytest.mark.parametrize("failpoint", ["command.before_append", "command.after_commit"])
async def test_a_process_killed_at_a_fail_point(services: list[ServiceProcess], database: Database, failpoint: str) -> None:
    first, second = services
    await asyncio.gather(first.start(f"{failpoint}:kill@7"), second.start(f"{failpoint}:kill@9"))
    clients = Clients([first.ask, second.ask], SEED, clients=8, commands=12)
    async with tailed(clients, database.dsn) as work:
        for service in services:
            await asyncio.wait_for(service.gone(), 30)
            await service.kill()
            assert not work.done()
            await service.start()
    assert any(attempt.answer == "unknown" for attempt in clients.history.attempts)
    assert clients.done == 8 * 12


async def test_processes_killed_and_frozen_at_random(services: list[ServiceProcess], database: Database) -> None:
    random = Random(SEED)
    await asyncio.gather(*(service.start() for service in services))
    clients = Clients([service.ask for service in services], SEED, clients=8)
    async with tailed(clients, database.dsn):
        for victim, other in (services, services[::-1]):
            await clients.after(clients.done + random.randint(20, 40))
            await victim.kill()
            await clients.after(clients.done + random.randint(10, 20))  # The other one goes on.
            await victim.start()
            other.signal(signal.SIGSTOP)
            await clients.after(clients.done + random.randint(10, 20))  # One that stands still is in nobody's way.
            other.signal(signal.SIGCONT)
        clients.enough = True


async def test_a_database_stopped_and_killed_under_load(own_postgres: PostgresServer) -> None:
    database = await own_postgres.create_database()
    async with node(database.dsn) as one, node(database.dsn) as two:
        clients = Clients([lambda wish: ask_node(one, wish), lambda wish: ask_node(two, wish)], SEED, clients=8)
        async with tailed(clients, database.dsn):
            for end in (lambda: own_postgres.stop("immediate"), own_postgres.kill, own_postgres.stop):
                await clients.after(clients.done + 70)
                await asyncio.to_thread(end)
                await asyncio.sleep(0.3)
                await asyncio.to_thread(own_postgres.start)
            await clients.after(clients.done + 70)
            clients.enough = True
        assert one.writer.counts.reconnects > 0
    assert {attempt.answer for attempt in clients.history.attempts} <= {"accepted", "refused", "busy", "unknown"}


async def test_a_database_that_stays_away_is_told_as_busy_or_unknown_in_time(own_postgres: PostgresServer) -> None:
    database = await own_postgres.create_database()
    async with node(database.dsn, answer_within=0.5, max_waiting=50) as one:
        clients = Clients([lambda wish: ask_node(one, wish)], SEED, clients=20)
        async with tailed(clients, database.dsn):
            await clients.after(20)
            await asyncio.to_thread(own_postgres.kill)
            answered = len(clients.history.attempts)
            while len(clients.history.attempts) < answered + 60:
                await asyncio.sleep(0.05)
            await asyncio.to_thread(own_postgres.start)
            await clients.after(clients.done + 20)
            clients.enough = True
        assert {attempt.answer for attempt in clients.history.attempts} > {"busy"}


async def test_without_command_ids_the_judge_would_find_doubled_effects(services: list[ServiceProcess], database: Database) -> None:
    [service, _] = services
    await service.start("command.after_commit:kill@5")
    clients = Clients([service.ask], SEED, clients=4, commands=6)

    async def forgetful() -> None:
        """Between the death and the retry the stored answers are lost."""
        await asyncio.wait_for(service.gone(), 30)
        await service.kill()
        connection = await asyncpg.connect(database.admin_dsn)
        await connection.execute("delete from log.command")
        await connection.close()
        await service.start()

    with pytest.raises(AssertionError, match=r"duplicated|false answer"):
        async with tailed(clients, database.dsn):
            await forgetful()
