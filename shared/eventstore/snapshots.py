"""Snapshots of long streams: a cache in the database, versioned, sealed as the events are, droppable at any time."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog
from pydantic import TypeAdapter, ValidationError

from shared.domain import Decider

logger = structlog.get_logger(__name__)

S = TypeVar("S")


@lru_cache
def _adapter(state: Any) -> TypeAdapter[Any]:
    return TypeAdapter(state)


class Snapshots:
    """Keeps one snapshot per stream, for deciders that ask for it."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], schema: str) -> None:
        self.pool, self.schema = pool, schema
        self._under_way: set[asyncio.Task[None]] = set()

    async def find(self, decider: Decider[S, Any, Any], stream: UUID) -> tuple[int, S]:
        """The newest snapshot that this program can read, or the beginning."""
        if decider.snapshot_every:
            row = await self.pool.fetchrow(
                f"select version, state from {self.schema}.snapshot where stream = $1 and kind = $2 and state_version = $3",
                stream, decider.name, decider.state_version,
            )  # fmt: skip
            if row:
                try:
                    return row["version"], _adapter(decider.state_type).validate_json(row["state"])
                except ValidationError as error:
                    logger.warning("snapshot.unreadable", decider=decider.name, errors=error.error_count())
        return 0, decider.initial

    def perhaps_take(self, decider: Decider[S, Any, Any], stream: UUID, before: int, version: int, state: S) -> None:
        """Store a snapshot in the background when the stream has passed another multiple of `snapshot_every`."""
        every = decider.snapshot_every
        if every and before // every != version // every:
            task = asyncio.create_task(self._take(decider, stream, version, state))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Wait for those under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _take(self, decider: Decider[S, Any, Any], stream: UUID, version: int, state: S) -> None:
        query = f"""
            insert into {self.schema}.snapshot as old (stream, kind, state_version, version, state) values ($1, $2, $3, $4, $5)
            on conflict (stream) do update set kind = $2, state_version = $3, version = $4, state = $5
            where old.version < $4 or old.state_version <> $3 or old.kind <> $2"""
        try:
            data = _adapter(decider.state_type).dump_json(state)
            await self.pool.execute(query, stream, decider.name, decider.state_version, version, data)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, ValueError) as error:
            logger.info("snapshot.not_taken", decider=decider.name, error=error.__class__.__name__)
