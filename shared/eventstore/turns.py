"""One command per stream at a time: the next is decided on the outcome of the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from shared.eventstore.errors import StoreBusy


class Turns:
    """The streams of one process that a command is at work on, and who waits for them."""

    def __init__(self, max_waiting: int, answer_within: float) -> None:
        """`answer_within` are the seconds after which a command that waits is told so."""
        self.max_waiting, self.answer_within = max_waiting, answer_within
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._waiting = 0

    @asynccontextmanager
    async def of(self, stream: UUID) -> AsyncIterator[None]:
        """The stream's turn; who waits too long, or behind too many, is told so in time by StoreBusy."""
        turn = self._turns.get(stream)
        if turn is None:
            turn = self._turns[stream] = asyncio.Lock()
            await turn.acquire()  # At once: nobody else knows of it yet.
        else:
            await self._wait_for(turn)
        try:
            yield
        finally:
            turn.release()

    async def _wait_for(self, turn: asyncio.Lock) -> None:
        if self._waiting >= self.max_waiting:
            raise StoreBusy(f"{self._waiting} commands are waiting already")
        self._waiting += 1
        try:
            async with asyncio.timeout(self.answer_within):
                await turn.acquire()
        except TimeoutError:
            raise StoreBusy("other commands of this stream are not done in time") from None
        finally:
            self._waiting -= 1
