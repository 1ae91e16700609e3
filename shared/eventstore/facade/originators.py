"""How the library's originators stand in the log: a stream counts its events from 1, an originator from where its first one says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from eventsourcing.persistence import DataError, IntegrityError, StoredEvent

from shared.eventstore.append import NewEvent
from shared.eventstore.facade.datastore import LogDatastore

NAMESPACE = UUID("6f1c1a3e-0b6f-5d0e-9a53-7f0f4d8d2c11")
REMEMBERED = 50_000
STARTS = range(-32_768, 32_768)
"""What the log's column can hold; the library's own aggregates start at 0 or 1."""


def stream_of(originator: UUID | str) -> UUID:
    """The stream of an originator; a name that is not a UUID has one made of it."""
    return originator if isinstance(originator, UUID) else uuid5(NAMESPACE, originator)


@dataclass(frozen=True)
class StreamAppend:
    """The events that one call adds to one stream, and whether the start was guessed because the stream seems to be new."""

    stream: UUID
    start: int
    guessed: bool
    versions: tuple[int, ...]

    @property
    def expected(self) -> int:
        """The stream's version before the call. Raises IntegrityError where the versions do not follow one another."""
        expected = self.versions[0] - self.start
        if expected < 0 or self.versions != tuple(range(self.versions[0], self.versions[0] + len(self.versions))):
            raise IntegrityError(f"the versions {list(self.versions)[:5]}… of stream {self.stream} must follow one another without a gap")
        return expected


class Originators:
    """Where each stream starts and which streams have names; both never change, so what was read once may be remembered."""

    def __init__(self, datastore: LogDatastore) -> None:
        self._datastore = datastore
        self._starts: dict[UUID, int] = {}
        self._named: set[UUID] = set()

    async def place(self, events: Sequence[StoredEvent], *, guess: bool) -> list[StreamAppend]:
        """The call's events by stream. With `guess`, a stream not met so far whose event could be a first one is taken for new."""
        await self._remember_names(events)
        versions: dict[UUID, list[int]] = {}
        for event in events:
            versions.setdefault(stream_of(event.originator_id), []).append(event.originator_version)
        unknown = [stream for stream, (first, *_) in versions.items() if stream not in self._starts and not (guess and first in (0, 1))]
        if unknown:
            sql = f"select stream, schema_version from {self._datastore.schema}.log where stream = any($1) and version = 1"
            self.learn((row["stream"], row["schema_version"]) for row in await self._datastore.fetch(sql, unknown))
        return [self._place_one(stream, tuple(of_stream)) for stream, of_stream in versions.items()]

    def _place_one(self, stream: UUID, versions: tuple[int, ...]) -> StreamAppend:
        start = self._starts.get(stream, versions[0])
        if start not in STARTS:
            raise DataError(f"stream {stream} cannot start at version {start}")
        return StreamAppend(stream, start, stream not in self._starts, versions)

    def learn(self, starts: Iterable[tuple[UUID, int]]) -> None:
        """Remember where streams start that have events."""
        if len(self._starts) >= REMEMBERED:
            self._starts.clear()
        self._starts.update(starts)

    async def _remember_names(self, events: Sequence[StoredEvent]) -> None:
        """Names are written before the events that need them: a name without events does no harm."""
        names = {event.originator_id for event in events if isinstance(event.originator_id, str)}
        named = {stream_of(name): name for name in names if stream_of(name) not in self._named}
        if not named:
            return
        sql = f"insert into {self._datastore.schema}.originator select * from unnest($1::uuid[], $2::text[]) on conflict do nothing"
        await self._datastore.fetch(sql, list(named), list(named.values()))
        if len(self._named) >= REMEMBERED:
            self._named.clear()
        self._named.update(named)


def new_event(event: StoredEvent, start: int) -> NewEvent:
    """A stored event as the log takes it. The library keeps the version of an event's shape inside the state;
    the log's column for it says instead where the originator's count starts, so that every row can be read by itself."""
    return NewEvent(event.topic, start, uuid4(), event.state)
