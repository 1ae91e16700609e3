"""Compares a live read model with the same projection run anew over its source up to the live position, bytewise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.envelope import Cursor
from shared.projections import cursors
from shared.projections.cursors import READ
from shared.projections.dump import Row, row_with_key, rows_of
from shared.projections.projection import Reading
from shared.projections.scratch import (
    Progress,
    Scratch,
    Sources,
    no_progress,
    open_scratch,
    opened,
)
from shared.projections.tables import tables_of

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row that is not what a fold of the source gives; None stands for a row that is missing."""

    table: str
    key: str
    expected: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison found."""

    projection: str
    cursors: Mapping[str, Cursor]
    rows: int
    difference: Difference | None

    @property
    def started(self) -> bool:
        """Whether anything was read yet: before that, nothing equals nothing, which proves nothing."""
        return any(cursor.pos for cursor in self.cursors.values())


async def verify(pool: Pool, reading: Reading, sources: Sources, progress: Progress = no_progress) -> Verification:
    """Compare the read model with a fold of its sources; the live projection goes on meanwhile."""
    name = reading.projection.name
    live = await cursors.load_all(pool, name)
    async with (
        open_scratch(pool, reading, "verify") as scratch,
        opened(sources) as readers,
    ):
        await scratch.fill(readers, {source: cursor.pos for source, cursor in live.items()}, progress)
        tables = await tables_of(scratch.connection, scratch.schema)
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            # The lock comes before the snapshot: a rebuild cannot switch the tables below it.
            await connection.execute(f"lock table {', '.join(f'{READ}.{table}' for table in tables)} in access share mode")
            live = await cursors.load_all(connection, name)
            await scratch.fill(
                readers,
                {source: cursor.pos for source, cursor in live.items()},
                progress,
            )
            at = await scratch.cursors()
            async with scratch.connection.transaction():
                rows, difference = await _compare(scratch, connection, tables)
    if difference is None:
        difference = _other_history(live, at)
    return Verification(name, live, rows, difference)


async def _compare(scratch: Scratch, live: Connection, tables: list[str]) -> tuple[int, Difference | None]:
    count, beside = 0, scratch.reading.projection.beside
    for table in tables:
        expected_rows = rows_of(scratch.connection, scratch.schema, table, beside)
        found_rows = rows_of(live, READ, table, beside)
        while True:
            expected = await anext(expected_rows, None)
            found = await anext(found_rows, None)
            if expected is None and found is None:
                break
            if expected != found:
                return count, await _difference(scratch, live, table, expected, found)
            count += 1
    return count, None


async def _difference(
    scratch: Scratch,
    live: Connection,
    table: str,
    expected: Row | None,
    found: Row | None,
) -> Difference:
    beside = scratch.reading.projection.beside
    for row in (expected, found):
        if row:
            is_expected = await row_with_key(scratch.connection, scratch.schema, table, row.key, beside)
            is_found = await row_with_key(live, READ, table, row.key, beside)
            if is_expected != is_found:
                return Difference(table, row.key, is_expected, is_found)
    raise AssertionError("two rows with equal keys and contents differ")


def _other_history(live: Mapping[str, Cursor], at: Mapping[str, Cursor]) -> Difference | None:
    """Equal rows over another history are no proof: the event at the cursor must be the same."""
    for source, cursor in live.items():
        if (cursor.generation, cursor.pos, cursor.event_id) != (
            at[source].generation,
            at[source].pos,
            at[source].event_id,
        ):
            return Difference("cursor", f'["{source}"]', str(at[source]), str(cursor))
    return None
