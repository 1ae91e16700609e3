"""Projectors that run beside a test, and what it asks of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from shared.envelope import Entry
from shared.eventstore.signals import Signals
from shared.projections.dump import dump
from shared.projections.projection import OWN, Projection
from shared.projector import Projector
from shared.sources.memory import MemorySource
from tests.projector.rooms import ROOMS

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

PATIENCE = 60.0
"""Seconds after which what was to happen has not happened."""


class Runs(Protocol):
    """What runs until it is cancelled."""

    async def run(self) -> None: ...


def projector(pool: Pool, signals: Signals, entries: Iterable[Entry], batch: int = 1000, projection: Projection = ROOMS) -> Projector:
    """A projector of the rooms over these entries."""
    source = MemorySource(entries)
    return Projector(projection, {OWN: lambda: source}, pool, signals, batch=batch)


@asynccontextmanager
async def running(*runners: Runs) -> AsyncIterator[None]:
    """Runs them; one that ends by an error fails the test."""
    tasks = [asyncio.create_task(each.run()) for each in runners]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        endings = await asyncio.gather(*tasks, return_exceptions=True)
    for ending in endings:
        if not isinstance(ending, asyncio.CancelledError):
            assert isinstance(ending, BaseException)
            raise ending


async def dumped(pool: Pool) -> bytes:
    """The rooms' read model as it is."""
    async with pool.acquire() as connection:
        return await dump(connection, "read", ["rooms_v1", "rooms_v1_tally"])


async def eventually_at(rooms: Projector, pos: int, source: str = OWN) -> None:
    """Waits for the position."""
    await rooms.start()
    assert await rooms.reached(source, pos, PATIENCE)


async def eventually(condition: Callable[[], bool]) -> None:
    """Waits for what has no signal."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)
