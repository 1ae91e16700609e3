"""A hand-over duty is over only when the body has received the results and deliberated them, in whichever order it is told."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from services.meetings.duty import DUTY, CorrectDealing, DutyCommand, OpenDuty, RecordDeliberation, RecordReceipt, RenameDuty, duty_of
from services.meetings.events.duty import DealingForDutyRepeated, DutyEvent
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    CONFERENCE,
    DUTY_CORRECTED,
    DUTY_DELIBERATED,
    DUTY_FULFILLED,
    DUTY_OPENED,
    DUTY_RECEIVED,
    DUTY_RENAMED,
    DUTY_REOPENED,
    DUTY_REPEATED,
    LATER,
    MINUTE,
    NOW,
    OFFICE,
    RENAMED,
    RIGHT_TITLE,
)

duty = Rules(DUTY)

OPEN = OpenDuty(now=NOW, **dict(DUTY_OPENED))
RECEIVE = RecordReceipt(now=NOW, **dict(DUTY_RECEIVED))
DELIBERATE = RecordDeliberation(now=NOW, **dict(DUTY_DELIBERATED))
ORDERS = list(permutations([OPEN, RECEIVE, DELIBERATE]))
TOLD: dict[type[DutyCommand], DutyEvent] = {
    OpenDuty: DUTY_OPENED,
    RecordReceipt: DUTY_RECEIVED,
    RecordDeliberation: DUTY_DELIBERATED,
}


def test_received_alone_is_not_enough_and_deliberated_ends_it() -> None:
    opened = duty.given().when(OPEN).then(DUTY_OPENED)
    opened.when(RECEIVE).then(DUTY_RECEIVED).when(DELIBERATE).then(DUTY_DELIBERATED, DUTY_FULFILLED)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(type(one).__name__ for one in order))
def test_three_reactions_tell_of_it_in_any_order(order: tuple[DutyCommand, ...]) -> None:
    given = duty.given()
    for command in order[:2]:
        given = given.when(command).then(TOLD[type(command)])
    given.when(order[2]).then(TOLD[type(order[2])], DUTY_FULFILLED)


@pytest.mark.parametrize("again", [OPEN, RECEIVE, DELIBERATE], ids=lambda again: type(again).__name__)
def test_each_is_told_once(again: DutyCommand) -> None:
    told = duty.given(DUTY_OPENED, DUTY_RECEIVED, DUTY_DELIBERATED, DUTY_FULFILLED)
    told.when(again).then_nothing()
    if isinstance(again, OpenDuty):
        told.when(again.model_copy(update={"source": "Geschäftsordnung"})).then_nothing()


def test_the_meeting_that_did_the_last_of_the_two_fulfils_it() -> None:
    later = DUTY_DELIBERATED.model_copy(update={"meeting": OFFICE, "public": False, "deliberated_at": LATER})
    fulfilled = DUTY_FULFILLED.model_copy(update={"meeting": OFFICE, "public": False, "fulfilled_at": LATER})
    command = RecordDeliberation(now=LATER, **dict(later))
    duty.given(DUTY_OPENED, DUTY_RECEIVED).when(command).then(later, fulfilled)


def test_a_receipt_entered_later_than_the_deliberation_fulfils_it_at_the_later_of_the_two_times() -> None:
    late = DUTY_RECEIVED.model_copy(update={"received_at": LATER})
    command = RecordReceipt(now=LATER, **dict(late))
    duty.given(DUTY_OPENED, DUTY_DELIBERATED).when(command).then(late, DUTY_FULFILLED.model_copy(update={"fulfilled_at": LATER}))


CORRECT = CorrectDealing(now=LATER, **dict(DUTY_CORRECTED))
WHOLE: tuple[DutyEvent, ...] = (DUTY_OPENED, DUTY_RECEIVED, DUTY_DELIBERATED, DUTY_FULFILLED)


def test_a_deliberation_that_never_was_opens_the_duty_again_until_there_is_one() -> None:
    reopened = duty.given(*WHOLE).when(CORRECT).then(DUTY_CORRECTED, DUTY_REOPENED)
    reopened.when(CORRECT).then_nothing()
    elsewhere = DUTY_DELIBERATED.model_copy(update={"meeting": OFFICE, "deliberated_at": LATER})
    fulfilled = DUTY_FULFILLED.model_copy(update={"meeting": OFFICE, "fulfilled_at": LATER})
    reopened.when(RecordDeliberation(now=LATER, **dict(elsewhere))).then(elsewhere, fulfilled)


def test_a_receipt_that_never_was_opens_it_again_too() -> None:
    never = DUTY_CORRECTED.model_copy(update={"what": "receipt"})
    duty.given(*WHOLE).when(CorrectDealing(now=LATER, **dict(never))).then(never, DUTY_REOPENED)
    duty.given(DUTY_OPENED, DUTY_RECEIVED).when(CorrectDealing(now=LATER, **dict(never))).then(never)


def test_another_time_moves_the_end_where_the_end_rests_on_it() -> None:
    at = DUTY_DELIBERATED.deliberated_at + MINUTE
    moved = DUTY_CORRECTED.model_copy(update={"at": at})
    again = duty.given(*WHOLE).when(CorrectDealing(now=LATER, **dict(moved)))
    again.then(moved, DUTY_REOPENED, DUTY_FULFILLED.model_copy(update={"fulfilled_at": at})).when(
        CorrectDealing(now=LATER, **dict(moved))
    ).then_nothing()
    earlier = DUTY_CORRECTED.model_copy(update={"what": "receipt", "at": DUTY_RECEIVED.received_at - MINUTE})
    duty.given(*WHOLE).when(CorrectDealing(now=LATER, **dict(earlier))).then(earlier)


def test_what_was_left_out_counts_as_if_it_had_been_recorded() -> None:
    left_out = CORRECT.model_copy(update={"at": DUTY_DELIBERATED.deliberated_at})
    duty.given(DUTY_OPENED, DUTY_RECEIVED).when(left_out).then(DUTY_DELIBERATED, DUTY_FULFILLED)
    receipt = left_out.model_copy(update={"what": "receipt", "at": DUTY_RECEIVED.received_at})
    duty.given(DUTY_OPENED).when(receipt).then(DUTY_RECEIVED)


def test_what_another_meeting_had_recorded_wrongly_does_not_count() -> None:
    duty.given(*WHOLE).when(CORRECT.model_copy(update={"meeting": OFFICE})).then_nothing()
    duty.given(DUTY_OPENED).when(CORRECT).then_nothing()


def as_well(**changes: Any) -> DealingForDutyRepeated:
    return DUTY_REPEATED.model_copy(update=changes)


def test_what_another_meeting_did_as_well_counts_once_what_counts_never_happened() -> None:
    again = RecordReceipt(now=LATER, **dict(DUTY_RECEIVED) | {"meeting": OFFICE, "received_at": DUTY_REPEATED.at})
    both = duty.given(*WHOLE).when(again).then(DUTY_REPEATED)
    both.when(again).then_nothing()
    never = DUTY_CORRECTED.model_copy(update={"what": "receipt"})
    counts = DUTY_RECEIVED.model_copy(update={"meeting": OFFICE, "received_at": DUTY_REPEATED.at})
    moved = DUTY_FULFILLED.model_copy(update={"meeting": OFFICE, "fulfilled_at": DUTY_REPEATED.at})
    only = both.when(CorrectDealing(now=LATER, **dict(never))).then(never, counts, DUTY_REOPENED, moved)
    other_never = never.model_copy(update={"meeting": OFFICE})
    gone = DUTY_REOPENED.model_copy(update={"meeting": OFFICE})
    only.when(CorrectDealing(now=LATER, **dict(other_never))).then(other_never, gone)


def test_the_duty_goes_on_being_fulfilled_where_another_meeting_had_done_it_by_then() -> None:
    earlier = DUTY_RECEIVED.received_at + MINUTE
    never = DUTY_CORRECTED.model_copy(update={"what": "receipt"})
    counts = DUTY_RECEIVED.model_copy(update={"meeting": OFFICE, "received_at": earlier})
    duty.given(*WHOLE, as_well(at=earlier), as_well(meeting=BOARD, at=LATER)).when(CorrectDealing(now=LATER, **dict(never))).then(
        never, counts
    )


def test_what_another_meeting_did_as_well_is_corrected_like_all_else() -> None:
    both = duty.given(*WHOLE, DUTY_REPEATED)
    moved = CorrectDealing(now=LATER, **dict(DUTY_CORRECTED) | {"what": "receipt", "meeting": OFFICE, "at": LATER})
    both.when(moved).then(as_well(at=LATER)).when(moved).then_nothing()
    never = moved.model_copy(update={"at": None})
    gone = both.when(never).then(as_well(at=None)).when(never).then_nothing()
    receipt_never = DUTY_CORRECTED.model_copy(update={"what": "receipt"})
    gone.when(CorrectDealing(now=LATER, **dict(receipt_never))).then(receipt_never, DUTY_REOPENED)


def test_each_body_owes_each_conference_on_its_own() -> None:
    assert len({duty_of(CONFERENCE, BOARD), duty_of(CONFERENCE, OFFICE), duty_of(BOARD, CONFERENCE)}) == 3


RENAME = RenameDuty(now=NOW, conference_title=RIGHT_TITLE, reason=RENAMED)
TITLED = {"conference_title": RIGHT_TITLE}


def test_it_bears_the_title_that_was_corrected_whatever_is_told_of_it_then() -> None:
    renamed = duty.given(DUTY_OPENED, DUTY_RECEIVED).when(RENAME).then(DUTY_RENAMED)
    renamed.when(RENAME).then_nothing()
    renamed.when(OPEN).then_nothing()
    renamed.when(DELIBERATE).then(DUTY_DELIBERATED, DUTY_FULFILLED.model_copy(update=TITLED))


def test_what_had_ended_is_reopened_under_the_title_that_was_corrected() -> None:
    ended = duty.given(DUTY_OPENED, DUTY_RECEIVED, DUTY_DELIBERATED, DUTY_FULFILLED).when(RENAME).then(DUTY_RENAMED)
    never = CorrectDealing(now=LATER, **dict(DUTY_CORRECTED))
    ended.when(never).then(DUTY_CORRECTED, DUTY_REOPENED.model_copy(update=TITLED))


def test_where_no_duty_is_nothing_is_renamed() -> None:
    duty.given().when(RENAME).then_nothing()
