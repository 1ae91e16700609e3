"""Connections to a database, of which nobody waits for a free one without end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolAcquireContext

    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool  # Which takes no parameter where it runs.

FREE_WITHIN_SECONDS = 10.0
"""How long somebody waits for a free connection. A request then answers 503, a reader waits and tries again."""


class BoundedPool(Pool):
    """As `asyncpg.create_pool` makes it, and TimeoutError for whoever gets no connection in time."""

    def __init__(
        self,
        dsn: str,
        *,
        min_size: int,
        max_size: int,
        free_within: float = FREE_WITHIN_SECONDS,
        idle_seconds: float = 300.0,
        **options: Any,
    ) -> None:
        """`idle_seconds` is how long a connection stays open that nobody needs; `options` go to every connection."""
        super().__init__(
            dsn,
            min_size=min_size,
            max_size=max_size,
            max_queries=50_000,
            max_inactive_connection_lifetime=idle_seconds,
            loop=asyncio.get_running_loop(),
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            **options,
        )
        self._free_within = free_within

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext[asyncpg.Record]:
        """A connection, within `timeout` seconds or the pool's own; what the pool's `fetch` and the like use too."""
        return super().acquire(timeout=self._free_within if timeout is None else timeout)
