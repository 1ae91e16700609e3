"""Is this body keeping its cadence? Rows are never changed, only added, so that every answer can be given as of any moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from services.meetings.cadence import Rule
from services.meetings.events.body import CadenceSet
from services.meetings.events.meeting import MeetingCancelled, MeetingRescheduled, MeetingScheduled
from services.meetings.events.sitting import SittingClosed, SittingCorrected
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table cadence_v1_rule (
    body uuid not null,
    version int not null,
    valid_from date not null,
    minimum_per_year int not null,
    maximum_gap_days int,
    source text not null,
    recorded_at timestamptz not null,
    primary key (body, version)
);
create table cadence_v1_plan (
    meeting uuid not null,
    version int not null,
    body uuid not null,
    day date not null,
    public boolean not null,
    cancelled boolean not null,
    recorded_at timestamptz not null,
    primary key (meeting, version)
);
create table cadence_v1_held (
    sitting uuid not null,
    version int not null,
    meeting uuid not null,
    body uuid not null,
    day date not null,
    public boolean not null,
    recorded_at timestamptz not null,
    primary key (sitting, version)
);
"""
INDEXES = "create index cadence_v1_plan_of on cadence_v1_plan (body); create index cadence_v1_held_by on cadence_v1_held (body);"

SET = """insert into cadence_v1_rule (body, version, valid_from, minimum_per_year, maximum_gap_days, source, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (body, version) do nothing"""
PLAN = """insert into cadence_v1_plan (meeting, version, body, day, public, cancelled, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (meeting, version) do nothing"""
HOLD = """insert into cadence_v1_held (sitting, version, meeting, body, day, public, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (sitting, version) do nothing"""

Folded = CadenceSet | MeetingScheduled | MeetingRescheduled | MeetingCancelled | SittingClosed | SittingCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One more row for each fact; days are those of the city."""
    event, entry = received.message, received.entry
    match event:
        case CadenceSet():
            rule = (event.valid_from, event.minimum_per_year, event.maximum_gap_days, event.source)
            yield Statement(SET, (entry.stream, entry.version, *rule, entry.recorded_at))
        case MeetingScheduled() | MeetingRescheduled() | MeetingCancelled():
            cancelled = isinstance(event, MeetingCancelled)
            plan = (event.body, local_day(event.starts_at), event.public, cancelled)
            yield Statement(PLAN, (entry.stream, entry.version, *plan, entry.recorded_at))
        case SittingClosed() | SittingCorrected():
            if event.closed_at:
                held = (event.meeting, event.body, local_day(event.opened_at), event.public)
                yield Statement(HOLD, (entry.stream, entry.version, *held, entry.recorded_at))
        case _:
            assert_never(event)


CADENCE = Projection(
    name="cadence_v1",
    folds={OWN: (CadenceSet, MeetingScheduled, MeetingRescheduled, MeetingCancelled, SittingClosed, SittingCorrected)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

RULES = """select valid_from, minimum_per_year, maximum_gap_days, source from (
    select distinct on (valid_from) * from cadence_v1_rule where body = $1 and recorded_at <= $2 order by valid_from, version desc
) latest order by valid_from"""
DAYS = """select true as held, day from (
    select distinct on (sitting) * from cadence_v1_held where body = $1 and recorded_at <= $2 order by sitting, version desc
) latest where public or $3
union all
select false, day from (
    select distinct on (meeting) * from cadence_v1_plan where body = $1 and recorded_at <= $2 order by meeting, version desc
) latest where not cancelled and (public or $3)
and not exists (select from cadence_v1_held held where held.meeting = latest.meeting and held.recorded_at <= $2)
order by day"""
"""One statement, so that a meeting that is being closed is counted once: as planned or as held."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a body's cadence at some moment."""

    rules: Sequence[Rule]
    held: Sequence[date]
    planned: Sequence[date]


async def known_cadence(db: Queryable, body: UUID, as_of: datetime, *, sees_all: bool) -> Known:
    """What was recorded until `as_of`; without `sees_all` of public meetings only."""
    rules = [Rule(**row) for row in await db.fetch(RULES, body, as_of)]
    days = await db.fetch(DAYS, body, as_of, sees_all)
    return Known(rules, [row["day"] for row in days if row["held"]], [row["day"] for row in days if not row["held"]])
