"""The canonical dump of read models: every row as JSON, ordered by primary key, the same bytes for the same content."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import asyncpg

if TYPE_CHECKING:
    from shared.projections.cursors import Connection


class NoPrimaryKey(Exception):
    """A projection's table lacks a primary key, so its rows have no order."""


class Row(NamedTuple):
    """One row: its table, its primary key as a JSON array, and the whole as JSON with its names in order."""

    table: str
    key: str
    content: str


async def key_columns(connection: Connection, schema: str, table: str) -> list[asyncpg.Record]:
    """The names of a table's primary key columns, in order, and whether they have a collation."""
    rows = await connection.fetch(
        """select a.attname as name, a.attcollation <> 0 as collated from pg_index i
            join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
            cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, place)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
            where n.nspname = $1 and c.relname = $2 and i.indisprimary order by k.place""",
        schema, table,
    )  # fmt: skip
    if not rows:
        raise NoPrimaryKey(f"the table {table} has no primary key")
    return rows


async def rows_of(connection: Connection, schema: str, table: str, without: Collection[str] = ()) -> AsyncIterator[Row]:
    """One table's rows, ordered by primary key; inside a transaction. `without` leaves columns out."""
    columns = await key_columns(connection, schema, table)
    await connection.execute("set local timezone to 'UTC'")
    order = ", ".join(f'"{c["name"]}"' + (' collate "C"' if c["collated"] else "") for c in columns)
    key = ", ".join(f'"{c["name"]}"' for c in columns)
    query = f"select jsonb_build_array({key})::text, (to_jsonb(t) - $1::text[])::text from {schema}.{table} t order by {order}"
    async for row in connection.cursor(query, list(without), prefetch=1000):
        yield Row(table, row[0], row[1])


async def row_with_key(connection: Connection, schema: str, table: str, key: str, without: Collection[str] = ()) -> str | None:
    """The row with this key, as `rows_of` gives it."""
    names = ", ".join(f'"{c["name"]}"' for c in await key_columns(connection, schema, table))
    query = f"select (to_jsonb(t) - $2::text[])::text from {schema}.{table} t where jsonb_build_array({names})::text = $1"
    found: str | None = await connection.fetchval(query, key, list(without))
    return found


async def dump(
    connection: Connection,
    schema: str,
    tables: Sequence[str],
    without: Collection[str] = (),
) -> bytes:
    """All rows of these tables, a line each: `<table> <row>`."""
    async with connection.transaction():
        lines = [f"{row.table} {row.content}\n" for table in sorted(tables) async for row in rows_of(connection, schema, table, without)]
    return "".join(lines).encode()
