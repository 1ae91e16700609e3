"""The loop that sends each command once when its time has come."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import structlog

from shared.domain import Now, Refusal
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Store
from shared.failpoints import failpoint
from shared.projections.cursors import POLL_SECONDS, READ
from shared.projections.faults import is_passing
from shared.projections.following import LONGEST_PAUSE, SHORTEST_PAUSE
from shared.projections.scratch import opened
from shared.projector import Projector
from shared.said import said
from shared.sources.source import Source, SourceUnavailable
from shared.timers import Timers

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

logger = structlog.get_logger(__name__)

AT_ONCE = 100
LATEST_FAILED = f"""select command_id, stream, command, due_at, fired_at, error from {READ}.fired_timer
where timers = $1 and error is not null order by fired_at desc, command_id limit $2"""


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
            settled = []
            for row in due:
                if row["stream"] in held:
                    continue
                try:
                    if not row["fired"]:
                        await self._send(row)
                        fired += 1
                    settled.append(row)
                except Exception as error:
                    if not is_passing(error):
                        raise
                    held[row["stream"]] = error  # What falls due later in a busy stream waits for what comes before it.
            await self._settle(settled)
            if fired and not held:
                break
        if held:
            raise held.popitem()[1]
        return fired

    def due_query(self) -> str:
        """The next timers to look at, each with whether it was fired: of $1, by the time $2, at most $3, of no stream in $4."""
        return f"""select t.*, exists (select from {READ}.fired_timer f where f.timers = $1 and f.command_id = t.command_id) as fired
            from (select * from {READ}.{self.timers.name} where not settled and due_at <= $2 and stream <> all($4)
                order by due_at, command_id limit $3) t
            order by due_at, command_id"""

    async def _due(self, held: Collection[UUID]) -> list[asyncpg.Record]:
        return await self.pool.fetch(self.due_query(), self.timers.principal, self.clock(), AT_ONCE, list(held))

    async def _settle(self, rows: Sequence[asyncpg.Record]) -> None:
        """Look at what was fired no more. What is planned anew in its place is another command, and what is to fire again has no note."""
        await self.pool.execute(
            f"""with noted as (select command_id from {READ}.fired_timer where timers = $1 and command_id = any($4) for key share)
                update {READ}.{self.timers.name} t set settled = true
                from unnest($2::uuid[], $3::text[], $4::uuid[]) s (cause, key, command_id) join noted using (command_id)
                where t.cause = s.cause and t.key = s.key and t.command_id = s.command_id""",
            self.timers.principal, *([row[name] for row in rows] for name in ("cause", "key", "command_id")),
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
        query = f"""with again as (
                delete from {READ}.fired_timer where timers = $1 and command_id = $2 and error is not null returning command_id),
            opened as (update {READ}.{self.timers.name} t set settled = false from again where t.command_id = again.command_id)
            select true from again"""
        again: bool | None = await self.pool.fetchval(query, self.timers.principal, command_id)
        self.signals.notify("read")
        return again is not None

    async def failed(self, limit: int = 100) -> list[Mapping[str, Any]]:
        """The timers that failed by an error and wait for a `retry`, the latest first."""
        return [dict(row) for row in await self.pool.fetch(LATEST_FAILED, self.timers.principal, limit)]

    async def status(self) -> dict[str, Any]:
        """What is planned and when the next one falls due."""
        row = await self.pool.fetchrow(self.planned_query(), self.timers.principal)
        return {"name": self.timers.name, **dict(row or {}), "waiting": self.waiting}

    def planned_query(self) -> str:
        """How many wait, and for when: of $1. That something was fired is looked up for what is not settled only."""
        return f"""select count(*) as planned, min(due_at) as next_due from {READ}.{self.timers.name} t
            where not settled and not exists (select from {READ}.fired_timer f where f.timers = $1 and f.command_id = t.command_id)"""
