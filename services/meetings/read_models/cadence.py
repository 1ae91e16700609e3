"""Is this body keeping its cadence? Rows are never changed, only added, so that every answer can be given as of any moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from services.meetings.cadence import Rule
from services.meetings.events.body import CadenceCorrected, CadenceSet
from services.meetings.events.meeting import MeetingCancelled, MeetingCorrected, MeetingRescheduled, MeetingScheduled
from services.meetings.events.sitting import SittingClosed, SittingCorrected
from shared.envelope import Entry, Received
from shared.localday import local_day
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table cadence_v2_rule (
    body uuid not null,
    version int not null,
    valid_from date not null,
    minimum_per_year int,
    maximum_gap_days int,
    source text,
    recorded_at timestamptz not null,
    primary key (body, version, valid_from)
);
create table cadence_v2_plan (
    meeting uuid not null,
    version int not null,
    body uuid not null,
    day date not null,
    public boolean not null,
    cancelled boolean not null,
    recorded_at timestamptz not null,
    primary key (meeting, version)
);
create table cadence_v2_held (
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
INDEXES = "create index cadence_v2_plan_of on cadence_v2_plan (body); create index cadence_v2_held_by on cadence_v2_held (body);"

SET = """insert into cadence_v2_rule (body, version, valid_from, minimum_per_year, maximum_gap_days, source, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (body, version, valid_from) do nothing"""
PLAN = """insert into cadence_v2_plan (meeting, version, body, day, public, cancelled, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (meeting, version) do nothing"""
HOLD = """insert into cadence_v2_held (sitting, version, meeting, body, day, public, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (sitting, version) do nothing"""

Folded = (
    CadenceSet
    | CadenceCorrected
    | MeetingScheduled
    | MeetingRescheduled
    | MeetingCancelled
    | MeetingCorrected
    | SittingClosed
    | SittingCorrected
)


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One more row for each fact; days are those of the city."""
    event, entry = received.message, received.entry
    match event:
        case CadenceSet():
            yield rule_set(entry, event)
        case CadenceCorrected():
            if event.rule is None or event.rule.valid_from != event.formerly_from:
                yield Statement(SET, (entry.stream, entry.version, event.formerly_from, None, None, None, entry.recorded_at))
            if event.rule:
                yield rule_set(entry, event.rule)
        case MeetingScheduled() | MeetingRescheduled() | MeetingCancelled() | MeetingCorrected():
            cancelled = isinstance(event, MeetingCancelled) or (isinstance(event, MeetingCorrected) and event.cancelled_because is not None)
            plan = (event.body, local_day(event.starts_at), event.public, cancelled)
            yield Statement(PLAN, (entry.stream, entry.version, *plan, entry.recorded_at))
        case SittingClosed() | SittingCorrected():
            if event.closed_at:
                held = (event.meeting, event.body, local_day(event.opened_at), event.public)
                yield Statement(HOLD, (entry.stream, entry.version, *held, entry.recorded_at))
        case _:
            assert_never(event)


def rule_set(entry: Entry, rule: CadenceSet) -> Statement:
    """The row of a rule, as of this fact."""
    said = (rule.valid_from, rule.minimum_per_year, rule.maximum_gap_days, rule.source)
    return Statement(SET, (entry.stream, entry.version, *said, entry.recorded_at))


CADENCE = Projection(
    name="cadence_v2",
    folds={OWN: get_args(Folded)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

RULES = """select valid_from, minimum_per_year, maximum_gap_days, source from (
    select distinct on (valid_from) * from cadence_v2_rule where body = $1 and recorded_at <= $2 order by valid_from, version desc
) latest where source is not null order by valid_from"""
DAYS = """select true as held, day from (
    select distinct on (sitting) * from cadence_v2_held where body = $1 and recorded_at <= $2 order by sitting, version desc
) latest where public or $3
union all
select false, day from (
    select distinct on (meeting) * from cadence_v2_plan where body = $1 and recorded_at <= $2 order by meeting, version desc
) latest where not cancelled and (public or $3)
and not exists (select from cadence_v2_held held where held.meeting = latest.meeting and held.recorded_at <= $2)
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


async def first_meeting(db: Queryable, body: UUID, now: datetime) -> date | None:
    """The day of the earliest meeting that was held or is planned, public or not."""
    days = await db.fetch(DAYS, body, now, True)
    return days[0]["day"] if days else None
