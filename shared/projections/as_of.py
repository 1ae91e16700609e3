"""A read model as it was at a position: filled once into a scratch schema, kept for the next who asks, the oldest dropped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from shared.projections import cursors
from shared.projections.cursors import READ
from shared.projections.projection import Reading
from shared.projections.scratch import Sources, open_scratch, opened

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

KEPT = 4
"""How many positions of one projection are kept for the next question."""


@asynccontextmanager
async def as_of(pool: Pool, reading: Reading, sources: Sources, positions: Mapping[str, int]) -> AsyncIterator[Connection]:
    """A connection, inside a read-only transaction, that sees the projection's tables as they were at `positions`."""
    live = await cursors.load_all(pool, reading.projection.name)
    asked = {source: [cursor.generation, min(positions.get(source, cursor.pos), cursor.pos)] for source, cursor in live.items()}
    key = json.dumps(asked, sort_keys=True)
    while True:
        await pool.execute(
            f"""update {READ}.scratch set used_at = clock_timestamp()
                where projection = $1 and purpose = 'as_of' and positions = $2 and ready""",
            reading.projection.name, key,
        )  # fmt: skip
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="read_committed"),
        ):
            # The row is locked while someone reads, so that nobody drops the tables meanwhile.
            schema = await connection.fetchval(
                f"select schema from {READ}.scratch where projection = $1 and purpose = 'as_of' and positions = $2 and ready for key share",
                reading.projection.name, key,
            )  # fmt: skip
            if schema:
                await connection.execute(f"set local search_path to {schema}; set local transaction_read_only = on")
                yield connection
                return
        await _fill(pool, reading, sources, asked, key)


async def _fill(
    pool: Pool,
    reading: Reading,
    sources: Sources,
    asked: Mapping[str, list[int]],
    key: str,
) -> None:
    async with (
        open_scratch(pool, reading, "as_of", key) as scratch,
        opened(sources) as readers,
    ):
        await scratch.fill(readers, {source: pos for source, (_, pos) in asked.items()})
        await scratch.make_indexes()
        try:
            await scratch.connection.execute(
                # Filling may have taken longer than others were idle: who asked for it reads it before anybody forgets it.
                f"update {READ}.scratch set ready = true, used_at = clock_timestamp() where schema = $1",
                scratch.schema,
            )
        except asyncpg.UniqueViolationError:
            return  # Somebody else was asked the same and was faster; this one is dropped.
        await forget(scratch.connection, reading.projection.name, KEPT)


async def forget(connection: Connection, projection: str, keep: int = 0) -> None:
    """Drop all but the last `keep` used positions of a projection; those that somebody reads stay."""
    async with connection.transaction():
        old = await connection.fetch(
            f"""select schema from {READ}.scratch where schema in (
                    select schema from {READ}.scratch where projection = $1 and purpose = 'as_of' and ready order by used_at desc offset $2)
                for update skip locked""",
            projection, keep,
        )  # fmt: skip
        for row in old:
            await connection.execute(f"drop schema if exists {row['schema']} cascade")
            await connection.execute(f"delete from {READ}.scratch where schema = $1", row["schema"])
