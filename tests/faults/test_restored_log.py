"""A log restored from an older copy: relay and readers stop and say so; a new generation, and everybody goes on from it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from services.meetings.service import SERVICE
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.migrate import grant_database
from shared.projector import Projector
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from shared.sources.source import Source
from tests.faults.clients import Clients, a_few
from tests.faults.consumer import HEARD, OF_HEARD, dump_of
from tests.faults.oracle import everything_must_hold, nobody_is_behind
from tests.faults.processes import PATIENCE, ServiceProcess, Town, until
from tests.infrastructure import Databases
from tests.support.postgres import Database

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
SEED = 20190507


async def test_a_log_restored_from_an_older_copy(town: Town, databases: Databases, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.sources.generations.LOOK_SECONDS", 0.3)
    near, far = await databases(), await databases()
    api, worker = town.process("api"), town.process("worker")
    await _start(api, worker)
    async with (
        Clients(town.headers, [api.url], SEED) as kept,
        Clients(town.headers, [api.url], SEED + 1) as lost,
        Clients(town.headers, [api.url], SEED + 2) as new,
    ):
        await kept.work(2, a_few(2))
        await everything_must_hold(town, kept, api)
        await _end(api, worker)
        copy = await _copy(postgres, town.database)
        await _start(api, worker)
        await lost.work(2, a_few(2))
        await nobody_is_behind(api)
        async with _by_log(town, near) as by_log, _by_kafka(town, far) as by_kafka:
            await _have_come(by_log, by_kafka, await _tail(town))
        await _end(api, worker)
        await _swap_in(postgres, town.database, copy)

        await _start(api)
        await worker.start(ready=False)
        await until(lambda: _says(worker, "the log was restored"), "the worker says it in /ready")
        await until(lambda: _both_topics_need_a_new_generation(api), "both relays say so")
        async with _by_log(town, near) as by_log, _by_kafka(town, far) as by_kafka:
            await until(lambda: _is_stopped(by_log), "the reader of the log stops")
            before = await dump_of(by_log.pool, OF_HEARD), await dump_of(by_kafka.pool, OF_HEARD)
            await new.work(2, a_few(3))
            assert (await dump_of(by_log.pool, OF_HEARD), await dump_of(by_kafka.pool, OF_HEARD)) == before

            assert "generation 2" in await town.command_line("generation", "meetings")
            await by_log.rebuild()
            await until(lambda: _all_is_well(worker), "the worker fills the new generation")
            await _have_come(by_log, by_kafka, await _tail(town))
            after = await dump_of(by_log.pool, OF_HEARD)
            assert after == await dump_of(by_kafka.pool, OF_HEARD)
            assert after != before[0]
            for reader in (by_log, by_kafka):
                assert (await reader.verify()).difference is None
        new.history.attempts += kept.history.attempts
        await everything_must_hold(town, new, api, generation=2)


async def _both_topics_need_a_new_generation(api: ServiceProcess) -> bool:
    positions = await api.get("/api/meetings/operations/positions")
    return ["new generation" in (one["stopped"] or "") for one in positions if one["kind"] == "relay"] == [True, True]


async def _start(*processes: ServiceProcess) -> None:
    await asyncio.gather(*(process.start() for process in processes))


async def _end(*processes: ServiceProcess) -> None:
    await asyncio.gather(*(process.kill() for process in processes))


async def _copy(postgres: str, database: Database) -> str:
    """A copy of the whole database as it is now, as a backup has it."""
    copy = f"{database.name}_copy"
    # The sessions of a process that was killed a moment ago may still be ending; nobody may look at what is copied.
    alone = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.name}'"
    await _run(postgres, alone, f'create database "{copy}" template "{database.name}"')
    return copy


async def _swap_in(postgres: str, database: Database, copy: str) -> None:
    """What was is gone; the copy stands in its place."""
    await _run(postgres, f'drop database "{database.name}" with (force)', f'alter database "{copy}" rename to "{database.name}"')
    connection = await asyncpg.connect(database.admin_dsn)
    await grant_database(connection, database.role)
    await connection.close()


async def _run(postgres: str, *statements: str) -> None:
    connection = await asyncpg.connect(postgres)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _tail(town: Town) -> int:
    connection = await asyncpg.connect(town.database.dsn)
    tail: int = await connection.fetchval("select max(pos) from log.log")
    await connection.close()
    return tail


@contextlib.asynccontextmanager
async def _by_log(town: Town, own: Database) -> AsyncIterator[Projector]:
    """A consumer that reads the log itself, as in the embedded form."""
    signals, types = Signals(town.database.dsn), MessageTypes(SERVICE.events)
    async with asyncpg.create_pool(town.database.dsn, min_size=1, max_size=4) as pool:
        source = LogSource(pool, signals, "meetings", published=SERVICE.published, types=types)
        async with _consuming(own, lambda: source) as reader:
            yield reader


@contextlib.asynccontextmanager
async def _by_kafka(town: Town, own: Database) -> AsyncIterator[Projector]:
    """A consumer that reads the topic."""
    async with _consuming(own, lambda: KafkaSource(town.kafka, town.city, "meetings")) as reader:
        yield reader


@contextlib.asynccontextmanager
async def _consuming(own: Database, source: Callable[[], Source]) -> AsyncIterator[Projector]:
    async with asyncpg.create_pool(own.dsn, min_size=1, max_size=6) as pool:
        reader = Projector(HEARD, {"meetings": source}, pool, Signals(own.dsn))
        task = asyncio.create_task(reader.run())
        try:
            yield reader
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _have_come(by_log: Projector, by_kafka: Projector, tail: int) -> None:
    for reader in (by_log, by_kafka):
        assert await reader.reached("meetings", tail, PATIENCE), await reader.status()


async def _says(worker: ServiceProcess, of: str) -> bool:
    findings = await worker.findings()
    return findings["ready"] is False and of in findings["checks"]["broker"]["says"]


async def _is_stopped(reader: Projector) -> bool:
    return "was restored" in str((await reader.status())["sources"]["meetings"]["stopped"])


async def _all_is_well(worker: ServiceProcess) -> bool:
    return (await worker.findings())["ready"] is True
