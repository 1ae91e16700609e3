"""Waits until a service's readers have read all that is written, so that an answer does not depend on who was faster."""

from __future__ import annotations

import asyncio

from shared.readers import Readers

PATIENCE = 60
"""Seconds; a healthy reader needs milliseconds."""


async def caught_up(readers: Readers) -> None:
    """Every reader of the own log has come to its end."""
    async with asyncio.timeout(PATIENCE):
        while await readers.lag():
            await asyncio.sleep(0.01)
