"""Keeps one read model: follows its sources, parks what fails, rebuilds onto new generations, verifies, and answers about the past."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from shared.envelope import Cursor, Entry
from shared.eventstore.signals import Signals
from shared.projections import apply, cursors, rebuild
from shared.projections.as_of import as_of
from shared.projections.cursors import POLL_SECONDS
from shared.projections.faults import is_passing
from shared.projections.parking import ParkedStream, TooManyParked, parked_streams
from shared.projections.projection import Projection, Reading
from shared.projections.scratch import (
    Progress,
    RebuildRunning,
    Sources,
    no_progress,
    opened,
)
from shared.projections.verify import Verification, verify
from shared.sources.source import (
    NewGeneration,
    Source,
    SourceDiverged,
    SourceUnavailable,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

logger = structlog.get_logger(__name__)

BATCH = 1000
LONGEST_PAUSE = 10.0


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
        self._tails: dict[str, int] = {}
        self._stopped: dict[str, str] = {}
        self._waiting: dict[str, str] = {}

    async def start(self) -> None:
        """Make the tables and cursors where they are missing; ShapeChanged where the projection needs a new version."""
        await rebuild.start(self.pool, self._reading)

    async def run(self) -> None:
        """Follow the sources until cancelled. Faults of the surroundings are waited out; what cannot heal stops it, visibly."""
        await self._started()
        async with opened(self.sources) as readers, asyncio.TaskGroup() as group:
            for name, reader in readers.items():
                group.create_task(
                    self._follow(name, reader),
                    name=f"projector:{self.projection.name}:{name}",
                )

    async def _started(self) -> None:
        pause = 0.1
        while True:
            try:
                return await self.start()
            except Exception as error:
                if not is_passing(error):
                    raise
                pause = await self._pause(pause, *self.sources, reason=str(error))

    async def _follow(self, name: str, source: Source) -> None:
        cursor: Cursor | None = None
        pause = 0.1
        while True:
            try:
                cursor = await self._step(
                    name,
                    source,
                    cursor or await cursors.load(self.pool, self.projection.name, name),
                )
                await self._goes_on(name)
                pause = 0.1
            except NewGeneration as newer:
                logger.info(
                    "projector.new_generation",
                    projection=self.projection.name,
                    source=name,
                    generation=newer.generation,
                )
                try:
                    await self.rebuild()
                except (RebuildRunning, SourceUnavailable) as error:
                    pause = await self._pause(pause, name, reason=str(error))
                cursor = None
            except TooManyParked as error:
                await self._stand_still(name, str(error))
                cursor = None
            except SourceDiverged as error:
                # A topic that lost its tail is made whole by the relay, so it is asked again; a restored log stays another one.
                await self._stand_still(name, str(error), LONGEST_PAUSE)
                cursor = None
            except SourceUnavailable as error:
                pause = await self._pause(pause, name, reason=str(error))
            except Exception as error:
                if not is_passing(error):
                    raise
                pause = await self._pause(pause, name, reason=f"{type(error).__name__}: {error}")
                cursor = None

    async def _step(self, name: str, source: Source, cursor: Cursor) -> Cursor:
        entries = await source.read(cursor, self.batch)
        if not entries:
            self._tails[name] = cursor.pos
            await source.wait(cursor, POLL_SECONDS)
            # Another process may have moved the cursor, or switched to rebuilt tables.
            return await cursors.load(self.pool, self.projection.name, name)
        self._tails[name] = max(await source.tail() if len(entries) == self.batch else 0, entries[-1].pos)
        async with self.pool.acquire() as connection:
            moved = await self.apply(connection, name, entries)
        if moved == cursor:
            await asyncio.sleep(POLL_SECONDS)  # A source that gives what does not follow on the cursor is not asked in a hurry.
        self.signals.notify("read")
        return moved

    async def apply(self, connection: Connection, name: str, entries: Any) -> Cursor:
        """Apply entries that a source has yielded; known ones are dropped."""
        return await apply.apply(connection, self._reading, name, entries)

    async def _pause(self, seconds: float, *names: str, reason: str) -> float:
        for name in names:
            self._waiting[name] = reason
        logger.warning(
            "projector.waiting",
            projection=self.projection.name,
            sources=names,
            reason=reason,
            seconds=seconds,
        )
        await asyncio.sleep(seconds)
        return min(seconds * 2, LONGEST_PAUSE)

    async def _goes_on(self, name: str) -> None:
        self._waiting.pop(name, None)
        if self._stopped.pop(name, None):
            await cursors.note_stop(self.pool, self.projection.name, [name], None)

    async def _stand_still(self, name: str, reason: str, seconds: float = math.inf) -> None:
        """Say why, and wait until the cursor is moved by a rebuild, the projector is started anew, or the time is over."""
        logger.error(
            "projector.stopped",
            projection=self.projection.name,
            source=name,
            reason=reason,
        )
        self._stopped[name] = reason
        noted = False
        at: Cursor | None = None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if not noted:
                    await cursors.note_stop(self.pool, self.projection.name, [name], reason)
                    noted = True
                now = await cursors.load(self.pool, self.projection.name, name)
                if at is not None and now != at:
                    return
                at = now
            except Exception as error:
                if not is_passing(error):
                    raise
            ticket = self.signals.ticket("read")
            await self.signals.wait("read", ticket, POLL_SECONDS)

    async def status(self) -> dict[str, Any]:
        """Where it stands in each source, its lag (None where it does not run here), what is parked, and why it stands still."""
        at = await cursors.load_all(self.pool, self.projection.name)
        parked = await parked_streams(self.pool, self.projection.name)
        return {
            "name": self.projection.name,
            "sources": {
                name: {
                    "pos": cursor.pos,
                    "tail": tail,
                    "lag": None if tail is None else max(tail - cursor.pos, 0),
                    "parked": sum(stream.source == name for stream in parked),
                    "stopped": self._stopped.get(name),
                    "waiting": self._waiting.get(name),
                }
                for name, cursor, tail in ((name, cursor, self._tails.get(name)) for name, cursor in at.items())
            },
            "ready": not self._stopped and not self._waiting,
        }

    async def parked(self) -> list[ParkedStream]:
        """The streams that wait for an operator."""
        return await parked_streams(self.pool, self.projection.name)

    async def retry(self, source: str, stream: UUID) -> int:
        """Apply a parked stream's records in order, up to the first that fails again; answers how many are left."""
        left = await apply.retry(self.pool, self._reading, source, stream)
        self.signals.notify("read")
        return left

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
