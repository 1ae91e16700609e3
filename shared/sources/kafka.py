"""Another service's contracts as they arrive through Kafka: verified, in order, each once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from shared.envelope import Cursor, Entry
from shared.sources.cloudevents import ForeignRecord, entry_of_record, source_of
from shared.sources.generations import Generations
from shared.sources.reader import Fetched, OffsetLost, TopicReader
from shared.sources.source import NewGeneration, SourceDiverged, SourceUnavailable, must_be_generation, must_hold_cursor, same_place
from shared.sources.tail import TailPosition
from shared.sources.topic import Brokers, existing_topics, topic_of

logger = structlog.get_logger(__name__)

FETCH = 2_000
LOOK_BACK = 200
"""How many records before an offset hint are looked at before everything is."""


@dataclass
class KafkaStatus:
    """What a source has to say about itself."""

    topic: str | None = None
    rejected: int = 0
    """Records that were not this service's and were left out."""
    last_rejection: str | None = None
    waiting_for: str | None = None
    """Why nothing comes although something should."""


class KafkaSource:
    """One service's topic, from whatever offset a cursor hints at. It opens the newest filled generation for a new reader, the
    cursor's for any other, and the one it was given where it was given one."""

    def __init__(
        self,
        bootstrap: str,
        city: str,
        service: str,
        generation: int | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        patience: float = 15.0,
    ) -> None:
        """`options` go to every aiokafka client; `patience` is how many seconds a gap may take to be mended by the relay."""
        self.name = service
        self.status = KafkaStatus()
        self._brokers = Brokers(bootstrap, options or {})
        self._city = city
        self._source = source_of(city, service)
        self._pinned = generation
        self._generations = Generations(self._brokers, city, service)
        self._patience = patience
        self._lock = asyncio.Lock()
        self._generation = 0
        self._reader: TopicReader | None = None
        self._tail: TailPosition | None = None
        self._at: Cursor | None = None
        self._ready: deque[Entry] = deque()
        self._ahead: int | None = None
        """The position of a record that does not follow: the records between are missing."""
        self._reread = False
        self._missing_since: float | None = None
        self._rejected_to = -1

    def at(self, generation: int) -> KafkaSource:
        """A source of the same service's records in that generation."""
        brokers, patience = self._brokers, self._patience
        return KafkaSource(brokers.bootstrap, self._city, self.name, generation, options=brokers.options, patience=patience)

    async def read(self, after: Cursor, limit: int) -> Sequence[Entry]:
        """Up to `limit` entries behind the cursor. SourceUnavailable also means: the topic is not whole, its relay is to mend it."""
        async with self._lock:
            try:
                entries = await self._read(after, limit)
            except SourceUnavailable as error:
                self.status.waiting_for = str(error)
                raise
            self.status.waiting_for = None
            return entries

    async def _read(self, after: Cursor, limit: int) -> Sequence[Entry]:
        reader = await self._open(after)
        if reader is None:
            return ()
        try:
            if not same_place(self._at, after):
                await self._locate(reader, after)
            while not self._ready:
                records = await reader.fetch(FETCH)
                self._take(records, after.pos)
                if self._ahead is not None and not self._reread and not self._ready:
                    await self._locate(reader, after)
                    self._reread = True
                elif not records:
                    if self._ahead is None and self._tail:
                        self._tail.known(reader.offset, after.pos)
                    break
        except OffsetLost:
            self._at = None
            raise SourceUnavailable(f"{self.name}: the topic has lost its tail; waiting for the relay to make it whole") from None
        if not self._ready:
            self._must_be_whole(after)
            return ()
        self._missing_since = None
        entries = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
        self._at = after.after(entries[-1])
        return entries

    def _take(self, records: Sequence[Fetched], last: int) -> None:
        """Queue what follows; drop duplicates and what is not ours, remember what is ahead."""
        for record in records:
            entry = self._entry(record)
            if entry is None or entry.pos <= last:
                continue
            if entry.prev > last:
                self._ahead = entry.pos if self._ahead is None else self._ahead
                continue
            self._ready.append(entry)
            last = entry.pos
            if self._ahead is not None and last >= self._ahead:
                self._ahead, self._reread = None, False

    def _must_be_whole(self, after: Cursor) -> None:
        if self._ahead is None:
            self._missing_since = None
            return
        self._complain(f"{self.name}: records are missing between position {after.pos} and {self._ahead}")

    def _complain(self, said: str) -> None:
        """Wait for the relay to mend the topic, but not for ever."""
        now = time.monotonic()
        self._missing_since = self._missing_since or now
        if now - self._missing_since >= self._patience:
            raise SourceDiverged(said)
        raise SourceUnavailable(f"{said}; waiting for the relay to make the topic whole")

    async def _locate(self, reader: TopicReader, after: Cursor) -> None:
        """Go behind the cursor's own record, which must still be there: at its offset, or else before, or else anywhere."""
        self._at = None
        self._ready.clear()
        self._ahead, self._reread = None, False
        if not after.pos:
            await reader.seek(0)
            self._at = after
            return
        hint = after.offset or 0
        highest = 0
        for start in dict.fromkeys((hint, max(hint - LOOK_BACK, 0), 0)):
            await reader.seek(start)
            try:
                found, highest = await self._find(reader, after.pos, every=start == 0)
            except OffsetLost:
                continue
            if found is None and start and self._tail and await self._tail.position() < after.pos:
                break
            if found is not None:
                must_hold_cursor(self.name, after, found)
                assert found.offset is not None  # It was just read from there.
                await reader.seek(found.offset + 1)
                self._at = after
                return
        if highest < after.pos:
            raise SourceUnavailable(f"{self.name}: the topic ends before position {after.pos}; waiting for the relay to make it whole")
        self._complain(f"{self.name}: nothing at position {after.pos}, which was read before")

    async def _find(self, reader: TopicReader, pos: int, *, every: bool) -> tuple[Entry | None, int]:
        """The entry at a position and the highest position seen; `every` record is looked at, else one batch."""
        highest = 0
        while records := await reader.fetch(FETCH):
            for entry in filter(None, map(self._entry, records)):
                highest = max(highest, entry.pos)
                if entry.pos == pos:
                    return entry, highest
            if not every:
                break
        return None, highest

    def _entry(self, record: Fetched) -> Entry | None:
        try:
            return entry_of_record(record.headers, record.value, self._source, self._generation, record.offset)
        except ForeignRecord as error:
            if record.offset > self._rejected_to:
                self._rejected_to = record.offset
                self.status.rejected += 1
                self.status.last_rejection = f"offset {record.offset}: {error}"
                logger.warning("record.rejected", topic=self.status.topic, offset=record.offset, reason=str(error))
            return None

    async def _open(self, after: Cursor) -> TopicReader | None:
        base = self._pinned or max(after.generation, 1 if after.pos else self._generation)
        newest = await self._generations.newest_filled(base)
        wanted = self._pinned or (after.generation if after.pos else newest)
        must_be_generation(self.name, after, wanted)
        if after.pos and newest > after.generation:
            raise NewGeneration(self.name, newest)
        if self._reader is None or wanted != self._generation:
            await self._disconnect()
            topic = topic_of(self._city, self.name, wanted)
            if topic not in await existing_topics(self._brokers, [topic]):
                if after.pos:
                    raise SourceUnavailable(f"{self.name}: the topic {topic} is gone; waiting for the relay to make it whole")
                self.status.topic = None
                return None
            self.status.topic, self._generation = topic, wanted
            self._reader = TopicReader(self._brokers, topic)
            self._tail = TailPosition(TopicReader(self._brokers, topic), self._source)
        return self._reader

    async def wait(self, after: Cursor, timeout: float) -> None:
        """Return when the topic has more, or after `timeout` seconds."""
        async with self._lock:
            if self._reader is None:
                await asyncio.sleep(timeout)
                return
            if self._ready or not same_place(self._at, after):
                return
            try:
                self._take(await self._reader.fetch(FETCH, max(timeout, 0.001)), after.pos)
            except OffsetLost:
                self._at = None

    async def tail(self) -> int:
        """The last position in the topic, the newest filled one while nothing is being read; 0 while there is none."""
        if self._at is None:
            async with self._lock:
                await self._open(Cursor())
        return await self._tail.position() if self._tail else 0

    async def close(self) -> None:
        """Disconnect from the brokers."""
        async with self._lock:
            await self._disconnect()

    async def _disconnect(self) -> None:
        reader, tail, self._reader, self._tail, self._at = self._reader, self._tail, None, None, None
        self._ready.clear()
        if reader and tail:
            await reader.close()
            await tail.close()
