"""One process that reads logs, and several that speak through Kafka: the same story leaves equal read models in both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import asyncpg
import httpx2
import pytest

from bindeglied.embedded import Home, embedded
from bindeglied.issuer import DemoIssuer
from services.meetings.service import SERVICE
from shared.clock import StoryClock
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.projections.projection import Projection
from shared.projector import Projector
from shared.run import Running
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from shared.sources.source import Source
from tests.faults.clients import Clients, a_few
from tests.faults.consumer import HEARD, OF_HEARD, dump_of
from tests.faults.oracle import nobody_is_behind, sources_of
from tests.faults.processes import PATIENCE, PERSONA, PERSONAS, STORY_TIME, Town, until
from tests.infrastructure import Databases
from tests.support.postgres import Database, PostgresServer
from tests.support.run import Run

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
SEED = 20130425
BEGINNING = datetime.fromisoformat(STORY_TIME)
CHAPTERS = [timedelta(minutes=minutes) for minutes in (0, 50, 100)]
"""When the story goes on, with quiet in between."""
TABLES = ["bodies_v1", "upcoming_v1", "upcoming_v1_held", "cadence_v2_rule", "cadence_v2_plan", "cadence_v2_held"]
OWN_TIME = ("recorded_at",)


async def test_both_forms_leave_equal_read_models(
    run: Run, town: Town, databases: Databases, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bindeglied.embedded.start_postgres", lambda _: SimpleNamespace(get_uri=lambda: own_postgres.dsn))
    api, worker = town.process("api"), town.process("worker")
    await asyncio.gather(api.start(), worker.start(ready=False))
    scaled = Clients(town.headers, [api.url], SEED)

    async def in_the_scaled_form() -> None:
        async with scaled:
            for later in CHAPTERS:
                StoryClock(town.clock).set(BEGINNING + later)
                await scaled.work(2, a_few(3))
                await nobody_is_behind(api)

    home = Home(run.fresh_directory("home"))
    home.clock.set(BEGINNING)
    async with (
        embedded(home) as everything,
        asyncpg.create_pool(town.database.dsn, min_size=1, max_size=8) as pool,
    ):
        one = everything.services["meetings"]
        headers = {"authorization": f"Bearer {DemoIssuer(home.keys, PERSONAS).token(PERSONA)}"}
        told = Clients(headers, ["http://embedded"], SEED, httpx2.ASGITransport(app=one.app))
        async with told:
            for later in CHAPTERS:
                home.clock.set(BEGINNING + later)
                await told.work(2, a_few(3))
                await until(lambda: _is_quiet(one), "the embedded form is quiet")
            await in_the_scaled_form()
            assert await one.readers.tail() == await pool.fetchval("select max(pos) from log.log")

            signals = Signals(town.database.dsn)
            assert await dump_of(one.pool, TABLES, OWN_TIME) == await dump_of(pool, TABLES, OWN_TIME)
            assert everything.around.foreign is not None
            sources: dict[str, Callable[[], Source]] = {
                "embedded": lambda: everything.around.foreign("meetings"),  # type: ignore[misc]  # Looked at in the line above.
                "scaled": lambda: KafkaSource(town.kafka, town.city, "meetings"),
                "the scaled form's log": lambda: LogSource(
                    pool, signals, "meetings", published=SERVICE.published, types=MessageTypes(SERVICE.events)
                ),
            }
            heard = {name: await _heard(await databases(), source) for name, source in sources.items()}
            assert len(set(heard.values())) == 1, heard
            [dump] = set(heard.values())
            assert all(f"{table} ".encode() in dump for table in OF_HEARD)
            assert all(
                f'"meetings.{what}"'.encode() in dump
                for what in ("MeetingScheduled", "MeetingRescheduled", "MeetingCancelled", "MeetingHeld")
            )

            before = await dump_of(pool, TABLES, OWN_TIME)
            for of, its in ((pool, signals), (one.pool, one.signals)):
                for projection in SERVICE.projections:
                    await _own(projection, of, its).rebuild()
            assert await dump_of(one.pool, TABLES, OWN_TIME) == await dump_of(pool, TABLES, OWN_TIME) == before

            await told.work(1, a_few(1))
            await until(lambda: _is_quiet(one), "the embedded form is quiet")
            assert await dump_of(one.pool, TABLES, OWN_TIME) != before, "one meeting more makes a difference"


def _own(projection: Projection, pool: Pool, signals: Signals) -> Projector:
    return Projector(projection, sources_of(projection, pool, signals), pool, signals)


async def _is_quiet(one: Running) -> bool:
    return all(position.lag == 0 for position in await one.readers.positions())


async def _heard(own: Database, source: Callable[[], Source]) -> bytes:
    """What a consumer with a database of its own keeps of the contracts, live and after a rebuild."""
    async with _consuming(own, source) as reader:
        end = source()
        assert await reader.reached("meetings", await end.tail(), PATIENCE), await reader.status()
        await end.close()
        live = await dump_of(reader.pool, OF_HEARD)
        assert (await reader.verify()).difference is None
        await reader.rebuild()
        assert await dump_of(reader.pool, OF_HEARD) == live
        return live


@asynccontextmanager
async def _consuming(own: Database, source: Callable[[], Source]) -> AsyncIterator[Projector]:
    async with asyncpg.create_pool(own.dsn, min_size=1, max_size=6) as pool:
        reader = Projector(HEARD, {"meetings": source}, pool, Signals(own.dsn))
        task = asyncio.create_task(reader.run())
        try:
            yield reader
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
