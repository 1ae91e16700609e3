"""The relay against a raw producer that sends the same bytes with the same acknowledgement window."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.reading import FILL, Scheduled
from bench.rows import Row, judged
from bench.server import Server
from shared.domain import Contract, Event
from shared.envelope import Cursor, Received
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.generation import RelaySettings
from shared.relay import Relay
from shared.sources.cloudevents import record_of, source_of
from shared.sources.log import LogSource
from shared.sources.topic import Brokers, must_have_topic
from shared.sources.writer import BATCH_BYTES
from tests.support.choice import choose
from tests.support.kafka import KafkaServer
from tests.support.run import Run

EVENTS = 100_000
WINDOW = RelaySettings().window
ROUNDS = 3


class ScheduledOutside(Contract, name="bench.Scheduled"):
    """What is published of the event."""

    title: str


def published(received: Received[Event]) -> Contract | None:
    """Every event is."""
    assert isinstance(received.message, Scheduled)
    return ScheduledOutside(title=received.message.title)


@asynccontextmanager
async def broker() -> AsyncIterator[str]:
    """The broker of KAFKA_BOOTSTRAP_SERVERS, or one that ends with the measure."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    run = await asyncio.to_thread(Run.begin)
    try:
        choice = await asyncio.to_thread(choose, own=True)
        server = KafkaServer(run, run.fresh_directory("kafka"), choice)
        await asyncio.to_thread(server.start)
        yield server.bootstrap
    finally:
        await asyncio.to_thread(run.end)


async def against_raw_producer(server: Server) -> list[Row]:
    """`relay`: records per second."""
    dsn = await server.database()
    pool = await asyncpg.create_pool(dsn, min_size=4, max_size=4)
    for start in range(1, EVENTS, 20_000):
        await pool.execute(FILL, start, start + 19_999, "x" * 200)
    signals = Signals(dsn)
    types = MessageTypes([Scheduled])
    async with broker() as bootstrap:
        rounds = []
        for _ in range(ROUNDS):
            await pool.execute("update log.relay set pos = 0, event_id = null, filled = false")
            source = LogSource(pool, signals, "bench", published=published, types=types)
            ours = await _relayed(pool, Relay(source, pool, bootstrap, f"bench-{uuid4().hex[:8]}"))
            rounds.append((ours, await _produced(bootstrap, source)))
    await pool.close()
    ratio = statistics.median(a / b for a, b in rounds)
    return [judged("relay", statistics.median(a for a, _ in rounds), statistics.median(b for _, b in rounds), ratio, "≥", 0.6)]


async def _relayed(pool: asyncpg.Pool[asyncpg.Record], relay: Relay) -> float:
    """Records per second between the first window that was saved and the last."""
    running = asyncio.create_task(relay.run())
    first = 0
    began = 0.0
    try:
        while True:
            pos: int = await pool.fetchval("select pos from log.relay")
            if pos and not first:
                first, began = pos, time.perf_counter()
            if pos >= EVENTS:
                return (EVENTS - first) / (time.perf_counter() - began)
            await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _produced(bootstrap: str, source: LogSource) -> float:
    """Records per second of a bare producer: the same records, made beforehand, window by window, each acknowledged before the next."""
    city = f"bench-{uuid4().hex[:8]}"
    topic = f"bindeglied.{city}.bench.1"
    await must_have_topic(Brokers(bootstrap, {}), topic, 1)
    origin = source_of(city, "bench").encode()
    records = []
    cursor = Cursor()
    while entries := await source.read(cursor, WINDOW):
        records.append([record_of(entry, origin) for entry in entries])
        cursor = cursor.after(entries[-1])
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=BATCH_BYTES)
    await producer.start()
    try:
        began = time.perf_counter()
        for window in records:
            batch = producer.create_batch()
            for record in window:
                batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
            batch.close()
            await (await producer.send_batch(batch, topic, partition=0))
        return EVENTS / (time.perf_counter() - began)
    finally:
        await producer.stop()
