"""One process's half of the log, as often as a test wants it: writer, pool, store and signals on one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from shared.clock import system_now
from shared.domain import Now
from shared.eventstore.append import Append, NewClaim, NewEvent
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Outcome, Store
from shared.eventstore.writer import Writer
from tests.eventstore.ledger import LEDGER, TYPES, Add

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Node:
    """What one process has."""

    writer: Writer
    pool: asyncpg.Pool[asyncpg.Record]
    store: Store
    signals: Signals

    async def add(self, stream: UUID, amount: int = 1, *, id: UUID | None = None, expected: int | None = None, **wishes: Any) -> Outcome:
        """Add to a ledger, in the name of an office."""
        where = origin(id, body=str(amount).encode())
        command = Add(now=NOW, command=str(where.command_id), amount=amount, **wishes)
        return await self.store.execute(LEDGER, stream, command, where, expected=expected)


def origin(id: UUID | None = None, *, principal: str = "anna", body: bytes | None = None) -> Origin:
    """Where a command comes from."""
    return Origin(principal, id or uuid4(), "office:test", body)


def an_append(stream: UUID | None = None, expected: int = 0, *, id: UUID | None = None, data: bytes = b"{}", **more: Any) -> Append:
    """One command with one event for the writer, decided on nothing."""
    claims: list[NewClaim] = more.pop("claims", [])
    return Append(
        more.pop("principal", "anna"), id or uuid4(), more.pop("fingerprint", None), stream or uuid4(), expected,
        more.pop("actor", "office:test"), None, None, [NewEvent("ledger.Added", 1, uuid4(), data)] * more.pop("events", 1), claims,
    )  # fmt: skip


@asynccontextmanager
async def node(
    dsn: str, *, clock: Now = system_now, listen: bool = False, cached_states: int = 1000, **options: Any
) -> AsyncIterator[Node]:
    """A node on `dsn`; `listen` makes its signals hear other processes'."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(asyncpg.create_pool(dsn, min_size=0, max_size=8, command_timeout=10))
        stack.callback(pool.terminate)
        signals = Signals(dsn)
        if listen:
            await signals.start()
            stack.push_async_callback(signals.close)
        writer = Writer(dsn, signals, clock, **options)
        await writer.start()
        stack.push_async_callback(writer.close)
        store = Store(writer, pool, TYPES, cached_states=cached_states)
        stack.push_async_callback(store.close)
        yield Node(writer, pool, store, signals)


@asynccontextmanager
async def locked_head(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Holds the log's lock until the block ends, so that calls pile up behind it."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("select 1 from log.head for update")
            yield connection
    finally:
        await connection.close()


async def until(condition: Callable[[], Any], what: str, within: float = 20.0) -> None:
    """Wait for a condition, which may be a coroutine function; fail after `within` seconds."""
    for _ in range(int(within / 0.01)):
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{what} did not come about in {within} seconds")


async def waiting_for_lock(watcher: asyncpg.Connection[asyncpg.Record]) -> int:
    """How many of this database's sessions wait for a lock."""
    count: int = await watcher.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    return count
