"""The loop of everything that follows sources: read, deliver, wait; patient with the surroundings, at a stop where nothing heals."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from shared.envelope import Cursor, Entry
from shared.eventstore.signals import Signals
from shared.projections import cursors
from shared.projections.cursors import POLL_SECONDS
from shared.projections.faults import is_passing
from shared.projections.parking import TooManyParked, parked_streams
from shared.projections.scratch import RebuildRunning
from shared.said import said
from shared.sources.source import NewGeneration, Source, SourceDiverged, SourceUnavailable

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

logger = structlog.get_logger(__name__)

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 10.0


def can_be_borne(error: Exception) -> bool:
    """Whether a reader waits this out or stands still for it; all else is a fault of the program."""
    return is_passing(error) or isinstance(error, TooManyParked | SourceDiverged | SourceUnavailable | RebuildRunning | NewGeneration)


class Follower:
    """A projection's or reaction's way along its sources, with what there is to say about it."""

    def __init__(self, name: str, pool: Pool, signals: Signals) -> None:
        self.name, self.pool, self.signals = name, pool, signals
        self.stopped: dict[str, str] = {}
        """Why it stands still, by source; only a rebuild, a mended source or a new start gets it going."""
        self.waiting: dict[str, str] = {}
        """What it waits out just now, by source."""
        self._tails: dict[str, int] = {}

    async def patiently(self, source: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`, again after each fault of the surroundings."""
        pause = SHORTEST_PAUSE
        while True:
            try:
                await work()
            except Exception as error:
                if not is_passing(error):
                    raise
                pause = await self._pause(source, error, pause)
            else:
                self.waiting.pop(source, None)
                return

    async def follow(
        self,
        name: str,
        source: Source,
        batch: int,
        deliver: Callable[[Sequence[Entry]], Awaitable[Cursor]],
        on_new_generation: Callable[[], Awaitable[Any]],
    ) -> None:
        """Bring what `source` yields to `deliver`, until cancelled; what nobody can wait out or stop for is raised."""
        cursor: Cursor | None = None
        pause = SHORTEST_PAUSE
        going = False
        while True:
            try:
                if cursor is None:
                    cursor = await cursors.load(self.pool, self.name, name)
                cursor = await self._step(name, source, cursor, batch, deliver)
                self.waiting.pop(name, None)
                if not going or name in self.stopped:
                    # What stopped the process before this one is over, too.
                    await cursors.note_stop(self.pool, self.name, name, None)
                    self.stopped.pop(name, None)
                    going = True
                pause = SHORTEST_PAUSE
            except NewGeneration as newer:
                logger.info("following.new_generation", reader=self.name, source=name, generation=newer.generation)
                cursor = None
                try:
                    await on_new_generation()
                except Exception as error:
                    if not can_be_borne(error):
                        raise
                    pause = await self._bear(name, error, pause)
            except Exception as error:
                if not can_be_borne(error):
                    raise
                cursor = None
                pause = await self._bear(name, error, pause)

    async def _step(
        self, name: str, source: Source, cursor: Cursor, batch: int, deliver: Callable[[Sequence[Entry]], Awaitable[Cursor]]
    ) -> Cursor:
        entries = await source.read(cursor, batch)
        if not entries:
            self._tails[name] = cursor.pos
            await source.wait(cursor, POLL_SECONDS)
            # Another process may have moved the cursor, or switched to rebuilt tables.
            return await cursors.load(self.pool, self.name, name)
        self._tails[name] = max(await source.tail() if len(entries) == batch else 0, entries[-1].pos)
        moved = await deliver(entries)
        if moved == cursor:
            await asyncio.sleep(POLL_SECONDS)  # A source that gives what does not follow on the cursor is not asked in a hurry.
        self.signals.notify("read")
        return moved

    async def _bear(self, name: str, error: Exception, pause: float) -> float:
        """Stand still or wait, whichever the error asks for; answers the next pause."""
        match error:
            case TooManyParked():
                await self._stand_still(name, error, math.inf)
            case SourceDiverged():
                # A topic that lost its tail is made whole by the relay, so it is asked again; a restored log stays another one.
                await self._stand_still(name, error, LONGEST_PAUSE)
            case _:
                return await self._pause(name, error, pause)
        return pause

    async def _pause(self, name: str, error: Exception, seconds: float) -> float:
        reason = said(error)
        self.waiting[name] = reason
        logger.warning("following.waiting", reader=self.name, source=name, reason=reason, seconds=seconds)
        await asyncio.sleep(seconds)
        return min(seconds * 2, LONGEST_PAUSE)

    async def _stand_still(self, name: str, error: Exception, seconds: float) -> None:
        """Say why, and stay until a rebuild moves the cursor or the time is over."""
        reason = str(error)
        if self.stopped.get(name) != reason:
            logger.error("following.stopped", reader=self.name, source=name, reason=reason)
        self.stopped[name] = reason
        end = time.monotonic() + seconds
        at: Cursor | None = None
        while time.monotonic() < end:
            ticket = self.signals.ticket("read")
            try:
                now = await cursors.load(self.pool, self.name, name)
                if at is None:
                    await cursors.note_stop(self.pool, self.name, name, reason)
                elif now != at:
                    return
                at = now
            except Exception as fault:
                if not is_passing(fault):
                    raise
            await self.signals.wait("read", ticket, POLL_SECONDS)

    async def status(self) -> dict[str, Any]:
        """Where it stands in each source, its lag (None where it does not run here), what is parked, and why it stands still."""
        at = await cursors.load_all(self.pool, self.name)
        parked = await parked_streams(self.pool, self.name)
        return {
            "name": self.name,
            "sources": {
                name: {
                    "pos": cursor.pos,
                    "tail": tail,
                    "lag": None if tail is None else max(tail - cursor.pos, 0),
                    "parked": sum(stream.source == name for stream in parked),
                    "stopped": self.stopped.get(name),
                    "waiting": self.waiting.get(name),
                }
                for name, cursor, tail in ((name, cursor, self._tails.get(name)) for name, cursor in at.items())
            },
            "ready": not self.stopped and not self.waiting,
        }
