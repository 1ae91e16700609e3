"""Answers which conferences there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from services.conferences.events.conference import ConferenceCancelled, ConferenceCorrected, ConferenceHeld, ConferencePlanned
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table conferences_v2 (
    conference uuid primary key,
    title text not null,
    host uuid not null,
    host_name text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    place text not null,
    held_on date,
    cancelled_because text
);
"""
INDEXES = "create index conferences_v2_by_time on conferences_v2 (starts_at, conference);"

PLANNED = """insert into conferences_v2 (conference, title, host, host_name, starts_at, ends_at, place)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (conference) do update set title = excluded.title, host = excluded.host,
host_name = excluded.host_name, starts_at = excluded.starts_at, ends_at = excluded.ends_at, place = excluded.place"""
HELD = "update conferences_v2 set held_on = $2 where conference = $1"
CANCELLED = "update conferences_v2 set cancelled_because = $2 where conference = $1"
CORRECTED = """update conferences_v2 set title = $2, starts_at = $3, ends_at = $4, place = $5, held_on = $6, cancelled_because = $7
where conference = $1"""

Folded = ConferencePlanned | ConferenceHeld | ConferenceCancelled | ConferenceCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each conference."""
    event = received.message
    match event:
        case ConferencePlanned():
            told = (event.title, event.host, event.host_name, event.starts_at, event.ends_at, event.place)
            yield Statement(PLANNED, (received.stream, *told))
        case ConferenceHeld():
            yield Statement(HELD, (received.stream, event.held_on))
        case ConferenceCancelled():
            yield Statement(CANCELLED, (received.stream, event.reason))
        case ConferenceCorrected():
            stands = (event.title, event.starts_at, event.ends_at, event.place, event.held_on, event.cancelled_because)
            yield Statement(CORRECTED, (received.stream, *stands))
        case _:
            assert_never(event)


CONFERENCES = Projection(
    name="conferences_v2",
    folds={OWN: get_args(Folded)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)


@dataclass(frozen=True, slots=True)
class ListedConference:
    """A conference; `held_on` says when it was held, if it was, and `cancelled_because` why it does not take place, if it does not."""

    conference: UUID
    title: str
    host: UUID
    host_name: str
    starts_at: datetime
    ends_at: datetime
    place: str
    held_on: date | None
    cancelled_because: str | None


QUERY = """select conference, title, host, host_name, starts_at, ends_at, place, held_on, cancelled_because
from conferences_v2
where $1::timestamptz is null or (starts_at, conference) < ($1, $2) order by starts_at desc, conference desc limit $3"""


async def list_by_beginning(db: Queryable, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[ListedConference]:
    """Conferences, the latest first, behind the (beginning, id) of the last one seen."""
    begin, conference = after or (None, None)
    return [ListedConference(**row) for row in await db.fetch(QUERY, begin, conference, limit)]
