"""Keeps one read model: follows its sources, parks what fails, rebuilds onto new generations, verifies, and answers about the past."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.envelope import Cursor, Entry
from shared.eventstore.signals import Signals
from shared.projections import apply, cursors, rebuild
from shared.projections.as_of import as_of
from shared.projections.following import Follower
from shared.projections.parking import ParkedStream, parked_streams
from shared.projections.projection import Projection, Reading
from shared.projections.scratch import Progress, Sources, no_progress, opened
from shared.projections.verify import Verification, verify
from shared.sources.source import read_again

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

BATCH = 1000


class Projector:
    """One projection with its sources. Any number of processes may run the same one: each event is applied once."""

    def __init__(
        self,
        projection: Projection,
        sources: Sources,
        pool: Pool,
        signals: Signals,
        *,
        batch: int = BATCH,
    ) -> None:
        if projection.folds.keys() != sources.keys():
            raise ValueError(f"{projection.name} folds {sorted(projection.folds)} and is given {sorted(sources)}")
        self.projection = projection
        self.sources, self.pool, self.signals, self.batch = (
            sources,
            pool,
            signals,
            batch,
        )
        self._reading = Reading(projection)
        self._follower = Follower(projection.name, pool, signals)

    async def start(self) -> None:
        """Make the tables and cursors where they are missing; ShapeChanged where the projection needs a new version."""
        await rebuild.start(self.pool, self._reading)

    async def run(self) -> None:
        """Follow the sources until cancelled. Faults of the surroundings are waited out; what cannot heal stops it, visibly."""
        await self._follower.patiently(next(iter(self.sources)), self.start)
        async with opened(self.sources) as readers, asyncio.TaskGroup() as group:
            for name, reader in readers.items():
                deliver = partial(self._deliver, name)
                following = self._follower.follow(name, reader, self.batch, deliver, self.rebuild)
                group.create_task(following, name=f"projector:{self.projection.name}:{name}")

    async def _deliver(self, name: str, entries: Sequence[Entry]) -> Cursor:
        async with self.pool.acquire() as connection:
            return await self.apply(connection, name, entries)

    async def apply(self, connection: Connection, name: str, entries: Sequence[Entry]) -> Cursor:
        """Apply entries that a source has yielded; known ones are dropped."""
        return await apply.apply(connection, self._reading, name, entries)

    async def status(self) -> dict[str, Any]:
        """Where it stands in each source, its lag (None where it does not run here), what is parked, and why it stands still."""
        return await self._follower.status()

    async def parked(self) -> list[ParkedStream]:
        """The streams that wait for an operator."""
        return await parked_streams(self.pool, self.projection.name)

    async def retry(self, source: str, stream: UUID) -> int:
        """Apply a parked stream's records in order, up to the first that fails again; answers how many are left."""
        left = await apply.retry(self.pool, self._reading, source, stream, partial(self._again, source))
        self.signals.notify("read")
        return left

    async def _again(self, source: str, entry: Entry) -> Entry:
        async with opened({source: self.sources[source]}) as readers:
            return await read_again(readers[source], entry)

    async def skip(self, source: str, stream: UUID, by: str) -> Entry | None:
        """Do without a parked stream's first record, on the word of `by`, and retry the rest; answers the record."""
        skipped = await apply.skip(self.pool, self._reading, source, stream, by)
        await self.retry(source, stream)
        return skipped

    async def rebuild(self, progress: Progress = no_progress) -> dict[str, Cursor]:
        """Fill new tables from the sources' beginnings and switch to them, beside live reads; RebuildRunning when another one is at it."""
        at = await rebuild.rebuild(self.pool, self._reading, self.sources, progress)
        self.signals.notify("read")
        return at

    async def verify(self, progress: Progress = no_progress) -> Verification:
        """Compare the read model with a fold of its sources, bytewise; the projection goes on meanwhile."""
        return await verify(self.pool, self._reading, self.sources, progress)

    @asynccontextmanager
    async def as_of(self, positions: Mapping[str, int]) -> AsyncIterator[Connection]:
        """A read-only connection that sees the tables as they were at these positions; sources not named are as they are now."""
        async with as_of(self.pool, self._reading, self.sources, positions) as connection:
            yield connection

    async def reached(self, source: str, pos: int, timeout: float = 2.0) -> bool:
        """Wait until the read model knows everything up to `pos`; False when the time is up."""
        return await cursors.reached(self.pool, self.signals, self.projection.name, source, pos, timeout)
