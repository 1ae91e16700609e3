"""The library's own way to do what we do: an Application on its PostgreSQL module, and a projection run by its ProjectionRunner."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection
from psycopg.sql import SQL

from shared.dsn import database_of

THREADS = 32


def environment(dsn: str) -> dict[str, str]:
    """The library's settings for a database on the same server."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": database_of(dsn),
        "POSTGRES_HOST": dsn.partition("host=")[2],
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "unused",
        "POSTGRES_POOL_SIZE": str(THREADS),
        "POSTGRES_MAX_OVERFLOW": "8",
    }


class Meeting(Aggregate):
    """One event on a stream of its own."""

    @event("Scheduled")
    def __init__(self, title: str) -> None:
        self.title = title


class Meetings(Application[UUID]):
    """Keeps meetings."""

    def schedule(self, title: str) -> int:
        """Save one more; answers its notification id."""
        recordings = self.save(Meeting(title))
        return recordings[-1].notification.id


class MeetingsView(PostgresTrackingRecorder):
    """A table of meetings, written together with how far it has come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table = SQL("create table if not exists meeting_view (meeting uuid primary key, title text not null)")
        self.sql_create_statements.append(table.format())

    def add(self, meeting: UUID, title: str, tracking: Tracking) -> None:
        """One row and the position, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "insert into meeting_view values (%s, %s) on conflict (meeting) do update set title = excluded.title", (meeting, title)
            )


class MeetingsProjection(Projection[MeetingsView]):
    """Folds scheduled meetings into the table."""

    name = "meetings"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Other events only move the position."""
        self.view.insert_tracking(tracking)

    @process_event.register
    def _(self, domain_event: Meeting.Scheduled, tracking: Tracking) -> None:  # type: ignore[name-defined]  # The decorator makes this class.
        self.view.add(domain_event.originator_id, domain_event.title, tracking)
