"""What was entered wrongly of a body is put right with a reason: its founding, its cadence, the body that took its place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.meetings.body import BODY
from services.meetings.correcting_body import (
    AnotherRuleBeganThen,
    BodyActedBefore,
    BodyIsNotSucceeded,
    BodyReportsToItself,
    CorrectBody,
    CorrectCadence,
    CorrectSuccession,
    NoRuleBeganThen,
)
from services.meetings.events.body import BodyKind, BodyNameIsTaken, name_key
from services.meetings.founding import (
    BodySucceedsItself,
    CadenceBeginsBeforeFounding,
    CadenceRule,
    FoundingLiesInTheFuture,
    SuccessionBeforeFounding,
    Successor,
    SuccessorDoesNotStand,
)
from services.meetings.standing import BodyIsUnknown
from shared.domain import Release, Take
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    BODY_CORRECTED,
    CADENCE_CORRECTED,
    FOUNDED,
    FOUNDED_ON,
    NOW,
    RIGHT_DAY,
    RIGHT_NAME,
    SOURCE,
    SUCCEEDED,
    SUCCEEDED_ON,
    SUCCESSION_CORRECTED,
    SUCCESSION_TAKEN_BACK,
    SUCCESSOR,
    SUCCESSOR_NAME,
    TWICE_A_YEAR,
    WRONGLY_COPIED,
)

DAY = timedelta(days=1)
FROM_2019 = TWICE_A_YEAR.model_copy(update={"valid_from": date(2019, 1, 1), "minimum_per_year": 3})
body = Rules(BODY)
STANDS = body.given(FOUNDED)
RHYTHM = body.given(FOUNDED, TWICE_A_YEAR, FROM_2019)
GONE = body.given(FOUNDED, SUCCEEDED)
CORRECT = CorrectBody(
    now=NOW,
    body=BOARD,
    **FOUNDED.model_dump() | {"body_name": RIGHT_NAME, "founded_on": RIGHT_DAY},
    first_day=None,
    reason=WRONGLY_COPIED,
)
RIGHT_RULE = CadenceRule(minimum_per_year=3, maximum_gap_days=150, source=SOURCE)
CORRECT_RULE = CorrectCadence(now=NOW, recorded_from=FOUNDED_ON, valid_from=date(2014, 1, 1), rule=RIGHT_RULE, reason=WRONGLY_COPIED)
NO_RULE = CORRECT_RULE.model_copy(update={"valid_from": None, "rule": None})
NO_RULE_BEGAN = CADENCE_CORRECTED.model_copy(update={"rule": None})
BY = Successor(successor=SUCCESSOR, successor_name=SUCCESSOR_NAME, stands_from=SUCCEEDED_ON, stands_until=None)
MOVE = CorrectSuccession(now=NOW, body=BOARD, by=BY, on=date(2023, 7, 1), because=SUCCEEDED.reason, reason=WRONGLY_COPIED)
TAKE_BACK = MOVE.model_copy(update={"by": None, "on": None, "because": None})


def right(**changes: object) -> CorrectBody:
    return CORRECT.model_copy(update={"body_name": BOARD_NAME, "founded_on": FOUNDED_ON} | changes)


def test_a_body_is_called_and_stands_as_it_should_have_been_entered() -> None:
    after = STANDS.when(CORRECT).then(BODY_CORRECTED)
    assert after.state.founded == FOUNDED.model_copy(update={"body_name": RIGHT_NAME, "founded_on": RIGHT_DAY})
    assert after.state.stands_on(RIGHT_DAY)
    assert not after.state.stands_on(RIGHT_DAY - DAY)


def test_what_stands_already_is_nothing_to_correct() -> None:
    STANDS.when(right()).then_nothing()
    STANDS.when(CORRECT).then(BODY_CORRECTED).when(CORRECT).then_nothing()


def test_of_several_corrections_the_last_one_stands_and_all_are_kept() -> None:
    again = right(founded_on=RIGHT_DAY, kind=BodyKind.NETWORK)
    fact = BODY_CORRECTED.model_copy(update={"formerly_name": RIGHT_NAME, "body_name": BOARD_NAME, "kind": BodyKind.NETWORK})
    after = STANDS.when(CORRECT).then(BODY_CORRECTED).when(again).then(fact)
    assert after.state.corrections == (BODY_CORRECTED, fact)


def test_a_body_that_was_succeeded_is_called_rightly_in_its_succession_too() -> None:
    after = GONE.when(CORRECT).then(BODY_CORRECTED)
    assert after.state.succeeded == SUCCEEDED.model_copy(update={"body_name": RIGHT_NAME})


def test_only_a_body_that_was_founded_is_corrected() -> None:
    for command in (CORRECT, CORRECT_RULE, MOVE):
        body.given().when(command).then_refused(BodyIsUnknown)


def test_nothing_that_is_recorded_of_a_body_lies_before_its_founding() -> None:
    later = right(founded_on=FOUNDED_ON + DAY)
    STANDS.when(later).then(BODY_CORRECTED.model_copy(update={"body_name": BOARD_NAME, "founded_on": FOUNDED_ON + DAY}))
    acted = later.model_copy(update={"first_day": FOUNDED_ON})
    STANDS.when(acted).then_refused(BodyActedBefore, first_day=FOUNDED_ON.isoformat())
    STANDS.when(acted.model_copy(update={"first_day": FOUNDED_ON + DAY})).then(
        BODY_CORRECTED.model_copy(update={"body_name": BOARD_NAME, "founded_on": FOUNDED_ON + DAY})
    )
    RHYTHM.when(later).then_refused(BodyActedBefore, first_day=FOUNDED_ON.isoformat())
    same_day = GONE.when(right(founded_on=SUCCEEDED_ON, now=NOW.replace(year=2024)))
    same_day.then_refused(SuccessionBeforeFounding, founded_on=SUCCEEDED_ON.isoformat())


def test_a_name_is_corrected_also_where_something_was_recorded_from_before_the_founding() -> None:
    renamed = CORRECT.model_copy(update={"founded_on": FOUNDED_ON, "first_day": FOUNDED_ON - DAY})
    STANDS.when(renamed).then(BODY_CORRECTED.model_copy(update={"founded_on": FOUNDED_ON}))


def test_a_body_is_founded_on_no_day_to_come_and_reports_to_another() -> None:
    STANDS.when(right(founded_on=NOW.date() + DAY)).then_refused(FoundingLiesInTheFuture)
    STANDS.when(right(reports_to=BOARD)).then_refused(BodyReportsToItself)


def test_the_right_name_is_this_bodys_alone_and_the_wrong_one_is_free() -> None:
    scope = "meetings.body-name"
    taken = Take(scope, name_key(RIGHT_NAME), BodyNameIsTaken)
    assert list(BODY_CORRECTED.claims()) == [Release(scope, name_key(BOARD_NAME)), taken]
    assert list(BODY_CORRECTED.model_copy(update={"body_name": BOARD_NAME.upper()}).claims()) == []


def test_a_rule_has_the_numbers_and_the_day_that_it_should_have_had() -> None:
    after = RHYTHM.when(CORRECT_RULE).then(CADENCE_CORRECTED)
    assert after.state.cadence == (CADENCE_CORRECTED.rule, FROM_2019)
    after.when(CORRECT_RULE).then_nothing()


def test_the_same_day_may_keep_its_rule_with_other_numbers() -> None:
    same_day = CORRECT_RULE.model_copy(update={"valid_from": FOUNDED_ON})
    rule = TWICE_A_YEAR.model_copy(update={"minimum_per_year": 3, "maximum_gap_days": 150})
    RHYTHM.when(same_day).then(CADENCE_CORRECTED.model_copy(update={"rule": rule})).when(same_day).then_nothing()


def test_a_rule_that_never_should_have_been_is_taken_back() -> None:
    after = RHYTHM.when(NO_RULE).then(NO_RULE_BEGAN)
    assert after.state.cadence == (FROM_2019,)
    after.when(NO_RULE).then_nothing()
    after.when(CORRECT_RULE).then_refused(NoRuleBeganThen)


@pytest.mark.parametrize("command", [CORRECT_RULE, NO_RULE])
def test_a_rule_is_found_by_its_first_day(command: CorrectCadence) -> None:
    RHYTHM.when(command.model_copy(update={"recorded_from": FOUNDED_ON + DAY})).then_refused(NoRuleBeganThen)


def test_a_corrected_rule_begins_after_the_founding_and_on_a_day_of_its_own() -> None:
    RHYTHM.when(CORRECT_RULE.model_copy(update={"valid_from": FOUNDED_ON - DAY})).then_refused(CadenceBeginsBeforeFounding)
    RHYTHM.when(CORRECT_RULE.model_copy(update={"valid_from": FROM_2019.valid_from})).then_refused(
        AnotherRuleBeganThen, valid_from=FROM_2019.valid_from.isoformat()
    )


def test_a_rule_that_was_moved_and_then_taken_back_is_not_taken_for_the_correction_before() -> None:
    moved = RHYTHM.when(CORRECT_RULE).then(CADENCE_CORRECTED)
    gone = moved.when(NO_RULE.model_copy(update={"recorded_from": date(2014, 1, 1)})).then(
        NO_RULE_BEGAN.model_copy(update={"formerly_from": date(2014, 1, 1)})
    )
    gone.when(CORRECT_RULE).then_refused(NoRuleBeganThen)


def test_another_day_or_another_body_is_the_right_succession() -> None:
    after = GONE.when(MOVE).then(SUCCESSION_CORRECTED).when(MOVE).then_nothing()
    assert after.state.stands_until == date(2023, 6, 30)
    other = MOVE.model_copy(update={"by": BY.model_copy(update={"successor": FOUNDED.secretariat, "successor_name": "Amt"})})
    fact = SUCCESSION_CORRECTED.model_copy(update={"successor": FOUNDED.secretariat, "successor_name": "Amt"})
    GONE.when(other).then(fact)


def test_a_body_whose_place_nobody_took_stands_and_can_be_succeeded() -> None:
    after = GONE.when(TAKE_BACK).then(SUCCESSION_TAKEN_BACK)
    assert (after.state.succeeded, after.state.stands_until) == (None, None)
    after.when(TAKE_BACK).then_nothing()
    after.when(MOVE).then_refused(BodyIsNotSucceeded)


@pytest.mark.parametrize("command", [MOVE, TAKE_BACK])
def test_only_a_succession_that_was_entered_is_corrected(command: CorrectSuccession) -> None:
    STANDS.when(command).then_refused(BodyIsNotSucceeded)


def test_the_right_succession_keeps_the_rules_of_one() -> None:
    itself = BY.model_copy(update={"successor": BOARD, "stands_from": FOUNDED_ON})
    GONE.when(MOVE.model_copy(update={"by": itself})).then_refused(BodySucceedsItself)
    GONE.when(MOVE.model_copy(update={"on": FOUNDED_ON})).then_refused(SuccessionBeforeFounding)
    GONE.when(MOVE.model_copy(update={"on": SUCCEEDED_ON - DAY})).then_refused(SuccessorDoesNotStand)
    gone = BY.model_copy(update={"stands_until": date(2023, 6, 30)})
    GONE.when(MOVE.model_copy(update={"by": gone})).then_refused(SuccessorDoesNotStand)
