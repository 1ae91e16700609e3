"""Records that could not be applied, kept whole: a failing record parks its stream, and what follows it waits behind it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from shared.envelope import Entry
from shared.projections.cursors import READ

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

MOST_A_MINUTE = 20
"""More newly parked streams within a minute mean that the program is wrong, not the records: the reader stops."""

COLUMNS = """pos, prev, event_id, stream, version, type, schema_version, recorded_at, actor, causation_id, correlation_id, data,
    generation, "offset" """


class TooManyParked(Exception):
    """So many streams fail that the fault must be the program's; nothing of this batch was applied or parked."""


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """What an operator sees of a parked stream."""

    projection: str
    source: str
    stream: UUID
    records: int
    first_pos: int
    first_type: str
    error: str
    parked_at: datetime


def entry_of(row: asyncpg.Record) -> Entry:
    """The record as its source had yielded it."""
    return Entry(
        row["pos"], row["prev"], row["event_id"], row["stream"], row["version"], row["type"], row["schema_version"], row["recorded_at"],
        row["actor"], row["causation_id"], row["correlation_id"], row["data"], row["generation"], row["offset"],
    )  # fmt: skip


async def park(
    connection: Connection,
    projection: str,
    source: str,
    records: Sequence[tuple[Entry, str | None]],
    *,
    at_most: int | None = MOST_A_MINUTE,
) -> None:
    """Keep records with what failed (None behind the first of a stream); raises TooManyParked where more than `at_most` streams did."""
    await connection.executemany(
        f"""insert into parked (projection, source, {COLUMNS}, error)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) on conflict do nothing""",
        [
            (
                projection, source, e.pos, e.prev, e.event_id, e.stream, e.version, e.type, e.schema_version, e.recorded_at,
                e.actor, e.causation_id, e.correlation_id, e.data, e.generation, e.offset, error,
            )
            for e, error in records
        ],
    )  # fmt: skip
    if at_most is not None and any(error for _, error in records):
        query = """select count(distinct stream) from parked where projection = $1 and source = $2 and error is not null
            and skipped_at is null and parked_at > now() - interval '1 minute'"""
        if await connection.fetchval(query, projection, source) > at_most:
            first = next(error for _, error in records if error)
            raise TooManyParked(f"more than {at_most} streams failed within a minute, the last one with: {first}")


async def parked_among(
    db: Connection | Pool,
    projection: str,
    source: str,
    streams: Collection[UUID],
    schema: str = "",
) -> set[UUID]:
    """Which of these streams are parked."""
    table = f"{schema}.parked" if schema else "parked"
    query = f"""select distinct stream from {table} where projection = $1 and source = $2 and stream = any($3) and skipped_at is null"""
    return {row["stream"] for row in await db.fetch(query, projection, source, list(streams))}


async def skipped_among(connection: Connection, projection: str, source: str, after: int, until: int) -> set[UUID]:
    """Which records of this range an operator has decided to do without."""
    query = "select event_id from parked where projection = $1 and source = $2 and skipped_at is not null and pos > $3 and pos <= $4"
    return {row["event_id"] for row in await connection.fetch(query, projection, source, after, until)}


async def waiting(db: Connection | Pool, projection: str, source: str, stream: UUID) -> list[Entry]:
    """A parked stream's records, in order."""
    query = (
        f"""select {COLUMNS} from {READ}.parked where projection = $1 and source = $2 and stream = $3 and skipped_at is null order by pos"""
    )
    return [entry_of(row) for row in await db.fetch(query, projection, source, stream)]


async def done(db: Connection | Pool, projection: str, source: str, entries: Sequence[Entry]) -> None:
    """Forget records that were applied after all."""
    query = f"delete from {READ}.parked where projection = $1 and source = $2 and event_id = any($3)"
    await db.execute(query, projection, source, [entry.event_id for entry in entries])


async def failed_again(db: Connection | Pool, projection: str, source: str, entry: Entry, error: str) -> None:
    """Note what a retried record fails with now."""
    query = f"update {READ}.parked set error = $4 where projection = $1 and source = $2 and event_id = $3"
    await db.execute(query, projection, source, entry.event_id, error)


async def skip_first(db: Connection | Pool, projection: str, source: str, stream: UUID, by: str) -> Entry | None:
    """Mark a parked stream's first record as skipped; it stays, with who decided it, so that a rebuild skips it too."""
    query = f"""update {READ}.parked set skipped_by = $4, skipped_at = now() where projection = $1 and source = $2 and event_id = (
            select event_id from {READ}.parked
            where projection = $1 and source = $2 and stream = $3 and skipped_at is null order by pos limit 1
        ) returning {COLUMNS}"""
    row = await db.fetchrow(query, projection, source, stream, by)
    return entry_of(row) if row else None


async def parked_streams(db: Connection | Pool, projection: str | None = None) -> list[ParkedStream]:
    """All parked streams, the longest waiting first."""
    rows = await db.fetch(
        f"""select projection, source, stream, count(*) as records, min(pos) as first_pos, (array_agg(type order by pos))[1] as first_type,
                coalesce((array_agg(error order by pos))[1], '') as error, min(parked_at) as parked_at
            from {READ}.parked where skipped_at is null and ($1::text is null or projection = $1)
            group by projection, source, stream order by min(parked_at), stream""",
        projection,
    )
    return [ParkedStream(**dict(row)) for row in rows]
