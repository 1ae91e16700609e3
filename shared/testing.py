"""Given, when, then for deciders and for read models, and the check that a projection does not depend on the order across streams."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import JsonValue

from shared.domain import Command, Decider, Event, Named, Refusal
from shared.envelope import Entry
from shared.eventstore.mapper import MessageTypes, encode
from shared.projections import cursors, rebuild
from shared.projections.apply import apply, run_statements
from shared.projections.cursors import READ
from shared.projections.dump import dump, key_columns
from shared.projections.projection import OWN, Projection, Reading
from shared.projections.scratch import Scratch, open_scratch
from shared.projections.tables import ensure_tables, tables_of

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Rules(Generic[S, C, E]):
    """A decider under test: `meeting.given(A, B).when(C).then(D)`."""

    decider: Decider[S, C, E]

    def given(self, *events: E) -> Given[S, C, E]:
        """What has happened in the stream so far."""
        return Given(self.decider, reduce(self.decider.evolve, events, self.decider.initial))


@dataclass(frozen=True)
class Given(Generic[S, C, E]):
    """A stream with a past."""

    decider: Decider[S, C, E]
    state: S

    def when(self, command: C) -> When[S, C, E]:
        """The wish that is decided now."""
        return When(self.decider, self.state, command)


@dataclass(frozen=True)
class When(Generic[S, C, E]):
    """A command, about to be decided."""

    decider: Decider[S, C, E]
    state: S
    command: C

    def then(self, *events: E) -> Given[S, C, E]:
        """Exactly these events follow; the stream as it is after them, for a further step."""
        decided = self.decider.decide(self.command, self.state)
        assert list(decided) == list(events), f"decided: {list(decided)}\nexpected: {list(events)}"
        for event in events:
            assert MessageTypes([type(event)]).decode(event.NAME, event.VERSION, encode(event)) == event, (
                f"{event!r} is not stored as it is"
            )
        return Given(self.decider, reduce(self.decider.evolve, events, self.state))

    def then_nothing(self) -> Given[S, C, E]:
        """Nothing is left to do, which is no refusal."""
        return self.then()

    def then_refused(self, refusal: type[Refusal], **facts: JsonValue) -> None:
        """The rule `refusal` forbids it; `facts`, if any are given, explain it."""
        refused = self._refused()
        assert type(refused) is refusal, f"refused by {type(refused).__name__}, not by {refusal.__name__}"
        assert not facts or refused.facts == facts, f"explained by {refused.facts}, not by {facts}"

    def _refused(self) -> Refusal:
        try:
            decided = self.decider.decide(self.command, self.state)
        except Refusal as refused:
            return refused
        raise AssertionError(f"nothing forbids it; decided: {list(decided)}")


class History:
    """A story as a source yields it: positions and versions count themselves, ids and times follow from the place."""

    def __init__(self, source: str = OWN, begins: datetime = datetime(2018, 9, 3, 9, tzinfo=UTC)) -> None:
        self.source, self.begins = source, begins
        self.entries: list[Entry] = []
        self._versions: dict[UUID, int] = {}

    def add(self, stream: UUID, *messages: Named, at: datetime | None = None) -> Self:
        """These messages happened in `stream`, recorded `at` or a minute after the last."""
        for message in messages:
            self.add_stored(stream, message.NAME, message.VERSION, encode(message), at=at)
        return self

    def add_stored(self, stream: UUID, type: str, schema_version: int, data: bytes, *, at: datetime | None = None) -> Self:
        """The same for bytes that no class of this program stands for."""
        pos = len(self.entries) + 1
        self._versions[stream] = version = self._versions.get(stream, 0) + 1
        event_id = uuid5(NAMESPACE_URL, f"{self.source}/{pos}")
        recorded_at = at or self.begins + timedelta(minutes=pos)
        self.entries.append(
            Entry(pos, pos - 1, event_id, stream, version, type, schema_version, recorded_at, "office:test", None, event_id, data)
        )
        return self


class ReadModel:
    """A projection under test: `await ReadModel(pool, UPCOMING).given(own=story).then(upcoming_v1=[…])`."""

    def __init__(self, pool: Pool, projection: Projection) -> None:
        self.pool, self.projection = pool, projection
        self._entries: dict[str, list[Entry]] = {}

    def given(self, **histories: History) -> Self:
        """What each source has told."""
        self._entries = {source: list(history.entries) for source, history in histories.items()}
        return self

    async def then(self, **tables: Sequence[Mapping[str, Any]]) -> None:
        """Exactly these rows follow, ordered by primary key."""
        reading = Reading(self.projection)
        await rebuild.start(self.pool, reading)
        async with self.pool.acquire() as connection:
            for source, entries in self._entries.items():
                await apply(connection, reading, source, entries)
            if errors := await connection.fetch(f"select type, error from {READ}.parked where projection = $1", self.projection.name):
                raise AssertionError(f"not every fact was accepted: {[tuple(error) for error in errors]}")
            for table, expected in tables.items():
                key = ", ".join(f'"{column["name"]}"' for column in await key_columns(connection, READ, table))
                rows = await connection.fetch(f"select * from {READ}.{table} order by {key}")
                found, wanted = [dict(row) for row in rows], [dict(row) for row in expected]
                assert found == wanted, f"{table} has:\n{found}\nexpected:\n{wanted}"


class DependsOnOrder(AssertionError):
    """A projection's tables differ when the same facts arrive in another order across streams."""


async def assert_order_independent(
    pool: Pool, projection: Projection, *histories: History, seed: int | None = None, shuffles: int = 10
) -> bytes:
    """Every order of delivery leaves the same dump, which is answered; DependsOnOrder names the seed that shows otherwise.

    The facts are delivered twice in random overlapping batches, then shuffled across streams and sources: one stream wholly
    after the other, the other way round, and at random, always with each stream's own order kept.
    """
    seed = time.time_ns() % 2**32 if seed is None else seed
    chance = _chance(seed)
    await ensure_tables(pool)
    reading = Reading(projection)
    entries = [(history.source, entry) for history in histories for entry in history.entries]
    streams: dict[tuple[str, UUID], list[tuple[str, Entry]]] = {}
    for source, entry in entries:
        streams.setdefault((source, entry.stream), []).append((source, entry))
    by_stream = list(streams.values())
    expected = await _delivered_in_order(pool, reading, histories, _chance(seed), times=1)
    orders: dict[str, Iterable[tuple[str, Entry]]] = {
        "stream by stream": (item for stream in by_stream for item in stream),
        "stream by stream, the last one first": (item for stream in reversed(by_stream) for item in stream),
        **{f"shuffle {n}": _shuffled(by_stream, chance) for n in range(shuffles)},
    }
    outcomes = {"delivered twice": await _delivered_in_order(pool, reading, histories, chance, times=2)}
    for title, order in orders.items():
        outcomes[title] = await _delivered(pool, reading, list(order), chance)
    for title, found in outcomes.items():
        if found != expected:
            pairs = zip_longest(expected.decode().splitlines(), found.decode().splitlines())
            wanted, got = next((w, g) for w, g in pairs if w != g)
            raise DependsOnOrder(f"{projection.name}, {title}, seed={seed}:\n  in order: {wanted}\n  now:      {got}")
    return expected


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a printed seed must give the same order again


def _shuffled(streams: Sequence[Sequence[tuple[str, Entry]]], chance: random.Random) -> list[tuple[str, Entry]]:
    turns = [n for n, stream in enumerate(streams) for _ in stream]
    chance.shuffle(turns)
    iterators = [iter(stream) for stream in streams]
    return [next(iterators[n]) for n in turns]


async def _delivered_in_order(pool: Pool, reading: Reading, histories: Sequence[History], chance: random.Random, times: int) -> bytes:
    async with open_scratch(pool, reading, "verify") as scratch:
        left = {history.source: list(history.entries) for history in histories}
        while any(left.values()):
            source = chance.choice([name for name, entries in left.items() if entries])
            count = chance.randint(1, len(left[source]))
            for _ in range(times):
                await apply(scratch.connection, reading, source, left[source][:count], scratch.schema)
            # What is delivered twice overlaps with what comes next, as after a crash.
            del left[source][: count if times == 1 else max(1, count - chance.randint(0, 2))]
        return await _dumped(scratch)


async def _delivered(pool: Pool, reading: Reading, order: list[tuple[str, Entry]], chance: random.Random) -> bytes:
    async with open_scratch(pool, reading, "verify") as scratch:
        while order:
            batch = [order.pop(0) for _ in range(chance.randint(1, len(order)))]
            folded = [(source, entry) for source, entry in batch if reading.folds(source, entry)]
            changes = [(entry.stream, statement) for source, entry in folded for statement in reading.statements(source, entry)]
            async with scratch.connection.transaction(isolation="read_committed"):
                await cursors.enter(scratch.connection, scratch.schema)
                await run_statements(scratch.connection, changes)
        return await _dumped(scratch)


async def _dumped(scratch: Scratch) -> bytes:
    if parked := await scratch.connection.fetchval(f"select error from {scratch.schema}.parked where error is not null limit 1"):
        raise AssertionError(f"a projection accepts every fact: {parked}")
    tables = await tables_of(scratch.connection, scratch.schema)
    return await dump(scratch.connection, scratch.schema, tables, scratch.reading.projection.beside)
