"""A conference is planned once, its results are recorded, corrected, and handed over once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.conferences.conference import (
    CONFERENCE,
    ConferenceIsPlannedAlready,
    ConferenceIsUnknown,
    HoldConference,
    NothingToHandOver,
    PlanConference,
    ResultsAreHandedOverAlready,
)
from services.conferences.correcting import ConferenceIsNotDueYet, HoldingLiesInTheFuture
from services.conferences.parts import HeldResult, Level
from services.conferences.results import CorrectResult, GroupIsUnknown, RecordResult, ResultIsUnknown, ResultsAreHandedOver
from shared.testing import Rules
from tests.conferences.examples import (
    CORRECTED,
    ENDS,
    HELD,
    HELD_ON,
    NOW,
    PLANNED,
    RECORDED,
    RESULT,
    RESULT_TEXT,
    RESULT_TITLE,
    STARTS,
)

conference = Rules(CONFERENCE)
OTHER_RESULT = UUID(int=7)
PLAN = PlanConference(now=NOW, **dict(PLANNED))


def record(now: datetime = ENDS, **changes: Any) -> RecordResult:
    wish: dict[str, Any] = {
        "result": RESULT,
        "result_title": RESULT_TITLE,
        "text": RESULT_TEXT,
        "group": "sprache",
        "level": Level.CITY,
        "comes_from": RECORDED.comes_from,
    }
    return RecordResult(now=now, **wish | changes)


def correct(**changes: Any) -> CorrectResult:
    wish = {name: value for name, value in CORRECTED if name in CorrectResult.model_fields}
    return CorrectResult(now=ENDS, **wish | changes)


def hold(now: datetime = ENDS, held_on: date | None = None) -> HoldConference:
    return HoldConference(now=now, held_on=held_on, attendance=120)


def test_a_conference_is_planned() -> None:
    conference.given().when(PLAN).then(PLANNED)


def test_a_conference_of_the_past_is_entered_just_so() -> None:
    conference.given().when(PLAN.model_copy(update={"now": ENDS + timedelta(days=700)})).then(PLANNED)


def test_planning_the_same_again_changes_nothing() -> None:
    conference.given(PLANNED).when(PLAN).then_nothing()


def test_a_conference_is_planned_once() -> None:
    conference.given(PLANNED).when(PLAN.model_copy(update={"place": "Stadthalle"})).then_refused(ConferenceIsPlannedAlready)


def test_results_are_recorded_and_numbered_in_their_order() -> None:
    second = RECORDED.model_copy(update={"result": OTHER_RESULT, "number": 2, "group": None, "comes_from": ()})
    conference.given(PLANNED).when(record()).then(RECORDED).when(record(result=OTHER_RESULT, group=None, comes_from=())).then(second)


def test_recording_the_same_result_again_changes_nothing() -> None:
    conference.given(PLANNED, RECORDED).when(record()).then_nothing()


def test_a_result_comes_from_a_working_group_of_its_conference() -> None:
    conference.given(PLANNED).when(record(group="sport")).then_refused(GroupIsUnknown)


def test_nothing_comes_out_of_a_conference_that_nobody_planned() -> None:
    for command in (record(), correct(), hold()):
        conference.given().when(command).then_refused(ConferenceIsUnknown)


def test_no_result_is_added_after_the_hand_over() -> None:
    conference.given(PLANNED, RECORDED, HELD).when(record(result=OTHER_RESULT)).then_refused(ResultsAreHandedOver)


def test_a_result_is_corrected_before_and_after_the_hand_over() -> None:
    conference.given(PLANNED, RECORDED).when(correct()).then(CORRECTED)
    conference.given(PLANNED, RECORDED, HELD).when(correct()).then(CORRECTED)


def test_a_correction_that_changes_nothing_is_none() -> None:
    conference.given(PLANNED, RECORDED, CORRECTED).when(correct(reason="Noch einmal.")).then_nothing()


def test_a_correction_tells_what_the_result_does_not_come_from_after_all() -> None:
    nothing = CORRECTED.model_copy(update={"comes_from": (), "not_from": tuple(origin.contribution for origin in RECORDED.comes_from)})
    conference.given(PLANNED, RECORDED).when(correct(comes_from=())).then(nothing)
    again = nothing.model_copy(update={"not_from": tuple(origin.contribution for origin in CORRECTED.comes_from)})
    conference.given(PLANNED, RECORDED, CORRECTED).when(correct(comes_from=())).then(again)


def test_a_corrected_result_comes_from_a_working_group_of_its_conference() -> None:
    conference.given(PLANNED, RECORDED).when(correct(group="sport")).then_refused(GroupIsUnknown)


def test_only_a_recorded_result_is_corrected() -> None:
    conference.given(PLANNED, RECORDED).when(correct(result=OTHER_RESULT)).then_refused(ResultIsUnknown)


def test_holding_hands_over_all_results_as_they_stand() -> None:
    conference.given(PLANNED, RECORDED).when(hold()).then(HELD)
    corrected = HeldResult(result=RESULT, number=1, result_title=CORRECTED.result_title)
    conference.given(PLANNED, RECORDED, CORRECTED).when(hold()).then(HELD.model_copy(update={"results": (corrected,)}))


def test_a_holding_is_entered_later_with_its_own_date() -> None:
    conference.given(PLANNED, RECORDED).when(hold(ENDS + timedelta(days=4), HELD_ON)).then(HELD)
    later = HELD.model_copy(update={"held_on": date(2018, 12, 4)})
    conference.given(PLANNED, RECORDED).when(hold(ENDS + timedelta(days=4))).then(later)


def test_results_are_handed_over_once() -> None:
    conference.given(PLANNED, RECORDED, HELD).when(hold()).then_refused(ResultsAreHandedOverAlready)


def test_a_conference_is_not_held_before_its_day() -> None:
    early = STARTS - timedelta(days=1)
    conference.given(PLANNED, RECORDED).when(hold(early)).then_refused(ConferenceIsNotDueYet, starts_at=STARTS.isoformat())
    conference.given(PLANNED, RECORDED).when(hold(ENDS, date(2018, 11, 29))).then_refused(ConferenceIsNotDueYet)


def test_a_conference_is_not_entered_as_held_in_advance() -> None:
    conference.given(PLANNED, RECORDED).when(hold(NOW, HELD_ON)).then_refused(HoldingLiesInTheFuture)


def test_a_conference_without_results_hands_over_nothing() -> None:
    conference.given(PLANNED).when(hold()).then_refused(NothingToHandOver)


def test_the_rule_is_told_as_a_sentence() -> None:
    assert ResultsAreHandedOverAlready.rule() == "The results of a conference are handed over once."
