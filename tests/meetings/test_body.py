"""A body is founded once, under a name of its own, and its cadence rules hold from day to day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.meetings.body import BODY
from services.meetings.events.body import BodyKind, BodyNameIsTaken, CadenceSet, LegalNature, name_key
from services.meetings.founding import (
    BodyIsSucceeded,
    BodyStandsAlready,
    BodySucceedsItself,
    CadenceBeginsBeforeFounding,
    CadenceRule,
    ChangeCadence,
    FoundBody,
    FoundingLiesInTheFuture,
    SucceedBody,
    SuccessionBeforeFounding,
    Successor,
    SuccessorDoesNotStand,
)
from services.meetings.standing import Body, BodyIsUnknown
from shared.domain import Take
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    COUNCIL,
    FOUNDED,
    FOUNDED_ON,
    LEAD_OFFICE,
    NOW,
    OFFICE,
    SOURCE,
    SUCCEEDED,
    SUCCEEDED_ON,
    SUCCESSOR,
    SUCCESSOR_NAME,
    TWICE_A_YEAR,
)

body = Rules(BODY)

RULE = CadenceRule(minimum_per_year=2, source=SOURCE)
FOUND = FoundBody(
    now=NOW,
    body_name=BOARD_NAME,
    kind=BodyKind.ADVISORY_BOARD,
    legal_nature=LegalNature.ADVISORY,
    secretariat=OFFICE,
    lead_office=LEAD_OFFICE,
    reports_to=COUNCIL,
    founded_on=FOUNDED_ON,
    cadence=RULE,
)
FROM_2019 = ChangeCadence(
    now=NOW,
    valid_from=date(2019, 1, 1),
    rule=CadenceRule(minimum_per_year=3, maximum_gap_days=150, source="Geschäftsordnung 2019"),
)
THRICE_A_YEAR = CadenceSet(valid_from=date(2019, 1, 1), minimum_per_year=3, maximum_gap_days=150, source="Geschäftsordnung 2019")
DAY = timedelta(days=1)
BY = Successor(successor=SUCCESSOR, successor_name=SUCCESSOR_NAME, stands_from=SUCCEEDED_ON, stands_until=None)
SUCCEED = SucceedBody(now=NOW, body=BOARD, by=BY, on=SUCCEEDED_ON, reason=SUCCEEDED.reason)


def succeed_by(**changes: object) -> SucceedBody:
    return SUCCEED.model_copy(update={"by": BY.model_copy(update=changes)})


def test_a_body_is_founded_with_its_first_cadence_rule_holding_from_the_founding() -> None:
    body.given().when(FOUND).then(FOUNDED, TWICE_A_YEAR)


def test_a_body_may_be_founded_without_a_cadence_rule() -> None:
    body.given().when(FOUND.model_copy(update={"cadence": None})).then(FOUNDED)


def test_founding_it_again_in_the_same_way_changes_nothing() -> None:
    body.given(FOUNDED, TWICE_A_YEAR).when(FOUND).then()


def test_founding_it_again_in_another_way_is_refused() -> None:
    body.given(FOUNDED, TWICE_A_YEAR).when(FOUND.model_copy(update={"body_name": "Beirat"})).then_refused(BodyStandsAlready)


def test_founding_it_again_with_another_rule_is_refused() -> None:
    other = CadenceRule(minimum_per_year=4, source=SOURCE)
    body.given(FOUNDED, TWICE_A_YEAR).when(FOUND.model_copy(update={"cadence": other})).then_refused(BodyStandsAlready)


def test_a_body_cannot_be_founded_tomorrow_but_today_in_the_city() -> None:
    tomorrow = FOUND.model_copy(update={"founded_on": NOW.date() + timedelta(days=1), "cadence": None})
    body.given().when(tomorrow).then_refused(FoundingLiesInTheFuture)
    just_past_midnight_in_the_city = tomorrow.model_copy(update={"now": NOW.replace(hour=22, minute=30)})
    body.given().when(just_past_midnight_in_the_city).then(FOUNDED.model_copy(update={"founded_on": NOW.date() + timedelta(days=1)}))


def test_another_rule_holds_from_its_own_day_on() -> None:
    body.given(FOUNDED, TWICE_A_YEAR).when(FROM_2019).then(THRICE_A_YEAR)


def test_the_same_rule_for_the_same_day_changes_nothing() -> None:
    body.given(FOUNDED, TWICE_A_YEAR, THRICE_A_YEAR).when(FROM_2019).then()


def test_a_rule_for_a_day_that_has_one_replaces_it() -> None:
    corrected = FROM_2019.model_copy(update={"rule": CadenceRule(minimum_per_year=4, source="Geschäftsordnung 2019, berichtigt")})
    event = CadenceSet(valid_from=date(2019, 1, 1), minimum_per_year=4, maximum_gap_days=None, source="Geschäftsordnung 2019, berichtigt")
    body.given(FOUNDED, TWICE_A_YEAR, THRICE_A_YEAR).when(corrected).then(event)
    body.given(FOUNDED, TWICE_A_YEAR, THRICE_A_YEAR, event).when(corrected).then()
    body.given(FOUNDED, TWICE_A_YEAR, THRICE_A_YEAR, event).when(FROM_2019).then(THRICE_A_YEAR)


def test_no_rule_begins_before_the_founding() -> None:
    early = FROM_2019.model_copy(update={"valid_from": FOUNDED_ON - timedelta(days=1)})
    body.given(FOUNDED).when(early).then_refused(CadenceBeginsBeforeFounding)
    body.given(FOUNDED).when(early.model_copy(update={"valid_from": FOUNDED_ON})).then(
        THRICE_A_YEAR.model_copy(update={"valid_from": FOUNDED_ON})
    )


def test_a_body_that_nobody_founded_has_no_cadence() -> None:
    body.given().when(FROM_2019).then_refused(BodyIsUnknown)


def test_the_founding_claims_the_name_for_this_body_alone() -> None:
    assert list(FOUNDED.claims()) == [Take("meetings.body-name", name_key(BOARD_NAME), BodyNameIsTaken)]


@pytest.mark.parametrize("other", ["FACHBEIRAT", " fachbeirat ", "Ｆachbeirat"])
def test_names_that_look_alike_are_one_name(other: str) -> None:
    assert name_key(other) == name_key("Fachbeirat")


@pytest.mark.parametrize("other", ["Fachbeirat 2", "Fach Beirat", "Fachbeiräte"])
def test_names_that_differ_in_letters_are_two_names(other: str) -> None:
    assert name_key(other) != name_key("Fachbeirat")


def test_umlauts_typed_in_two_ways_are_one_name() -> None:
    assert name_key("Ra\u0308te") == name_key("R\u00e4te")


def test_another_body_takes_its_place_and_says_so_once() -> None:
    body.given(FOUNDED).when(SUCCEED).then(SUCCEEDED).when(SUCCEED).then_nothing()


def test_a_body_is_succeeded_once() -> None:
    other = succeed_by(successor=UUID(int=1))
    body.given(FOUNDED, SUCCEEDED).when(other).then_refused(BodyIsSucceeded, successor=str(SUCCESSOR), on=SUCCEEDED_ON.isoformat())
    body.given(FOUNDED, SUCCEEDED).when(SUCCEED.model_copy(update={"on": SUCCEEDED_ON + DAY})).then_refused(BodyIsSucceeded)


def test_no_body_takes_its_own_place() -> None:
    itself = succeed_by(successor=BOARD, stands_from=FOUNDED_ON)
    body.given(FOUNDED).when(itself).then_refused(BodySucceedsItself)


def test_a_body_that_nobody_founded_is_not_succeeded() -> None:
    body.given().when(SUCCEED).then_refused(BodyIsUnknown)


def test_a_body_stands_for_a_day_before_it_is_succeeded() -> None:
    early = succeed_by(stands_from=FOUNDED_ON).model_copy(update={"on": FOUNDED_ON})
    body.given(FOUNDED).when(early).then_refused(SuccessionBeforeFounding, founded_on=FOUNDED_ON.isoformat())
    next_day = early.model_copy(update={"on": FOUNDED_ON + DAY})
    body.given(FOUNDED).when(next_day).then(SUCCEEDED.model_copy(update={"on": FOUNDED_ON + DAY}))


def test_the_successor_stands_on_that_day() -> None:
    later = succeed_by(stands_from=SUCCEEDED_ON + DAY)
    body.given(FOUNDED).when(later).then_refused(SuccessorDoesNotStand, stands_from=(SUCCEEDED_ON + DAY).isoformat())
    gone = succeed_by(stands_from=FOUNDED_ON, stands_until=SUCCEEDED_ON - DAY)
    body.given(FOUNDED).when(gone).then_refused(SuccessorDoesNotStand)
    body.given(FOUNDED).when(succeed_by(stands_from=FOUNDED_ON, stands_until=SUCCEEDED_ON)).then(SUCCEEDED)


def test_a_body_stands_from_its_founding_to_the_day_before_its_succession() -> None:
    state = body.given(FOUNDED, SUCCEEDED).state
    days = [FOUNDED_ON - DAY, FOUNDED_ON, SUCCEEDED_ON - DAY, SUCCEEDED_ON]
    assert [state.stands_on(day) for day in days] == [False, True, True, False]
    assert body.given(FOUNDED).state.stands_on(SUCCEEDED_ON)
    assert not Body().stands_on(SUCCEEDED_ON)


def test_a_succession_does_not_free_the_name() -> None:
    assert list(SUCCEEDED.claims()) == []
