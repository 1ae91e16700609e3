"""Subscribers, members, messages of other services, and one example of every fact and contract of this service."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

from services.notifications.events.feedback import FeedbackAnswered, FeedbackErased, FeedbackGiven
from services.notifications.events.notification import (
    NotificationFailed,
    NotificationHandedOver,
    NotificationPlanned,
    NotificationUnknown,
    notification_of,
)
from services.notifications.events.parts import Reason, Recipient, Topic, Wanted
from services.notifications.events.register import (
    MemberContactErased,
    MemberContactSet,
    NotificationsPlanned,
    SubscriptionConfirmed,
    SubscriptionErased,
    SubscriptionRequested,
    SubscriptionStopped,
)
from shared.contracts import conferences, recommendations
from shared.contracts import notifications as contracts
from shared.contracts.matter import Matter
from shared.contracts.meetings import planning, proposals, sittings
from shared.domain import Named
from shared.privacy.sealed import Sealed

T = TypeVar("T")

NOW = datetime(2018, 10, 1, 9, 0, tzinfo=UTC)
SPACE = UUID("0f71c000-0000-4000-8000-000000000000")


def some(name: str) -> UUID:
    """An id with a name."""
    return uuid5(SPACE, name)


def sealed(what: str, subject: UUID) -> Sealed[str]:
    """A sealed value that nobody can open: what rules and read models see of one."""
    return Sealed[str](
        sealed=1, source="/bremerhaven", subject=subject, key=some(f"key {subject}"), purpose="test.value",
        nonce="AAAAAAAAAAAAAAAA", box=f"{'A' * 22}{uuid5(subject, what).hex}",
    )  # fmt: skip


BOARD, OFFICE, MEETING, ITEM, RESOLUTION = some("board"), some("office"), some("meeting"), some("item"), some("resolution")
CONFERENCE, RECOMMENDATION, CAUSE, PROPOSAL = some("conference"), some("recommendation"), some("cause"), some("proposal")
ADA, BEA = some("ada"), some("bea")
"""Subjects: whoever has an address."""
MEMBER, OTHER_MEMBER = some("member"), some("other member")
BOARD_NAME = "Fachbeirat Migration und Chancengleichheit"
CONFERENCE_TITLE = "Integrationskonferenz 2018"
RECOMMENDATION_TITLE = "Sprachkurse am Abend"
STARTS = datetime(2018, 11, 6, 15, 0, tzinfo=UTC)
ABOUT_BOARD = Wanted(service="meetings", kind="body", id=BOARD, title=BOARD_NAME)
ABOUT_CONFERENCE = Wanted(service="conferences", kind="conference", id=CONFERENCE, title=CONFERENCE_TITLE)
ABOUT_MEETING = Topic(service="meetings", kind="meeting", id=MEETING)
SUBSCRIPTION = some("subscription")


def requested(
    subject: UUID = ADA, about: Wanted | None = None, subscription: UUID = SUBSCRIPTION, at: datetime = NOW
) -> SubscriptionRequested:
    """Somebody asks to be told."""
    return SubscriptionRequested(
        subscription=subscription,
        about=about,
        person=subject,
        language="de",
        email=sealed("email", subject),
        confirm=subscription.hex * 2,
        confirm_token=sealed("confirm", subject),
        stop=(subscription.hex * 2)[::-1],
        stop_token=sealed(f"stop {subscription}", subject),
        requested_at=at,
        expires_at=at + timedelta(hours=48),
        kept_until=at + timedelta(days=9),
    )


REQUESTED = requested()
CONFIRMED = SubscriptionConfirmed(subscription=SUBSCRIPTION, confirmed_at=NOW)
STOPPED = SubscriptionStopped(subscription=SUBSCRIPTION, stopped_at=NOW, kept_until=NOW + timedelta(days=7))
ERASED = SubscriptionErased(subscription=SUBSCRIPTION, reason="asked", erased_at=NOW)
CONTACT_SET = MemberContactSet(
    body=BOARD, member=MEMBER, language="de", email=sealed("email", some("contact")), person=BEA, hold=some("hold"), set_at=NOW
)
CONTACT_ERASED = MemberContactErased(body=BOARD, member=MEMBER, erased_at=NOW)

LETTER: dict[str, Any] = {
    "meeting": str(MEETING), "body": str(BOARD), "body_name": BOARD_NAME, "title": "Zweite Sitzung 2018", "public": True,
    "starts_at": "2018-11-06T15:00:00Z", "ends_at": None, "place": "Stadthaus 1", "entered_later": False,
}  # fmt: skip
EVERYTHING = Reason(why="everything", title="", stop=REQUESTED.stop_token, subscription=SUBSCRIPTION)
PLANNED_MANY = NotificationsPlanned(
    cause=CAUSE, kind="meeting_scheduled", about=ABOUT_MEETING, body=BOARD, letter=LETTER, planned_at=NOW,
    recipients=(Recipient(recipient=ADA, member=None, language="de", email=REQUESTED.email, reasons=(EVERYTHING,)),),
)  # fmt: skip
OF: dict[str, Any] = {"kind": "meeting_scheduled", "about": ABOUT_MEETING, "recipient": ADA, "member": None, "channel": "email"}
PLANNED = NotificationPlanned(
    **OF, cause=CAUSE, body=BOARD, language="de", email=REQUESTED.email, reasons=(EVERYTHING,), letter=LETTER,
    sealed={"name": sealed("name", ADA)}, planned_at=NOW,
)  # fmt: skip
NOTIFICATION_ID = notification_of(CAUSE, ADA)
MESSAGE_ID = f"<{NOTIFICATION_ID}@bindeglied.bremerhaven>"
HANDED_OVER = NotificationHandedOver(**OF, message_id=MESSAGE_ID, attempts=1, handed_over_at=NOW)
FAILED = NotificationFailed(**OF, cause="refused", attempts=1, failed_at=NOW)
UNKNOWN = NotificationUnknown(**OF, attempts=2, given_up_at=NOW)
FEEDBACK_GIVEN = FeedbackGiven(text=sealed("text", ADA), email=sealed("email", ADA), page=sealed("page", ADA), given_at=NOW)
FEEDBACK_ERASED = FeedbackErased(reason="period", erased_at=NOW + timedelta(days=365))
FEEDBACK_ANSWERED = FeedbackAnswered(note=sealed("note", ADA), reason=None, answered_at=NOW)

EVENT_EXAMPLES: tuple[Named, ...] = (
    requested(about=ABOUT_BOARD),
    CONFIRMED,
    STOPPED,
    ERASED,
    CONTACT_SET,
    CONTACT_ERASED,
    PLANNED_MANY,
    PLANNED,
    HANDED_OVER,
    FAILED,
    UNKNOWN,
    FEEDBACK_GIVEN,
    FEEDBACK_ANSWERED,
    FEEDBACK_ERASED,
)

TOLD: dict[str, Any] = {
    "notification": NOTIFICATION_ID, "kind": "meeting_scheduled", "about": Matter(service="meetings", kind="meeting", id=MEETING),
    "recipient": ADA, "member": None, "channel": "email",
}  # fmt: skip
CONTRACT_EXAMPLES: tuple[Named, ...] = (
    contracts.NotificationHandedOver(**TOLD, message_id=MESSAGE_ID, handed_over_at=NOW),
    contracts.NotificationFailed(**TOLD, cause="refused", failed_at=NOW),
)

OF_MEETING: dict[str, Any] = {"meeting": MEETING, "body": BOARD, "body_name": BOARD_NAME, "title": "Zweite Sitzung 2018", "public": True}
MEETING_SCHEDULED = planning.MeetingScheduled(**OF_MEETING, starts_at=STARTS, ends_at=None, place="Stadthaus 1", entered_later=False)
MEETING_RESCHEDULED = planning.MeetingRescheduled(
    **OF_MEETING, starts_at=STARTS, ends_at=None, place="Saal", formerly_starts_at=NOW, formerly_place="Stadthaus 1"
)
MEETING_CANCELLED = planning.MeetingCancelled(**OF_MEETING, starts_at=STARTS, ends_at=None, place="Saal", reason="Der Raum ist gesperrt.")
MEETING_INVITED = planning.MeetingInvited(
    **OF_MEETING, starts_at=STARTS, ends_at=None, place="Stadthaus 1", invited_at=NOW,
    members=(
        planning.InvitedMember(member=MEMBER, member_name="Vera Vorsitz"),
        planning.InvitedMember(member=OTHER_MEMBER, member_name="Max Mitglied"),
    ),
    agenda=(
        planning.InvitedItem(item=ITEM, number=1, title="Ergebnisse", public=True, asked=proposals.Asked.DELIBERATE, matter=None),
        planning.InvitedItem(item=some("2"), number=2, title="Personalsache", public=False, asked=proposals.Asked.DELIBERATE, matter=None),
    ),
)  # fmt: skip
RESOLUTION_PASSED = sittings.ResolutionPassed(
    **OF_MEETING, item=ITEM, item_title="Ergebnisse der Konferenz", proposal=None, proposed_by=None, proposed_by_name=None,
    matter=Matter(service="conferences", kind="results", id=CONFERENCE), resolution=RESOLUTION, text="Wir empfehlen Kurse am Abend.",
    instrument=sittings.Instrument.RECOMMENDATION, resolved_at=STARTS,
    votes=sittings.Votes(yes=7, no=1, abstentions=2, present=10, entitled=15, quorum=8),
)  # fmt: skip
OF_CONFERENCE: dict[str, Any] = {"conference": CONFERENCE, "title": CONFERENCE_TITLE}
CONFERENCE_PLANNED = conferences.ConferencePlanned(
    **OF_CONFERENCE, host=OFFICE, host_name="Koordinierungsstelle", partners=("Volkshochschule", "Netzwerk"), starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=6), place="Stadthalle", results_go_to=BOARD, results_go_to_name=BOARD_NAME,
    groups=(conferences.WorkingGroup(key="sprache", name="Sprache"),),
)  # fmt: skip
REGISTRATION_OPENED = conferences.RegistrationOpened(**OF_CONFERENCE, closes_at=STARTS, capacity=80)
CONFERENCE_HELD = conferences.ConferenceHeld(
    **OF_CONFERENCE, host=OFFICE, host_name="Koordinierungsstelle", held_on=date(2018, 11, 6), place="Stadthalle", attendance=71,
    results=(conferences.HeldResult(result=some("result"), number=1, result_title="Kurse am Abend"),), results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
)  # fmt: skip
CONFERENCE_CANCELLED = conferences.ConferenceCancelled(
    **OF_CONFERENCE, host=OFFICE, host_name="Koordinierungsstelle", starts_at=STARTS, ends_at=STARTS + timedelta(hours=6),
    place="Stadthalle", results_go_to=BOARD, results_go_to_name=BOARD_NAME, reason="Die Halle ist gesperrt.",
)  # fmt: skip
CONFERENCE_CORRECTED = conferences.ConferenceCorrected(
    **OF_CONFERENCE, host=OFFICE, host_name="Koordinierungsstelle", partners=("Volkshochschule",), groups=(), starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=6), place="Saal", formerly_title=CONFERENCE_TITLE, formerly_starts_at=STARTS,
    formerly_ends_at=STARTS + timedelta(hours=6), formerly_place="Stadthalle", results_go_to=BOARD, results_go_to_name=BOARD_NAME,
    held_on=None, attendance=None, cancelled_because=None,
    reason="Der Ort war falsch eingetragen.", corrected_at=NOW,
)  # fmt: skip
OF_RECOMMENDATION: dict[str, Any] = {
    "recommendation": RECOMMENDATION, "title": RECOMMENDATION_TITLE, "instrument": sittings.Instrument.RECOMMENDATION, "body": BOARD,
    "body_name": BOARD_NAME, "public": True,
}  # fmt: skip
OF_ANSWER: dict[str, Any] = {**OF_RECOMMENDATION, "addressee": OFFICE, "addressee_name": "Sozialamt"}
RECOMMENDATION_ISSUED = recommendations.RecommendationIssued(
    **OF_RECOMMENDATION, resolution=RESOLUTION, matter=Matter(service="conferences", kind="results", id=CONFERENCE),
    text="Kurse sollen am Abend stattfinden.", admissibility="Betrifft mehrere Zielgruppen.", issued_on=date(2018, 11, 8),
    addressees=(
        recommendations.Addressee(
            body=OFFICE, body_name="Sozialamt", address_class=recommendations.AddresseeClass.OFFICE,
            acknowledge_by=date(2018, 11, 16), answer_by=date(2018, 12, 20),
        ),
    ),
    informs=(),
)  # fmt: skip
COMMITTEE_INFORMED = recommendations.CommitteeInformed(
    **OF_RECOMMENDATION, committee=some("committee"), committee_name="Sozialausschuss", through=some("department"),
    through_name="Dezernat III", meeting=MEETING, item=ITEM, informed_at=STARTS,
)  # fmt: skip
RECOMMENDATION_ANSWERED = recommendations.RecommendationAnswered(
    **OF_ANSWER, verdict=recommendations.Verdict.PARTLY, reasons="Räume fehlen noch.", answered_on=date(2018, 12, 3)
)
ANSWER_OVERDUE = recommendations.AnswerOverdue(**OF_ANSWER, was_due=date(2018, 12, 20))
MEASURE_VERIFIED = recommendations.MeasureVerified(
    **OF_ANSWER, measure=some("measure"), what="Ein Kurs am Abend", verified_on=date(2019, 2, 1), finding="Er findet statt."
)
RECOMMENDATION_WITHDRAWN = recommendations.RecommendationWithdrawn(**OF_RECOMMENDATION, reason="Überholt.", withdrawn_on=date(2019, 3, 1))


def registration_requested(
    email: Sealed[str], name: Sealed[str], token: Sealed[str], manage: Sealed[str]
) -> conferences.RegistrationRequested:
    """Somebody registers."""
    return conferences.RegistrationRequested(
        **OF_CONFERENCE, registration=some("registration"), language="de", email=email, name=name, confirm_token=token, manage_token=manage,
        starts_at=STARTS, place="Stadthalle", expires_at=NOW + timedelta(hours=48),
    )  # fmt: skip


def registration_confirmed(email: Sealed[str], name: Sealed[str], manage: Sealed[str]) -> conferences.RegistrationConfirmed:
    """The address is confirmed."""
    return conferences.RegistrationConfirmed(
        **OF_CONFERENCE, registration=some("registration"), language="en", email=email, name=name, manage_token=manage, starts_at=STARTS,
        place="Stadthalle",
    )  # fmt: skip


def registration_moved(email: Sealed[str], manage: Sealed[str]) -> conferences.RegistrationMoved:
    """The conference of somebody who comes is at another place."""
    return conferences.RegistrationMoved(
        **OF_CONFERENCE, registration=some("registration"), language="en", email=email, manage_token=manage, starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=6), place="Saal", formerly_starts_at=STARTS, formerly_ends_at=STARTS + timedelta(hours=6),
        formerly_place="Stadthalle",
    )  # fmt: skip


def registration_called_off(email: Sealed[str], manage: Sealed[str]) -> conferences.RegistrationCalledOff:
    """The conference of somebody who comes does not take place."""
    return conferences.RegistrationCalledOff(
        **OF_CONFERENCE, registration=some("registration"), language="en", email=email, manage_token=manage, starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=6), place="Stadthalle", reason="Die Halle ist gesperrt.",
    )  # fmt: skip


def contribution_received(
    email: Sealed[str] | None, token: Sealed[str], erasure: Sealed[str] | None = None
) -> conferences.ContributionReceived:
    """Somebody contributes."""
    return conferences.ContributionReceived(
        **OF_CONFERENCE, contribution=some("contribution"), group="sprache", group_name="Sprache",
        kind=conferences.ContributionKind.SUGGESTION, receipt="0" * 64, received_on=date(2018, 11, 6),
        language="de", email=email, receipt_token=token, erasure_token=erasure,
    )  # fmt: skip


ANNOUNCED: tuple[Named, ...] = (
    *(MEETING_SCHEDULED, MEETING_RESCHEDULED, MEETING_CANCELLED, MEETING_INVITED, RESOLUTION_PASSED),
    *(CONFERENCE_PLANNED, REGISTRATION_OPENED, CONFERENCE_HELD, CONFERENCE_CANCELLED, CONFERENCE_CORRECTED),
    *(RECOMMENDATION_ISSUED, COMMITTEE_INFORMED, RECOMMENDATION_ANSWERED, ANSWER_OVERDUE, MEASURE_VERIFIED, RECOMMENDATION_WITHDRAWN),
)
"""One of each message that is announced."""
