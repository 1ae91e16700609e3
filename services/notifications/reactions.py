"""What follows by itself: what others tell is announced to whoever wants or has to know, and letters of their own go to one person."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.notifications.announcing import Announce
from services.notifications.events import (
    REGISTER_STREAM,
    NotificationsPlanned,
    Reason,
    SubscriptionRequested,
    Topic,
    notification_of,
)
from services.notifications.notification import NOTIFICATION, PlanNotification
from services.notifications.register import REGISTER
from shared.contracts import conferences, recommendations
from shared.contracts.meetings import planning, sittings
from shared.domain import Contract
from shared.envelope import Received
from shared.localday import local_day
from shared.privacy.sealed import Sealed
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send

OfConference = conferences.ConferencePlanned | conferences.RegistrationOpened | conferences.ConferenceHeld
OfMeeting = (
    planning.MeetingScheduled
    | planning.MeetingRescheduled
    | planning.MeetingCancelled
    | planning.MeetingInvited
    | sittings.ResolutionPassed
)
OfRecommendation = (
    recommendations.RecommendationIssued
    | recommendations.RecommendationWithdrawn
    | recommendations.CommitteeInformed
    | recommendations.RecommendationAnswered
    | recommendations.AnswerOverdue
    | recommendations.MeasureVerified
)
OfOnePerson = conferences.RegistrationRequested | conferences.RegistrationConfirmed | conferences.ContributionReceived

LETTERS: dict[type[Contract], str] = {
    conferences.ConferencePlanned: "conference_planned",
    conferences.RegistrationOpened: "registration_opened",
    conferences.ConferenceHeld: "conference_held",
    planning.MeetingScheduled: "meeting_scheduled",
    planning.MeetingRescheduled: "meeting_rescheduled",
    planning.MeetingCancelled: "meeting_cancelled",
    planning.MeetingInvited: "meeting_invited",
    sittings.ResolutionPassed: "resolution_passed",
    recommendations.RecommendationIssued: "recommendation_issued",
    recommendations.RecommendationWithdrawn: "recommendation_withdrawn",
    recommendations.CommitteeInformed: "committee_informed",
    recommendations.RecommendationAnswered: "recommendation_answered",
    recommendations.AnswerOverdue: "answer_overdue",
    recommendations.MeasureVerified: "measure_verified",
}
"""Which letter tells of which message."""


def announce_conference(received: Received[OfConference]) -> Iterable[Send]:
    """All of it is public. A conference that was over when it was entered is no news."""
    told = received.message
    if isinstance(told, conferences.ConferencePlanned) and told.ends_at <= received.entry.recorded_at:
        return
    wanted = {told.conference}
    if isinstance(told, conferences.ConferencePlanned | conferences.ConferenceHeld):
        wanted |= {told.host, told.results_go_to}
    yield announced(received, Topic(service="conferences", kind="conference", id=told.conference), wanted)


def announce_meeting(received: Received[OfMeeting]) -> Iterable[Send]:
    """Whoever follows the body hears of public meetings; members are invited to all, with the whole agenda, and hear what becomes of it."""
    told = received.message
    about = Topic(service="meetings", kind="meeting", id=told.meeting)
    wanted = {told.body, told.meeting}
    match told:
        case planning.MeetingScheduled(entered_later=True):
            return
        case planning.MeetingInvited():
            public_items = [item.model_dump(mode="json") for item in told.agenda if item.public]
            letter = told.model_dump(mode="json", exclude={"members"})
            yield announced(
                received,
                about,
                wanted | {item.matter.id for item in told.agenda if item.public and item.matter},
                letter=letter | {"agenda": public_items},
                members=tuple(dict.fromkeys(member.member for member in told.members)),
                members_letter=letter,
            )
        case planning.MeetingRescheduled() | planning.MeetingCancelled():
            letter, invited = told.model_dump(mode="json", exclude={"invited"}), dict.fromkeys(member.member for member in told.invited)
            yield announced(received, about, wanted, letter=letter, members=tuple(invited))
        case sittings.ResolutionPassed():
            yield announced(received, about, wanted | ({told.matter.id} if told.matter else set()))
        case _:
            yield announced(received, about, wanted)


def announce_recommendation(received: Received[OfRecommendation]) -> Iterable[Send]:
    """Whoever follows it, the body that gives it, what it comes from, or whom it concerns.

    The issue of one whose answers were all due before it was entered is no news; that one of them is still missing then, is.
    """
    told = received.message
    if isinstance(told, recommendations.RecommendationIssued):
        entered_on = local_day(received.entry.recorded_at)
        if all(addressee.answer_by < entered_on for addressee in told.addressees):
            return
    wanted = {told.recommendation, told.body}
    match told:
        case recommendations.RecommendationIssued():
            wanted |= {addressee.body for addressee in told.addressees}
            if told.matter:
                wanted.add(told.matter.id)
        case recommendations.CommitteeInformed():
            wanted.add(told.committee)
        case recommendations.RecommendationAnswered() | recommendations.AnswerOverdue() | recommendations.MeasureVerified():
            wanted.add(told.addressee)
        case recommendations.RecommendationWithdrawn():
            pass
    yield announced(received, Topic(service="recommendations", kind="recommendation", id=told.recommendation), wanted)


def announced(
    received: Received[OfConference] | Received[OfMeeting] | Received[OfRecommendation],
    about: Topic,
    wanted: set[UUID],
    *,
    letter: dict[str, object] | None = None,
    members: tuple[UUID, ...] = (),
    members_letter: dict[str, object] | None = None,
) -> Send:
    """The announcement of a message; what says nothing of being public is."""
    told, entry = received.message, received.entry
    # Reactions take their time from the event, so that the same event leads to the same letter.
    command = Announce.model_validate(
        {
            "now": entry.recorded_at,
            "cause": entry.event_id,
            "kind": LETTERS[type(told)],
            "about": about,
            "body": getattr(told, "body", None) or getattr(told, "host", None),
            "body_name": getattr(told, "body_name", ""),
            "public": getattr(told, "public", True),
            "wanted": sorted(wanted),
            "letter": letter or told.model_dump(mode="json"),
            "members": members,
            "members_letter": members_letter,
        }
    )
    return Send(REGISTER, REGISTER_STREAM, command)


def write_to_one(received: Received[OfOnePerson]) -> Iterable[Send]:
    """A letter to whoever registers or contributes; its address and tokens are moved as they came."""
    told = received.message
    match told:
        case conferences.RegistrationRequested():
            about = Topic(service="conferences", kind="registration", id=told.registration)
            sealed = {"confirm_token": told.confirm_token, "manage_token": told.manage_token}
            yield direct(received, "registration_requested", about, told.email, sealed)
        case conferences.RegistrationConfirmed():
            about = Topic(service="conferences", kind="registration", id=told.registration)
            sealed = {"name": told.name, "manage_token": told.manage_token}
            yield direct(received, "registration_confirmed", about, told.email, sealed)
        case conferences.ContributionReceived():
            if told.email is not None:
                about = Topic(service="conferences", kind="contribution", id=told.contribution)
                sealed = {"receipt_token": told.receipt_token}
                if told.erasure_token:
                    sealed["erasure_token"] = told.erasure_token
                yield direct(received, "contribution_received", about, told.email, sealed)


PERSONAL = {"email", "name", "confirm_token", "manage_token", "receipt", "receipt_token", "erasure_token"}
"""What of a message never stands in a letter's official values."""


def direct(received: Received[OfOnePerson], kind: str, about: Topic, email: Sealed[str], sealed: dict[str, Sealed[str]]) -> Send:
    """The plan of a letter to one person."""
    told, entry = received.message, received.entry
    command = PlanNotification(
        now=entry.recorded_at,
        cause=entry.event_id,
        kind=kind,
        about=about,
        body=None,
        recipient=email.subject,
        member=None,
        channel="email",
        language=told.language,
        email=email,
        reasons=(Reason(why="asked", title=""),),
        letter=told.model_dump(mode="json", exclude=PERSONAL),
        sealed=sealed,
    )
    return Send(NOTIFICATION, notification_of(entry.event_id, email.subject), command)


def ask_to_confirm(received: Received[SubscriptionRequested]) -> Iterable[Send]:
    """Whoever subscribes is asked by mail whether the address is theirs."""
    asked, entry = received.message, received.entry
    command = PlanNotification(
        now=entry.recorded_at,
        cause=entry.event_id,
        kind="subscription_requested",
        about=Topic(service="notifications", kind="subscription", id=asked.subscription),
        body=None,
        recipient=asked.email.subject,
        member=None,
        channel="email",
        language=asked.language,
        email=asked.email,
        reasons=(Reason(why="asked", title=""),),
        letter={"title": asked.about.title if asked.about else None, "expires_at": asked.expires_at.isoformat()},
        sealed={"confirm_token": asked.confirm_token, "stop_token": asked.stop_token},
    )
    yield Send(NOTIFICATION, notification_of(entry.event_id, asked.email.subject), command)


def plan_each(received: Received[NotificationsPlanned]) -> Iterable[Send]:
    """One notification for each recipient of an announcement."""
    planned = received.message
    for one in planned.recipients:
        command = PlanNotification(
            now=planned.planned_at,
            cause=planned.cause,
            kind=planned.kind,
            about=planned.about,
            body=planned.body,
            recipient=one.recipient,
            member=one.member,
            channel="email",
            language=one.language,
            email=one.email,
            reasons=one.reasons,
            letter=planned.letter,
            sealed={},
        )
        yield Send(NOTIFICATION, notification_of(planned.cause, one.recipient), command)


TOLD_BY_CONFERENCES = (conferences.ConferencePlanned, conferences.RegistrationOpened, conferences.ConferenceHeld)
TOLD_BY_MEETINGS = (
    *(planning.MeetingScheduled, planning.MeetingRescheduled, planning.MeetingCancelled, planning.MeetingInvited),
    sittings.ResolutionPassed,
)
TOLD_BY_RECOMMENDATIONS = (
    *(recommendations.RecommendationIssued, recommendations.RecommendationWithdrawn, recommendations.CommitteeInformed),
    *(recommendations.RecommendationAnswered, recommendations.AnswerOverdue, recommendations.MeasureVerified),
)
TOLD_OF_ONE_PERSON = (conferences.RegistrationRequested, conferences.RegistrationConfirmed, conferences.ContributionReceived)

REACTIONS = (
    Reaction("when_conferences_tell_then_announce", "conferences", TOLD_BY_CONFERENCES, announce_conference),
    Reaction("when_meetings_tell_then_announce", "meetings", TOLD_BY_MEETINGS, announce_meeting),
    Reaction("when_recommendations_tell_then_announce", "recommendations", TOLD_BY_RECOMMENDATIONS, announce_recommendation),
    Reaction("when_somebody_registers_or_contributes_then_write", "conferences", TOLD_OF_ONE_PERSON, write_to_one),
    Reaction("when_subscription_requested_then_ask_to_confirm", OWN, (SubscriptionRequested,), ask_to_confirm),
    Reaction("when_notifications_planned_then_plan_each", OWN, (NotificationsPlanned,), plan_each),
)
