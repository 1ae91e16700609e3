"""A log, a broker and the relay between them, for one test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import asyncpg

from shared.envelope import Cursor, Entry
from shared.eventstore.signals import Signals
from shared.generation import GenerationStatus, RelaySettings
from shared.relay import Relay
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource, Mapping
from shared.sources.reader import TopicReader
from shared.sources.topic import Brokers, topic_of
from tests.sources.contract import seen
from tests.sources.facts import SERVICE, TYPES, facts, forget, published, read_to, store
from tests.support.postgres import Database

PATIENCE = 60.0
ROOT = Path(__file__).parents[2]


class World:
    """Everything a relay test touches."""

    def __init__(self, database: Database, pool: asyncpg.Pool[asyncpg.Record], bootstrap: str, city: str) -> None:
        self.database, self.pool, self.bootstrap, self.city = database, pool, bootstrap, city
        self.signals = Signals(database.dsn)
        self.processes: list[asyncio.subprocess.Process] = []
        self.sources: list[KafkaSource] = []
        self.last = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def on(cls, database: Database, bootstrap: str, city: str) -> AsyncIterator[World]:
        """A world on this database and broker."""
        pool = await asyncpg.create_pool(database.dsn, min_size=1, max_size=8)
        world = cls(database, pool, bootstrap, city)
        try:
            yield world
        finally:
            for process in world.processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            for source in world.sources:
                await source.close()
            await pool.close()

    async def append(self, count: int, *, seed: str = "one", notes: range | tuple[int, ...] = ()) -> None:
        """Append facts as a writer does; positions in `notes` are unpublished ones."""
        await store(self.pool, facts(count, after=self.last, seed=seed, notes=notes))
        self.last += count
        self.signals.notify("log")

    async def restore(self, after: int) -> None:
        """Put an older copy of the log in place, its cursors as old as itself."""
        admin = await asyncpg.connect(self.database.admin_dsn)
        await forget(admin, after)
        await admin.execute(
            "update log.relay r set pos = l.pos, event_id = l.event_id, stopped = null from log.log l where l.pos = $1 and r.pos > $1",
            after,
        )
        await admin.close()
        self.last = after

    def relay(self, *, window: int = 1_000, mapping: Mapping = published, idle: float = 30.0) -> Relay:
        """A relay of this log."""
        source = LogSource(self.pool, self.signals, SERVICE, published=mapping, types=TYPES)
        return Relay(source, self.pool, self.bootstrap, self.city, settings=RelaySettings(window=window, idle_in_transaction=idle))

    @contextlib.asynccontextmanager
    async def relaying(self, relay: Relay | None = None) -> AsyncIterator[Relay]:
        """A relay that runs meanwhile."""
        relay = relay or self.relay()
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def process(self, *, window: int = 1_000, idle: float = 30.0, failpoint: str = "") -> asyncio.subprocess.Process:
        """A relay in a process of its own."""
        arguments = [sys.executable, "-m", "tests.relay.process", self.database.dsn, self.bootstrap, self.city, str(window), str(idle)]
        environment = {**os.environ, "FAILPOINT": failpoint}
        process = await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, env=environment)
        self.processes.append(process)
        return process

    def source(self, generation: int | None = None) -> KafkaSource:
        """A reader of the topic."""
        self.sources.append(KafkaSource(self.bootstrap, self.city, SERVICE, generation, patience=30))
        return self.sources[-1]

    async def saved(self, generation: int = 1) -> int:
        """The cursor row's position."""
        found: int = await self.pool.fetchval("select pos from log.relay where generation = $1", generation)
        return found

    async def stopped(self, generation: int = 1) -> str | None:
        """Why the generation was stopped."""
        found: str | None = await self.pool.fetchval("select stopped from log.relay where generation = $1", generation)
        return found

    async def caught_up(self, generation: int = 1) -> None:
        """Wait until everything in the log was sent and saved."""
        await until(lambda: self._is_at_end(generation))

    async def _is_at_end(self, generation: int) -> bool:
        return await self.saved(generation) == self.last

    async def must_be_whole(self, expected: list[Entry], generation: int | None = None) -> None:
        """A new reader finds every published fact once, in order, and an old one the same from any of its cursors."""
        async with asyncio.timeout(PATIENCE):
            entries = await read_to(self.source(generation), self.last, Cursor())
        assert [entry.event_id for entry in seen(entries) if entry.data] == [entry.event_id for entry in expected]
        assert all(earlier.pos < later.pos for earlier, later in pairwise(entries))

    async def records(self, generation: int = 1) -> int:
        """How many records the topic has, duplicates included."""
        reader = TopicReader(Brokers(self.bootstrap), topic_of(self.city, SERVICE, generation))
        try:
            return await reader.end()
        finally:
            await reader.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds, with a bound."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():
            await asyncio.sleep(0.05)


def first(relay: Relay) -> GenerationStatus:
    """The oldest generation's status."""
    return relay.status()[0]


def signal_to(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Send a signal to one process of this test."""
    process.send_signal(number)
