"""Fills one generation of a service's topic from its log, window by window, and mends what the broker lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from shared.clock import system_now
from shared.envelope import WATERMARK, Cursor, Entry
from shared.failpoints import failpoint
from shared.generation import CursorMoved, GenerationStatus, RelaySettings, must_run
from shared.sources.cloudevents import NOBODY, source_of
from shared.sources.log import LOST_CONNECTION, database_away
from shared.sources.reader import OffsetLost, TopicReader
from shared.sources.relayed import Relayed
from shared.sources.source import SourceDiverged
from shared.sources.tail import tail_of
from shared.sources.topic import Brokers, must_have_topic, topic_of
from shared.sources.writer import TailLost, TopicWriter

logger = structlog.get_logger(__name__)

LOOK_AT_END_SECONDS = 2.0
"""How often an idle relay sees whether the topic still ends where it did."""


class Filling:
    """One process's part in filling one generation: `open`, then `window` after `window`."""

    def __init__(
        self,
        source: Relayed,
        pool: asyncpg.Pool[asyncpg.Record],
        brokers: Brokers,
        city: str,
        generation: int,
        settings: RelaySettings,
        producer: Mapping[str, Any],
        table: str,
    ) -> None:
        """`table` has the cursor row of each generation."""
        self.status = GenerationStatus(generation, topic_of(city, source.name, generation))
        self._source, self._pool, self._brokers, self._settings, self._table = source, pool, brokers, settings, table
        self._origin = source_of(city, source.name)
        self._reader = TopicReader(brokers, self.status.topic)
        self._writer = TopicWriter(brokers, self.status.topic, self._origin, producer)
        self._saved = 0
        """The cursor row's position as this relay knows it."""
        self._cursor = Cursor()
        """Where the next window begins: before `_saved` while the topic is being mended."""
        self._dense_to = 0
        self._end = 0
        self._looked_at = 0.0
        self._connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | None = None
        self._ahead: tuple[Cursor, asyncio.Task[Sequence[Entry]]] | None = None
        """The window behind a cursor, read while the one before it is on its way."""

    async def open(self) -> None:
        """Make or check the topic, compare its tail with the cursor and the log, and get ready to send."""
        await must_have_topic(self._brokers, self.status.topic, self._settings.replication)
        with database_away(self._source.name):
            row = must_run(await self._pool.fetchrow(f"select * from {self._table} where generation = $1", self.status.generation))
        await self._compare(row["pos"], row["event_id"])
        self._reader.pause()
        await self._writer.start()
        self.status.filled = row["filled"]

    async def _compare(self, saved: int, event_id: UUID | None) -> None:
        try:
            tail = await tail_of(self._reader, self._origin, saved)
        except OffsetLost as error:
            raise TailLost(str(error)) from error
        if tail.top and tail.top.pos:
            await self._must_be_of_this_log(tail.top)
        self._end, self._saved, self.status.pos = tail.end, saved, saved
        # A reader may have its cursor at a watermark that the broker lost, or will lose before this relay has saved it: until
        # all such places are past, every position gets a record.
        self._dense_to = saved + self._settings.window
        whole = tail.whole.pos if tail.whole else 0
        if whole >= saved:
            self._cursor = Cursor(self._source.generation, saved, event_id)
            return
        self.status.mended += 1
        logger.warning("relay.mending", topic=self.status.topic, whole_to=whole, saved=saved)
        self._cursor = Cursor(self._source.generation, whole, tail.whole.event_id if tail.whole else None)

    async def _must_be_of_this_log(self, top: Entry) -> None:
        known, last = await self._source.event_id_at(top.pos), await self._source.tail()
        if known is None:
            raise SourceDiverged(f"{self.status.topic} has come to position {top.pos}, its log only to {last}: the log was restored")
        if known != top.event_id:
            raise SourceDiverged(f"{self.status.topic} has another event at position {top.pos} than its log: the log was restored")

    async def window(self) -> bool:
        """Send the next window and save the cursor; False where there is nothing to send."""
        entries = await self._read()
        self.status.error = None
        if not entries and self.status.filled:
            return False
        mark = None if self.status.filled else await self._mark(entries)
        batch, packed = self._writer.pack(entries, filled=self.status.filled and self.status.generation > 1, mark=mark)
        sent = entries[:packed]
        if not sent and not (mark and not entries):
            return False
        filled = self.status.filled or packed > len(entries)  # Only with the mark in it does a batch say that the topic is filled.
        behind = Cursor(self._source.generation, sent[-1].pos, sent[-1].event_id) if sent else self._cursor
        with database_away(self._source.name):
            connection = await self._connected()
            async with connection.transaction():
                if not await self._own_turn(connection):
                    return True
                failpoint("relay.before_produce")
                if len(entries) > 1:
                    self._read_ahead(behind)
                begins = await self._writer.send(batch)
                failpoint("relay.after_produce")
                if begins < self._end:
                    raise TailLost(f"{self.status.topic} took a window at offset {begins}, before offset {self._end}")
                self._end = begins + batch.record_count()
                failpoint("relay.before_save")
                await self._save(connection, behind, filled)
            failpoint("relay.after_save")
        self._cursor = behind
        self._saved = self.status.pos = max(self._saved, self._cursor.pos)
        self.status.tail = max(self.status.tail, self._cursor.pos)
        self.status.filled = filled
        return True

    async def _connected(self) -> asyncpg.pool.PoolConnectionProxy[asyncpg.Record]:
        if self._connection is None:
            self._connection = await self._pool.acquire(timeout=10)
        return self._connection

    async def _read(self) -> Sequence[Entry]:
        """The next window: the one that was read while the last one was on its way, where it is the right one."""
        ahead, self._ahead = self._ahead, None
        if ahead and ahead[0] == self._cursor:
            return await ahead[1]
        if ahead:
            await _dropped(ahead[1])
        return await self._read_at(self._cursor)

    async def _read_at(self, cursor: Cursor) -> Sequence[Entry]:
        return await self._source.read(cursor, self._settings.window, dense=cursor.pos < self._dense_to)

    def _read_ahead(self, cursor: Cursor) -> None:
        self._ahead = (cursor, asyncio.create_task(self._read_at(cursor)))

    async def _mark(self, entries: Sequence[Entry]) -> Entry | None:
        """The record that says: from here on this generation keeps up with its log. It repeats a position, so readers drop it."""
        self.status.tail = await self._source.tail()
        at = entries[-1] if entries else None
        pos, event_id = (at.pos, at.event_id) if at else (self._cursor.pos, self._cursor.event_id)
        if pos + self._settings.window < self.status.tail:
            return None
        return Entry(pos, pos, event_id or NOBODY, NOBODY, 0, WATERMARK, 1, system_now(), "", None, None, b"")

    async def _own_turn(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> bool:
        """Lock the cursor row until the transaction ends; False where another relay has gone on meanwhile."""
        # The commit need not wait for the disk: a cursor that a crash sets back only means duplicates.
        found = await connection.fetchrow(
            "select pos, event_id, filled, stopped, set_config('idle_in_transaction_session_timeout', $2, true),"
            # Between preparing and running a statement a session counts as active, not as idle.
            " set_config('transaction_timeout', $3, true),"
            f" set_config('synchronous_commit', 'off', true) from {self._table} where generation = $1 for update",
            self.status.generation,
            f"{int(self._settings.idle_in_transaction * 1000)}ms",
            f"{int(self._settings.idle_in_transaction * 4000)}ms",
        )
        row = must_run(found)
        if row["pos"] < self._saved:
            raise CursorMoved(f"{self.status.topic}: the cursor went back from {self._saved} to {row['pos']}")
        if row["pos"] == self._saved:
            return True
        self._saved = self.status.pos = row["pos"]
        self.status.filled = row["filled"]
        self._cursor = Cursor(self._source.generation, row["pos"], row["event_id"])
        return False

    async def _save(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], cursor: Cursor, filled: bool) -> None:
        await connection.execute(
            f"update {self._table} set pos = greatest(pos, $2), event_id = case when $2 > pos then $3 else event_id end,"
            " filled = filled or $4, held_up = null where generation = $1",
            self.status.generation,
            cursor.pos,
            cursor.event_id,
            filled,
        )

    async def idle(self) -> None:
        """Wait for news, and see now and then whether the topic still has its tail."""
        await self._source.wait(self._cursor, 1.0)
        now = time.monotonic()
        if now - self._looked_at < LOOK_AT_END_SECONDS:
            return
        self._looked_at = now
        self.status.tail = await self._source.tail()
        end = await self._reader.end()
        if end < self._end:
            raise TailLost(f"{self.status.topic} ends at offset {end}, before offset {self._end}")
        self._end = end

    async def hold_up(self, reason: str) -> None:
        """Say, to every process, why this generation goes no further; the next window that is sent takes it back."""
        if self.status.error != reason:
            logger.error("relay.held_up", topic=self.status.topic, reason=reason)
        self.status.error = reason
        with database_away(self._source.name):
            await self._pool.execute(
                f"update {self._table} set held_up = $2 where generation = $1 and pos = $3 and held_up is distinct from $2",
                self.status.generation,
                reason,
                self._saved,  # Another relay, of a release that can go on, may be further.
            )

    async def stop(self, reason: str) -> None:
        """Stop this generation for good, for every relay of this log."""
        with database_away(self._source.name):
            await self._pool.execute(f"update {self._table} set stopped = $2 where generation = $1", self.status.generation, reason)
        self.status.stopped = reason
        logger.error("relay.stopped", topic=self.status.topic, reason=reason)

    async def close(self) -> None:
        """Throw the producer, the reader and the connection away: each of them, also where one fails or whoever closes is cancelled."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._reader.close)
            stack.push_async_callback(self._writer.close)
            stack.push_async_callback(self._let_go)
            ahead, self._ahead = self._ahead, None
            if ahead:
                await _dropped(ahead[1])

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(*LOST_CONNECTION):
                await self._pool.release(connection, timeout=5)


async def _dropped(task: asyncio.Task[Sequence[Entry]]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
