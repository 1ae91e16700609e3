"""Does a tailing reader miss events? 32 writers with random rollbacks, on our log and on one whose numbers come from a sequence."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg

from bench.rows import Row, judged
from bench.server import Server

EVENTS = 20_000
WRITERS = 32
ROLLBACKS = 0.1

Insert = Callable[[asyncpg.Connection], Awaitable[None]]


class _RolledBack(Exception):
    """The writer changes its mind."""


async def append(connection: asyncpg.Connection) -> None:
    """One event through the log's own function."""
    await connection.fetchval(
        "select log.append_one($1, 'user:bench', $2, null, $3, 0, 'bench.Noted', 1::smallint, $4, 'user:bench', null, null, '{}')",
        datetime.now(UTC), uuid4(), uuid4(), uuid4(),
    )  # fmt: skip


async def insert(connection: asyncpg.Connection) -> None:
    """One event numbered by a sequence at INSERT."""
    await connection.execute("insert into read.numbered default values")


async def missed(dsn: str, write: Insert, table: str, seed: int = 1) -> int:
    """How many committed events a reader that asks for what lies behind its last position has not seen in the end."""
    left = EVENTS
    seen: set[int] = set()
    writing = True

    async def writer(number: int) -> None:
        nonlocal left
        chance = random.Random(seed * 1000 + number)
        connection = await asyncpg.connect(dsn)
        while left > 0:
            left -= 1
            try:
                async with connection.transaction():
                    await write(connection)
                    if chance.random() < ROLLBACKS:
                        raise _RolledBack
            except _RolledBack:
                left += 1
        await connection.close()

    async def reader() -> None:
        connection = await asyncpg.connect(dsn)
        last = 0
        while True:
            was_writing = writing
            rows = await connection.fetch(f"select pos from {table} where pos > $1 order by pos limit 500", last)
            seen.update(row["pos"] for row in rows)
            last = rows[-1]["pos"] if rows else last
            if not rows and not was_writing:
                break
        await connection.close()

    tailing = asyncio.create_task(reader())
    await asyncio.gather(*(writer(number) for number in range(WRITERS)))
    writing = False
    await tailing
    connection = await asyncpg.connect(dsn)
    committed = {row["pos"] for row in await connection.fetch(f"select pos from {table}")}
    await connection.close()
    return len(committed - seen)


async def by_a_reader(server: Server) -> list[Row]:
    """`missed_by_reader`: of 20,000 events, none on ours; the sequence-numbered log must miss some, or the measure proves nothing."""
    dsn = await server.database()
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table read.numbered (pos bigint generated always as identity primary key)")
    await connection.close()
    ours = await missed(dsn, append, "log.log")
    peer = await missed(dsn, insert, "read.numbered")
    row = judged("missed_by_reader", ours, peer, None, "=", 0)
    return [row if peer else Row(row.measure, row.ours, row.peer, None, row.target, holds=False)]
