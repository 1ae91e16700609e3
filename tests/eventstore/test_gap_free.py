"""A reader that tails the log misses nothing, whatever the writers roll back; numbers from a sequence would lose events."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg

from shared.clock import system_now
from shared.eventstore.leaf import verify_log
from tests.eventstore.conftest import Nodes
from tests.eventstore.nodes import Node, an_append, until
from tests.support.postgres import Database

SEED = 20260322
EVENTS = 20_000
RAW_WRITERS = 32
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class RolledBack(Exception):
    """A writer changed its mind."""


async def append_raw(connection: Connection, random: Random) -> int:
    """One call of the append function inside a transaction that may be rolled back; the events that stay."""
    count = random.randint(1, 150)
    streams, ids = [uuid4() for _ in range(count)], [uuid4() for _ in range(count)]
    numbers = list(range(1, count + 1))
    with suppress(RolledBack):
        async with connection.transaction():
            await connection.execute(
                f"select log.append({', '.join(f'${n}' for n in range(1, 23))})",
                system_now(), ["raw"] * count, ids, [None] * count, streams, [0] * count, [1] * count,
                numbers, [1] * count, streams, [1] * count, ["raw.Happened"] * count, [1] * count, ids, ["office:raw"] * count,
                [None] * count, [None] * count, [b"{}"] * count, [], [], [], [],
            )  # fmt: skip
            if random.random() < 0.3:
                await asyncio.sleep(random.random() * 0.002)
            if random.random() < 0.3:
                raise RolledBack
            return count
    return 0


async def tail(connection: Connection, query: str, stop: asyncio.Event, met: list[int]) -> list[int]:
    """What a reader meets that always asks for what lies behind the last number it saw; `met` grows with it."""
    last = False
    while True:
        rows = await connection.fetch(query, met[-1] if met else 0)
        met += [row["pos"] for row in rows]
        if last and not rows:
            return met
        last = stop.is_set()
        await asyncio.sleep(0)


async def test_a_tailing_reader_misses_none_of_20000_events_of_32_writers_that_roll_back(nodes: Nodes, database: Database) -> None:
    processes = [await nodes() for _ in range(2)]
    raw = [await asyncpg.connect(database.dsn) for _ in range(RAW_WRITERS)]
    reader = await asyncpg.connect(database.dsn)
    stop = asyncio.Event()
    written = 0

    async def writing(write: Any) -> None:
        nonlocal written
        while written < EVENTS:
            count = await write()  # On a line of its own: `written +=` would add to what it was before the wait.
            written += count

    async def submit(node: Node) -> int:
        await node.writer.submit(an_append(events=3))
        return 3

    tailing = asyncio.create_task(tail(reader, "select pos from log.log where pos > $1 order by pos limit 1000", stop, []))
    try:
        async with asyncio.TaskGroup() as group:
            for number, connection in enumerate(raw):
                random = Random(f"{SEED} {number}")
                group.create_task(writing(lambda connection=connection, random=random: append_raw(connection, random)))
            for node in processes * 4:
                group.create_task(writing(lambda node=node: submit(node)))
        stop.set()
        met = await tailing
        assert await reader.fetchval("select count(*) from log.log") == written
        assert met == list(range(1, written + 1)), f"seed {SEED}"
        assert await verify_log(reader) is None
    finally:
        tailing.cancel()
        for connection in (*raw, reader):
            connection.terminate()


async def test_the_same_reader_misses_events_of_a_log_numbered_by_a_sequence(database: Database) -> None:
    slow, quick, reader = [await asyncpg.connect(database.admin_dsn) for _ in range(3)]
    await slow.execute("create table numbered (pos bigserial primary key, stream uuid)")
    stop = asyncio.Event()
    met: list[int] = []
    tailing = asyncio.create_task(tail(reader, "select pos from numbered where pos > $1 order by pos limit 1000", stop, met))
    try:
        async with slow.transaction():
            await slow.execute("insert into numbered (stream) values (gen_random_uuid())")
            await quick.execute("insert into numbered (stream) values (gen_random_uuid())")
            # The reader comes by while the first number is still on its way.
            await until(lambda: met, "the quick one met")
        stop.set()
        assert await tailing == [2]
        assert await reader.fetchval("select count(*) from numbered") == 2
    finally:
        tailing.cancel()
        for connection in (slow, quick, reader):
            connection.terminate()


async def test_the_same_slow_commit_holds_back_no_number_of_ours(nodes: Nodes, database: Database) -> None:
    one = await nodes()
    slow, reader = await asyncpg.connect(database.dsn), await asyncpg.connect(database.dsn)
    stop = asyncio.Event()
    tailing = asyncio.create_task(tail(reader, "select pos from log.log where pos > $1 order by pos limit 1000", stop, []))
    try:
        async with slow.transaction():
            random = Random(SEED)
            while not await append_raw(slow, random):  # Inside the open transaction it is a savepoint that may be rolled back.
                pass
            quick = asyncio.create_task(one.writer.submit(an_append()))
            await asyncio.sleep(0.2)
            assert not quick.done()
        answer = await quick
        stop.set()
        assert await tailing == list(range(1, answer.position + 1))
    finally:
        tailing.cancel()
        for connection in (slow, reader):
            connection.terminate()


async def test_sequential_scans_stay_away_when_the_log_grows(nodes: Nodes, admin: Connection) -> None:
    one = await nodes()

    async def scans() -> dict[str, int]:
        await asyncio.sleep(0)
        await admin.execute("select pg_stat_clear_snapshot()")
        rows = await admin.fetch(
            "select relname, seq_scan from pg_stat_user_tables where schemaname = 'log' and relname in ('log', 'command')"
        )
        return {row["relname"]: row["seq_scan"] for row in rows}

    async def append(rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.gather(*(one.writer.submit(an_append(events=2)) for _ in range(25)))
            await one.writer.submit(an_append())

    await append(10)  # The plans are made while the tables are small.
    await admin.execute(
        "insert into log.log select 510 + n, gen_random_uuid(), 1, 'x', 1, gen_random_uuid(), now(), 'x', null, null, '', '' "
        "from generate_series(1, 20000) n"
    )
    await admin.execute(
        "insert into log.command select 'x', gen_random_uuid(), null, gen_random_uuid(), 1, 510 + n, now() from generate_series(1, 20000) n"
    )
    await admin.execute("analyze log.log; analyze log.command")
    await one.writer._calls.connection.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]  # It is connected.
    before = await scans()
    await append(10)
    await one.writer._calls.connection.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]  # It is connected.
    assert await scans() == before
    await one.writer._calls.connection.fetchval("select count(*) from log.log where data = 'x'")  # type: ignore[union-attr]  # It is connected.
    await one.writer._calls.connection.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]  # It is connected.
    assert (await scans())["log"] == before["log"] + 1  # Such a scan would have been counted.
