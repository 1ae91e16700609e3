"""Turns events into commands on the own service's streams, each once: delivered at least once, with an id that follows from the event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import structlog

from shared.domain import Command, Decider, Named, Refusal
from shared.envelope import Cursor, Entry, Received, is_unreadable
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Store
from shared.failpoints import failpoint
from shared.projections import cursors, parking
from shared.projections.apply import lock_cursor, unseen
from shared.projections.cursors import POLL_SECONDS, READ
from shared.projections.faults import is_passing
from shared.projections.following import Follower
from shared.projections.parking import ParkedStream, parked_streams
from shared.projections.projection import Poison, must_be_readable
from shared.projections.tables import ensure_tables
from shared.sources.source import Source, read_again

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

logger = structlog.get_logger(__name__)

BATCH = 100
AT_ONCE = 16
"""Streams whose commands run beside each other; within a stream one follows the other."""
REFUSED_BY = f"select command_id from {READ}.refused_reaction where reaction = $1 and event_id = any($2)"


@dataclass(frozen=True)
class Send:
    """A command that follows from an event, for a stream of the own service."""

    decider: Decider[Any, Any, Any]
    stream: UUID
    command: Command


@dataclass(frozen=True)
class Reaction:
    """When this happened, then that shall be tried: pure, looks nothing up, takes `now` from the event."""

    name: str
    """As in `when_conference_held_then_open_handover`: part of every command's id, so it stands forever."""
    source: str
    """`own`, or another service's name."""
    reacts_to: tuple[type[Named], ...]
    react: Callable[[Received[Any]], Iterable[Send]]

    @property
    def principal(self) -> str:
        """Whose command ids its commands bear."""
        return f"reaction:{self.name}"


class Reactor:
    """One reaction with its source. Any number of processes may run the same one: each command happens once."""

    def __init__(self, reaction: Reaction, source: Source, pool: Pool, store: Store, signals: Signals, *, batch: int = BATCH) -> None:
        self.reaction, self.source, self.pool, self.store, self.signals = reaction, source, pool, store, signals
        self.batch = batch
        self.name = reaction.principal
        self._types = MessageTypes(reaction.reacts_to)
        self._follower = Follower(self.name, pool, signals)

    async def start(self) -> None:
        """Make its cursor if it is missing; a new reaction begins with the source's first event."""
        await ensure_tables(self.pool)
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            await cursors.enter(connection, READ)
            await cursors.make(connection, self.name, {self.reaction.source: Cursor()})

    async def run(self) -> None:
        """Follow the source until cancelled. Faults of the surroundings are waited out; what cannot heal stops it, visibly."""
        await self._follower.patiently(self.reaction.source, self.start)
        try:
            await self._follower.follow(self.reaction.source, self.source, self.batch, self.deliver, self._on_new_generation)
        finally:
            await self.source.close()

    async def deliver(self, entries: Sequence[Entry]) -> Cursor:
        """Send the commands that follow from entries behind the cursor, then move it."""
        cursor = await cursors.load(self.pool, self.name, self.reaction.source)
        new = unseen(cursor, entries)
        if not new:
            return cursor
        folded = [entry for entry in new if self._concerns(entry)]
        streams: dict[UUID, list[Entry]] = {}
        for entry in folded:
            streams.setdefault(entry.stream, []).append(entry)
        behind = await parking.parked_among(self.pool, self.name, self.reaction.source, streams, READ)
        skipped = await self._skipped(cursor.pos, new[-1].pos) if folded else set()
        refused = await self._refused_by(folded)
        places = asyncio.Semaphore(AT_ONCE)

        async def one_after_the_other(stream: UUID, its: list[Entry]) -> list[tuple[Entry, str | None]]:
            its = [entry for entry in its if entry.event_id not in skipped]
            if stream in behind:
                return [(entry, None) for entry in its]
            for place, entry in enumerate(its):
                try:
                    async with places:
                        await self._react(entry, refused)
                except Poison as poison:
                    return [(entry, str(poison)), *((later, None) for later in its[place + 1 :])]
            return []

        # All that have begun end before the first error is raised: nothing of this batch still runs when it is tried again.
        answers = await asyncio.gather(*(one_after_the_other(*item) for item in streams.items()), return_exceptions=True)
        records: list[tuple[Entry, str | None]] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            records += answer
        failpoint("reactor.after_command")
        return await self._move(cursor, new[-1], records, behind)

    async def _move(self, cursor: Cursor, last: Entry, records: list[tuple[Entry, str | None]], behind: set[UUID]) -> Cursor:
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            await cursors.enter(connection, READ, repeatable=True)
            locked = await lock_cursor(connection, self.name, self.reaction.source)
            still = await parking.parked_among(connection, self.name, self.reaction.source, behind)
            if locked != cursor or still != behind:
                return locked  # Another process was faster, or an operator has freed a stream: look again, known commands are known.
            if records:
                await parking.park(connection, self.name, self.reaction.source, sorted(records, key=lambda record: record[0].pos))
            moved = cursor.after(last)
            await cursors.move(connection, self.name, self.reaction.source, moved)
        failpoint("reactor.after_cursor")
        return moved

    async def _skipped(self, after: int, until: int) -> set[UUID]:
        async with self.pool.acquire() as connection, connection.transaction():
            await cursors.enter(connection, READ)
            return await parking.skipped_among(connection, self.name, self.reaction.source, after, until)

    def _concerns(self, entry: Entry) -> bool:
        return entry.type in self._types.by_name or is_unreadable(entry)

    async def _react(self, entry: Entry, refused: set[UUID]) -> None:
        must_be_readable(entry)
        try:
            message = self._types.decode(entry.type, entry.schema_version, entry.data)
            sends = list(self.reaction.react(Received(message, entry)))
            if len({send.stream for send in sends}) < len(sends):
                raise ValueError("two commands for one stream from one event: their ids would be the same")
        except Exception as error:  # Whatever a reaction's own code raises concerns this stream alone.
            raise Poison(error) from error
        for send in sends:
            command_id = uuid5(entry.event_id, f"{self.reaction.name}:{send.stream}")
            # What was refused once stays refused, as what was accepted stays accepted, however often the event comes.
            if command_id not in refused:
                await self._send(entry, send, command_id)

    async def _refused_by(self, entries: Sequence[Entry]) -> set[UUID]:
        rows = await self.pool.fetch(REFUSED_BY, self.reaction.name, [entry.event_id for entry in entries])
        return {row["command_id"] for row in rows}

    async def _send(self, entry: Entry, send: Send, command_id: UUID) -> None:
        origin = Origin(
            self.reaction.principal, command_id, actor=self.name, causation_id=entry.event_id, correlation_id=entry.correlation_id
        )
        failpoint("reactor.before_command")
        try:
            await self.store.execute(send.decider, send.stream, send.command, origin)
        except Refusal as refusal:
            logger.info("reaction.refused", reaction=self.reaction.name, refusal=type(refusal).__name__, event_id=str(entry.event_id))
            await self.pool.execute(
                f"""insert into {READ}.refused_reaction
                    (reaction, command_id, stream, command, refusal, rule, event_id, source, pos)
                    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing""",
                self.reaction.name, command_id, send.stream, type(send.command).__name__, type(refusal).__name__, refusal.rule(),
                entry.event_id, self.reaction.source, entry.pos,
            )  # fmt: skip
        except Exception as error:
            if is_passing(error):
                raise
            raise Poison(error) from error

    async def _on_new_generation(self) -> None:
        """The same events under new positions: from the beginning, where every command's id is known already."""
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            await cursors.enter(connection, READ)
            await lock_cursor(connection, self.name, self.reaction.source)
            await cursors.move(connection, self.name, self.reaction.source, Cursor())

    async def status(self) -> dict[str, Any]:
        """Where it stands, its lag (None where it does not run here), what is parked, and why it stands still."""
        return await self._follower.status()

    async def parked(self) -> list[ParkedStream]:
        """The streams that wait for an operator."""
        return await parked_streams(self.pool, self.name)

    async def retry(self, source: str, stream: UUID) -> int:
        """Send a parked stream's commands in order, up to the first that fails again; answers how many records are left."""
        while entries := await parking.waiting(self.pool, self.name, source, stream):
            try:
                entry = await read_again(self.source, entries[0]) if is_unreadable(entries[0]) else entries[0]
                if self._concerns(entry):
                    await self._react(entry, await self._refused_by(entries[:1]))
            except Poison as poison:
                await parking.failed_again(self.pool, self.name, source, entries[0], str(poison))
                break
            async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
                await cursors.enter(connection, READ)
                await lock_cursor(connection, self.name, source)
                await parking.done(connection, self.name, source, entries[:1])
        self.signals.notify("read")
        return len(entries)

    async def skip(self, source: str, stream: UUID, by: str) -> Entry | None:
        """Do without a parked stream's first record, on the word of `by`, and retry the rest; answers the record."""
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            await cursors.enter(connection, READ)
            await lock_cursor(connection, self.name, source)
            skipped = await parking.skip_first(connection, self.name, source, stream, by)
        await self.retry(source, stream)
        return skipped

    async def reached(self, pos: int, timeout: float = 2.0) -> bool:
        """Wait until everything up to `pos` has been reacted to; False when the time is up."""
        return await cursors.reached(self.pool, self.signals, self.name, self.reaction.source, pos, max(timeout, POLL_SECONDS / 1000))
