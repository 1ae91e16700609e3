"""Recorders of how far an upstream application was processed, together with a view's rows or with new events."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from eventsourcing.persistence import ProcessRecorder, StoredEvent, Tracking, TrackingRecorder, WaitInterruptedError

from shared.eventstore.facade.datastore import Statement, again
from shared.eventstore.facade.events import LogApplicationRecorder, LogRecorder

INTERRUPT_SECONDS = 0.1
"""How soon a wait notices its interrupt, which is a thread's event and cannot be awaited."""


class LogTrackingRecorder(LogRecorder, TrackingRecorder):
    """The base of a materialised view: a subclass names its `tables`, writes them with `insert_tracking` and reads them with `fetch`."""

    def insert_tracking(self, tracking: Tracking, statements: Sequence[Statement] = ()) -> None:
        """Move the tracking forward and execute the view's statements, in one transaction; IntegrityError where it is there already."""
        self.datastore.run(self._track, tracking, statements, uuid4())

    def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """The rows of a query on the view's tables."""
        return self.datastore.run(self.datastore.fetch, sql, *args)

    @again
    async def _track(self, tracking: Tracking, statements: Sequence[Statement], insert_id: UUID) -> None:
        """Made again with the same id where the connection was lost: tracked by this very insert means that its statements ran too."""
        async with self.datastore.pool.acquire() as connection, connection.transaction():
            sql = f"select {self.datastore.schema}.track($1, $2, $3)"
            if await connection.fetchval(sql, tracking.application_name, tracking.notification_id, insert_id):
                for statement, args in statements:
                    await connection.execute(statement, *args)
        self.datastore.signals.notify("read")

    def max_tracking_id(self, application_name: str) -> int | None:
        """The last notification of the application that was tracked."""
        return self.datastore.run(self._max_tracking_id, application_name)

    async def _max_tracking_id(self, application_name: str) -> int | None:
        sql = f"select notification_id from {self.datastore.schema}.tracking where application = $1"
        rows = await self.datastore.fetch(sql, application_name)
        return rows[0]["notification_id"] if rows else None

    def wait(
        self, application_name: str, notification_id: int | None, timeout: float = 1.0, interrupt: threading.Event | None = None
    ) -> None:
        """Return when the notification or a later one is tracked; raise after `timeout` seconds, or when interrupted."""
        if notification_id is not None and not self.datastore.run(self._wait, application_name, notification_id, timeout, interrupt):
            raise TimeoutError(f"notification {notification_id} of {application_name} is not tracked after {timeout} seconds")

    async def _wait(self, application_name: str, notification_id: int, timeout: float, interrupt: threading.Event | None) -> bool:
        deadline = time.monotonic() + timeout
        while True:
            ticket = self.datastore.signals.ticket("read")
            tracked = await self._max_tracking_id(application_name)
            if tracked is not None and tracked >= notification_id:
                return True
            # Between two looks at the data only the interrupt is looked at, unless there is a signal.
            look_again = min(deadline, time.monotonic() + 1.0)
            while (left := look_again - time.monotonic()) > 0:
                if interrupt and interrupt.is_set():
                    raise WaitInterruptedError
                await self.datastore.signals.wait("read", ticket, min(left, INTERRUPT_SECONDS))
                if self.datastore.signals.ticket("read") != ticket:
                    break
            if time.monotonic() >= deadline:
                return False


class LogProcessRecorder(LogTrackingRecorder, LogApplicationRecorder, ProcessRecorder):
    """An application's log whose events are appended together with the tracking of what they answer to."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None, **kwargs: Any
    ) -> Sequence[int] | None:
        """Append all and track, or neither."""
        if tracking and not stored_events:
            self.insert_tracking(tracking)
            return []
        return self.datastore.run(self._insert, stored_events, tracking)
