"""Nobody waits for a free connection without end: a request answers 503, and once one is free again everything goes on."""

from __future__ import annotations

import asyncio

import pytest

from shared.connections import BoundedPool
from shared.projections.faults import is_passing
from tests.http.conftest import bearer, served_on
from tests.http.test_commands import told
from tests.support.postgres import Database

PATIENCE = 60
"""Seconds after which a request is taken to wait without end."""


async def test_with_every_connection_taken_a_request_answers_503_and_soon_again_as_ever(database: Database) -> None:
    async with served_on(database.dsn, connections=1, free_within=0.5) as served:
        notebook = (await served.begin()).headers["location"]
        for address, kind in (("/api/notes/database", "unavailable"), (notebook, "busy")):
            async with served.runtime.read.acquire():
                answer = await asyncio.wait_for(served.client.get(address, headers=served.secretary()), PATIENCE)
            assert told(answer, 503)["type"] == f"urn:bindeglied:problem:{kind}"
            assert int(answer.headers["retry-after"]) >= 1
            assert (await served.client.get(address, headers=served.secretary())).status_code == 200


async def test_whoever_waits_gets_the_connection_that_becomes_free_in_time(database: Database) -> None:
    async with served_on(database.dsn, connections=1, free_within=PATIENCE) as served:
        async with served.runtime.read.acquire():
            waiting = asyncio.ensure_future(served.client.get("/api/notes/database", headers=bearer()))
            await asyncio.wait([waiting], timeout=0.1)
            assert not waiting.done()
        assert (await waiting).status_code == 200


async def test_a_reader_waits_and_tries_again(database: Database) -> None:
    async with BoundedPool(database.dsn, min_size=0, max_size=1, free_within=0.1) as pool, pool.acquire():
        with pytest.raises(TimeoutError) as raised:
            await asyncio.wait_for(pool.fetchval("select 1"), PATIENCE)
    assert is_passing(raised.value)
