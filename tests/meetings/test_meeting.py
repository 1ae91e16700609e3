"""A meeting is planned, moved, cancelled or begun; what has begun or was cancelled stays as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.meetings.bounds import MeetingIsNotDueYet, OpeningLiesInTheFuture
from services.meetings.events.meeting import MeetingScheduled
from services.meetings.meeting import (
    MEETING,
    CancelMeeting,
    MeetingCommand,
    MeetingIsScheduledAlready,
    MeetingLiesInThePast,
    OpenMeeting,
    RescheduleMeeting,
    ScheduleMeeting,
)
from services.meetings.planned import MeetingHasBegun, MeetingIsCancelled, MeetingIsUnknown
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    CANCELLED,
    ENDS,
    LATER,
    MEMBERS,
    NOW,
    OTHER_PLACE,
    PLACE,
    QUORUM,
    REASON,
    RESCHEDULED,
    SCHEDULED,
    STARTS,
    TITLE,
)
from tests.meetings.examples import OPENED as OPENED_WITH_AGENDA

meeting = Rules(MEETING)

SCHEDULE = ScheduleMeeting(now=NOW, body=BOARD, body_name=BOARD_NAME, title=TITLE, starts_at=STARTS, ends_at=ENDS, place=PLACE, public=True)
RESCHEDULE = RescheduleMeeting(now=NOW, starts_at=LATER, ends_at=None, place=OTHER_PLACE)
CANCEL = CancelMeeting(now=NOW, reason=REASON)
BY: dict[str, Any] = {"members": MEMBERS, "quorum": QUORUM}
OPENED = OPENED_WITH_AGENDA.model_copy(update={"agenda": ()})
OPEN = OpenMeeting(now=STARTS, **BY)
AFTERWARDS = STARTS + timedelta(days=400)
ENTER_LATER = SCHEDULE.model_copy(update={"now": AFTERWARDS, "entered_later": True})
ENTERED_LATER = SCHEDULED.model_copy(update={"entered_later": True})
MINUTE = timedelta(minutes=1)


def test_a_meeting_is_scheduled() -> None:
    meeting.given().when(SCHEDULE).then(SCHEDULED)


def test_scheduling_it_again_in_the_same_way_changes_nothing() -> None:
    meeting.given(SCHEDULED).when(SCHEDULE).then()


@pytest.mark.parametrize("given", [(SCHEDULED, RESCHEDULED), (SCHEDULED, CANCELLED), (SCHEDULED, OPENED)])
def test_a_meeting_that_has_gone_on_cannot_be_scheduled_anew(given: tuple[MeetingScheduled, ...]) -> None:
    meeting.given(*given).when(SCHEDULE).then_refused(MeetingIsScheduledAlready)


def test_a_meeting_cannot_be_scheduled_twice_in_different_ways() -> None:
    meeting.given(SCHEDULED).when(SCHEDULE.model_copy(update={"public": False})).then_refused(MeetingIsScheduledAlready)


def test_a_meeting_cannot_be_scheduled_for_the_past() -> None:
    meeting.given().when(SCHEDULE.model_copy(update={"now": STARTS + MINUTE})).then_refused(MeetingLiesInThePast)
    meeting.given().when(SCHEDULE.model_copy(update={"now": STARTS})).then(SCHEDULED)


def test_a_meeting_that_is_over_can_be_entered_later() -> None:
    meeting.given().when(ENTER_LATER).then(ENTERED_LATER)


def test_a_meeting_is_moved_and_says_where_it_was() -> None:
    meeting.given(SCHEDULED).when(RESCHEDULE).then(RESCHEDULED)


def test_a_meeting_moved_twice_says_where_it_was_last() -> None:
    back = RescheduleMeeting(now=NOW, starts_at=STARTS, ends_at=ENDS, place=PLACE)
    moved_back = RESCHEDULED.model_copy(
        update={"starts_at": STARTS, "ends_at": ENDS, "place": PLACE, "formerly_starts_at": LATER, "formerly_place": OTHER_PLACE}
    )
    meeting.given(SCHEDULED, RESCHEDULED).when(back).then(moved_back)


def test_moving_it_to_where_it_is_changes_nothing() -> None:
    meeting.given(SCHEDULED, RESCHEDULED).when(RESCHEDULE).then()


def test_a_meeting_cannot_be_moved_into_the_past() -> None:
    meeting.given(SCHEDULED).when(RESCHEDULE.model_copy(update={"starts_at": NOW - MINUTE})).then_refused(MeetingLiesInThePast)


def test_a_meeting_entered_later_can_be_moved_within_the_past() -> None:
    meeting.given(ENTERED_LATER).when(RESCHEDULE.model_copy(update={"now": AFTERWARDS})).then(RESCHEDULED)


def test_a_meeting_is_cancelled_with_a_reason() -> None:
    meeting.given(SCHEDULED).when(CANCEL).then(CANCELLED)


def test_a_moved_meeting_is_cancelled_for_the_time_to_which_it_was_moved() -> None:
    cancelled = CANCELLED.model_copy(update={"starts_at": LATER, "ends_at": None, "place": OTHER_PLACE})
    meeting.given(SCHEDULED, RESCHEDULED).when(CANCEL).then(cancelled)


def test_cancelling_it_again_for_the_same_reason_changes_nothing() -> None:
    meeting.given(SCHEDULED, CANCELLED).when(CANCEL).then()


@pytest.mark.parametrize("wish", [RESCHEDULE, CANCEL.model_copy(update={"reason": "Kein Raum."}), OPEN])
def test_a_cancelled_meeting_cannot_be_changed(wish: MeetingCommand) -> None:
    meeting.given(SCHEDULED, CANCELLED).when(wish).then_refused(MeetingIsCancelled)


def test_a_meeting_is_opened_now() -> None:
    meeting.given(SCHEDULED).when(OPEN).then(OPENED)


def test_a_meeting_is_opened_for_the_time_at_which_it_began() -> None:
    began = OpenMeeting(now=AFTERWARDS, opened_at=STARTS + MINUTE, **BY)
    meeting.given(ENTERED_LATER).when(began).then(OPENED.model_copy(update={"opened_at": STARTS + MINUTE}))


def test_a_meeting_may_begin_before_its_hour_but_not_before_its_day() -> None:
    morning = STARTS.replace(hour=7)
    meeting.given(SCHEDULED).when(OpenMeeting(now=morning, **BY)).then(OPENED.model_copy(update={"opened_at": morning}))
    before_midnight_in_the_city = (STARTS - timedelta(days=1)).replace(hour=22, minute=59)
    meeting.given(SCHEDULED).when(OpenMeeting(now=before_midnight_in_the_city, **BY)).then_refused(MeetingIsNotDueYet)
    after_midnight_in_the_city = before_midnight_in_the_city + MINUTE
    meeting.given(SCHEDULED).when(OpenMeeting(now=after_midnight_in_the_city, **BY)).then(
        OPENED.model_copy(update={"opened_at": after_midnight_in_the_city})
    )


def test_a_meeting_cannot_be_opened_in_advance() -> None:
    meeting.given(SCHEDULED).when(OpenMeeting(now=STARTS, opened_at=STARTS + MINUTE, **BY)).then_refused(OpeningLiesInTheFuture)


@pytest.mark.parametrize("again", [OPEN.model_copy(update={"now": AFTERWARDS}), OpenMeeting(now=AFTERWARDS, opened_at=STARTS, **BY)])
def test_opening_it_again_changes_nothing(again: OpenMeeting) -> None:
    meeting.given(SCHEDULED, OPENED).when(again).then()


@pytest.mark.parametrize("wish", [RESCHEDULE, CANCEL, OpenMeeting(now=AFTERWARDS, opened_at=STARTS + MINUTE, **BY)])
def test_a_meeting_that_has_begun_cannot_be_changed(wish: MeetingCommand) -> None:
    meeting.given(SCHEDULED, OPENED).when(wish).then_refused(MeetingHasBegun)


@pytest.mark.parametrize("wish", [RESCHEDULE, CANCEL, OPEN])
def test_a_meeting_that_nobody_scheduled_cannot_be_changed(wish: MeetingCommand) -> None:
    meeting.given().when(wish).then_refused(MeetingIsUnknown)
