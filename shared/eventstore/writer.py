"""Batches concurrent appends into one call of the log's append function, and resolves calls whose answer was lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog

from shared.domain import Now
from shared.eventstore.errors import OutcomeUnknown, StoreBusy, UnsafeSettings, Unstorable
from shared.eventstore.log import must_be_safe
from shared.eventstore.signals import Signals
from shared.failpoints import failpoint

logger = structlog.get_logger(__name__)

ACCEPTED, KNOWN, REUSED, CONFLICT, CLAIM_HELD = range(5)
MAX_EVENT_BYTES = 900_000
"""A larger event would not pass the broker's default limit of 1 MiB a record, headers included."""
PASSING = ("08", "40", "53", "55", "57", "58", "25006")
"""PostgreSQL errors that pass: connection, rollback, resources, locks, operator, system, and a standby not yet promoted."""
UNDONE = ("40", "53", "55", "57014", "25006")
"""Those among them which say for sure that the call was undone."""
UNSTORABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError, ValueError)
"""What PostgreSQL says of values that it cannot store; asyncpg's own refusal, before it sends them, is a ValueError."""
CALL_SECONDS = 5.0
"""A call that takes longer counts as lost: its connection is thrown away and the same call is sent again."""


class NewEvent(NamedTuple):
    """One event on its way into the log."""

    type: str
    schema_version: int
    event_id: UUID
    data: bytes


class NewClaim(NamedTuple):
    """One claim to take or to release together with the events."""

    scope: str
    key: str
    takes: bool


@dataclass(eq=False, slots=True)
class Append:
    """One command's events, to be appended if its stream is still at `expected`."""

    principal: str
    id: UUID
    fingerprint: bytes | None
    stream: UUID
    expected: int
    actor: str
    causation_id: UUID | None
    correlation_id: UUID | None
    events: Sequence[NewEvent]
    claims: Sequence[NewClaim] = ()
    deadline: float = 0.0
    size: int = 0
    unheard: int = 0
    """Calls that carried it and of whose end nothing was heard: each may have been executed."""
    answer: asyncio.Future[Answer] = field(init=False)


class Answer(NamedTuple):
    """The log's answer: outcome, then version and position; for a held claim the claim's place from 1 instead of the version."""

    outcome: int
    version: int
    position: int


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
        self.dsn, self.signals, self.clock, self.schema = dsn, signals, clock, schema
        self.max_waiting, self.max_batch, self.max_bytes, self.answer_within = max_waiting, max_batch, max_bytes, answer_within
        self.counts = WriterCounts()
        self.under_way = 0
        """Commands in the call that waits for its answer."""
        self._queue: deque[Append] = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._append: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]
        self._append_one: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Commands in the queue."""
        return len(self._queue)

    async def start(self) -> None:
        """Connect once, so that unsafe settings refuse the start; then drain until closed."""
        await self._connect()
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
        if self._connection:
            self._connection.terminate()
            self._connection = None

    async def submit(self, append: Append) -> Answer:
        """The log's answer to one command; StoreBusy, OutcomeUnknown or Unstorable where it has none."""
        append.size = sum(len(event.data) for event in append.events)
        if any(len(event.data) > MAX_EVENT_BYTES for event in append.events):
            raise Unstorable(f"an event is larger than {MAX_EVENT_BYTES} bytes")
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
                answers = await self._call(batch)
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
                if sqlstate.startswith(UNDONE) and self._connection:
                    for append in batch:
                        append.unheard -= 1
                await self._disconnect()
                if not _passes(error, sqlstate):
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

    async def _call(self, batch: list[Append]) -> list[Answer]:
        if self._connection is None or self._connection.is_closed():
            self._connection = None
            await self._connect()
        failpoint("command.before_append")
        now = self.clock()
        for append in batch:
            append.unheard += 1
        if len(batch) == 1 and len(batch[0].events) == 1 and not batch[0].claims:
            a, event = batch[0], batch[0].events[0]
            row: list[int] = await self._append_one.fetchval(
                now, a.principal, a.id, a.fingerprint, a.stream, a.expected, event.type, event.schema_version, event.event_id,
                a.actor, a.causation_id, a.correlation_id, event.data, timeout=CALL_SECONDS,
            )  # fmt: skip
        else:
            events = [(n, i, a, e) for n, a in enumerate(batch, 1) for i, e in enumerate(a.events, 1)]
            claims = [(n, c) for n, a in enumerate(batch, 1) for c in a.claims]
            row = await self._append.fetchval(
                now,
                [a.principal for a in batch], [a.id for a in batch], [a.fingerprint for a in batch],
                [a.stream for a in batch], [a.expected for a in batch], [len(a.events) for a in batch],
                [n for n, _, _, _ in events], [i for _, i, _, _ in events],
                [a.stream for _, _, a, _ in events], [a.expected + i for _, i, a, _ in events],
                [e.type for *_, e in events], [e.schema_version for *_, e in events], [e.event_id for *_, e in events],
                [a.actor for _, _, a, _ in events], [a.causation_id for _, _, a, _ in events],
                [a.correlation_id for _, _, a, _ in events], [e.data for *_, e in events],
                [n for n, _ in claims], [c.scope for _, c in claims], [c.key for _, c in claims], [c.takes for _, c in claims],
                timeout=CALL_SECONDS,
            )  # fmt: skip
        failpoint("command.after_commit")
        return [Answer(*row[i : i + 3]) for i in range(0, len(row), 3)]

    async def _connect(self) -> None:
        settings = {
            "application_name": "writer",
            "default_transaction_isolation": "read committed",
            "statement_timeout": str(int(CALL_SECONDS * 900)),
            "idle_in_transaction_session_timeout": "5000",
            # A call of ours that still waits for the lock after this process died gives up.
            "client_connection_check_interval": "500",
        }
        connection = await asyncpg.connect(self.dsn, server_settings=settings, timeout=CALL_SECONDS)
        try:
            await must_be_safe(connection)
            self._append = await connection.prepare(f"select {self.schema}.append({_places(22)})")
            self._append_one = await connection.prepare(f"select {self.schema}.append_one({_places(13)})")
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    async def _disconnect(self) -> None:
        self.counts.reconnects += 1
        if self._connection:
            self._connection.terminate()
            self._connection = None


def _places(count: int) -> str:
    return ", ".join(f"${n}" for n in range(1, count + 1))


def _passes(error: Exception, sqlstate: str) -> bool:
    """Whether the same call may succeed a moment later."""
    lost = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError, UnsafeSettings)
    return sqlstate.startswith(PASSING) if sqlstate else isinstance(error, lost)


def _reason(error: BaseException) -> str:
    """PostgreSQL's own words for the class of error; its detail would repeat values."""
    return f"{error.__class__.__name__}: the values of the command cannot be stored"


def _fail(append: Append, error: Exception) -> None:
    if not append.answer.done():
        append.answer.set_exception(error)
