"""What was entered wrongly of seats, of who took and left them, and of quorum rules is taken back or put right with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.meetings.composition import COMPOSITION
from services.meetings.correcting_seats import (
    AnotherQuorumRuleBeganThen,
    CorrectQuorumRule,
    CorrectSeat,
    CorrectSeating,
    NobodyTookTheSeatThen,
    NoQuorumRuleBeganThen,
    RightSeat,
    SeatWasTaken,
)
from services.meetings.events.composition import SeatKind
from services.meetings.seating import BodyDoesNotStandThen, MemberHoldsAnotherSeat, SeatIsTaken, SeatIsUnknown, SeatMember, StandingBody
from services.meetings.seats import Correction, QuorumRule, TakenBack, members_on, quorum_on
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    FOUNDED_ON,
    LEFT_ON,
    MEMBER_LEFT,
    MEMBER_SEATED,
    NOW,
    QUORUM_RULE_CORRECTED,
    QUORUM_RULE_SET,
    SEAT,
    SEAT_CORRECTED,
    SEAT_CREATED,
    SEAT_TAKEN_BACK,
    SEATED_ON,
    SEATING_CORRECTED,
    SEATING_TAKEN_BACK,
    WRONGLY_COPIED,
)

DAY = timedelta(days=1)
WHY = Correction(WRONGLY_COPIED, NOW)
OF = StandingBody(body=BOARD, body_name=BOARD_NAME, stands_from=FOUNDED_ON, stands_until=None)
SAID: dict[str, Any] = {"now": NOW, "of": OF, "reason": WRONGLY_COPIED}
NOTHING: dict[str, Any] = {"member_name": None, "on_behalf_of": None, "since": None, "until": None}
NEVER_SEATED = CorrectSeating(**SAID, **NOTHING, seat=SEAT, recorded_since=SEATED_ON, never_left=False, never_seated=True)
NEVER_LEFT = NEVER_SEATED.model_copy(update={"never_left": True, "never_seated": False})
STILL_SEATED = SEATING_CORRECTED.model_copy(
    update={"member_name": MEMBER_SEATED.member_name, "since": SEATED_ON, "until": None, "reason": WRONGLY_COPIED}
)
RIGHT = RightSeat(title=SEAT_CORRECTED.seat_title, kind=SeatKind.EX_OFFICIO, voting=False, on_behalf_of=SEAT_CORRECTED.on_behalf_of)
CORRECT = CorrectSeat(**SAID, seat=SEAT, right=RIGHT)
NO_SEAT = CORRECT.model_copy(update={"right": None})
TAKE = SeatMember(
    now=NOW,
    of=OF,
    seat=SEAT,
    member=MEMBER_SEATED.member,
    member_name=MEMBER_SEATED.member_name,
    on_behalf_of=None,
    since=SEATED_ON,
)
STRICTER: dict[str, Any] = {"valid_from": SEATED_ON, "more_than_percent": 66, "source": "Geschäftsordnung 2018"}
CORRECT_RULE = CorrectQuorumRule(**SAID, recorded_from=FOUNDED_ON, **STRICTER)
NO_RULE = CORRECT_RULE.model_copy(update=dict.fromkeys(STRICTER))
NO_RULE_BEGAN = QUORUM_RULE_CORRECTED.model_copy(update=dict.fromkeys(STRICTER))
NEXT_SEATED = MEMBER_SEATED.model_copy(update={"member": UUID(int=9), "member_name": "Jan Muster", "since": LEFT_ON + DAY})
OTHER_SEAT = SEAT_CREATED.model_copy(update={"seat": UUID(int=10), "seat_title": "Leitung des Sozialamts"})
composition = Rules(COMPOSITION)
VACANT = composition.given(SEAT_CREATED)
HELD = composition.given(SEAT_CREATED, MEMBER_SEATED)
LEFT = composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT)
RULED = composition.given(QUORUM_RULE_SET)


def test_who_never_took_the_seat_is_taken_back_and_the_seat_is_free() -> None:
    after = LEFT.when(NEVER_SEATED).then(SEATING_TAKEN_BACK)
    assert members_on(after.state, SEATED_ON) == ()
    assert after.state.seats[SEAT].taken_back == (TakenBack(SEATED_ON, WHY),)
    after.when(NEVER_SEATED).then_nothing()
    LEFT.when(NEVER_SEATED.model_copy(update={"recorded_since": SEATED_ON + DAY})).then_refused(NobodyTookTheSeatThen)


def test_a_vacancy_that_never_was_is_taken_back() -> None:
    after = LEFT.when(NEVER_LEFT).then(STILL_SEATED)
    [term] = after.state.seats[SEAT].terms
    assert (term.until, term.reason, term.corrections) == (None, None, (WHY,))
    after.when(NEVER_LEFT).then_nothing()
    HELD.when(NEVER_LEFT).then_nothing()


def test_nobody_holds_a_seat_still_that_somebody_else_has_taken_since() -> None:
    composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT, NEXT_SEATED).when(NEVER_LEFT).then_refused(SeatIsTaken, seat=str(SEAT))
    elsewhere = MEMBER_SEATED.model_copy(update={"seat": OTHER_SEAT.seat, "since": LEFT_ON + DAY})
    moved = composition.given(SEAT_CREATED, OTHER_SEAT, MEMBER_SEATED, MEMBER_LEFT, elsewhere)
    moved.when(NEVER_LEFT).then_refused(MemberHoldsAnotherSeat)


def test_a_seat_is_from_the_start_what_it_should_have_been() -> None:
    after = HELD.when(CORRECT).then(SEAT_CORRECTED)
    [holder] = members_on(after.state, SEATED_ON)
    assert (holder.seat_title, holder.voting, holder.on_behalf_of) == (RIGHT.title, False, RIGHT.on_behalf_of)
    assert quorum_on(after.state, SEATED_ON).entitled == 0
    assert after.state.seats[SEAT].corrections == (WHY,)
    after.when(CORRECT).then_nothing()


def test_who_acts_for_another_organisation_than_the_seats_goes_on_doing_so() -> None:
    for_another = MEMBER_SEATED.model_copy(update={"on_behalf_of": "Caritas"})
    after = composition.given(SEAT_CREATED, for_another).when(CORRECT).then(SEAT_CORRECTED)
    assert after.state.seats[SEAT].terms[0].on_behalf_of == "Caritas"


def test_the_next_member_takes_the_seat_as_it_is_right() -> None:
    right = {"seat_title": RIGHT.title, "voting": False, "on_behalf_of": RIGHT.on_behalf_of}
    VACANT.when(CORRECT).then(SEAT_CORRECTED).when(TAKE).then(MEMBER_SEATED.model_copy(update=right))


def test_a_seat_that_nobody_ever_took_is_taken_back() -> None:
    after = VACANT.when(NO_SEAT).then(SEAT_TAKEN_BACK)
    assert after.state.seats == {}
    after.when(NO_SEAT).then_nothing()
    after.when(CORRECT).then_refused(SeatIsUnknown)
    composition.given().when(NO_SEAT).then_refused(SeatIsUnknown)


def test_a_seat_that_somebody_took_was_there_unless_they_never_did() -> None:
    for taken in (HELD, LEFT):
        taken.when(NO_SEAT).then_refused(SeatWasTaken)
    HELD.when(NEVER_SEATED).then(SEATING_TAKEN_BACK).when(NO_SEAT).then(SEAT_TAKEN_BACK)


def test_a_quorum_rule_has_the_number_and_the_day_that_it_should_have_had() -> None:
    after = RULED.when(CORRECT_RULE).then(QUORUM_RULE_CORRECTED)
    assert after.state.quorum == (QuorumRule(**STRICTER, corrections=(WHY,)),)
    after.when(CORRECT_RULE).then_nothing()
    same_day = CORRECT_RULE.model_copy(update={"valid_from": FOUNDED_ON})
    RULED.when(same_day).then(QUORUM_RULE_CORRECTED.model_copy(update={"valid_from": FOUNDED_ON})).when(same_day).then_nothing()


def test_a_quorum_rule_that_never_should_have_been_is_taken_back_and_the_one_before_holds() -> None:
    later = QUORUM_RULE_SET.model_copy(update=STRICTER)
    after = composition.given(QUORUM_RULE_SET, later).when(NO_RULE.model_copy(update={"recorded_from": SEATED_ON}))
    told = after.then(NO_RULE_BEGAN.model_copy(update={"formerly_from": SEATED_ON}))
    assert told.state.rule_on(SEATED_ON).more_than_percent == QUORUM_RULE_SET.more_than_percent
    told.when(NO_RULE.model_copy(update={"recorded_from": SEATED_ON})).then_nothing()


def test_what_was_entered_rightly_of_a_quorum_rule_changes_nothing() -> None:
    RULED.when(
        CORRECT_RULE.model_copy(
            update={"valid_from": FOUNDED_ON, "more_than_percent": 50, "source": QUORUM_RULE_SET.source},
        )
    ).then_nothing()


@pytest.mark.parametrize("command", [CORRECT_RULE, NO_RULE])
def test_a_quorum_rule_is_found_by_its_first_day(command: CorrectQuorumRule) -> None:
    RULED.when(command.model_copy(update={"recorded_from": FOUNDED_ON + DAY})).then_refused(NoQuorumRuleBeganThen)


def test_a_corrected_quorum_rule_begins_while_the_body_stands_and_on_a_day_of_its_own() -> None:
    RULED.when(CORRECT_RULE.model_copy(update={"valid_from": FOUNDED_ON - DAY})).then_refused(BodyDoesNotStandThen)
    both = composition.given(QUORUM_RULE_SET, QUORUM_RULE_SET.model_copy(update=STRICTER))
    both.when(CORRECT_RULE).then_refused(AnotherQuorumRuleBeganThen, valid_from=SEATED_ON.isoformat())
