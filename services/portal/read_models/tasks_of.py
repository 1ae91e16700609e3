"""Which messages begin a task, and which end it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from services.portal.read_models import tasks_of_recommendations
from services.portal.read_models.tasks_begun import PROPOSER, SECRETARIAT, begin, end, rename
from services.portal.read_models.trace_facts import HANDOVER, PLACING, PROPOSING
from shared.contracts.conferences import ConferenceCancelled, ConferenceCorrected, ConferenceHeld, ConferencePlanned
from shared.contracts.meetings.duties import HandoverDutyFulfilled, HandoverDutyOpened, HandoverDutyRenamed, HandoverDutyReopened
from shared.contracts.meetings.planning import MeetingCancelled, MeetingCorrected, MeetingInvited, MeetingRescheduled, MeetingScheduled
from shared.contracts.meetings.proposals import (
    DeclinationCorrected,
    ItemPlaced,
    ItemProposed,
    ItemReturned,
    ProposalDeclined,
    ProposalRenamed,
)
from shared.contracts.meetings.sittings import (
    ItemDeliberated,
    MeetingHeld,
    NoteTaken,
    ResolutionPassed,
    ResolutionRejected,
    ResultsReceived,
)
from shared.contracts.notifications import NotificationFailed, NotificationHandedOver
from shared.contracts.recommendations import OfRecommendation
from shared.domain import Contract
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import Statement

FOLDS: dict[str, tuple[type[Contract], ...]] = {
    "conferences": (ConferencePlanned, ConferenceHeld, ConferenceCancelled, ConferenceCorrected),
    "meetings": (
        MeetingScheduled,
        MeetingRescheduled,
        MeetingCancelled,
        MeetingCorrected,
        MeetingInvited,
        MeetingHeld,
        ItemProposed,
        ItemPlaced,
        ItemReturned,
        ProposalDeclined,
        DeclinationCorrected,
        ProposalRenamed,
        HandoverDutyOpened,
        HandoverDutyRenamed,
        HandoverDutyFulfilled,
        HandoverDutyReopened,
        ResultsReceived,
        ItemDeliberated,
        NoteTaken,
        ResolutionPassed,
        ResolutionRejected,
    ),
    "recommendations": tasks_of_recommendations.FOLDED,
    "notifications": (NotificationHandedOver, NotificationFailed),
}

RESULTS = ("conferences", "results")
"""The service and kind of what a conference hands over."""
DECLINED = """insert into tasks_v1_declined (proposal, matter, body, reason) values ($1, $2, $3, $4)
on conflict (proposal) do update set reason = excluded.reason"""
DECLINED_BECAUSE = "update tasks_v1_declined set reason = $2 where proposal = $1"
PROPOSED_ANEW = "delete from tasks_v1_declined where proposal = $1"
PLACED = """insert into tasks_v1_placed (item, proposal, returned) values ($1, $2, $3)
on conflict (item) do update set returned = excluded.returned"""
MEETING = """insert into tasks_v1_meeting (meeting, body, body_name, title, starts_at, day, since, cancelled, entered_later, invited)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, false) on conflict (meeting) do update set starts_at = excluded.starts_at, day = excluded.day,
cancelled = excluded.cancelled"""
MEETING_RIGHT = "update tasks_v1_meeting set title = $2, starts_at = $3, day = $4 where meeting = $1"
INVITE = "update tasks_v1_meeting set invited = true where meeting = $1"
INVITED = """insert into tasks_v1_invited (meeting, member, member_name) values ($1, $2, $3)
on conflict (meeting, member) do update set member_name = excluded.member_name"""
SITTING = """insert into tasks_v1_sitting (meeting, closed) values ($1, $2)
on conflict (meeting) do update set closed = tasks_v1_sitting.closed or excluded.closed"""
LETTER = """insert into tasks_v1_letter (notification, meeting, member, failed, since) values ($1, $2, $3, $4, $5)
on conflict (notification) do update set failed = excluded.failed"""
PLANNED = """insert into tasks_v1_conference (conference, host, host_name, title, ends_at, day, since, held)
values ($1, $2, $3, $4, $5, $6, $7, false) on conflict (conference) do nothing"""
HELD = "update tasks_v1_conference set held = true where conference = $1"
CALLED_OFF = "delete from tasks_v1_conference where conference = $1"
CONFERENCE_CORRECTED = "update tasks_v1_conference set title = $2, ends_at = $3, day = $4 where conference = $1"
INVITATION = "meeting_invited"
"""The kind of letter that invites a member."""


def project(received: Received[Any]) -> Iterable[Statement]:
    """Tasks that this message begins or ends."""
    event = received.message
    learned = local_day(received.entry.recorded_at)
    match event:
        case ConferencePlanned(host=host, host_name=name, ends_at=at):
            yield Statement(PLANNED, (event.conference, host, name, event.title, at, local_day(at), learned))
        case ConferenceHeld():
            yield Statement(HELD, (event.conference,))
        case ConferenceCancelled():
            yield Statement(CALLED_OFF, (event.conference,))
        case ConferenceCorrected(ends_at=at):
            yield Statement(CONFERENCE_CORRECTED, (event.conference, event.title, at, local_day(at)))
        case NotificationHandedOver(member=member) | NotificationFailed(member=member):
            if member and event.kind == INVITATION:
                failed = isinstance(event, NotificationFailed)
                yield Statement(LETTER, (event.notification, event.about.id, member, failed, learned))
        case OfRecommendation():
            yield from tasks_of_recommendations.tasks(received)
        case _:
            yield from _of_meetings(event, learned)


def _of_meetings(event: Any, learned: date) -> Iterable[Statement]:
    match event:
        case MeetingScheduled() | MeetingRescheduled() | MeetingCancelled():
            starts_at: datetime = event.starts_at
            cancelled, later = isinstance(event, MeetingCancelled), isinstance(event, MeetingScheduled) and event.entered_later
            row = (event.body, event.body_name, event.title, starts_at, local_day(starts_at), learned, cancelled, later)
            yield Statement(MEETING, (event.meeting, *row))
        case MeetingCorrected():
            yield Statement(MEETING_RIGHT, (event.meeting, event.title, event.starts_at, local_day(event.starts_at)))
        case MeetingInvited():
            yield Statement(INVITE, (event.meeting,))
            for one in event.members:
                yield Statement(INVITED, (event.meeting, one.member, one.member_name))
        case ItemProposed(body=body, body_name=name, proposal=proposal):
            since, matter = local_day(event.proposed_at), event.matter.id
            yield begin(proposal, PLACING, SECRETARIAT, (body, name), event.title, proposal, since, matter=matter, due_on=event.due_by)
            yield end(proposal, PLACING, done=False)
            yield Statement(PROPOSED_ANEW, (proposal,))
            yield end(proposal, PROPOSING)
        case ProposalDeclined():
            yield end(event.proposal, PLACING)
            yield from _declined(event, learned)
        case DeclinationCorrected():
            yield Statement(DECLINED_BECAUSE, (event.proposal, event.declined_because))
        case ProposalRenamed():
            yield rename(event.proposal, event.title)
        case HandoverDutyRenamed():
            yield rename(event.duty, event.conference_title)
        case ItemPlaced() | ItemReturned():
            yield Statement(PLACED, (event.item, event.proposal, isinstance(event, ItemReturned)))
        case HandoverDutyOpened(duty=duty, body=body, body_name=name):
            title, since = event.conference_title, event.opened_on
            yield begin(duty, HANDOVER, SECRETARIAT, (body, name), title, duty, since, matter=event.conference, due_on=event.due_by)
        case HandoverDutyFulfilled():
            yield end(event.duty, HANDOVER)
        case HandoverDutyReopened():
            yield end(event.duty, HANDOVER, done=False)
        case _:
            yield Statement(SITTING, (event.meeting, isinstance(event, MeetingHeld)))


def _declined(event: ProposalDeclined, learned: date) -> Iterable[Statement]:
    """Results that are on no agenda: where the body owes to deal with them, whoever proposed them has to put them there again."""
    if (event.matter.service, event.matter.kind) != RESULTS:
        return
    yield Statement(DECLINED, (event.proposal, event.matter.id, event.body, event.reason))
    if event.proposed_by:
        by, body = (event.proposed_by, event.proposed_by_name or ""), (event.body, event.body_name)
        yield begin(event.proposal, PROPOSING, PROPOSER, by, event.title, event.proposal, learned, other=body, matter=event.matter.id)
        yield end(event.proposal, PROPOSING, done=False)
