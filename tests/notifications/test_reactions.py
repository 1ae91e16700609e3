"""What others tell is announced to whoever wants or has to know; letters of their own go to one person, with everything personal sealed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import JsonValue

from services.notifications.announcing import Announce
from services.notifications.events.notification import notification_of
from services.notifications.events.parts import Recipient
from services.notifications.events.register import REGISTER_STREAM
from services.notifications.news import day_of
from services.notifications.notification import NOTIFICATION, PlanNotification
from services.notifications.reactions import LETTERS, REACTIONS
from services.notifications.register import REGISTER
from services.notifications.service import SERVICE
from services.notifications.writing import PERSONAL
from shared.contracts.meetings.planning import MeetingInvited
from shared.domain import Contract, Named
from shared.envelope import Entry, Received
from shared.localday import local_day
from shared.reactor import Send
from tests.notifications.examples import (
    ADA,
    ANNOUNCED,
    ANSWER_OVERDUE,
    BEA,
    BOARD,
    BOARD_NAME,
    COMMITTEE_INFORMED,
    CONFERENCE,
    CONFERENCE_CANCELLED,
    CONFERENCE_CORRECTED,
    CONFERENCE_HELD,
    CONFERENCE_PLANNED,
    MEASURE_VERIFIED,
    MEETING,
    MEETING_CANCELLED,
    MEETING_INVITED,
    MEETING_RESCHEDULED,
    MEETING_SCHEDULED,
    MEMBER,
    NOW,
    OFFICE,
    OTHER_MEMBER,
    PLANNED_MANY,
    RECOMMENDATION,
    RECOMMENDATION_ANSWERED,
    RECOMMENDATION_ISSUED,
    RECOMMENDATION_WITHDRAWN,
    REGISTRATION_OPENED,
    REQUESTED,
    RESOLUTION_PASSED,
    contribution_received,
    registration_called_off,
    registration_confirmed,
    registration_moved,
    registration_requested,
    sealed,
    some,
)

EVENT_ID = some("event")
RECORDED = NOW + timedelta(minutes=3)


def heard(message: Named, stream: UUID = MEETING) -> Received[Any]:
    entry = Entry(7, 6, EVENT_ID, stream, 1, message.NAME, message.VERSION, RECORDED, "office:test", None, None, b"")
    return Received(message, entry)


def reactions_to(message: Named) -> list[Send]:
    return [send for one in REACTIONS if type(message) in one.reacts_to for send in one.react(heard(message))]


def announced(message: Named) -> Announce:
    [send] = reactions_to(message)
    assert (send.decider, send.stream) == (REGISTER, REGISTER_STREAM)
    assert isinstance(send.command, Announce)
    return send.command


def planned(message: Named) -> PlanNotification:
    [send] = reactions_to(message)
    assert isinstance(send.command, PlanNotification)
    assert send.decider is NOTIFICATION
    assert send.stream == notification_of(send.command.cause, send.command.recipient)
    return send.command


@pytest.mark.parametrize("message", ANNOUNCED, ids=lambda message: message.NAME)
def test_each_message_is_announced_once_by_its_letter_with_its_own_time(message: Named) -> None:
    wish = announced(message)
    assert (wish.cause, wish.now, wish.public) == (EVENT_ID, RECORDED, True)
    assert wish.kind == LETTERS[type(message)]  # type: ignore[index]  # the examples are all contracts


def test_there_is_an_example_of_everything_that_is_announced() -> None:
    assert {type(message) for message in ANNOUNCED} == LETTERS.keys()


@pytest.mark.parametrize("message", [one for one in ANNOUNCED if "public" in type(one).model_fields], ids=lambda message: message.NAME)
def test_what_is_not_public_is_announced_as_such(message: Named) -> None:
    assert announced(message.model_copy(update={"public": False})).public is False


def test_a_meeting_that_was_over_when_it_was_entered_is_announced_to_nobody() -> None:
    assert reactions_to(MEETING_SCHEDULED.model_copy(update={"entered_later": True})) == []


def test_a_conference_that_was_over_when_it_was_entered_or_called_off_is_announced_to_nobody() -> None:
    over = {"starts_at": RECORDED - timedelta(hours=6), "ends_at": RECORDED}
    for message in (CONFERENCE_PLANNED, CONFERENCE_CANCELLED):
        assert reactions_to(message.model_copy(update=over)) == []
        assert announced(message.model_copy(update=over | {"ends_at": RECORDED + timedelta(seconds=1)}))


def test_of_what_was_corrected_of_a_conference_only_another_time_or_place_still_to_come_is_news() -> None:
    def put_right(**changes: Any) -> Named:
        return CONFERENCE_CORRECTED.model_copy(update=changes)

    starts, ends, place = CONFERENCE_CORRECTED.starts_at, CONFERENCE_CORRECTED.ends_at, CONFERENCE_CORRECTED.formerly_place
    over, later = RECORDED - timedelta(hours=1), timedelta(minutes=30)
    assert reactions_to(put_right(place=place, title="Anders")) == []
    assert announced(put_right(place=place, starts_at=starts + later))
    assert announced(put_right(place=place, ends_at=ends + later))
    assert reactions_to(put_right(place=place, cancelled_because="Anders.")) == []
    assert reactions_to(put_right(held_on=local_day(RECORDED), attendance=70)) == []
    assert reactions_to(put_right(ends_at=over, formerly_ends_at=over)) == []
    assert announced(put_right(ends_at=over, formerly_ends_at=RECORDED + later))


DATED: dict[Named, str] = {
    CONFERENCE_HELD: "held_on",
    RESOLUTION_PASSED: "resolved_at",
    RECOMMENDATION_ISSUED: "issued_on",
    RECOMMENDATION_WITHDRAWN: "withdrawn_on",
    COMMITTEE_INFORMED: "informed_at",
    RECOMMENDATION_ANSWERED: "answered_on",
    MEASURE_VERIFIED: "verified_on",
}


@pytest.mark.parametrize("message", DATED, ids=lambda message: message.NAME)
def test_what_lay_long_back_when_it_was_entered_is_announced_to_nobody(message: Named) -> None:
    def entered(ago: timedelta) -> Named:
        at = RECORDED - ago
        return message.model_copy(update={DATED[message]: at if DATED[message].endswith("_at") else local_day(at)})

    assert announced(entered(timedelta(weeks=6)))
    assert reactions_to(entered(timedelta(weeks=6, days=1))) == []


def test_whatever_bears_a_day_of_its_own_has_one() -> None:
    assert {type(message) for message in ANNOUNCED if isinstance(message, Contract) and day_of(message)} == {type(one) for one in DATED}


def test_what_is_still_missing_is_news_however_long_ago_it_was_due() -> None:
    assert announced(ANSWER_OVERDUE.model_copy(update={"was_due": local_day(RECORDED) - timedelta(days=3000)}))


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (MEETING_SCHEDULED, {BOARD, MEETING}),
        (RESOLUTION_PASSED, {BOARD, MEETING, CONFERENCE}),
        (CONFERENCE_PLANNED, {CONFERENCE, OFFICE, BOARD}),
        (REGISTRATION_OPENED, {CONFERENCE}),
        (CONFERENCE_HELD, {CONFERENCE, OFFICE, BOARD}),
        (CONFERENCE_CANCELLED, {CONFERENCE, OFFICE, BOARD}),
        (CONFERENCE_CORRECTED, {CONFERENCE, OFFICE, BOARD}),
        (RECOMMENDATION_ISSUED, {RECOMMENDATION, BOARD, OFFICE, CONFERENCE}),
        (RECOMMENDATION_ANSWERED, {RECOMMENDATION, BOARD, OFFICE}),
    ],
    ids=lambda value: getattr(value, "NAME", ""),
)
def test_whoever_follows_any_of_these_is_told(message: Named, wanted: set[UUID]) -> None:
    assert set(announced(message).wanted) == wanted


def titles(letter: dict[str, JsonValue] | None) -> list[str]:
    assert letter is not None
    agenda = letter["agenda"]
    assert isinstance(agenda, list)
    return [str(item["title"]) for item in agenda if isinstance(item, dict)]


def test_members_are_invited_with_the_whole_agenda_and_others_see_its_public_part() -> None:
    wish = announced(MEETING_INVITED)
    assert wish.members == (MEMBER, OTHER_MEMBER)
    assert (wish.body, wish.body_name) == (BOARD, BOARD_NAME)
    assert titles(wish.members_letter) == ["Ergebnisse", "Personalsache"]
    assert titles(wish.letter) == ["Ergebnisse"]
    assert "members" not in wish.letter
    assert "Personalsache" not in str(wish.letter)


def test_a_member_who_is_named_twice_is_invited_once() -> None:
    twice = MEETING_INVITED.model_copy(update={"members": MEETING_INVITED.members * 2})
    assert isinstance(twice, MeetingInvited)
    assert announced(twice).members == (MEMBER, OTHER_MEMBER)


@pytest.mark.parametrize("message", [MEETING_RESCHEDULED, MEETING_CANCELLED], ids=lambda message: message.NAME)
@pytest.mark.parametrize("public", [True, False])
def test_whoever_was_invited_hears_what_becomes_of_the_meeting(message: Named, public: bool) -> None:
    wish = announced(message.model_copy(update={"invited": MEETING_INVITED.members, "public": public}))
    assert (wish.members, wish.public) == ((MEMBER, OTHER_MEMBER), public)
    assert "invited" not in wish.letter
    assert announced(message).members == ()


EMAIL, NAME, CONFIRM, MANAGE = (sealed(what, ADA) for what in ("email", "name", "confirm", "manage"))


@pytest.mark.parametrize(
    ("message", "kind", "language", "inside"),
    [
        (
            registration_requested(EMAIL, NAME, CONFIRM, MANAGE),
            "registration_requested",
            "de",
            {"confirm_token": CONFIRM, "manage_token": MANAGE},
        ),
        (registration_confirmed(EMAIL, NAME, MANAGE), "registration_confirmed", "en", {"name": NAME, "manage_token": MANAGE}),
        (registration_moved(EMAIL, MANAGE), "registration_moved", "en", {"manage_token": MANAGE}),
        (registration_called_off(EMAIL, MANAGE), "registration_called_off", "en", {"manage_token": MANAGE}),
        (contribution_received(EMAIL, MANAGE), "contribution_received", "de", {"receipt_token": MANAGE}),
        (
            contribution_received(EMAIL, MANAGE, CONFIRM),
            "contribution_received",
            "de",
            {"receipt_token": MANAGE, "erasure_token": CONFIRM},
        ),
    ],
    ids=["requested", "confirmed", "moved", "called off", "contributed", "contributed with a way to erase"],
)
def test_a_letter_to_one_person_carries_what_is_personal_sealed(message: Named, kind: str, language: str, inside: dict[str, Any]) -> None:
    wish = planned(message)
    assert (wish.kind, wish.language, wish.email, wish.recipient, wish.sealed) == (kind, language, EMAIL, ADA, inside)
    assert not PERSONAL & wish.letter.keys()
    assert "sealed" not in str(wish.letter)


def test_a_contribution_without_an_address_is_followed_by_no_letter() -> None:
    assert reactions_to(contribution_received(None, MANAGE)) == []


def test_whoever_subscribes_is_asked_to_confirm() -> None:
    wish = planned(REQUESTED)
    assert (wish.kind, wish.email, wish.recipient) == ("subscription_requested", REQUESTED.email, ADA)
    assert wish.sealed == {"confirm_token": REQUESTED.confirm_token, "stop_token": REQUESTED.stop_token}
    assert REQUESTED.confirm not in str(wish.letter)


def test_each_recipient_has_a_notification_of_the_cause() -> None:
    other = Recipient(recipient=BEA, member=MEMBER, language="en", email=None, reasons=())
    many = PLANNED_MANY.model_copy(update={"recipients": (*PLANNED_MANY.recipients, other)})
    sends = reactions_to(many)
    assert [send.stream for send in sends] == [notification_of(many.cause, ADA), notification_of(many.cause, BEA)]
    assert [(send.command.recipient, send.command.member) for send in sends if isinstance(send.command, PlanNotification)] == [
        (ADA, None),
        (BEA, MEMBER),
    ]


def test_the_service_hears_whatever_it_reacts_to_or_folds() -> None:
    used = {(one.source, cls) for one in SERVICE.reactions for cls in one.reacts_to if one.source != "own"}
    used |= {(name, cls) for one in SERVICE.projections for name, classes in one.folds.items() if name != "own" for cls in classes}
    assert used == {(name, cls) for name, classes in SERVICE.hears.items() for cls in classes}
