"""The writer's connection: one call of the append function for a batch, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg

from shared.domain import Now
from shared.eventstore.append import Answer, Append
from shared.eventstore.errors import OutcomeUnknown, StoreBusy, UnsafeSettings
from shared.eventstore.log import must_be_safe
from shared.failpoints import failpoint

PASSING = ("08", "40", "53", "55", "57", "58", "25006")
"""PostgreSQL errors that pass: connection, rollback, resources, locks, operator, system, and a standby not yet promoted."""
UNDONE = ("40", "53", "55", "57014", "25006")
"""Those among them which say for sure that the call was undone."""
UNSTORABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError, ValueError)
"""What PostgreSQL says of values that it cannot store; asyncpg's own refusal, before it sends them, is a ValueError."""
CALL_SECONDS = 5.0
"""A call that takes longer counts as lost: its connection is thrown away and the same call is sent again."""


class Calls:
    """Connects when first needed and again after `disconnect`; settings that could lose events raise UnsafeSettings each time."""

    def __init__(self, dsn: str, clock: Now, schema: str) -> None:
        self.dsn, self.clock, self.schema = dsn, clock, schema
        self.connection: asyncpg.Connection[asyncpg.Record] | None = None
        self.connections = 0
        """How often it has connected."""
        self._append: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]
        self._append_one: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]

    async def call(self, batch: Sequence[Append]) -> list[Answer]:
        """The log's answers, in the batch's order; counts the call as unheard until the caller knows better."""
        if self.connection is None or self.connection.is_closed():
            self.connection = None
            await self.connect()
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

    async def connect(self) -> None:
        """Connect and prepare both paths."""
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
            # asyncpg prepares without ending the server's command: its time would run on, and the first call be cancelled for it.
            await connection.execute("select 1")
        except BaseException:
            connection.terminate()
            raise
        self.connection = connection
        self.connections += 1

    def disconnect(self) -> None:
        """Throw the connection away."""
        if self.connection:
            self.connection.terminate()
            self.connection = None


def passes(error: Exception, sqlstate: str) -> bool:
    """Whether the same call may succeed a moment later."""
    lost = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError, UnsafeSettings)
    return sqlstate.startswith(PASSING) if sqlstate else isinstance(error, lost)


@contextmanager
def unless_lost(error: StoreBusy | OutcomeUnknown) -> Iterator[None]:
    """Raise `error` instead when the database is away, or has no connection or time for us."""
    try:
        yield
    except asyncpg.PostgresError as found:
        if not (found.sqlstate or "").startswith(PASSING):
            raise
        raise error from found
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError) as found:
        raise error from found


def _places(count: int) -> str:
    return ", ".join(f"${n}" for n in range(1, count + 1))
