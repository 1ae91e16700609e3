"""What size and long snapshots do to appends: the same work on a large and a small log, and under an open snapshot."""

from __future__ import annotations

import hashlib
import statistics
import time
from uuid import UUID

import asyncpg

from bench.appends import append_one, repeat
from bench.rows import Row, in_turns, judged
from bench.server import Server
from shared.clock import system_now
from shared.domain import Decider, Event
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.eventstore.writer import Writer

SMALL, LARGE = 10_000, 1_000_000
STREAM_LENGTH = 10
SNAPSHOT_SECONDS = 30

FILL = """
insert into log.log
select g, md5('s' || (g - 1) / 10)::uuid, 1 + (g - 1) % 10, 'bench.Noted', 1, md5('e' || g)::uuid, now(), 'user:bench', null, null,
       convert_to('{"text":"' || repeat('x', 200) || '"}', 'UTF8'), sha256(int8send(g))
from generate_series($1::bigint, $2::bigint) g"""
FILL_COMMANDS = """
insert into log.command select 'user:bench', md5('c' || g)::uuid, null, md5('s' || (g - 1) / 10)::uuid, 1 + (g - 1) % 10, g, now()
from generate_series($1::bigint, $2::bigint) g"""


class Noted(Event, name="bench.Noted"):
    """An event to load."""

    text: str


def count(state: int, _: Noted) -> int:
    """The simplest fold."""
    return state + 1


COUNTER: Decider[int, object, Noted] = Decider(name="bench.Counter", initial=0, evolve=count, decide=lambda _, __: [])  # type: ignore[type-var]  # It is only loaded.


async def filled(server: Server, events: int) -> str:
    """A database whose log holds so many events, ten a stream."""
    dsn = await server.database()
    connection = await asyncpg.connect(dsn)
    for start in range(1, events + 1, 100_000):
        end = min(start + 99_999, events)
        await connection.execute(FILL, start, end)
        await connection.execute(FILL_COMMANDS, start, end)
    await connection.close()
    owner = await asyncpg.connect(server.owner_of(dsn))
    await owner.execute("vacuum analyze log.log")
    await owner.execute("vacuum analyze log.command")
    await owner.execute("checkpoint")
    await owner.close()
    return dsn


class Log:
    """A log with its writer and its pool."""

    def __init__(self, dsn: str, writer: Writer, pool: asyncpg.Pool[asyncpg.Record], events: int) -> None:
        self.dsn, self.writer, self.pool, self.streams = dsn, writer, pool, events // STREAM_LENGTH
        self._next = 0

    async def append(self) -> float:
        """Commands per second at 32 clients."""
        return await repeat(32, lambda _: append_one(self.writer))

    async def load(self) -> float:
        """Loads per second of a stream of ten events, each by a store that has nothing cached."""
        store = Store(self.writer, self.pool, MessageTypes([Noted]), cached_states=1)

        async def once(_: int) -> None:
            # A large odd step walks over all streams without order.
            self._next = (self._next + 7_919) % self.streams
            version, _state = await store.load(COUNTER, _md5(f"s{self._next}"))
            assert version == STREAM_LENGTH

        return await repeat(4, once)


def _md5(text: str) -> UUID:
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


async def opened(dsn: str, events: int) -> Log:
    """The log at an address."""
    writer = Writer(dsn, Signals(dsn), system_now)
    await writer.start()
    pool = await asyncpg.create_pool(dsn, min_size=4, max_size=4)
    return Log(dsn, writer, pool, events)


async def of_a_million(server: Server) -> list[Row]:
    """`growth`: time at 1,000,000 events over time at 10,000; the worse of append and load."""
    small = await opened(await filled(server, SMALL), SMALL)
    large = await opened(await filled(server, LARGE), LARGE)
    rows = []
    for name, at_large, at_small in (("append", large.append, small.append), ("load", large.load, small.load)):
        a, b, ratio = await in_turns(at_large, at_small)
        rows.append((1 / ratio, a, b, name))
    slowdown, a, b, _ = max(rows)
    for log in (small, large):
        await log.writer.close()
        await log.pool.close()
    return [judged("growth", a, b, slowdown, "≤", 1.15)]


async def under_a_long_snapshot(server: Server) -> list[Row]:
    """`long_snapshot`: commands per second while another connection's snapshot stays open for 30 s, over those before."""
    log = await opened(await filled(server, SMALL), SMALL)
    await log.append()
    before = [await log.append() for _ in range(5)]
    during = []
    reader = await asyncpg.connect(log.dsn)
    async with reader.transaction(isolation="repeatable_read", readonly=True):
        await reader.fetchval("select count(*) from log.log")
        end = time.perf_counter() + SNAPSHOT_SECONDS
        while time.perf_counter() < end:
            during.append(await log.append())
    await reader.close()
    await log.writer.close()
    await log.pool.close()
    last = statistics.median(during[len(during) // 2 :])
    return [judged("long_snapshot", last, statistics.median(before), last / statistics.median(before), "≥", 0.8)]
