"""Things that fall due: a read model of (due_at, stream, command), and the loop that sends each command once when its time has come."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import asyncpg
import structlog

from shared.domain import Command, Decider, Named, Now, Refusal
from shared.envelope import Received
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Store
from shared.failpoints import failpoint
from shared.projections.cursors import POLL_SECONDS, READ
from shared.projections.faults import is_passing
from shared.projections.following import LONGEST_PAUSE, SHORTEST_PAUSE
from shared.projections.projection import Projection, Statement
from shared.projections.scratch import opened
from shared.projector import Projector
from shared.said import said
from shared.sources.source import Source, SourceUnavailable

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

logger = structlog.get_logger(__name__)

AT_ONCE = 100

TABLE = """
create table {name} (
    cause uuid not null,
    key text not null,
    due_at timestamptz not null,
    command_id uuid not null,
    correlation_id uuid,
    event_id uuid not null,
    stream uuid not null,
    command text not null,
    data text not null,
    primary key (cause, key)
)"""


class Undeclared(TypeError):
    """A plan names a command that its timers do not declare."""


@dataclass(frozen=True)
class Due:
    """At this time this command shall be tried. A later `Due` of the same key and stream of events takes its place."""

    at: datetime
    stream: UUID
    command: Command
    """Its `now` is set when it is sent."""
    key: str = "due"
    """Which of the timers of this stream of events."""


@dataclass(frozen=True)
class CallOff:
    """The timer with this key is not wanted any more."""

    key: str = "due"


@dataclass(frozen=True)
class Timers:
    """What falls due because of which events. `plan` is pure; the decider decides, when the time has come, whether it still applies."""

    name: str
    """As in `answer_deadlines_v1`: the table's name, and part of every command's id."""
    folds: Mapping[str, tuple[type[Named], ...]]
    plan: Callable[[Received[Any]], Iterable[Due | CallOff]]
    sends: Mapping[type[Command], Decider[Any, Any, Any]]
    """The commands it may plan, each with the decider of its stream."""

    @cached_property
    def projection(self) -> Projection:
        """The read model of what is planned. It is rebuilt like any other: what was fired stands elsewhere, by the command's id."""
        insert = f"""insert into {self.name} values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (cause, key) do update
            set due_at = excluded.due_at, command_id = excluded.command_id, correlation_id = excluded.correlation_id,
                event_id = excluded.event_id, stream = excluded.stream, command = excluded.command, data = excluded.data"""
        delete = f"delete from {self.name} where cause = $1 and key = $2"

        def project(received: Received[Any]) -> Iterable[Statement]:
            entry = received.entry
            for planned in self.plan(received):
                match planned:
                    case CallOff(key=key):
                        yield Statement(delete, (received.stream, key))
                    case Due(command=command):
                        if type(command) not in self.sends:
                            raise Undeclared(f"{self.name} does not declare that it sends {type(command).__name__}")
                        # A new version of the table is the same timer: what it has sent is not sent again.
                        command_id = uuid5(entry.event_id, f"{self.family}:{planned.key}")
                        yield Statement(
                            insert,
                            (
                                received.stream, planned.key, planned.at, command_id, entry.correlation_id, entry.event_id,
                                planned.stream, type(command).__name__, command.model_dump_json(),
                            ),
                        )  # fmt: skip

        return Projection(self.name, self.folds, TABLE.format(name=self.name), project, f"create index on {self.name} (due_at)")

    @property
    def principal(self) -> str:
        """Whose command ids its commands bear."""
        return f"timer:{self.family}"

    @property
    def family(self) -> str:
        """The name without its version."""
        return re.sub(r"_v\d+$", "", self.name)


class TimerLoop:
    """Fires what is due. Any number of processes may run the same one, and any may die: each command happens once."""

    def __init__(self, timers: Timers, projector: Projector, store: Store, clock: Now, signals: Signals) -> None:
        self.timers, self.projector, self.store, self.clock, self.signals = timers, projector, store, clock, signals
        self.pool: Pool = projector.pool
        self.waiting: str | None = None
        """What it waits out just now."""
        self._commands = {command.__name__: command for command in timers.sends}

    async def run(self) -> None:
        """Fire until cancelled; what fell due meanwhile comes first."""
        started = False
        pause = SHORTEST_PAUSE
        async with opened(self.projector.sources) as readers:
            while True:
                ticket = self.signals.ticket("read")
                try:
                    if not started:
                        await self.projector.start()
                        started = True
                    fired = await self.fire(readers)
                    self.waiting, pause = None, SHORTEST_PAUSE
                except Exception as error:
                    if not is_passing(error) and not isinstance(error, SourceUnavailable):
                        raise
                    self.waiting = said(error)
                    logger.warning("timers.waiting", timers=self.timers.name, reason=self.waiting, seconds=pause)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                    continue
                if not fired:
                    await self.signals.wait("read", ticket, POLL_SECONDS)

    async def fire(self, readers: Mapping[str, Source]) -> int:
        """Fire what is due by the clock, once the plan knows all that its sources have; answers how many were.

        A busy stream holds up nobody else's timers: what it cannot take now is raised when all others were tried."""
        for name, reader in readers.items():
            # A plan that is still being filled does not know yet what was called off since.
            if not await self.projector.reached(name, await reader.tail(), POLL_SECONDS):
                return 0
        held: dict[UUID, Exception] = {}
        fired = 0
        while due := await self._due(held):
            for row in due:
                if row["stream"] in held:
                    continue
                try:
                    await self._send(row)
                    fired += 1
                except Exception as error:
                    if not is_passing(error):
                        raise
                    held[row["stream"]] = error  # What falls due later in a busy stream waits for what comes before it.
            if not held:
                break
        if held:
            raise held.popitem()[1]
        return fired

    async def _due(self, held: Collection[UUID]) -> list[asyncpg.Record]:
        return await self.pool.fetch(
            f"""select t.* from {READ}.{self.timers.name} t
                where due_at <= $2 and stream <> all($4) and not exists (
                    select from {READ}.fired_timer f where f.timers = $1 and f.command_id = t.command_id)
                order by due_at, command_id limit $3""",
            self.timers.principal, self.clock(), AT_ONCE, list(held),
        )  # fmt: skip

    async def _send(self, row: asyncpg.Record) -> None:
        now = self.clock()
        refusal: str | None = None
        failure: str | None = None
        failpoint("timers.before_command")
        try:
            command_class = self._commands[row["command"]]
            command = command_class.model_validate_json(row["data"]).model_copy(update={"now": now})
            principal = self.timers.principal
            origin = Origin(
                principal, row["command_id"], actor=principal, causation_id=row["event_id"], correlation_id=row["correlation_id"]
            )
            await self.store.execute(self.timers.sends[command_class], row["stream"], command, origin)
        except Refusal as refused:
            refusal = type(refused).__name__
            logger.info("timer.refused", timers=self.timers.name, refusal=refusal, event_id=str(row["event_id"]))
        except Exception as error:
            if is_passing(error):
                raise
            failure = said(error)[:1000]
            logger.exception("timer.failed", timers=self.timers.name, event_id=str(row["event_id"]))
        failpoint("timers.after_command")
        # Should two loops have fired it at once, the one that was granted tells the truth.
        await self.pool.execute(
            f"""insert into {READ}.fired_timer (timers, command_id, stream, command, due_at, fired_at, refusal, error)
                values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (timers, command_id) do update
                set refusal = excluded.refusal, error = excluded.error where excluded.refusal is null and excluded.error is null""",
            self.timers.principal, row["command_id"], row["stream"], row["command"], row["due_at"], now, refusal, failure,
        )  # fmt: skip

    async def retry(self, command_id: UUID) -> bool:
        """Let a timer that failed by an error fire again; refused ones stay refused."""
        query = f"delete from {READ}.fired_timer where timers = $1 and command_id = $2 and error is not null returning true"
        again: bool | None = await self.pool.fetchval(query, self.timers.principal, command_id)
        self.signals.notify("read")
        return again is not None

    async def failed(self, limit: int = 100) -> list[Mapping[str, Any]]:
        """The timers that failed by an error and wait for a `retry`, the latest first."""
        query = f"""select command_id, stream, command, due_at, fired_at, error from {READ}.fired_timer
            where timers = $1 and error is not null order by fired_at desc, command_id limit $2"""
        return [dict(row) for row in await self.pool.fetch(query, self.timers.principal, limit)]

    async def status(self) -> dict[str, Any]:
        """What is planned, when the next one falls due, and how many were fired, refused and failed."""
        row = await self.pool.fetchrow(
            f"""with open as (select due_at from {READ}.{self.timers.name} t where not exists (
                    select from {READ}.fired_timer f where f.timers = $1 and f.command_id = t.command_id))
                select (select count(*) from open) as planned, (select min(due_at) from open) as next_due, count(*) as fired,
                    count(refusal) as refused, count(error) as failed
                from {READ}.fired_timer where timers = $1""",
            self.timers.principal,
        )
        return {"name": self.timers.name, **dict(row or {}), "waiting": self.waiting}
