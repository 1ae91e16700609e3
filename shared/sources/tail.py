"""What a topic ends with: for a reader its last position, for its relay also how far it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from shared.envelope import Entry
from shared.sources.cloudevents import ForeignRecord, entry_of_record
from shared.sources.reader import OffsetLost, TopicReader
from shared.sources.source import SourceUnavailable

LOOK_BACK = 3_000
FETCH = 2_000
FEW = 200


@dataclass(frozen=True)
class TopicTail:
    """The end of a topic, seen from a relay's cursor."""

    end: int
    """The offset behind the last record."""
    top: Entry | None
    """The record of the highest position."""
    whole: Entry | None
    """The last record before which a reader misses nothing."""


class TailPosition:
    """The last position in a topic, looked for only when the topic's end has moved."""

    def __init__(self, reader: TopicReader, source: str) -> None:
        self._reader = reader
        self._source = source
        self._lock = asyncio.Lock()
        self._known = (0, 0)
        self._closed = False

    def known(self, end: int, position: int) -> None:
        """What a reader that came to the end has seen there."""
        self._known = (end, position)

    async def position(self) -> int:
        """The last position; 0 of an empty topic. SourceUnavailable once it is closed, whoever was waiting then."""
        async with self._lock:
            try:
                return await self._position()
            finally:
                if self._closed:  # Meanwhile: what was just connecting then is known to nobody else.
                    await self._reader.close()

    async def _position(self) -> int:
        if self._closed:
            raise SourceUnavailable("the source was closed")
        end = await self._reader.end()
        if end != self._known[0]:
            try:
                self._known = (end, await self._look(end))
            except OffsetLost as error:
                raise SourceUnavailable(f"the topic changed while it was looked at: {error}") from None
        return self._known[1]

    async def _look(self, end: int) -> int:
        begin, back = await self._reader.begin(), FEW
        while True:
            entries = await _entries(self._reader, self._source, max(end - back, begin), end)
            if entries or end - back <= begin:
                self._reader.pause()
                return max((entry.pos for entry in entries), default=0)
            back *= 8

    async def close(self) -> None:
        """Disconnect for good, without waiting for whoever is asking."""
        self._closed = True
        await self._reader.close()


async def tail_of(reader: TopicReader, source: str, pos: int) -> TopicTail:
    """Read the topic back to a record at or before position `pos`, and from there to its end."""
    end, begin, back = await reader.end(), await reader.begin(), LOOK_BACK
    while True:
        start = max(end - back, begin)
        entries = await _entries(reader, source, start, end)
        if start == begin or any(entry.pos <= pos for entry in entries):
            break
        back *= 8
    top = max(entries, key=lambda entry: entry.pos, default=None)
    return TopicTail(end, top, last_whole(entries, from_first=start == 0))


def last_whole(entries: Iterable[Entry], *, from_first: bool) -> Entry | None:
    """The last entry that a reader arrives at, going forward once; what comes before the first entry is taken to be whole, unless
    that is the topic's first."""
    last: Entry | None = None
    for entry in entries:
        known = last.pos if last else 0 if from_first else entry.prev
        if entry.prev <= known < entry.pos:
            last = entry
    return last


async def _entries(reader: TopicReader, source: str, start: int, end: int) -> list[Entry]:
    entries: list[Entry] = []
    await reader.seek(start)
    while reader.offset < end and (records := await reader.fetch(FETCH)):
        for record in records:
            try:
                entries.append(entry_of_record(record.headers, record.value, source, offset=record.offset))
            except ForeignRecord:
                continue
    return entries
