"""Batches concurrent appends into one call of the log's append function, and resolves calls whose answer was lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass

import structlog

from shared.domain import Now
from shared.eventstore.append import ACCEPTED, Answer, Append, must_be_storable
from shared.eventstore.calls import UNDONE, UNSTORABLE, Calls, passes
from shared.eventstore.errors import OutcomeUnknown, StoreBusy, Unstorable
from shared.eventstore.signals import Signals

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class WriterCounts:
    """What the writer has done so far, for metrics."""

    calls: int = 0
    commands: int = 0
    reconnects: int = 0
    refused_full: int = 0


class Writer:
    """One per process and log. It drains what is waiting into one call; an idle system waits for no timer."""

    def __init__(
        self,
        dsn: str,
        signals: Signals,
        clock: Now,
        *,
        schema: str = "log",
        max_waiting: int = 2_000,
        max_batch: int = 200,
        max_bytes: int = 4_000_000,
        answer_within: float = 10.0,
    ) -> None:
        """`answer_within` are the seconds after which a command is answered with "nothing happened" or "unknown"."""
        self.signals, self.schema = signals, schema
        self.max_waiting, self.max_batch, self.max_bytes, self.answer_within = max_waiting, max_batch, max_bytes, answer_within
        self.counts = WriterCounts()
        self.under_way = 0
        """Commands in the call that waits for its answer."""
        self._queue: deque[Append] = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._calls = Calls(dsn, clock, schema)
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Commands in the queue."""
        return len(self._queue)

    @property
    def connections(self) -> int:
        """How often it has connected: with each time, the server may be another one."""
        return self._calls.connections

    async def start(self) -> None:
        """Connect once, so that unsafe settings refuse the start; then drain until closed."""
        await self._calls.connect()
        self._task = asyncio.create_task(self._drain(), name=f"writer:{self.schema}")

    async def close(self) -> None:
        """Finish what is waiting, as long as its time lasts, then stop."""
        if self._task and not self._task.done():
            await self._idle.wait()
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._calls.disconnect()

    async def submit(self, append: Append) -> Answer:
        """The log's answer to one command; StoreBusy, OutcomeUnknown or Unstorable where it has none."""
        append.size = sum(len(event.data) for event in append.events)
        must_be_storable(append)
        if self._task is None or self._task.done():
            raise StoreBusy("the writer does not run")
        if len(self._queue) >= self.max_waiting:
            self.counts.refused_full += 1
            raise StoreBusy(f"{self.max_waiting} commands are waiting already")
        append.deadline = time.monotonic() + self.answer_within
        append.answer = asyncio.get_running_loop().create_future()
        self._queue.append(append)
        self._idle.clear()
        self._arrived.set()
        return await append.answer

    async def _drain(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            # Those who were answered a moment ago get their turn to ask again before the next call is cut.
            await asyncio.sleep(0)
            while batch := self._take():
                self.under_way = len(batch)
                try:
                    await self._settle(batch)
                except Exception as error:  # noqa: BLE001  # Whatever it is, those who wait must hear of it.
                    for append in batch:
                        _fail(append, error)
                self.under_way = 0
                await asyncio.sleep(0)
            if not self._queue:
                self._idle.set()

    def _take(self) -> list[Append]:
        """The next batch: in order, within its bounds, and never a command id, stream or claim twice."""
        batch: list[Append] = []
        held: list[Append] = []
        seen: set[object] = set()
        size = 0
        while self._queue and len(batch) < self.max_batch and size < self.max_bytes:
            append = self._queue.popleft()
            if append.answer.done():
                continue
            marks: list[object] = [append.stream, (append.principal, append.id)]
            marks += {(claim.scope, claim.key) for claim in append.claims}
            if seen.isdisjoint(marks):
                batch.append(append)
                size += append.size
            else:
                held.append(append)
            seen.update(marks)
        self._queue.extendleft(reversed(held))
        return batch

    async def _settle(self, batch: list[Append]) -> None:
        """Send until the log has answered each command of the batch or its time is over."""
        pause = 0.02
        while batch:
            try:
                answers = await self._calls.call(batch)
            except UNSTORABLE as error:
                # The call as a whole was undone; one command's values were at fault.
                for append in batch:
                    append.unheard -= 1
                if len(batch) > 1:
                    for append in batch:
                        await self._settle([append])
                else:
                    _fail(batch[0], Unstorable(_reason(error)))
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, later commands need a writer that goes on
                sqlstate: str = getattr(error, "sqlstate", None) or ""
                logger.warning("writer.call_failed", error=error.__class__.__name__, sqlstate=sqlstate, commands=len(batch))
                if sqlstate.startswith(UNDONE) and self._calls.connection:
                    for append in batch:
                        append.unheard -= 1
                self.counts.reconnects += 1
                self._calls.disconnect()
                if not passes(error, sqlstate):
                    for append in batch:
                        _fail(append, OutcomeUnknown() if append.unheard else error)
                    return
                self._give_up_late(batch)
                batch = [append for append in batch if not append.answer.done()]
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)
            else:
                self._publish(batch, answers)
                return

    def _publish(self, batch: list[Append], answers: list[Answer]) -> None:
        self.counts.calls += 1
        self.counts.commands += len(batch)
        appended = False
        for append, answer in zip(batch, answers, strict=True):
            appended = appended or (answer.outcome == ACCEPTED and bool(append.events))
            if not append.answer.done():
                append.answer.set_result(answer)
        if appended:
            self.signals.notify("log")

    def _give_up_late(self, batch: list[Append]) -> None:
        now = time.monotonic()
        for append in (*batch, *self._queue):
            if append.deadline < now:
                _fail(append, OutcomeUnknown() if append.unheard else StoreBusy("the database does not answer", retry_after=2))


def _reason(error: BaseException) -> str:
    """PostgreSQL's own words for the class of error; its detail would repeat values."""
    return f"{error.__class__.__name__}: the values of the command cannot be stored"


def _fail(append: Append, error: Exception) -> None:
    if not append.answer.done():
        append.answer.set_exception(error)
