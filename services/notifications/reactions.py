"""What follows by itself: what others tell is announced to whoever wants or has to know, or goes to one person as a letter of their own."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.notifications.announcing import Announce
from services.notifications.events.parts import Topic
from services.notifications.events.register import REGISTER_STREAM, NotificationsPlanned, SubscriptionRequested
from services.notifications.news import is_news
from services.notifications.register import REGISTER
from services.notifications.writing import ask_to_confirm, plan_each, write_to_one
from shared.contracts import conferences, recommendations
from shared.contracts.meetings import planning, sittings
from shared.domain import Contract
from shared.envelope import Received
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send

OfConference = (
    conferences.ConferencePlanned
    | conferences.RegistrationOpened
    | conferences.ConferenceHeld
    | conferences.ConferenceCancelled
    | conferences.ConferenceCorrected
)
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

LETTERS: dict[type[Contract], str] = {
    conferences.ConferencePlanned: "conference_planned",
    conferences.RegistrationOpened: "registration_opened",
    conferences.ConferenceHeld: "conference_held",
    conferences.ConferenceCancelled: "conference_cancelled",
    conferences.ConferenceCorrected: "conference_moved",
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
    """All of it is public."""
    told = received.message
    wanted = {told.conference}
    if not isinstance(told, conferences.RegistrationOpened):
        wanted |= {told.host, told.results_go_to}
    yield from announced(received, Topic(service="conferences", kind="conference", id=told.conference), wanted)


def announce_meeting(received: Received[OfMeeting]) -> Iterable[Send]:
    """Whoever follows the body hears of public meetings; members are invited to all, with the whole agenda, and hear what becomes of it."""
    told = received.message
    about = Topic(service="meetings", kind="meeting", id=told.meeting)
    wanted = {told.body, told.meeting}
    match told:
        case planning.MeetingInvited():
            public_items = [item.model_dump(mode="json") for item in told.agenda if item.public]
            letter = told.model_dump(mode="json", exclude={"members"})
            yield from announced(
                received,
                about,
                wanted | {item.matter.id for item in told.agenda if item.public and item.matter},
                letter=letter | {"agenda": public_items},
                members=tuple(dict.fromkeys(member.member for member in told.members)),
                members_letter=letter,
            )
        case planning.MeetingRescheduled() | planning.MeetingCancelled():
            letter, invited = told.model_dump(mode="json", exclude={"invited"}), dict.fromkeys(member.member for member in told.invited)
            yield from announced(received, about, wanted, letter=letter, members=tuple(invited))
        case sittings.ResolutionPassed():
            yield from announced(received, about, wanted | ({told.matter.id} if told.matter else set()))
        case _:
            yield from announced(received, about, wanted)


def announce_recommendation(received: Received[OfRecommendation]) -> Iterable[Send]:
    """Whoever follows it, the body that gives it, what it comes from, or whom it concerns."""
    told = received.message
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
    yield from announced(received, Topic(service="recommendations", kind="recommendation", id=told.recommendation), wanted)


def announced(
    received: Received[OfConference] | Received[OfMeeting] | Received[OfRecommendation],
    about: Topic,
    wanted: set[UUID],
    *,
    letter: dict[str, object] | None = None,
    members: tuple[UUID, ...] = (),
    members_letter: dict[str, object] | None = None,
) -> Iterable[Send]:
    """The announcement of a message that is news; what says nothing of being public is."""
    told, entry = received.message, received.entry
    if not is_news(told, entry.recorded_at):
        return
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
    yield Send(REGISTER, REGISTER_STREAM, command)


TOLD_BY_CONFERENCES = (
    *(conferences.ConferencePlanned, conferences.RegistrationOpened, conferences.ConferenceHeld),
    *(conferences.ConferenceCancelled, conferences.ConferenceCorrected),
)
TOLD_BY_MEETINGS = (
    *(planning.MeetingScheduled, planning.MeetingRescheduled, planning.MeetingCancelled, planning.MeetingInvited),
    sittings.ResolutionPassed,
)
TOLD_BY_RECOMMENDATIONS = (
    *(recommendations.RecommendationIssued, recommendations.RecommendationWithdrawn, recommendations.CommitteeInformed),
    *(recommendations.RecommendationAnswered, recommendations.AnswerOverdue, recommendations.MeasureVerified),
)
TOLD_OF_ONE_PERSON = (
    *(conferences.RegistrationRequested, conferences.RegistrationConfirmed, conferences.RegistrationMoved),
    *(conferences.RegistrationCalledOff, conferences.ContributionReceived),
)

REACTIONS = (
    Reaction("when_conferences_tell_then_announce", "conferences", TOLD_BY_CONFERENCES, announce_conference),
    Reaction("when_meetings_tell_then_announce", "meetings", TOLD_BY_MEETINGS, announce_meeting),
    Reaction("when_recommendations_tell_then_announce", "recommendations", TOLD_BY_RECOMMENDATIONS, announce_recommendation),
    Reaction("when_somebody_registers_or_contributes_then_write", "conferences", TOLD_OF_ONE_PERSON, write_to_one),
    Reaction("when_subscription_requested_then_ask_to_confirm", OWN, (SubscriptionRequested,), ask_to_confirm),
    Reaction("when_notifications_planned_then_plan_each", OWN, (NotificationsPlanned,), plan_each),
)
