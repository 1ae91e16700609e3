"""Which meetings are coming, and which are past? One that was held is no longer coming; a cancelled one is shown as cancelled, lest
somebody go there in vain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.meetings.events.meeting import MeetingCancelled, MeetingCorrected, MeetingOpened, MeetingRescheduled, MeetingScheduled
from services.meetings.events.sitting import SittingClosed
from shared.envelope import Received
from shared.localday import day_end, local_day
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table upcoming_v1 (
    meeting uuid primary key,
    body uuid not null,
    body_name text not null,
    title text not null,
    public boolean not null,
    starts_at timestamptz not null,
    ends_at timestamptz,
    over_at timestamptz not null,
    place text not null,
    standing text not null,
    reason text,
    formerly_starts_at timestamptz
);
comment on column upcoming_v1.over_at is 'When it is no longer coming: its end, or that of its day where no end was said.';
create table upcoming_v1_held (
    sitting uuid primary key,
    meeting uuid not null
);
comment on table upcoming_v1_held is 'Written by the sittings, so that no meeting''s row depends on which of the two was heard first.';
"""
INDEXES = """create index upcoming_v1_by_time on upcoming_v1 (starts_at, meeting);
create index upcoming_v1_over on upcoming_v1 (over_at);
create index upcoming_v1_of_body on upcoming_v1 (body, starts_at, meeting);
create index upcoming_v1_held_of on upcoming_v1_held (meeting);"""

PUT = """insert into upcoming_v1
(meeting, body, body_name, title, public, starts_at, ends_at, over_at, place, standing, reason, formerly_starts_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (meeting) do update set starts_at = excluded.starts_at,
ends_at = excluded.ends_at, over_at = excluded.over_at, place = excluded.place, standing = excluded.standing,
reason = excluded.reason, formerly_starts_at = coalesce(excluded.formerly_starts_at, upcoming_v1.formerly_starts_at)"""

RIGHT = """update upcoming_v1 set title = $2, place = $3, reason = $4, starts_at = $5, ends_at = $6, over_at = $7 where meeting = $1"""
BEGIN = "update upcoming_v1 set standing = 'opened' where meeting = $1"
HOLD = "insert into upcoming_v1_held (sitting, meeting) values ($1, $2) on conflict (sitting) do nothing"

Folded = MeetingScheduled | MeetingRescheduled | MeetingCancelled | MeetingCorrected | MeetingOpened | SittingClosed


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each meeting and one for each sitting that has ended, each written by its own stream."""
    event = received.message
    match event:
        case MeetingScheduled():
            yield put(received.stream, event, "scheduled", None, None)
        case MeetingRescheduled():
            yield put(received.stream, event, "scheduled", None, event.formerly_starts_at)
        case MeetingCancelled():
            yield put(received.stream, event, "cancelled", event.reason, None)
        case MeetingCorrected():
            yield Statement(
                RIGHT, (received.stream, event.title, event.place, event.cancelled_because, event.starts_at, event.ends_at, over(event))
            )
        case MeetingOpened():
            yield Statement(BEGIN, (received.stream,))
        case SittingClosed():
            yield Statement(HOLD, (received.stream, event.meeting))
        case _:
            assert_never(event)


def put(
    meeting: UUID,
    event: MeetingScheduled | MeetingRescheduled | MeetingCancelled,
    standing: str,
    reason: str | None,
    formerly: datetime | None,
) -> Statement:
    """The whole row, as this fact says it."""
    return Statement(
        PUT,
        (
            meeting, event.body, event.body_name, event.title, event.public, event.starts_at, event.ends_at, over(event), event.place,
            standing, reason, formerly,
        ),
    )  # fmt: skip


def over(event: MeetingScheduled | MeetingRescheduled | MeetingCancelled | MeetingCorrected) -> datetime:
    """When its time is over: the end of its day, where no end is said."""
    return event.ends_at or day_end(local_day(event.starts_at))


UPCOMING = Projection(
    name="upcoming_v1",
    folds={OWN: (MeetingScheduled, MeetingRescheduled, MeetingCancelled, MeetingCorrected, MeetingOpened, SittingClosed)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)


@dataclass(frozen=True, slots=True)
class UpcomingMeeting:
    """A meeting that is neither held nor over yet."""

    meeting: UUID
    body: UUID
    body_name: str
    title: str
    public: bool
    starts_at: datetime
    ends_at: datetime | None
    place: str
    standing: Literal["scheduled", "cancelled", "opened"]
    reason: str | None
    formerly_starts_at: datetime | None


QUERY = """select meeting, body, body_name, title, public, starts_at, ends_at, place, standing, reason, formerly_starts_at
from upcoming_v1 where over_at > $1 and ($2::uuid is null or body = $2) and (public or $3 or body = any($4::uuid[]))
and ($5::timestamptz is null or (starts_at, meeting) > ($5, $6))
and not exists (select from upcoming_v1_held held where held.meeting = upcoming_v1.meeting) order by starts_at, meeting limit $7"""


async def list_upcoming(
    db: Queryable,
    now: datetime,
    *,
    body: UUID | None,
    sees_all: bool,
    sees_bodies: Sequence[UUID],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[UpcomingMeeting]:
    """Meetings by their beginning, behind the (beginning, id) of the last one seen; others than public ones of `sees_bodies` only."""
    begin, meeting = after or (None, None)
    rows = await db.fetch(QUERY, now, body, sees_all, list(sees_bodies), begin, meeting, limit)
    return [UpcomingMeeting(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class PastMeeting:
    """A meeting that was held, or whose time is over."""

    meeting: UUID
    title: str
    public: bool
    starts_at: datetime
    place: str
    standing: Literal["held", "cancelled", "opened", "scheduled"]
    reason: str | None
    """Why it was cancelled."""


PAST = """select meeting, title, public, starts_at, place, standing, reason from (
    select meeting, title, public, starts_at, place, reason, over_at, case when exists (
        select from upcoming_v1_held held where held.meeting = upcoming_v1.meeting
    ) then 'held' else standing end as standing
    from upcoming_v1 where body = $2 and (public or $3) and ($4::timestamptz is null or (starts_at, meeting) < ($4, $5))
) had where over_at <= $1 or standing = 'held' order by starts_at desc, meeting desc limit $6"""


async def list_past(
    db: Queryable, now: datetime, body: UUID, *, sees_all: bool, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[PastMeeting]:
    """The meetings that a body has had, behind the (beginning, id) of the last one seen; public ones only, without `sees_all`."""
    begin, meeting = after or (None, None)
    return [PastMeeting(**row) for row in await db.fetch(PAST, now, body, sees_all, begin, meeting, limit)]
