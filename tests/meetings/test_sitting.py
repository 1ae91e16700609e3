"""A sitting is opened once and closed once, at times that lie behind us."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.meetings.attendance import RecordArrival
from services.meetings.bounds import LONGEST, ClosingLiesInTheFuture, SittingEndsBeforeItBegan, SittingLastsTooLong
from services.meetings.held import SittingIsNotOpen
from services.meetings.sitting import SITTING, CloseSitting, OpenSitting, SittingIsClosed, SittingIsOpenAlready, sitting_of
from shared.testing import Rules
from tests.meetings.examples import (
    ARRIVED,
    BOARD,
    ENDS,
    FROZEN,
    MEETING,
    MEMBER,
    OF_MEETING,
    PLACE,
    SITTING_CLOSED,
    SITTING_OPENED,
    STARTS,
)

sitting = Rules(SITTING)

OPEN = OpenSitting(now=STARTS, **OF_MEETING, meeting=MEETING, opened_at=STARTS, place=PLACE, **FROZEN)
CLOSE = CloseSitting(now=ENDS)
YEARS_LATER = STARTS + timedelta(days=900)
MINUTE = timedelta(minutes=1)


def test_a_sitting_is_opened_with_what_was_invited() -> None:
    sitting.given().when(OPEN).then(SITTING_OPENED)


def test_opening_it_again_in_the_same_way_changes_nothing() -> None:
    sitting.given(SITTING_OPENED).when(OPEN).then()
    sitting.given(SITTING_OPENED, SITTING_CLOSED).when(OPEN).then()


def test_a_meeting_is_held_once() -> None:
    sitting.given(SITTING_OPENED).when(OPEN.model_copy(update={"opened_at": ENDS})).then_refused(SittingIsOpenAlready)


def test_a_sitting_is_closed_now() -> None:
    sitting.given(SITTING_OPENED).when(CLOSE).then(SITTING_CLOSED)


def test_a_sitting_is_closed_for_the_time_at_which_it_ended() -> None:
    sitting.given(SITTING_OPENED).when(CloseSitting(now=YEARS_LATER, closed_at=ENDS)).then(SITTING_CLOSED)


@pytest.mark.parametrize("again", [CloseSitting(now=YEARS_LATER), CloseSitting(now=YEARS_LATER, closed_at=ENDS)])
def test_closing_it_again_changes_nothing(again: CloseSitting) -> None:
    sitting.given(SITTING_OPENED, SITTING_CLOSED).when(again).then()


def test_a_closed_sitting_cannot_be_closed_for_another_time() -> None:
    sitting.given(SITTING_OPENED, SITTING_CLOSED).when(CloseSitting(now=YEARS_LATER, closed_at=ENDS + MINUTE)).then_refused(SittingIsClosed)


def test_a_sitting_that_was_never_opened_cannot_be_closed() -> None:
    sitting.given().when(CLOSE).then_refused(SittingIsNotOpen)


def test_a_sitting_cannot_be_closed_in_advance() -> None:
    sitting.given(SITTING_OPENED).when(CloseSitting(now=STARTS, closed_at=ENDS)).then_refused(ClosingLiesInTheFuture)


def test_a_sitting_cannot_end_before_it_began() -> None:
    sitting.given(SITTING_OPENED).when(CloseSitting(now=ENDS, closed_at=STARTS - MINUTE)).then_refused(SittingEndsBeforeItBegan)


def test_a_sitting_that_nobody_closed_for_a_week_needs_the_time_at_which_it_ended() -> None:
    sitting.given(SITTING_OPENED).when(CloseSitting(now=STARTS + LONGEST)).then_refused(SittingLastsTooLong)
    last_moment = STARTS + LONGEST - MINUTE
    sitting.given(SITTING_OPENED).when(CloseSitting(now=last_moment)).then(SITTING_CLOSED.model_copy(update={"closed_at": last_moment}))


def test_each_meeting_has_one_sitting_stream_apart_from_its_own() -> None:
    assert sitting_of(MEETING) == sitting_of(MEETING)
    assert sitting_of(MEETING) not in {MEETING, sitting_of(BOARD)}


def test_nothing_is_recorded_so_late_that_the_sitting_could_never_be_closed() -> None:
    late = STARTS + LONGEST
    sitting.given(SITTING_OPENED).when(RecordArrival(now=late, member=MEMBER)).then_refused(SittingLastsTooLong)
    came = RecordArrival(now=late, member=MEMBER, at=ARRIVED.arrived_at)
    sitting.given(SITTING_OPENED).when(came).then(ARRIVED)
    sitting.given(SITTING_OPENED, ARRIVED).when(CloseSitting(now=late, closed_at=ENDS)).then(SITTING_CLOSED)
