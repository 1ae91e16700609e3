"""Recorders of events: sequences of aggregates without positions (snapshots), and the application's log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
    Tracking,
)

from shared.eventstore.append import ACCEPTED, KNOWN, Append
from shared.eventstore.facade.datastore import LogDatastore, again
from shared.eventstore.facade.originators import Originators, StreamAppend, new_event, stream_of
from shared.eventstore.facade.subscription import LogSubscription
from shared.eventstore.log import log_tail

FAR = 2**62
"""Beyond every version and position."""


class LogRecorder:
    """A recorder on a datastore. A subclass's `tables` are made beside the log: unqualified names, `create table if not exists …`."""

    tables: ClassVar[Sequence[str]] = ()

    def __init__(self, datastore: LogDatastore) -> None:
        self.datastore = datastore

    def create_table(self) -> None:
        """Make the recorder's tables, unless they are there."""
        self.datastore.create_tables(self.tables)


class LogAggregateRecorder(LogRecorder, AggregateRecorder):
    """Sequences of one purpose, such as snapshots: unique versions, no positions, gaps allowed."""

    def __init__(self, datastore: LogDatastore, *, purpose: str = "events") -> None:
        super().__init__(datastore)
        self.purpose = purpose

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Insert all or, where a version is taken, none."""
        if stored_events:
            self.datastore.run(self._insert, stored_events)
        return None

    async def _insert(self, stored_events: Sequence[StoredEvent]) -> None:
        await self.datastore.pool.execute(
            f"insert into {self.datastore.schema}.sequence (purpose, stream, originator_version, type, data)"
            " select $1, * from unnest($2::uuid[], $3::bigint[], $4::text[], $5::bytea[])",
            self.purpose,
            [stream_of(event.originator_id) for event in stored_events],
            [event.originator_version for event in stored_events],
            [event.topic for event in stored_events],
            [event.state for event in stored_events],
        )

    def select_events(
        self, originator_id: UUID | str, *, gt: int | None = None, lte: int | None = None, desc: bool = False, limit: int | None = None
    ) -> Sequence[StoredEvent]:
        """The events of one originator, by version."""
        sql = (
            f"select originator_version, type, data from {self.datastore.schema}.sequence where purpose = $1 and stream = $2"
            f" and originator_version > $3 and originator_version <= $4 order by originator_version {'desc' if desc else 'asc'} limit $5"
        )
        bounds = (-FAR if gt is None else gt, FAR if lte is None else lte)
        rows = self.datastore.run(self.datastore.fetch, sql, self.purpose, stream_of(originator_id), *bounds, limit)
        return [StoredEvent(originator_id, *row) for row in rows]


class LogApplicationRecorder(LogRecorder, ApplicationRecorder):
    """The application's log. A version that leaves a gap in its stream is refused like one that is taken."""

    def __init__(self, datastore: LogDatastore) -> None:
        super().__init__(datastore)
        self._originators = Originators(datastore)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append all or, where a version is taken, none; each event's position. Streams follow one another as they first appear."""
        return self.datastore.run(self._insert, stored_events, None)

    async def _insert(self, events: Sequence[StoredEvent], tracking: Tracking | None) -> Sequence[int]:
        if not events:
            return []
        placed = await self._originators.place(events, guess=True)
        ids = [uuid4() for _ in placed]
        try:
            positions = await self._append(placed, ids, events, tracking)
        except (IntegrityError, asyncpg.UniqueViolationError):
            if not any(one.guessed for one in placed):
                raise
            placed = await self._originators.place(events, guess=False)
            positions = await self._append(placed, ids, events, tracking)
        self._originators.learn((one.stream, one.start) for one in placed)
        return positions

    async def _append(
        self, placed: Sequence[StreamAppend], ids: Sequence[UUID], events: Sequence[StoredEvent], tracking: Tracking | None
    ) -> list[int]:
        """The events' positions. One stream's events go through the batching writer; what must hold together, in a call of its own."""
        if len(placed) > 1 or tracking:
            return await self._append_together(placed, ids, events, tracking)
        [one], [command_id] = placed, ids
        actor = self.datastore.actor
        stored = [new_event(event, one.start) for event in events]
        answer = await self.datastore.append(Append(actor, command_id, None, one.stream, one.expected, actor, None, None, stored))
        if answer.outcome not in (ACCEPTED, KNOWN):
            raise IntegrityError(f"stream {one.stream} is at version {answer.version}, not {one.expected}")
        return list(range(answer.position - len(events) + 1, answer.position + 1))

    @again
    async def _append_together(
        self, placed: Sequence[StreamAppend], ids: Sequence[UUID], events: Sequence[StoredEvent], tracking: Tracking | None
    ) -> list[int]:
        """Sent again with the same ids where the connection was lost: the log knows them then."""
        commands = {one.stream: (n, one) for n, one in enumerate(placed, 1)}
        of_events = [commands[stream_of(event.originator_id)] for event in events]
        stored = [new_event(event, one.start) for event, (_, one) in zip(events, of_events, strict=True)]
        indexes = [event.originator_version - one.versions[0] + 1 for event, (_, one) in zip(events, of_events, strict=True)]
        ends: list[int] = await self.datastore.pool.fetchval(
            f"select {self.datastore.schema}.append_together({', '.join(f'${n}' for n in range(1, 17))})",
            self.datastore.clock(), self.datastore.actor, ids,
            [one.stream for one in placed], [one.expected for one in placed], [len(one.versions) for one in placed],
            [n for n, _ in of_events], indexes, [one.stream for _, one in of_events],
            [one.expected + index for (_, one), index in zip(of_events, indexes, strict=True)],
            [event.type for event in stored], [event.schema_version for event in stored],
            [event.event_id for event in stored], [event.data for event in stored],
            tracking and tracking.application_name, tracking and tracking.notification_id,
        )  # fmt: skip
        self.datastore.signals.notify("log")
        if tracking:
            self.datastore.signals.notify("read")
        return [ends[n - 1] - len(one.versions) + index for (n, one), index in zip(of_events, indexes, strict=True)]

    def select_events(
        self, originator_id: UUID | str, *, gt: int | None = None, lte: int | None = None, desc: bool = False, limit: int | None = None
    ) -> Sequence[StoredEvent]:
        """The events of one originator, by version."""
        return self.datastore.run(self._select_events, originator_id, gt, lte, desc, limit)

    async def _select_events(
        self, originator_id: UUID | str, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> Sequence[StoredEvent]:
        schema, stream = self.datastore.schema, stream_of(originator_id)
        # The shift is a subquery of its own, so that the bounds stay bounds of the index.
        shift = f"(select schema_version - 1 from {schema}.log where stream = $1 and version = 1)"
        rows = await self.datastore.fetch(
            f"select version - 1 + schema_version as version, type, data, schema_version from {schema}.log"
            f" where stream = $1 and version > $2::bigint - {shift} and version <= $3::bigint - {shift}"
            f" order by {schema}.log.version {'desc' if desc else 'asc'} limit $4",
            stream, -FAR if gt is None else gt, FAR if lte is None else lte, limit,
        )  # fmt: skip
        self._originators.learn((stream, row["schema_version"]) for row in rows[:1])
        return [StoredEvent(originator_id, row["version"], row["type"], row["data"]) for row in rows]

    def select_notifications(
        self, start: int | None, limit: int, stop: int | None = None, topics: Sequence[str] = (), *, inclusive_of_start: bool = True
    ) -> Sequence[Notification]:
        """The log between two positions, `stop` included, in order; only `topics`, if given."""
        schema = self.datastore.schema
        sql = (
            f"select l.pos, o.id as name, l.stream, l.version - 1 + l.schema_version as version, l.type, l.data"
            f" from {schema}.log l left join {schema}.originator o using (stream)"
            " where l.pos >= $1 and l.pos <= $2 and (cardinality($3::text[]) = 0 or l.type = any($3)) order by l.pos limit $4"
        )
        first = 0 if start is None else start if inclusive_of_start else start + 1
        rows = self.datastore.run(self.datastore.fetch, sql, first, FAR if stop is None else stop, list(topics), limit)
        return [Notification(originator_of(row), row["version"], row["type"], row["data"], id=row["pos"]) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position; None of an empty log."""
        return self.datastore.run(self._last_position) or None

    @again
    async def _last_position(self) -> int:
        return (await log_tail(self.datastore.pool, self.datastore.schema))[0]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """What stands behind position `gt`, then what is appended, as it comes."""
        return LogSubscription(self, gt, topics)


def originator_of(row: asyncpg.Record) -> UUID | str:
    """The name or else the stream; asyncpg's own subclass of UUID is not one the library's transcoder would know."""
    name: str | None = row["name"]
    return UUID(int=row["stream"].int) if name is None else name
