"""What of a log everybody may read, under numbers of its own: nothing in it counts, names or dates what is not public."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.envelope import Cursor, Entry
from shared.eventstore.log import COLUMNS
from shared.eventstore.mapper import MessageTypes, encode
from shared.eventstore.signals import Signals
from shared.numbering import NAME
from shared.projections.cursors import READ
from shared.projections.projection import OWN
from shared.said import said
from shared.sources.log import Mapping, contract_of, database_away
from shared.sources.source import SourceDiverged, SourceUnavailable, Unpublishable, must_be_generation, must_hold_cursor
from shared.sources.topic import public_of

NUMBERED = f"""select {COLUMNS}, n.number, n.place from {READ}.{NAME} n join log.log using (pos, event_id, stream)
where n.number >= $1 order by n.number limit $2"""
TAIL = f"select coalesce(max(number), 0) from {READ}.{NAME}"
FIELDS = len(Entry._fields)
NO_ACTOR = ""
KNOWN = f"""select (select event_id from {READ}.{NAME} where number = $1) as event_id,
(select pos from {READ}.cursor where projection = '{NAME}' and source = '{OWN}') as numbered,
(select coalesce(max(pos), 0) from log.log) as last"""


class NoLongerPublic(Exception):
    """A record was public when it was numbered and is not any more: number anew, and begin a new generation."""


class PublicSource:
    """Reads what the projection `public_v1` has numbered. Positions are these numbers, versions count a stream's public records, and an
    entry says neither who caused it nor what led to it."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        signals: Signals,
        service: str,
        *,
        published: Mapping,
        types: MessageTypes,
        generation: int = 1,
    ) -> None:
        self.name = public_of(service)
        self.generation = generation
        self._pool, self._signals, self._published, self._types = pool, signals, published, types

    async def read(self, after: Cursor, limit: int, *, dense: bool = False) -> Sequence[Entry]:
        """Up to `limit` public records behind the cursor. Every number has one, so there are no watermarks and `dense` changes nothing."""
        must_be_generation(self.name, after, self.generation)
        with database_away(self.name):
            rows = await self._pool.fetch(NUMBERED, max(after.pos, 1), limit + (after.pos > 0))
        facts = [(row["number"], row["place"], Entry._make(row[:FIELDS])) for row in rows]
        if after.pos:
            await self._must_hold(after, facts[0][2] if facts and facts[0][0] == after.pos else None)
            del facts[0]
        if facts and facts[-1][0] != after.pos + len(facts):
            raise SourceDiverged(f"{self.name}: what is numbered behind {after.pos} is not what the log has: rebuild {NAME}")
        return self._entries(facts)

    async def _must_hold(self, after: Cursor, found: Entry | None) -> None:
        if found is None and await self.event_id_at(after.pos) is not None:
            raise SourceUnavailable(f"{self.name}: number {after.pos} was given a moment ago")
        must_hold_cursor(self.name, after, found)

    def _entries(self, facts: Sequence[tuple[int, int, Entry]]) -> list[Entry]:
        entries: list[Entry] = []
        for number, place, fact in facts:
            try:
                contract = contract_of(fact, self._types, self._published)
                if contract is None or not contract.is_public():
                    raise NoLongerPublic
            except Exception as error:
                # As with everything that is published: what comes before it goes out, then it is asked for again.
                if entries:
                    return entries
                raise Unpublishable(f"{self.name}: number {number} cannot be published: {said(error)}") from error
            entries.append(
                Entry(
                    number, number - 1, fact.event_id, fact.stream, place, contract.NAME, contract.VERSION, fact.recorded_at, NO_ACTOR,
                    None, None, encode(contract.as_public()), self.generation,
                )
            )  # fmt: skip
        return entries

    async def event_id_at(self, pos: int) -> UUID | None:
        """The event id under a number; None where the whole log is numbered and does not come to it, else SourceUnavailable."""
        with database_away(self.name):
            row = await self._pool.fetchrow(KNOWN, pos)
        assert row is not None  # A select without "from" is one row.
        found: UUID | None = row["event_id"]
        if found is None and (row["numbered"] or 0) < row["last"]:
            raise SourceUnavailable(f"{self.name}: the log is numbered up to position {row['numbered'] or 0} of {row['last']}")
        return found

    async def wait(self, after: Cursor, timeout: float) -> None:
        """Return when something was numbered behind the cursor, or after `timeout` seconds."""
        ticket = self._signals.ticket("read")
        if await self.tail() == after.pos:
            await self._signals.wait("read", ticket, timeout)

    async def tail(self) -> int:
        """The last number that was given."""
        with database_away(self.name):
            last: int = await self._pool.fetchval(TAIL)
        return last

    async def close(self) -> None:
        """The pool and the signals belong to whoever made them."""
