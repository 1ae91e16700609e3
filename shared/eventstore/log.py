"""Reading the log, and the check that its database keeps what it acknowledges."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from shared.envelope import Entry
from shared.eventstore.errors import UnsafeSettings

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Queryable = asyncpg.Connection[asyncpg.Record] | asyncpg.Pool[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]

COLUMNS = """pos, pos - 1 as prev, event_id, stream, version, type, schema_version, recorded_at, actor, causation_id, correlation_id, data,
    1 as generation, null::bigint as "offset\""""
"""An Entry, field by field; in a log each position follows the one before it."""

_MUST_BE_ON = ("fsync", "full_page_writes")
_SAFE_COMMITS = {"on", "remote_write", "remote_apply", "local"}


async def read_log(db: Queryable, after: int, limit: int, schema: str = "log") -> list[Entry]:
    """Up to `limit` entries behind position `after`, in order."""
    rows = await db.fetch(f"select {COLUMNS} from {schema}.log where pos > $1 order by pos limit $2", after, limit)
    return list(map(Entry._make, rows))


async def read_stream(db: Queryable, stream: UUID, after: int = 0, schema: str = "log") -> list[Entry]:
    """The entries of one stream behind version `after`, in order."""
    rows = await db.fetch(f"select {COLUMNS} from {schema}.log where stream = $1 and version > $2 order by version", stream, after)
    return list(map(Entry._make, rows))


async def log_tail(db: Queryable, schema: str = "log") -> tuple[int, UUID | None]:
    """The last position and its event id; (0, None) of an empty log."""
    row = await db.fetchrow(f"select pos, event_id from {schema}.log order by pos desc limit 1")
    return (row["pos"], row["event_id"]) if row else (0, None)


async def event_id_at(db: Queryable, pos: int, schema: str = "log") -> UUID | None:
    """The event id at a position; None where the log has no such position."""
    found: UUID | None = await db.fetchval(f"select event_id from {schema}.log where pos = $1", pos)
    return found


async def must_be_safe(db: Queryable) -> None:
    """Raise UnsafeSettings, naming each, where this database may forget what it acknowledged or is too old."""
    names = [*_MUST_BE_ON, "synchronous_commit", "server_version_num"]
    rows = {row["name"]: row["setting"] for row in await db.fetch("select name, setting from pg_settings where name = any($1)", names)}
    wrong = [f"{name} is {rows[name]}: set it to on" for name in _MUST_BE_ON if rows[name] != "on"]
    if rows["synchronous_commit"] not in _SAFE_COMMITS:
        wrong.append(f"synchronous_commit is {rows['synchronous_commit']}: set it to on")
    if int(rows["server_version_num"]) < 180000:
        wrong.append(f"server_version is {int(rows['server_version_num']) // 10000}: use PostgreSQL 18 or later")
    if wrong:
        raise UnsafeSettings("PostgreSQL would lose acknowledged events: " + "; ".join(wrong))
