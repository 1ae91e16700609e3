"""Making a read model's tables, and replacing them by newly filled ones in one transaction: readers see the old or the new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import stamina

from shared.envelope import Cursor
from shared.failpoints import failpoint
from shared.projections import cursors
from shared.projections.as_of import forget
from shared.projections.cursors import READ
from shared.projections.dump import key_columns
from shared.projections.projection import Reading
from shared.projections.scratch import (
    Progress,
    RebuildRunning,
    Scratch,
    Sources,
    create_schema,
    no_progress,
    open_scratch,
    opened,
)
from shared.projections.tables import ensure_tables, tables_of
from shared.sources.source import NewGeneration, Source, SourceDiverged

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

LOCK_SECONDS = 5
"""How long the switch waits for long readers of the old tables before it lets everybody pass and tries again."""


class ShapeChanged(Exception):
    """A projection's tables or its set of messages changed under the same name: give it a new one."""


async def start(pool: Pool, reading: Reading) -> None:
    """Make the projection's empty tables and its cursors if they are missing; ShapeChanged where they were made for another shape."""
    await ensure_tables(pool)
    name = reading.projection.name
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="read_committed"),
    ):
        # A second process that starts at the same moment waits here for the first one's transaction.
        new = await connection.fetchval(
            f"insert into {READ}.projection (name, shape, tables) values ($1, $2, '{{}}') on conflict do nothing returning name",
            name, reading.projection.shape(),
        )  # fmt: skip
        if not new:
            if await connection.fetchval(f"select shape from {READ}.projection where name = $1", name) != reading.projection.shape():
                raise ShapeChanged(
                    f"{name} has other tables, indexes or messages than when its tables were made: give it a new version, "
                    f"as in {_next_version(name)}; it is then built beside the old one"
                )
            return
        schema = f"scratch_{uuid4().hex}"
        await create_schema(connection, schema, reading)
        if reading.projection.indexes:
            await connection.execute(reading.projection.indexes)
        await _move_tables(connection, schema, reading)
        await cursors.enter(connection, READ)
        await cursors.make(connection, name, dict.fromkeys(reading.projection.folds, Cursor()))


async def rebuild(pool: Pool, reading: Reading, sources: Sources, progress: Progress = no_progress) -> dict[str, Cursor]:
    """Fill new tables from the sources' beginnings and switch to them; answers where they stand, or raises RebuildRunning."""
    async with (
        open_scratch(pool, reading, "rebuild") as scratch,
        opened(sources) as readers,
    ):
        await scratch.fill(readers, await tails(readers), progress)
        failpoint("rebuild.after_fill")
        await scratch.make_indexes()
        await scratch.fill(readers, await tails(readers), progress)
        at = await switch(scratch, readers)
        await forget(scratch.connection, reading.projection.name)
        return at


async def tails(readers: Mapping[str, Source]) -> dict[str, int]:
    """The last positions of several sources."""
    return {name: await reader.tail() for name, reader in readers.items()}


@stamina.retry(on=asyncpg.LockNotAvailableError, attempts=20, timeout=None)
async def switch(scratch: Scratch, sources: Mapping[str, Source]) -> dict[str, Cursor]:
    """Replace the live tables, cursors and parked records by the scratch's, which have caught up with them under the lock."""
    connection, name = scratch.connection, scratch.name
    async with connection.transaction(isolation="read_committed"):
        live = await cursors.lock_all(connection, name)
        at = await scratch.cursors()
        for source, cursor in live.items():
            if at[source].pos and cursor.generation > at[source].generation:
                raise RebuildRunning(f"{name} was switched to generation {cursor.generation} of {source} in the meantime")
        await scratch.fill(
            sources,
            {source: await _must_reach(sources[source], live[source], at[source]) for source in live},
        )
        at = await scratch.cursors()
        failpoint("rebuild.before_switch")
        await cursors.enter(connection, READ, lasting=True)
        await connection.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'; set local synchronous_commit = on")
        old = await connection.fetchval("select tables from projection where name = $1", name)
        if old:
            await connection.execute(f"drop table if exists {', '.join(old)}")
        await connection.execute("delete from parked where projection = $1", name)
        await connection.execute(f"insert into parked select * from {scratch.schema}.parked")
        for source, cursor in at.items():
            await cursors.move(connection, name, source, cursor)
        await _move_tables(connection, scratch.schema, scratch.reading)
        await connection.execute("delete from scratch where schema = $1", scratch.schema)
        failpoint("rebuild.before_commit")
    failpoint("rebuild.after_commit")
    return at


async def _move_tables(connection: Connection, schema: str, reading: Reading) -> None:
    name = reading.projection.name
    tables = await tables_of(connection, schema)
    for table in tables:
        if table != name and not table.startswith(f"{name}_"):
            raise ValueError(f"the table {table} of the projection {name} must be called {name} or {name}_…")
        await key_columns(connection, schema, table)
        await connection.execute(f"alter table {schema}.{table} set schema {READ}")
    await connection.execute(f"drop schema {schema} cascade")
    await connection.execute(f"update {READ}.projection set tables = $2 where name = $1", name, tables)


async def _must_reach(source: Source, live: Cursor, at: Cursor) -> int:
    """How far the new tables must be at least: as far as the live ones, unless these stand in another history."""
    if live.pos <= at.pos:
        return at.pos
    try:
        await source.read(live, 1)
    except (SourceDiverged, NewGeneration):
        return at.pos
    return live.pos


def _next_version(name: str) -> str:
    stem, separator, version = name.rpartition("_v")
    return f"{stem}_v{int(version) + 1}" if separator and version.isdigit() else f"{name}_v2"
