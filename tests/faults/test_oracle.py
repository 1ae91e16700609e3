"""The oracle of the fault tests sees what is broken: each of its questions is put to a city in which something was broken on purpose."""

from __future__ import annotations

import dataclasses
from uuid import uuid4

import asyncpg
import pytest

from shared.envelope import Entry
from shared.sources.cloudevents import source_of
from shared.sources.topic import Brokers, topic_of
from shared.sources.writer import TopicWriter
from tests.faults.clients import Clients, a_few
from tests.faults.oracle import (
    everything_must_hold,
    nobody_is_behind,
    one_chain,
    read_models_must_equal_a_fold,
    topic_must_be_whole,
    topic_records,
)
from tests.faults.processes import Town
from tests.history.checker import check

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
SEED = 20121212


async def test_the_oracle_sees_what_is_broken(town: Town) -> None:
    process = town.process("all")
    await process.start()
    async with Clients(town.headers, [process.url], SEED) as clients:
        await clients.work(2, a_few(3))
        await everything_must_hold(town, clients, process)
    await process.kill()
    async with asyncpg.create_pool(town.database.dsn, min_size=1, max_size=6) as pool:
        await pool.execute(
            "update read.upcoming_v1 set place = 'anderswo' where meeting = (select min(meeting::text)::uuid from read.upcoming_v1)"
        )
        with pytest.raises(AssertionError, match="anderswo"):
            await read_models_must_equal_a_fold(town, pool)

        records = [record for record in await topic_records(town) if record.data]
        with pytest.raises(AssertionError, match="follows on"):
            one_chain([*records[:3], *records[4:]])
        await _put(town, records[-1]._replace(event_id=uuid4()))
        with pytest.raises(AssertionError, match="two events at position"):
            await topic_must_be_whole(town, pool)

    history = clients.history
    assert check(history) == []
    kept, history.log = history.log, history.log[:-1]
    assert {violation.kind for violation in check(history)} >= {"lost"}
    history.log = [*kept, dataclasses.replace(kept[-1], position=len(kept) + 1, version=kept[-1].version + 1)]
    assert {violation.kind for violation in check(history)} >= {"duplicated"}


async def test_nobody_is_behind_says_who_is(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    api = town.process("api")
    await api.start()
    async with Clients(town.headers, [api.url], SEED) as clients:
        await clients.work(1, a_few(0))
    monkeypatch.setattr("tests.faults.processes.PATIENCE", 1.0)
    with pytest.raises(AssertionError, match="bodies_v1"):
        await nobody_is_behind(api)


async def _put(town: Town, record: Entry) -> None:
    writer = TopicWriter(Brokers(town.kafka), topic_of(town.city, town.name, 1), source_of(town.city, town.name), {})
    await writer.start()
    batch, _ = writer.pack([record], filled=True, mark=None)
    await writer.send(batch)
    await writer.close()
