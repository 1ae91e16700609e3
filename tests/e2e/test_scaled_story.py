"""The story, told to services in processes of their own, over a real broker: it ends as it does in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from types import SimpleNamespace

import asyncpg
import httpx2
import pytest

from bindeglied.address import OneAddress
from bindeglied.embedded import SERVICES, Embedded, Home, embedded
from bindeglied.outbox import Outbox
from bindeglied.story import Story
from bindeglied.world.read import read_world
from tests.e2e.canonical import Rows, alike, city_rows
from tests.e2e.estate import Estate
from tests.infrastructure import Databases
from tests.support.postgres import PostgresServer
from tests.support.run import Run

pytestmark = pytest.mark.timeout(900)  # A dozen processes start slowly where many tests run.

WORLD = read_world()


def silent(done: int, total: int, at: datetime, tells: str) -> None:
    """Nobody listens."""


@pytest.fixture
async def estate(run: Run, databases: Databases, kafka: str, city: str) -> AsyncIterator[Estate]:
    """All services of a city, started."""
    made = await Estate.of_all_services(run, databases, kafka, city)
    try:
        await made.start()
        yield made
    finally:
        made.remove()


async def test_the_story_ends_equally_in_both_forms(
    run: Run, estate: Estate, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bindeglied.embedded.start_postgres", lambda _: SimpleNamespace(get_uri=lambda: own_postgres.dsn))
    async with estate.story(WORLD) as story:
        await story.tell(silent)
        await estate.quiet()
        scaled = await rows_of_estate(estate)
        before = await tails(estate)
        await story.tell(silent)
        await estate.quiet()
        assert await tails(estate) == before, "told again, nothing happens"
    async with embedded(Home(run.fresh_directory("home"))) as everything:
        await tell_in_one_process(everything)
        pools = {name: process.pool for name, process in everything.services.items()}
        one, other = alike(await city_rows(SERVICES, pools, everything.around.keyring), scaled)
    assert one.splitlines() == other.splitlines()
    assert all(scaled.values()), {name: len(rows) for name, rows in scaled.items()}


async def rows_of_estate(estate: Estate) -> dict[str, Rows]:
    """The read models of all services."""
    async with AsyncExitStack() as stack:
        pools = {
            name: await stack.enter_async_context(asyncpg.create_pool(town.database.dsn, min_size=1, max_size=2))
            for name, town in estate.towns.items()
        }
        keyring = await stack.enter_async_context(estate.keyring())
        return await city_rows(SERVICES, pools, keyring)


async def tell_in_one_process(everything: Embedded) -> None:
    """As `bindeglied demo` does."""
    home = everything.home
    transport = httpx2.ASGITransport(app=OneAddress(everything))
    async with httpx2.AsyncClient(transport=transport, base_url="http://home.test", timeout=60) as client:
        await Story(WORLD, everything.issuer, client, home.clock, Outbox(home.outbox), list(everything.services)).tell(silent)


async def tails(estate: Estate) -> dict[str, int]:
    """The last position of every service's log."""
    found = {}
    for name, town in estate.towns.items():
        connection = await asyncpg.connect(town.database.dsn)
        found[name] = await connection.fetchval("select coalesce(max(pos), 0) from log.log")
        await connection.close()
    return found
