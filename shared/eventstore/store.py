"""Load, decide, append: runs a command on its stream and never gives a negative answer from a cache."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg

from shared.domain import Command, Decider, Event, Refusal, Take
from shared.eventstore.append import ACCEPTED, CLAIM_HELD, CONFLICT, KNOWN, REUSED, Append, NewClaim, NewEvent
from shared.eventstore.calls import CALL_SECONDS, unless_lost
from shared.eventstore.errors import CommandReused, Denied, OutcomeUnknown, StoreBusy, Unreadable, VersionMismatch
from shared.eventstore.log import read_stream
from shared.eventstore.mapper import DecodeError, MessageTypes, Undecodable, encode
from shared.eventstore.snapshots import Snapshots
from shared.eventstore.states import States
from shared.eventstore.turns import Turns
from shared.eventstore.writer import Writer

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)

Permit = Callable[[S], None] | None
"""Raises Denied, or what else the sender is to hear, where he may not; None permits everything."""
SETTLING = 4
"""Negative answers that are settled at a time: each takes the log's lock, and whoever floods it with them waits."""
DECISIONS = 4
"""How often a command is decided at most: once, and again after each of three conflicts."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends a command, under which id, and what it follows from."""

    principal: str
    """Whose command ids these are; another principal's are simply unknown."""
    command_id: UUID
    actor: str
    """The office or subject reference that the events name; never a person's name."""
    fingerprint: bytes | None = None
    """Of the body; the same id with another one is an error. None for commands whose id says it all."""
    causation_id: UUID | None = None
    correlation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command: where its stream stands after it, and the log."""

    stream: UUID
    version: int
    position: int
    known: bool
    """Whether this is the stored answer of an earlier sending."""


class Store:
    """One per process and log; runs one command per stream at a time, and caches folded states."""

    def __init__(
        self, writer: Writer, pool: asyncpg.Pool[asyncpg.Record], types: MessageTypes, *, cached_states: int = 10_000, schema: str = "log"
    ) -> None:
        self.writer, self.pool, self.types, self.schema = writer, pool, types, schema
        self._states = States(cached_states)
        self._turns = Turns(writer.max_waiting, writer.answer_within)
        self._snapshots = Snapshots(pool, schema)
        self._connections = writer.connections
        self._settling = asyncio.Semaphore(SETTLING)

    async def close(self) -> None:
        """Wait for snapshots under way."""
        await self._snapshots.close()

    async def execute(
        self,
        decider: Decider[S, C, E],
        stream: UUID,
        command: C,
        origin: Origin,
        *,
        expected: int | None = None,
        permit: Permit[S] = None,
        new: bool = False,
    ) -> Outcome:
        """Decide `command` on `stream` and append what follows; raises what `errors` lists, or the Refusal.

        `expected` is the version that the sender saw (If-Match): a later one is a VersionMismatch and not decided again.
        `permit` looks at the folded state first and raises Denied where the sender may not; where the stream is Unreadable, at what can
        be read of it, so that whoever may not know of the stream does not learn of it by this.
        `new` says that the stream most likely does not exist: it is decided without a look, and again should the append find it.
        """
        async with self._turns.of(stream):
            try:
                return await self._decided(decider, stream, command, origin, expected, permit, new)
            except Unreadable as unreadable:
                if settled := await self._settled(origin):
                    return settled
                if permit and unreadable.version:
                    permit(unreadable.state)
                raise

    async def _decided(
        self, decider: Decider[S, C, E], stream: UUID, command: C, origin: Origin, expected: int | None, permit: Permit[S], new: bool
    ) -> Outcome:
        version, state = self._cached(decider, stream) or ((0, decider.initial) if new else await self.load(decider, stream))
        decisions = 0
        while True:
            try:
                if permit:
                    permit(state)
                if expected is not None and expected != version:
                    raise VersionMismatch(version)
                events = decider.decide(command, state)
            except (Refusal, Denied, VersionMismatch):
                if settled := await self._settled(origin):
                    return settled
                newer, state = await self._caught_up(decider, stream, version, state)
                if newer == version:
                    raise
                version = newer
                continue
            decisions += 1
            answer = await self.writer.submit(self._append_of(origin, stream, version, events))
            match answer.outcome:
                case outcome if outcome == ACCEPTED:
                    for event in events:
                        state = decider.evolve(state, event)
                    self._states.remember(decider, stream, answer.version, state)
                    self._snapshots.perhaps_take(decider, stream, version, answer.version, state)
                    return Outcome(stream, answer.version, answer.position, known=False)
                case outcome if outcome == KNOWN:
                    return await self._stored(origin, answer.version, answer.position)
                case outcome if outcome == REUSED:
                    raise CommandReused
                case outcome if outcome == CLAIM_HELD:
                    claims = [claim for event in events for claim in event.claims()]
                    claim = claims[answer.version - 1]
                    assert isinstance(claim, Take)  # Only what is taken can be held by another stream.
                    raise claim.refusal
                case outcome:
                    assert outcome == CONFLICT, outcome
                    if expected is not None:
                        raise VersionMismatch(answer.version)
                    if decisions == DECISIONS:
                        raise StoreBusy("other commands change this stream all the time")
                    if answer.version < version:
                        # What this process knows was lost with a failed server: the log has never heard of it.
                        self._states.pop(stream, None)
                        version, state = 0, decider.initial
                    version, state = await self._caught_up(decider, stream, version, state)

    async def load(self, decider: Decider[S, Any, Any], stream: UUID, permit: Permit[S] = None) -> tuple[int, S]:
        """The version and state of a stream as this process knows it; at least as new as its own last command there.

        Of a stream whose later facts it cannot read it knows the earlier ones; Unreadable where that is none. `permit` as in `execute`."""
        if (cached := self._cached(decider, stream)) is None:
            with unless_lost(StoreBusy("the database does not answer", retry_after=2)):
                async with asyncio.timeout(CALL_SECONDS):
                    version, state = await self._snapshots.find(decider, stream)
            try:
                cached = await self._caught_up(decider, stream, version, state)
            except Unreadable as unreadable:
                if not unreadable.version:
                    if permit:
                        permit(unreadable.state)
                    raise
                cached = unreadable.version, unreadable.state
        if permit:
            permit(cached[1])
        return cached

    def _cached(self, decider: Decider[S, Any, Any], stream: UUID) -> tuple[int, S] | None:
        if self._connections != self.writer.connections:
            # After a failover or a restored log the same versions may be other events.
            self._connections = self.writer.connections
            self._states.clear()
        return self._states.known(decider, stream)

    async def refresh(self, decider: Decider[S, Any, Any], stream: UUID, permit: Permit[S] = None) -> tuple[int, S]:
        """The version and state of a stream as the log has it now; for answers to readers. `permit` as in `execute`."""
        try:
            version, state = await self.load(decider, stream)
            version, state = await self._caught_up(decider, stream, version, state)
        except Unreadable as unreadable:
            if permit:
                permit(unreadable.state)
            raise
        if permit:
            permit(state)
        return version, state

    async def _caught_up(self, decider: Decider[S, Any, Any], stream: UUID, version: int, state: S) -> tuple[int, S]:
        with unless_lost(StoreBusy("the database does not answer", retry_after=2)):
            async with asyncio.timeout(CALL_SECONDS):
                entries = await read_stream(self.pool, stream, version, self.schema)
        if version == 0 and entries and decider.events and entries[0].type not in {event.NAME for event in decider.events}:
            return 0, decider.initial
        for entry in entries:
            try:
                event = self.types.decode(entry.type, entry.schema_version, entry.data)
            except DecodeError as error:
                if version:
                    self._states.remember(decider, stream, version, state)
                raise Unreadable(version, state, error, too_old=not isinstance(error, Undecodable)) from error
            state = decider.evolve(state, event)
            version = entry.version
        if version:
            self._states.remember(decider, stream, version, state)
        return version, state

    async def _settled(self, origin: Origin) -> Outcome | None:
        """The stored answer, asked behind the lock; CommandReused where the id stands for another body."""
        query = f"select * from {self.schema}.settle($1, $2)"
        with unless_lost(OutcomeUnknown()):
            async with asyncio.timeout(CALL_SECONDS), self._settling:
                known = await self.pool.fetchrow(query, origin.principal, origin.command_id)
        if known is None:
            return None
        if origin.fingerprint is not None and known["fingerprint"] != origin.fingerprint:
            raise CommandReused
        return Outcome(known["stream"], known["version"], known["pos"], known=True)

    async def _stored(self, origin: Origin, version: int, position: int) -> Outcome:
        query = f"select stream from {self.schema}.command where principal = $1 and id = $2"
        with unless_lost(OutcomeUnknown()):
            async with asyncio.timeout(CALL_SECONDS):
                stream: UUID = await self.pool.fetchval(query, origin.principal, origin.command_id)
        return Outcome(stream, version, position, known=True)

    def _append_of(self, origin: Origin, stream: UUID, version: int, events: Any) -> Append:
        return Append(
            principal=origin.principal,
            id=origin.command_id,
            fingerprint=origin.fingerprint,
            stream=stream,
            expected=version,
            actor=origin.actor,
            causation_id=origin.causation_id,
            correlation_id=origin.correlation_id,
            events=[NewEvent(event.NAME, event.VERSION, uuid4(), encode(event)) for event in events],
            claims=[NewClaim(claim.scope, claim.key, isinstance(claim, Take)) for event in events for claim in event.claims()],
        )
