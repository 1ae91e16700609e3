"""What is on, what was decided, and what became of it: public things only, nothing else is ever written here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.portal.read_models.trace_facts import answer_of, informed_of
from shared.contracts.conferences import (
    ConferenceCancelled,
    ConferenceCorrected,
    ConferenceHeld,
    ConferencePlanned,
    RegistrationClosed,
    RegistrationOpened,
)
from shared.contracts.meetings.planning import MeetingCancelled, MeetingCorrected, MeetingRescheduled, MeetingScheduled
from shared.contracts.meetings.sittings import ItemTitleCorrected, MeetingHeld, ResolutionCorrected, ResolutionPassed
from shared.contracts.recommendations import (
    AnswerOverdue,
    CommitteeInformed,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from shared.envelope import Received
from shared.localday import day_end, local_day
from shared.projections.projection import Projection, Statement

TABLES = """
create table timeline_v1_coming (
    thing uuid primary key,
    kind text not null,
    title text not null,
    body uuid not null,
    body_name text not null,
    starts_at timestamptz not null,
    over_at timestamptz not null,
    place text not null,
    cancelled boolean not null,
    reason text,
    recorded_at timestamptz not null
);
create table timeline_v1_over (
    thing uuid primary key,
    recorded_at timestamptz not null
);
comment on table timeline_v1_over is 'Meetings that were held, written by their sittings.';
create table timeline_v1_registration (
    conference uuid primary key,
    closes_at timestamptz not null,
    closed boolean not null,
    recorded_at timestamptz not null
);
create table timeline_v1 (
    thing uuid not null,
    topic text not null,
    news text not null,
    node uuid not null,
    title text not null,
    body uuid not null,
    body_name text not null,
    detail text,
    verdict text,
    day date not null,
    version int not null,
    recorded_at timestamptz not null,
    primary key (thing, topic, news)
);
comment on column timeline_v1.topic is 'decided: what was decided; came: what became of it.';
comment on column timeline_v1.version is 'Of a thing and a topic, the news with the highest version happened last.';
comment on column timeline_v1.node is 'Where the trace of it is found.';
"""
INDEXES = """create index timeline_v1_coming_by_time on timeline_v1_coming (starts_at, thing);
create index timeline_v1_by_day on timeline_v1 (topic, day desc, thing desc);
create index timeline_v1_recorded on timeline_v1 (recorded_at);
create index timeline_v1_coming_recorded on timeline_v1_coming (recorded_at);"""

COMING = """insert into timeline_v1_coming (thing, kind, title, body, body_name, starts_at, over_at, place, cancelled, reason, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (thing) do update set starts_at = excluded.starts_at,
over_at = excluded.over_at, place = excluded.place, cancelled = excluded.cancelled, reason = excluded.reason,
recorded_at = excluded.recorded_at"""
NO_LONGER = "update timeline_v1_coming set over_at = least(over_at, $2), recorded_at = $3 where thing = $1"
MOVED = """update timeline_v1_coming set title = $2, starts_at = $3, place = $4, over_at = coalesce($5, over_at), reason = $6,
recorded_at = $7 where thing = $1"""
HELD = "insert into timeline_v1_over (thing, recorded_at) values ($1, $2) on conflict (thing) do nothing"
OPENED = """insert into timeline_v1_registration (conference, closes_at, closed, recorded_at) values ($1, $2, false, $3)
on conflict (conference) do update set closes_at = excluded.closes_at, closed = false, recorded_at = excluded.recorded_at"""
CLOSED = "update timeline_v1_registration set closed = true, recorded_at = $2 where conference = $1"
NEWS = """insert into timeline_v1 (thing, topic, news, node, title, body, body_name, detail, verdict, day, version, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (thing, topic, news) do update set title = excluded.title,
detail = excluded.detail, verdict = excluded.verdict, day = excluded.day, version = excluded.version, recorded_at = excluded.recorded_at"""
RIGHT = """update timeline_v1 set detail = $4, verdict = $5, day = coalesce($6, day), recorded_at = $7
where thing = $1 and topic = $2 and news = $3"""
TITLE = "update timeline_v1 set title = $2 where thing = $1"
FORGET = "delete from timeline_v1 where thing = $1 and topic = $2 and news = $3"
NOT_OVERDUE = "delete from timeline_v1 where thing = $1 and news = 'overdue' and day <> $2"
CORRECTED = "update timeline_v1 set detail = $2, recorded_at = $3 where thing = $1 and topic = 'decided'"
DECIDED, CAME = "decided", "came"


def project(received: Received[Any]) -> Iterable[Statement]:
    """What everybody may know; a message that is not public leaves nothing behind."""
    event, at = received.message, received.entry.recorded_at
    if not getattr(event, "public", True):
        return
    match event:
        case ConferencePlanned() | ConferenceCancelled():
            reason = event.reason if isinstance(event, ConferenceCancelled) else None
            row = (event.title, event.host, event.host_name, event.starts_at, event.ends_at, event.place, reason is not None, reason, at)
            yield Statement(COMING, (event.conference, "conference", *row))
        case ConferenceHeld():
            yield Statement(NO_LONGER, (event.conference, at, at))
        case ConferenceCorrected():
            over_at = None if event.held_on else event.ends_at  # What was held is over, whatever was planned.
            yield Statement(MOVED, (event.conference, event.title, event.starts_at, event.place, over_at, event.cancelled_because, at))
        case RegistrationOpened():
            yield Statement(OPENED, (event.conference, event.closes_at, at))
        case RegistrationClosed():
            yield Statement(CLOSED, (event.conference, at))
        case MeetingScheduled() | MeetingRescheduled() | MeetingCancelled():
            over_at = event.ends_at or day_end(local_day(event.starts_at))
            reason = event.reason if isinstance(event, MeetingCancelled) else None
            planned = (event.title, event.body, event.body_name, event.starts_at, over_at, event.place, reason is not None, reason, at)
            yield Statement(COMING, (event.meeting, "meeting", *planned))
        case MeetingCorrected():
            over_at = event.ends_at or day_end(local_day(event.starts_at))
            why = event.cancelled_because
            yield Statement(MOVED, (event.meeting, event.title, event.starts_at, event.place, over_at, why, at))
        case MeetingHeld():
            yield Statement(HELD, (event.meeting, at))
        case ResolutionPassed(resolution=thing, resolved_at=when):
            about = (event.item_title, event.body, event.body_name, event.text, None, local_day(when), received.entry.version, at)
            yield Statement(NEWS, (thing, DECIDED, "resolution", thing, *about))
        case ItemTitleCorrected(resolution=thing):
            if thing:
                yield Statement(TITLE, (thing, event.item_title))
        case ResolutionCorrected(resolution=thing):
            yield Statement(CORRECTED, (thing, event.text, at))
        case RecommendationCorrected():
            yield from _corrected(event, received)
        case _:
            yield from _of_recommendation(event, at, received.entry.version)


def _corrected(event: RecommendationCorrected, received: Received[Any]) -> Iterable[Statement]:
    """The same news as they should have been, in their old place, or without those that never were."""
    entry, at = event.entry, received.entry.recorded_at
    if isinstance(entry, RecommendationAcknowledged):
        return  # It is no news.
    if isinstance(entry, RecommendationIssued):
        for one in entry.addressees:
            yield Statement(TITLE, (answer_of(event.recommendation, one.body), event.title))
            yield Statement(NOT_OVERDUE, (answer_of(event.recommendation, one.body), one.answer_by))
        for told in entry.informs:
            yield Statement(TITLE, (informed_of(event.recommendation, told.committee), event.title))
        yield Statement(TITLE, (event.recommendation, event.title))
    for news in _of_recommendation(entry, at, received.entry.version):
        thing, topic, what, _, title, _, _, detail, verdict, day, *_ = news.args
        if not event.stands:
            yield Statement(FORGET, (thing, topic, what))
            continue
        if isinstance(entry, CommitteeInformed):
            yield news  # Another note of the committee may have been told before and been taken back.
            continue
        yield Statement(TITLE, (thing, title))
        # A promise bears the day on which it was entered.
        yield Statement(RIGHT, (thing, topic, what, detail, verdict, None if isinstance(entry, MeasurePromised) else day, at))


def _of_recommendation(event: Any, at: datetime, version: int) -> Iterable[Statement]:
    node: UUID = event.recommendation

    def news(
        thing: UUID,
        topic: str,
        what: str,
        day: date,
        detail: str | None = None,
        by: tuple[UUID, str] | None = None,
        title: str | None = None,
        verdict: str | None = None,
    ) -> Statement:
        body, name = by or (event.body, event.body_name)
        return Statement(NEWS, (thing, topic, what, thing, title or event.title, body, name, detail, verdict, day, version, at))

    match event:
        case RecommendationIssued(issued_on=day):
            yield news(node, DECIDED, event.instrument.value, day, event.text)
        case RecommendationWithdrawn(withdrawn_on=day):
            yield news(node, CAME, "withdrawn", day, event.reason)
        case CommitteeInformed(informed_at=when):
            committee = (event.committee, event.committee_name)
            yield news(informed_of(node, event.committee), CAME, "informed", local_day(when), by=committee)
        case RecommendationAnswered(answered_on=day):
            answer, by = answer_of(node, event.addressee), (event.addressee, event.addressee_name)
            yield news(answer, CAME, "answered", day, event.reasons, by, verdict=event.verdict.value)
        case AnswerOverdue(was_due=day):
            answer, by = answer_of(node, event.addressee), (event.addressee, event.addressee_name)
            yield news(answer, CAME, "overdue", day, by=by)
        case MeasurePromised(due_on=due):
            by = (event.addressee, event.addressee_name)
            yield news(event.measure, CAME, "promised", local_day(at), due.isoformat(), by, event.what)
        case MeasureReportedDone(done_on=day):
            by = (event.addressee, event.addressee_name)
            yield news(event.measure, CAME, "done", day, event.evidence, by, event.what)
        case MeasureVerified(verified_on=day):
            by = (event.addressee, event.addressee_name)
            yield news(event.measure, CAME, "verified", day, event.finding, by, event.what)
        case _:
            raise TypeError(f"nothing is said of {event.NAME}")


TIMELINE = Projection(
    name="timeline_v1",
    folds={
        "conferences": (
            ConferencePlanned,
            RegistrationOpened,
            RegistrationClosed,
            ConferenceHeld,
            ConferenceCancelled,
            ConferenceCorrected,
        ),
        "meetings": (
            MeetingScheduled,
            MeetingRescheduled,
            MeetingCancelled,
            MeetingCorrected,
            MeetingHeld,
            ResolutionPassed,
            ResolutionCorrected,
            ItemTitleCorrected,
        ),
        "recommendations": (
            RecommendationIssued,
            RecommendationWithdrawn,
            CommitteeInformed,
            RecommendationAnswered,
            AnswerOverdue,
            MeasurePromised,
            MeasureReportedDone,
            MeasureVerified,
            RecommendationCorrected,
        ),
    },
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)
