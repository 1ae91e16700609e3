"""A schema of its own into which a projection is run over a prefix of its sources: what rebuild, verify and as-of have in common."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Literal
from uuid import uuid4
from weakref import WeakKeyDictionary

import asyncpg
import structlog

from shared.envelope import Cursor, Entry
from shared.projections import cursors
from shared.projections.apply import apply
from shared.projections.cursors import READ
from shared.projections.projection import Reading
from shared.projections.tables import FOR_ONE_PROJECTION
from shared.sources.source import Source, SourceUnavailable

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

logger = structlog.get_logger(__name__)

Purpose = Literal["rebuild", "verify", "as_of"]
Progress = Callable[[int, int], None]
"""Called with what is done and the whole, both in positions."""

Sources = Mapping[str, Callable[[], Source]]
"""How to open each source: a source serves one reader, so a rebuild beside the live projection needs its own."""

BATCH = 4000
AT_ONCE = 2
"""Scratches open at the same time in one event loop: each holds a connection while its sources ask the same pool for another one."""
PATIENCE_SECONDS = 30.0
"""How long a source may owe a position that it has announced."""


class RebuildRunning(Exception):
    """Another process rebuilds this projection just now: wait for its end."""


def no_progress(done: int, total: int) -> None:
    """For callers that show none."""


class Scratch:
    """One projection's tables, cursors and parked records in a schema of their own, on a connection of their own."""

    def __init__(self, schema: str, connection: Connection, reading: Reading) -> None:
        self.schema, self.connection, self.reading = schema, connection, reading

    @property
    def name(self) -> str:
        """The projection's name."""
        return self.reading.projection.name

    async def cursors(self) -> dict[str, Cursor]:
        """How far it is filled."""
        return await cursors.load_all(self.connection, self.name, self.schema)

    async def fill(
        self,
        sources: Mapping[str, Source],
        until: Mapping[str, int],
        progress: Progress = no_progress,
    ) -> None:
        """Run the projection on up to these positions of its sources."""
        at = await self.cursors()
        total = sum(until.values())
        for name in sorted(at):
            elsewhere = sum(min(until[other], cursor.pos) for other, cursor in at.items() if other != name)
            async for cursor in self._fill_from(name, sources[name], at[name], until[name]):
                at[name] = cursor
                progress(elsewhere + min(cursor.pos, until[name]), total)

    async def _fill_from(self, name: str, source: Source, cursor: Cursor, until: int) -> AsyncIterator[Cursor]:
        coming: asyncio.Task[Sequence[Entry]] | None = None
        try:
            while cursor.pos < until:
                entries = await (coming or source.read(cursor, BATCH))
                coming = None
                if not entries:
                    await _wait_for_more(source, cursor)
                    continue
                wanted = [entry for entry in entries if entry.pos <= until]
                if not wanted:
                    return  # The prefix ends between two records.
                if entries[-1].pos < until:
                    coming = asyncio.ensure_future(_read(source, cursor.after(entries[-1])))
                cursor = await apply(self.connection, self.reading, name, wanted, self.schema)
                yield cursor
        finally:
            if coming:
                coming.cancel()
                with contextlib.suppress(
                    asyncio.CancelledError, Exception
                ):  # The reading was ahead of need; the cause is under way already.
                    await coming

    async def make_indexes(self) -> None:
        """Make what `Projection.indexes` demands, once the tables are full."""
        if not self.reading.projection.indexes:
            return
        async with self.connection.transaction():
            await cursors.enter(self.connection, self.schema, lasting=True)
            await self.connection.execute(self.reading.projection.indexes, timeout=3600)


async def _read(source: Source, after: Cursor) -> Sequence[Entry]:
    return await source.read(after, BATCH)


async def _wait_for_more(source: Source, cursor: Cursor) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not await source.read(cursor, 1):
        if asyncio.get_running_loop().time() > end:
            raise SourceUnavailable(f"{source.name} has announced more than position {cursor.pos} and does not give it")
        await source.wait(cursor, cursors.POLL_SECONDS)


@asynccontextmanager
async def opened(sources: Sources) -> AsyncIterator[dict[str, Source]]:
    """Sources for one more reader, closed at the end."""
    async with AsyncExitStack() as stack:
        readers = {name: make() for name, make in sources.items()}
        for reader in readers.values():
            stack.push_async_callback(reader.close)
        yield readers


_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def places() -> asyncio.Semaphore:
    """The places for scratches in the running event loop, whichever pool they use."""
    return _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


@asynccontextmanager
async def open_scratch(pool: Pool, reading: Reading, purpose: Purpose, positions: str = "") -> AsyncIterator[Scratch]:
    """An empty scratch schema, dropped at the end unless it was used up; leftovers of dead processes are dropped first.

    Waits for one of few places before it takes a connection: whoever opens one holds neither a place nor a connection."""
    name = reading.projection.name
    async with places(), pool.acquire() as connection:
        await drop_leftovers(connection, name)
        # Losing the scratch in a crash costs nothing, so its commits need not wait for the disk; the switch waits for all of them.
        await connection.execute("set synchronous_commit = off; set client_min_messages = warning")
        schema = f"scratch_{uuid4().hex}"
        try:
            async with connection.transaction(isolation="read_committed"):
                await connection.execute(
                    f"""insert into {READ}.scratch (schema, projection, purpose, positions, session_pid, session_start)
                        select $1, $2, $3, $4, pid, backend_start from pg_stat_activity where pid = pg_backend_pid()""",
                    schema, name, purpose, positions,
                )  # fmt: skip
                await create_schema(connection, schema, reading)
        except asyncpg.UniqueViolationError:
            raise RebuildRunning(f"{name} is being rebuilt by another process") from None
        try:
            yield Scratch(schema, connection, reading)
        finally:
            if not connection.is_closed():
                with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    # Should this fail, the next one to open a scratch finds the leftover.
                    await drop_unless_kept(connection, schema)


async def create_schema(connection: Connection, schema: str, reading: Reading) -> None:
    """Make a projection's empty tables in a new schema, with its cursors and with the records that operators decided to skip."""
    await connection.execute(f"create schema {schema}")
    await cursors.enter(connection, schema)
    await connection.execute(FOR_ONE_PROJECTION)
    await connection.execute(reading.projection.tables)
    await cursors.make(
        connection,
        reading.projection.name,
        dict.fromkeys(reading.projection.folds, Cursor()),
    )
    await connection.execute(
        f"insert into parked select * from {READ}.parked where projection = $1 and skipped_at is not null",
        reading.projection.name,
    )


async def drop_unless_kept(connection: Connection, schema: str) -> None:
    """Drop a scratch schema that is neither switched to nor kept for as-of."""
    async with connection.transaction():
        dropped = await connection.fetchval(
            f"delete from {READ}.scratch where schema = $1 and not ready returning schema",
            schema,
        )
        if dropped:
            await connection.execute(f"drop schema if exists {schema} cascade")


async def drop_leftovers(connection: Connection, projection: str) -> None:
    """Drop what processes that are no more have left behind unfinished."""
    async with connection.transaction():
        left = await connection.fetch(
            f"""delete from {READ}.scratch where schema in (
                    select schema from {READ}.scratch s where projection = $1 and not ready and not exists (
                        select from pg_stat_activity a where a.pid = s.session_pid and a.backend_start = s.session_start)
                    for update skip locked)
                returning schema""",
            projection,
        )
        for row in left:
            logger.info("scratch.leftover_dropped", projection=projection, schema=row["schema"])
            await connection.execute(f"drop schema if exists {row['schema']} cascade")
