"""Reading one's own writes: waits, within bounds, until a read model or a reaction has come as far as a position."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from fastapi import Query

WAIT_SECONDS = 2.0
CHANNEL = "read"

MinPosition = Annotated[
    int,
    Query(
        ge=0,
        le=2**63 - 1,
        description="Answer only once the read model holds everything up to this position (what a command answered as `Position`);"
        " waits up to two seconds. Heeded for callers who hold a role, and so may have been told a position.",
    ),
]
"""The query parameter `min_position` of a reading route; give it the default 0."""

CursorPosition = Callable[[str], Awaitable[int]]
"""How far the projection or reaction of this name has come in the service's own log."""


class Waking(Protocol):
    """The part of `Signals` that waiting needs."""

    def ticket(self, channel: str) -> int:
        """What to take before looking at the data."""
        ...

    async def wait(self, channel: str, ticket: int, timeout: float) -> None:
        """Return when the channel was signalled since `ticket`, or after `timeout` seconds."""
        ...


async def wait_for_position(cursor: CursorPosition, signals: Waking, name: str, position: int, seconds: float = WAIT_SECONDS) -> int:
    """Where `name` stands: at `position` or beyond, unless `seconds` pass first."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        ticket = signals.ticket(CHANNEL)
        reached = await cursor(name)
        left = end - loop.time()
        if reached >= position or left <= 0:
            return reached
        await signals.wait(CHANNEL, ticket, left)
