"""What is on, what was decided, and what became of it: public things only, nothing else is ever written here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.portal.read_models import timeline_of_recommendations
from services.portal.read_models.timeline_of_recommendations import DECIDED, NEWS, TITLE
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
from shared.contracts.recommendations import RecommendationCorrected
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
CORRECTED = "update timeline_v1 set detail = $2, recorded_at = $3 where thing = $1 and topic = 'decided'"


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
            yield from timeline_of_recommendations.corrected(event, received)
        case _:
            yield from timeline_of_recommendations.news(event, at, received.entry.version)


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
        "recommendations": timeline_of_recommendations.FOLDED,
    },
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)
