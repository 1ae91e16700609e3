"""A recommendation rests on a resolution, is drafted as often as need be, issued once, and may be withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.recommendations.drafting import (
    BodyHasSuccessor,
    DraftRecommendation,
    IssuedBeforeItWasResolved,
    IssueRecommendation,
    NoteResolutionCorrection,
    RecommendationHasNoAddressee,
    RecommendationIsIssued,
    RecommendationIsNotDrafted,
    RecommendationIsWithdrawnAlready,
    RecommendationRestsOnAResolution,
    ResolutionHasItsRecommendation,
    StartRecommendation,
    WithdrawRecommendation,
)
from services.recommendations.parts import Succeeded
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.rules import BREMEN_MODEL
from services.recommendations.standing import DayLiesBeforeTheIssue, DayLiesInTheFuture, RecommendationIsNotIssued
from shared.testing import Rules
from tests.recommendations.examples import (
    ACKNOWLEDGE_BY,
    ADDRESSED,
    ADMISSIBILITY,
    ANSWER_BY,
    BOARD,
    COMMITTEE,
    CORRECTED_TEXT,
    CORRECTION,
    CORRECTION_NOTED,
    DAY,
    DEPARTMENT,
    DRAFTED,
    INFORMS,
    ISSUED,
    ISSUED_ON,
    LATER,
    NOW,
    OFFICE,
    RESOLVED_AT,
    SCHOOLS,
    STARTED,
    TEXT,
    TITLE,
    WITHDRAWAL,
    WITHDRAWN,
)

recommendation = Rules(RECOMMENDATION)

START = StartRecommendation(now=NOW, **STARTED.model_dump())
NOTE_CORRECTION = NoteResolutionCorrection(now=NOW, resolution_text=CORRECTED_TEXT, reason=CORRECTION, corrected_at=RESOLVED_AT + DAY)
DRAFT = DraftRecommendation(now=NOW, title=TITLE, text=TEXT, admissibility=ADMISSIBILITY, addressees=ADDRESSED, informs=INFORMS)
REDRAFT = DRAFT.model_copy(update={"text": "Kürzer."})
REDRAFTED = DRAFTED.model_copy(update={"text": "Kürzer.", "revision": 2})
ISSUE = IssueRecommendation(now=NOW, issued_on=ISSUED_ON, acknowledge_by=ACKNOWLEDGE_BY, answer_by=ANSWER_BY, rule=BREMEN_MODEL)
WITHDRAW = WithdrawRecommendation(now=LATER, reason=WITHDRAWAL)


def test_a_resolution_starts_it() -> None:
    recommendation.given().when(START).then(STARTED).when(START).then_nothing()


def test_another_resolution_does_not_start_it_again() -> None:
    recommendation.given(STARTED).when(START.model_copy(update={"title": "Anders"})).then_refused(ResolutionHasItsRecommendation)


def test_a_correction_of_the_resolution_is_noted_once() -> None:
    recommendation.given(STARTED).when(NOTE_CORRECTION).then(CORRECTION_NOTED).when(NOTE_CORRECTION).then_nothing()


def test_a_second_correction_is_noted_too() -> None:
    other = {"resolution_text": "Anders.", "corrected_at": RESOLVED_AT + 2 * DAY}
    again, noted = NOTE_CORRECTION.model_copy(update=other), CORRECTION_NOTED.model_copy(update=other)
    recommendation.given(STARTED, CORRECTION_NOTED).when(again).then(noted)


def test_a_correction_that_leaves_the_words_as_they_are_is_nothing_to_look_at() -> None:
    later = NOTE_CORRECTION.model_copy(update={"corrected_at": RESOLVED_AT + 2 * DAY})
    recommendation.given(STARTED, CORRECTION_NOTED).when(later).then_nothing()


def test_a_correction_of_what_asked_for_no_recommendation_concerns_nobody_here() -> None:
    recommendation.given().when(NOTE_CORRECTION).then_nothing()


@pytest.mark.parametrize("wish", [DRAFT, ISSUE])
def test_a_recommendation_rests_on_a_resolution(wish: DraftRecommendation | IssueRecommendation) -> None:
    recommendation.given().when(wish).then_refused(RecommendationRestsOnAResolution)
    assert RecommendationRestsOnAResolution.rule() == "A recommendation rests on a resolution of the body that gives it."


def test_it_is_drafted_and_drafted_anew() -> None:
    recommendation.given(STARTED).when(DRAFT).then(DRAFTED).when(DRAFT).then_nothing().when(REDRAFT).then(REDRAFTED)


def test_what_was_issued_is_not_drafted_anew() -> None:
    recommendation.given(STARTED, DRAFTED, ISSUED).when(REDRAFT).then_refused(RecommendationIsIssued)
    recommendation.given(STARTED, DRAFTED, ISSUED).when(DRAFT).then_nothing()


def test_it_is_issued_as_drafted_last() -> None:
    recommendation.given(STARTED, DRAFTED).when(ISSUE).then(ISSUED)
    recommendation.given(STARTED, DRAFTED, REDRAFTED).when(ISSUE).then(ISSUED.model_copy(update={"text": "Kürzer."}))


def test_issuing_it_again_changes_nothing_and_never_on_another_day() -> None:
    issued = recommendation.given(STARTED, DRAFTED, ISSUED)
    issued.when(ISSUE.model_copy(update={"now": LATER})).then_nothing()
    issued.when(ISSUE.model_copy(update={"now": LATER, "issued_on": ISSUED_ON + DAY})).then_refused(RecommendationIsIssued)


def test_nothing_is_issued_that_nobody_has_drafted() -> None:
    recommendation.given(STARTED).when(ISSUE).then_refused(RecommendationIsNotDrafted)


def test_nothing_is_issued_to_nobody() -> None:
    nobody = DRAFTED.model_copy(update={"addressees": ()})
    recommendation.given(STARTED, nobody).when(ISSUE).then_refused(RecommendationHasNoAddressee)


def test_it_is_issued_between_the_resolution_and_today() -> None:
    drafted = recommendation.given(STARTED, DRAFTED)
    drafted.when(ISSUE.model_copy(update={"issued_on": ISSUED_ON + DAY})).then_refused(DayLiesInTheFuture)
    drafted.when(ISSUE.model_copy(update={"issued_on": date(2019, 2, 14)})).then(ISSUED.model_copy(update={"issued_on": date(2019, 2, 14)}))
    drafted.when(ISSUE.model_copy(update={"issued_on": date(2019, 2, 13)})).then_refused(IssuedBeforeItWasResolved)


@pytest.mark.parametrize("body", [OFFICE, COMMITTEE, DEPARTMENT])
def test_it_is_issued_to_and_through_bodies_that_stand_on_that_day(body: UUID) -> None:
    gone = Succeeded(body=body, body_name="Alt", successor=SCHOOLS, successor_name="Neu")
    drafted = recommendation.given(STARTED, DRAFTED)
    other = gone.model_copy(update={"body": BOARD})
    drafted.when(ISSUE.model_copy(update={"succeeded": (other, gone)})).then_refused(BodyHasSuccessor, body="Alt", successor="Neu")
    drafted.when(ISSUE.model_copy(update={"succeeded": (other,)})).then(ISSUED)


def test_it_is_withdrawn_with_a_reason() -> None:
    recommendation.given(STARTED, DRAFTED, ISSUED).when(WITHDRAW).then(WITHDRAWN).when(WITHDRAW).then_nothing()


def test_it_is_withdrawn_once() -> None:
    withdrawn = recommendation.given(STARTED, DRAFTED, ISSUED, WITHDRAWN)
    withdrawn.when(WITHDRAW.model_copy(update={"reason": "Anders."})).then_refused(RecommendationIsWithdrawnAlready)
    withdrawn.when(WITHDRAW.model_copy(update={"withdrawn_on": ISSUED_ON})).then_refused(RecommendationIsWithdrawnAlready)


def test_only_what_was_issued_is_withdrawn() -> None:
    recommendation.given().when(WITHDRAW).then_refused(RecommendationIsNotIssued)
    recommendation.given(STARTED, DRAFTED).when(WITHDRAW).then_refused(RecommendationIsNotIssued)


@pytest.mark.parametrize(
    ("day", "refusal"), [(LATER.date() + timedelta(days=1), DayLiesInTheFuture), (ISSUED_ON - timedelta(days=1), DayLiesBeforeTheIssue)]
)
def test_it_is_withdrawn_between_the_issue_and_today(day: date, refusal: type[DayLiesInTheFuture | DayLiesBeforeTheIssue]) -> None:
    wish = WITHDRAW.model_copy(update={"withdrawn_on": day})
    recommendation.given(STARTED, DRAFTED, ISSUED).when(wish).then_refused(refusal)
