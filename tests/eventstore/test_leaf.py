"""The log is append-only, and what was changed around that is found by its leaf hashes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.clock import ManualClock
from shared.eventstore.append import ACCEPTED, Append, NewEvent
from shared.eventstore.leaf import leaf_hash, verify_log
from shared.eventstore.log import read_log
from tests.eventstore.conftest import Nodes
from tests.eventstore.nodes import NOW, Node, an_append
from tests.support.postgres import Database

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def a_log(node: Node) -> None:
    """Thirty events of many shapes in three streams, through the short path and the batch."""
    random = Random(7)
    streams = [UUID(int=random.getrandbits(128)) for _ in range(3)]
    versions = dict.fromkeys(streams, 0)
    for _ in range(10):
        appends = []
        for stream in random.sample(streams, random.randint(1, 3)):
            kinds = [random.choice(["ledger.Added", "größer.Straße"]) for _ in range(random.randint(1, 2))]
            events = [NewEvent(kind, random.randint(1, 32767), uuid4(), random.randbytes(random.randint(0, 300))) for kind in kinds]
            ids = [uuid4() if random.random() < 0.5 else None for _ in range(2)]
            actor = random.choice(["office:test", "Büro 7 🏛"])
            appends.append(Append("anna", uuid4(), None, stream, versions[stream], actor, ids[0], ids[1], events))
            versions[stream] += len(events)
        answers = await asyncio.gather(*map(node.writer.submit, appends))
        assert {answer.outcome for answer in answers} == {ACCEPTED}


async def test_python_and_the_database_agree_on_every_leaf(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    await a_log(one)
    rows = await admin.fetch("select * from log.log order by pos")
    log = await read_log(one.pool, 0, 1000)
    assert len(log) > 15
    assert [leaf_hash(entry) for entry in log] == [row["leaf_hash"] for row in rows]
    assert len({row["leaf_hash"] for row in rows}) == len(rows)
    assert one.writer.counts.calls < one.writer.counts.commands  # There were batches among the calls.


async def test_a_log_as_it_was_written_has_no_problem(nodes: Nodes) -> None:
    one = await nodes()
    told: list[tuple[int, int]] = []
    assert await verify_log(one.pool) is None
    await a_log(one)
    assert await verify_log(one.pool, progress=lambda done, whole: told.append((done, whole))) is None
    last = (await read_log(one.pool, 0, 1000))[-1].pos
    assert told == [(last, last)]


CHANGES = {
    "stream": "update log.log set stream = gen_random_uuid() where pos = 5",
    "version": "update log.log set version = version + 100 where pos = 5",
    "type": "update log.log set type = type || 'x' where pos = 5",
    "schema_version": "update log.log set schema_version = schema_version - 1 where pos = 5",
    "event_id": "update log.log set event_id = gen_random_uuid() where pos = 5",
    "recorded_at": "update log.log set recorded_at = recorded_at + interval '1 microsecond' where pos = (select max(pos) from log.log)",
    "recorded_at, backwards": "update log.log set recorded_at = recorded_at - interval '1 day' where pos = 5",
    "actor": "update log.log set actor = 'office:other' where pos = 5",
    "causation_id": "update log.log set causation_id = gen_random_uuid() where pos = 5",
    "causation_id, removed": "update log.log set causation_id = null where causation_id is not null",
    "correlation_id": "update log.log set correlation_id = gen_random_uuid() where pos = 5",
    "data": "update log.log set data = data || '\\x00' where pos = 5",
    "leaf_hash": "update log.log set leaf_hash = sha256(leaf_hash) where pos = 5",
    "a row removed": "delete from log.log where pos = 5",
    "two rows exchanged": """
        update log.log set pos = 1000 where pos = 5; update log.log set pos = 5 where pos = 6;
        update log.log set pos = 6 where pos = 1000""",
    "a text moved across a border": "update log.log set actor = substr(actor, 2), type = type || substr(actor, 1, 1) where pos = 5",
    "an event put in between": """
        update log.log set pos = pos + 1000 where pos > 5; update log.log set pos = pos - 999 where pos > 1000;
        insert into log.log select 6, stream, version, type, schema_version, event_id, recorded_at, actor, causation_id, correlation_id,
            data, leaf_hash from (select gen_random_uuid() as stream, 1 as version, type, schema_version, event_id, recorded_at, actor,
            causation_id, correlation_id, data, leaf_hash from log.log where pos = 5) x""",
}


async def test_each_change_is_found(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    await a_log(one)
    await admin.execute("set session_replication_role = replica")  # A superuser's way around the trigger.
    for what, change in CHANGES.items():
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute(change)
        problem = await verify_log(admin)
        await transaction.rollback()
        assert problem is not None, what
        assert "office" not in str(problem)
    assert await verify_log(admin) is None


@pytest.mark.parametrize("statement", ["update log.log set actor = 'x'", "delete from log.log", "truncate log.log"])
async def test_nobody_changes_the_log(nodes: Nodes, admin: Admin, database: Database, statement: str) -> None:
    one = await nodes()
    await one.add(uuid4())
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await one.pool.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await admin.execute(statement)
    assert await admin.fetchval("select count(*) from log.log") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update log.command set version = 0",
        "delete from log.command",
        "truncate log.command",
        "update log.claim set stream = gen_random_uuid()",
        "delete from log.head",
        "insert into log.head values (false)",
        "alter table log.log disable trigger append_only",
        "create or replace function log.refuse_change() returns trigger language plpgsql as 'begin return null; end'",
    ],
)
async def test_the_runtime_role_has_no_way_around_it(nodes: Nodes, statement: str) -> None:
    one = await nodes()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await one.pool.execute(statement)


async def test_recorded_at_never_goes_back_with_a_clock_that_does(nodes: Nodes) -> None:
    ahead, behind = ManualClock(NOW + timedelta(hours=1)), ManualClock(NOW)
    one, two = await nodes(clock=ahead), await nodes(clock=behind)
    moments: list[Any] = []
    for _ in range(3):
        for process, clock in ((one, ahead), (two, behind)):
            # Once through the short path, once in a batch.
            await process.add(uuid4())
            await process.writer.submit(an_append(events=2))
            clock.advance(timedelta(minutes=-17))
    behind.advance(timedelta(hours=10))
    await two.add(uuid4())
    moments = [entry.recorded_at for entry in await read_log(one.pool, 0, 100)]
    assert moments == sorted(moments)
    assert moments[:-1] == [NOW + timedelta(hours=1)] * 18
    assert moments[-1] == behind.now
    assert await verify_log(one.pool) is None
