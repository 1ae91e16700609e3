"""Applies entries to a read model exactly once: cursor locked, compared, rows written and cursor moved in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from shared.envelope import Cursor, Entry, is_unreadable
from shared.failpoints import failpoint
from shared.projections import cursors, parking
from shared.projections.cursors import READ
from shared.projections.faults import is_passing
from shared.projections.projection import Poison, Reading, Statement, grouped
from shared.sources.source import SourceUnavailable

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool


async def apply(
    connection: Connection,
    reading: Reading,
    source: str,
    entries: Sequence[Entry],
    schema: str = READ,
) -> Cursor:
    """Apply what the cursor has not seen yet of `entries`; answers where the cursor stands afterwards.

    A failing batch is rolled back and repeated event by event, so that only the failing streams park. Passing faults
    (`faults.is_passing`) and TooManyParked are raised, and nothing has happened. A projection that is `in_order` parks nothing: what
    comes before a failing event is applied, and then SourceUnavailable is raised until it can be read.
    """
    if reading.projection.in_order:
        return await _apply_in_order(connection, reading, source, entries, schema)
    try:
        changes = [
            (entry, reading.statements(source, entry)) for entry in entries if reading.folds(source, entry)
        ]  # Before the lock is taken: decoding may take its time.
        return await _apply(connection, reading, source, entries, schema, changes)
    except Poison:
        return await _apply(connection, reading, source, entries, schema, None)


async def _apply_in_order(connection: Connection, reading: Reading, source: str, entries: Sequence[Entry], schema: str) -> Cursor:
    changes: list[tuple[Entry, list[Statement]]] = []
    for place, entry in enumerate(entries):
        try:
            changes += [(entry, reading.statements(source, entry))] if reading.folds(source, entry) else []
        except Poison as poison:
            if place == 0:
                raise _waits_at(reading, entry, poison) from poison
            entries = entries[:place]
            break
    try:
        return await _apply(connection, reading, source, entries, schema, changes)
    except Poison as poison:
        raise _waits_at(reading, entries[0], poison) from poison


def _waits_at(reading: Reading, entry: Entry, poison: Poison) -> SourceUnavailable:
    return SourceUnavailable(f"{reading.projection.name} waits at position {entry.pos}, which it cannot read: {poison}")


async def _apply(
    connection: Connection,
    reading: Reading,
    source: str,
    entries: Sequence[Entry],
    schema: str,
    changes: Sequence[tuple[Entry, list[Statement]]] | None,
) -> Cursor:
    name = reading.projection.name
    # A rebuild meets within minutes what has failed in years: that many in a minute say nothing about the program.
    at_most = parking.MOST_A_MINUTE if schema == READ else None
    async with connection.transaction(isolation="read_committed"):
        await cursors.enter(connection, schema, lasting=schema != READ, repeatable=True)
        cursor = await lock_cursor(connection, name, source)
        failpoint("projector.before_apply")
        new = unseen(cursor, entries)
        if not new:
            return cursor
        folded = [entry for entry in new if reading.folds(source, entry)]
        if folded:
            behind = await parking.parked_among(connection, name, source, {entry.stream for entry in folded})
            skipped = await parking.skipped_among(connection, name, source, cursor.pos, new[-1].pos)
            records: list[tuple[Entry, str | None]] = []
            if changes is None:
                records = await _one_by_one(
                    connection,
                    reading,
                    source,
                    [e for e in folded if e.event_id not in skipped],
                    behind,
                    at_most,
                )
            else:
                records = [(e, None) for e in folded if e.stream in behind and e.event_id not in skipped]
                first = new[0].pos
                await run_statements(
                    connection,
                    [
                        (entry.stream, statement)
                        for entry, statements in changes
                        if entry.pos >= first and entry.stream not in behind and entry.event_id not in skipped
                        for statement in statements
                    ],
                )
            if records:
                await parking.park(connection, name, source, records, at_most=at_most)
        cursor = cursor.after(new[-1])
        await cursors.move(connection, name, source, cursor)
        failpoint("projector.before_commit")
    failpoint("projector.after_commit")
    return cursor


async def lock_cursor(connection: Connection, projection: str, source: str) -> Cursor:
    """Lock the cursor; a function of its own so that a test can show what happens without it."""
    return await cursors.lock(connection, projection, source)


def unseen(cursor: Cursor, entries: Sequence[Entry]) -> Sequence[Entry]:
    """What lies behind the cursor and follows on it; nothing behind a gap, and nothing of another generation once it has begun."""
    new = [entry for entry in entries if entry.pos > cursor.pos]
    if not new or new[0].prev > cursor.pos or (cursor.pos and new[0].generation != cursor.generation):
        return []
    return new


async def run_statements(connection: Connection, changes: Sequence[tuple[UUID, Statement]]) -> None:
    """Run changes of several streams, each stream's in order; Poison where one of them cannot be made."""
    try:
        for sql, rows in grouped(changes):
            if len(rows) == 1:
                await connection.execute(sql, *rows[0])
            else:
                await connection.executemany(sql, rows)
    except Exception as error:
        if is_passing(error):
            raise
        raise Poison(error) from error


async def _one_by_one(
    connection: Connection,
    reading: Reading,
    source: str,
    entries: Sequence[Entry],
    behind: set[UUID],
    at_most: int | None,
) -> list[tuple[Entry, str | None]]:
    """Apply each entry in a savepoint of its own; answers those to park, with what failed."""
    records: list[tuple[Entry, str | None]] = []
    failed = 0
    for entry in entries:
        if entry.stream in behind:
            records.append((entry, None))
            continue
        try:
            await apply_one(connection, reading, source, entry)
        except Poison as poison:
            behind.add(entry.stream)
            records.append((entry, str(poison)))
            failed += 1
            if at_most is not None and failed > at_most:
                break  # park() is about to say so.
    return records


async def apply_one(connection: Connection, reading: Reading, source: str, entry: Entry) -> None:
    """Apply one entry in a savepoint; Poison leaves the transaction usable."""
    statements = reading.statements(source, entry)
    async with connection.transaction():
        await run_statements(connection, [(entry.stream, statement) for statement in statements])


async def retry(pool: Pool, reading: Reading, source: str, stream: UUID, again: Callable[[Entry], Awaitable[Entry]]) -> int:
    """Apply a parked stream's records in order, up to the first that fails again; answers how many are left.

    `again` asks the source anew for what it could not read."""
    name = reading.projection.name
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="read_committed"),
    ):
        await cursors.enter(connection, READ)
        await lock_cursor(connection, name, source)
        entries = await parking.waiting(connection, name, source, stream)
        applied: list[Entry] = []
        for entry in entries:
            try:
                readable = await again(entry) if is_unreadable(entry) else entry
                if reading.folds(source, readable):
                    await apply_one(connection, reading, source, readable)
            except Poison as poison:
                await parking.failed_again(connection, name, source, entry, str(poison))
                break
            applied.append(entry)
        await parking.done(connection, name, source, applied)
        return len(entries) - len(applied)


async def skip(pool: Pool, reading: Reading, source: str, stream: UUID, by: str) -> Entry | None:
    """Do without a parked stream's first record, on the word of `by`; answers it, None where nothing is parked."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="read_committed"),
    ):
        await cursors.enter(connection, READ)
        await lock_cursor(connection, reading.projection.name, source)
        return await parking.skip_first(connection, reading.projection.name, source, stream, by)
