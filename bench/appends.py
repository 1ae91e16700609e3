"""Appends against bare inserts of the same row, and against the library's own PostgreSQL module."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg

from bench.rows import Row, in_turns, judged
from bench.server import Server
from bench.stock import THREADS, Meetings, environment
from shared.clock import system_now
from shared.eventstore.append import ACCEPTED, Append, NewEvent
from shared.eventstore.signals import Signals
from shared.eventstore.writer import Writer

SECONDS = 1.5
DATA = b'{"meeting":"5f0c8c1e-0000-4000-8000-000000000000","title":"' + b"x" * 220 + b'"}'
TYPE = "meetings.MeetingScheduled"
ACTOR = "user:office"

BARE_TABLE = """
create sequence bare_pos;
create table bare (pos bigint primary key default nextval('bare_pos'), stream uuid not null, version int not null, type text not null,
    schema_version smallint not null, event_id uuid not null, recorded_at timestamptz not null, actor text not null, causation_id uuid,
    correlation_id uuid, data bytea not null, leaf_hash bytea not null, unique (stream, version))"""
BARE_INSERT = """insert into bare
    (stream, version, type, schema_version, event_id, recorded_at, actor, causation_id, correlation_id, data, leaf_hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""


async def repeat(clients: int, once: Callable[[int], Awaitable[None]], seconds: float = SECONDS) -> float:
    """Calls per second of `clients` that each call, wait for the answer, and call again."""
    done = 0
    end = time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await once(number)
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    return done / (time.perf_counter() - began)


async def append_one(writer: Writer) -> None:
    """One command with one event on a stream of its own."""
    new = NewEvent(TYPE, 1, uuid4(), DATA)
    answer = await writer.submit(Append("user:bench", uuid4(), None, uuid4(), 0, ACTOR, None, None, [new]))
    assert answer.outcome == ACCEPTED


async def against_bare_inserts(server: Server) -> list[Row]:
    """`append_1_bare`, `append_8_bare`, `append_32_bare`: commands per second."""
    dsn = await server.database()
    writer = Writer(dsn, Signals(dsn), system_now)
    await writer.start()
    connections = [await asyncpg.connect(dsn) for _ in range(32)]
    await connections[0].execute(BARE_TABLE.replace("create table bare", "create table read.bare").replace("bare_pos", "read.bare_pos"))
    inserts = [await connection.prepare(BARE_INSERT.replace("into bare", "into read.bare")) for connection in connections]

    async def bare(number: int) -> None:
        await inserts[number].fetch(
            uuid4(), 1, TYPE, 1, uuid4(), datetime.now(UTC), ACTOR, None, None, DATA, b"l" * 32
        )  # fmt: skip

    rows = []
    for clients, bound in ((1, 0.6), (8, 0.8), (32, 1.5)):

        async def ours(clients: int = clients) -> float:
            return await repeat(clients, lambda _: append_one(writer))

        async def peer(clients: int = clients) -> float:
            return await repeat(clients, bare)

        rows.append(judged(f"append_{clients}_bare", *await in_turns(ours, peer), "≥", bound))
    for connection in connections:
        await connection.close()
    await writer.close()
    return rows


async def against_stock(server: Server) -> list[Row]:
    """`append_32_stock`: commands per second at 32 clients, against 32 threads on the library's safe PostgreSQL module."""
    dsn = await server.database()
    writer = Writer(dsn, Signals(dsn), system_now)
    await writer.start()
    empty = await server.empty_database()
    stock = Meetings(environment(empty))
    title = DATA.decode()

    def threads() -> float:
        done = [0] * THREADS
        end = time.perf_counter() + SECONDS

        def client(number: int) -> None:
            while time.perf_counter() < end:
                stock.schedule(title)
                done[number] += 1

        began = time.perf_counter()
        running = [threading.Thread(target=client, args=(number,)) for number in range(THREADS)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return sum(done) / (time.perf_counter() - began)

    ours, peer, ratio = await in_turns(lambda: repeat(32, lambda _: append_one(writer)), lambda: asyncio.to_thread(threads))
    await writer.close()
    stock.close()
    return [judged("append_32_stock", ours, peer, ratio, "≥", 10)]
