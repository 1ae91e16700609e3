"""A service's own log as a source: its facts as stored, or what its published mapping makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import asyncpg

from shared.domain import Contract, Event
from shared.envelope import UNREADABLE, WATERMARK, Cursor, Entry, Received
from shared.eventstore.log import COLUMNS, event_id_at, log_tail
from shared.eventstore.mapper import MessageTypes, Undecodable, encode
from shared.eventstore.signals import Signals
from shared.said import said
from shared.sources.source import SourceDiverged, SourceUnavailable, Unpublishable, must_be_generation, must_hold_cursor

Mapping = Callable[[Received[Event]], Contract | None]
"""A service's `published`: a fact becomes one contract or nothing."""

LOST_CONNECTION = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What asyncpg raises while a database is away or starting."""

NOBODY = UUID(int=0)
"""The stream of a watermark: where an unpublished fact belongs stays unpublished."""


class LogSource:
    """Reads the log of this database; with `published` and the `types` it decodes with, contracts and watermarks.

    A fact of which no contract can be made ends what can be read, unless `parks` says that readers can set its stream aside: it then
    goes out as an unreadable record, of which they ask again. A topic must never hold such a record."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        signals: Signals,
        name: str,
        *,
        published: Mapping | None = None,
        types: MessageTypes | None = None,
        parks: bool = False,
        generation: int = 1,
        schema: str = "log",
    ) -> None:
        if published and not types:
            raise ValueError("a published mapping needs the types it reads")
        self.name = name
        self.generation = generation
        self._pool = pool
        self._signals = signals
        self._published = published
        self._types = types
        self._parks = parks
        self._schema = schema

    async def read(self, after: Cursor, limit: int, *, dense: bool = False) -> Sequence[Entry]:
        """Up to `limit` facts behind the cursor. Of contracts there are as many as those facts make, and a watermark behind the last
        one where unpublished facts follow it; with `dense`, a watermark for every unpublished fact."""
        must_be_generation(self.name, after, self.generation)
        facts = await self._facts(after, limit)
        return self._contracts(facts, after.pos, dense) if self._published else facts

    async def _facts(self, after: Cursor, limit: int) -> list[Entry]:
        # One question for both: the cursor's own entry and what follows it.
        query = f"select {COLUMNS} from {self._schema}.log where pos >= $1 order by pos limit $2"
        with database_away(self.name):
            rows = await self._pool.fetch(query, max(after.pos, 1), limit + (after.pos > 0))
        facts = list(map(Entry._make, rows))
        if self.generation > 1:
            facts = [fact._replace(generation=self.generation) for fact in facts]
        if after.pos:
            must_hold_cursor(self.name, after, facts[0] if facts and facts[0].pos == after.pos else None)
            del facts[0]
        if facts and facts[-1].pos != after.pos + len(facts):
            raise SourceDiverged(f"{self.name}: the log has a gap between positions {after.pos} and {facts[-1].pos}: it has lost events")
        return facts

    def _contracts(self, facts: list[Entry], prev: int, dense: bool) -> list[Entry]:
        entries: list[Entry] = []
        for place, fact in enumerate(facts):
            try:
                contract = self._contract_of(fact)
            except Exception as error:
                # Whatever a mapping raises, its fact must not be skipped: what comes before it goes out, then it is asked for again.
                if self._parks:
                    entries.append(_unreadable(fact, prev, said(error)))
                    prev = fact.pos
                    continue
                if place == 0:
                    raise Unpublishable(f"{self.name}: the fact at position {fact.pos} cannot be published: {said(error)}") from error
                return self._contracts(facts[:place], facts[0].prev, dense)
            if contract is not None:
                entries.append(_published(fact, prev, contract))
            elif dense or fact is facts[-1]:
                entries.append(watermark_of(fact, prev))
            else:
                continue
            prev = fact.pos
        return entries

    def _contract_of(self, fact: Entry) -> Contract | None:
        assert self._published is not None
        assert self._types is not None  # The constructor has seen to it.
        return contract_of(fact, self._types, self._published)

    async def wait(self, after: Cursor, timeout: float) -> None:
        """Return when something was appended behind the cursor, or after `timeout` seconds."""
        ticket = self._signals.ticket("log")
        if await self.tail() == after.pos:
            await self._signals.wait("log", ticket, timeout)

    async def tail(self) -> int:
        """The last position of the log, published or not."""
        with database_away(self.name):
            return (await log_tail(self._pool, self._schema))[0]

    async def event_id_at(self, pos: int) -> UUID | None:
        """The id of the fact at a position, published or not; None where the log has no such position."""
        with database_away(self.name):
            return await event_id_at(self._pool, pos, self._schema)

    async def close(self) -> None:
        """The pool and the signals belong to whoever made them."""


def contract_of(fact: Entry, types: MessageTypes, published: Mapping) -> Contract | None:
    """What a stored fact is published as; raises whatever decoding or the mapping raises."""
    message = types.decode(fact.type, fact.schema_version, fact.data)
    if not isinstance(message, Event):
        raise Undecodable(f"{fact.type} is not an event")
    return published(Received(message, fact))


def _published(fact: Entry, prev: int, contract: Contract) -> Entry:
    # Written out: `_replace` takes several times as long, and every record that is relayed comes by here.
    return Entry(
        fact.pos, prev, fact.event_id, fact.stream, fact.version, contract.NAME, contract.VERSION, fact.recorded_at, fact.actor,
        fact.causation_id, fact.correlation_id, encode(contract), fact.generation,
    )  # fmt: skip


def _unreadable(fact: Entry, prev: int, reason: str) -> Entry:
    """The record that says only which fact of which stream could not be read."""
    return fact._replace(prev=prev, type=UNREADABLE + fact.type, actor="", causation_id=None, correlation_id=None, data=reason.encode())


def watermark_of(fact: Entry, prev: int) -> Entry:
    """The record that says only that the log has come as far as `fact`."""
    return fact._replace(
        prev=prev,
        stream=NOBODY,
        version=0,
        type=WATERMARK,
        schema_version=1,
        actor="",
        causation_id=None,
        correlation_id=None,
        data=b"",
    )


@contextmanager
def database_away(name: str) -> Iterator[None]:
    """Turn a lost connection into SourceUnavailable."""
    try:
        yield
    except LOST_CONNECTION as error:
        raise SourceUnavailable(f"{name}: the database cannot be read: {said(error)}") from error
