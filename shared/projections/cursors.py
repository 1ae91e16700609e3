"""How far each projection and reaction has come in each of its sources: one row each, locked first by whoever writes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import asyncpg

from shared.envelope import Cursor
from shared.eventstore.signals import Signals

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

READ = "read"
"""The schema of the live read models and the kit's own tables; a scratch schema has the same shape for one projection."""
IDLE_SECONDS = 10
"""After so long without a word inside a transaction the server ends it: a stopped process does not keep its lock."""
TRANSACTION_SECONDS = 30
"""After so long the server ends a transaction that is neither a rebuild's nor a switch, whatever the session is doing."""
POLL_SECONDS = 1.0

COLUMNS = 'generation, pos, event_id, "offset"'


class NotStarted(Exception):
    """The projection or reaction has no cursor yet: start it once before."""


def cursor_of(row: asyncpg.Record) -> Cursor:
    """The cursor in one row."""
    return Cursor(row["generation"], row["pos"], row["event_id"], row["offset"])


async def enter(connection: Connection, schema: str, *, lasting: bool = False, repeatable: bool = False) -> None:
    """Make this transaction work in `schema` and give its locks back should this process fall asleep.

    Between preparing a statement and running it a session counts as active, not as idle, so a bound on the whole transaction is needed
    as well, except for `lasting` ones: work on tables of its own, or the switch to them.

    A `repeatable` transaction does not wait for the disk: rows and cursor are lost together in a power cut, and made again from the log.
    What an operator has asked for, and the switch to a rebuilt table, do wait.
    """
    bound = "" if lasting else f"; set local transaction_timeout = '{TRANSACTION_SECONDS}s'"
    bound += "; set local synchronous_commit = off" if repeatable else ""
    await connection.execute(f"set local search_path to {schema}; set local idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'{bound}")


async def load(db: Connection | Pool, projection: str, source: str, schema: str = READ) -> Cursor:
    """Where the reader stands."""
    row = await db.fetchrow(
        f"select {COLUMNS} from {schema}.cursor where projection = $1 and source = $2",
        projection,
        source,
    )
    if row is None:
        raise NotStarted(f"{projection} has no cursor in {source}")
    return cursor_of(row)


async def load_all(db: Connection | Pool, projection: str, schema: str = READ) -> dict[str, Cursor]:
    """Where the reader stands in each of its sources."""
    rows = await db.fetch(
        f"select source, {COLUMNS} from {schema}.cursor where projection = $1 order by source",
        projection,
    )
    return {row["source"]: cursor_of(row) for row in rows}


async def lock(connection: Connection, projection: str, source: str) -> Cursor:
    """Lock the cursor's row until the transaction ends; answers where it stands now."""
    query = f"select {COLUMNS} from cursor where projection = $1 and source = $2 for update"
    row = await connection.fetchrow(query, projection, source)
    if row is None:
        raise NotStarted(f"{projection} has no cursor in {source}")
    return cursor_of(row)


async def lock_all(connection: Connection, projection: str) -> dict[str, Cursor]:
    """Lock all cursors of a projection, in the order of their names."""
    query = f"select source, {COLUMNS} from {READ}.cursor where projection = $1 order by source for update"
    return {row["source"]: cursor_of(row) for row in await connection.fetch(query, projection)}


async def move(connection: Connection, projection: str, source: str, to: Cursor) -> None:
    """Move a locked cursor; whatever had stopped its reader is over."""
    await connection.execute(
        'update cursor set generation = $3, pos = $4, event_id = $5, "offset" = $6, stopped = null where projection = $1 and source = $2',
        projection, source, to.generation, to.pos, to.event_id, to.offset,
    )  # fmt: skip


async def make(connection: Connection, projection: str, cursors: Mapping[str, Cursor]) -> None:
    """Give a new reader its cursors; those that are there stay."""
    for source, at in cursors.items():
        await connection.execute(
            f"insert into cursor (projection, source, {COLUMNS}) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            projection, source, at.generation, at.pos, at.event_id, at.offset,
        )  # fmt: skip


async def note_stop(pool: Pool, projection: str, source: str, reason: str | None) -> None:
    """Let every process see why a reader stands still, or that it does no longer."""
    query = f"update {READ}.cursor set stopped = $3 where projection = $1 and source = $2 and stopped is distinct from $3"
    await pool.execute(query, projection, source, reason)


async def reached(pool: Pool, signals: Signals, projection: str, source: str, pos: int, timeout: float) -> bool:
    """Wait until the read model knows everything up to `pos`, so that writers read what they wrote; False when the time is up."""
    end = time.monotonic() + timeout
    while True:
        ticket = signals.ticket("read")
        try:
            if (await load(pool, projection, source)).pos >= pos:
                return True
        except (NotStarted, asyncpg.UndefinedTableError):
            pass  # Its worker is about to begin.
        if (left := end - time.monotonic()) <= 0:
            return False
        await signals.wait("read", ticket, min(left, POLL_SECONDS))


async def positions(db: Connection | Pool) -> list[dict[str, Any]]:
    """Every cursor with why it stands still, if it does, and how many streams it has parked; for dashboards."""
    rows = await db.fetch(f"""select c.projection, c.source, c.generation, c.pos, c.stopped,
            (select count(distinct p.stream) from {READ}.parked p
              where p.projection = c.projection and p.source = c.source and p.skipped_at is null) as parked
        from {READ}.cursor c order by 1, 2""")
    return [dict(row) for row in rows]
