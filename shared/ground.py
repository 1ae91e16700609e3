"""The ground that a service stands on in this process: connections to its database, and the signals of who writes there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from shared.connections import BoundedPool
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.projections.cursors import READ
from shared.service import Service
from shared.sources.log import LogSource

CONNECTIONS = 12
COMMAND_SECONDS = 60
"""A statement that has not answered by then is on a connection that nobody else knows of any more."""


@dataclass(frozen=True)
class Ground:
    """A service's database as this process reads it. Whoever reads several services opens all grounds before it starts the first."""

    dsn: str
    pool: asyncpg.Pool[asyncpg.Record]
    signals: Signals
    types: MessageTypes

    def published(self, service: Service) -> LogSource:
        """What the service publishes, read from its log: how others hear of it where there is no broker."""
        return LogSource(self.pool, self.signals, service.name, published=service.published, types=self.types, parks=True)


@asynccontextmanager
async def ground(service: Service, dsn: str, connections: int = CONNECTIONS) -> AsyncIterator[Ground]:
    """Connections to the service's database, and the signals of who writes there."""
    async with AsyncExitStack() as stack:
        pool = await BoundedPool(
            dsn,
            min_size=1,
            max_size=connections,
            idle_seconds=60,
            command_timeout=COMMAND_SECONDS,
            server_settings={"search_path": READ, "application_name": service.name},
            timeout=5,
        )
        stack.push_async_callback(_closed, pool)
        signals = Signals(dsn)
        await signals.start()
        stack.push_async_callback(signals.close)
        yield Ground(dsn, pool, signals, MessageTypes(service.events))


async def _closed(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pool.close(), 5)
        return
    pool.terminate()
