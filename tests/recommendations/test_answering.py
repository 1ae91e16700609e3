"""Addressees acknowledge and answer, in time or late; what does not come is found overdue once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.recommendations.answering import (
    AcknowledgeRecommendation,
    AnswerRecommendation,
    LastDayIsNotOver,
    NoteOverdue,
    RecommendationIsAcknowledged,
    RecommendationIsAnswered,
)
from services.recommendations.parts import Verdict
from services.recommendations.recommendation import RECOMMENDATION, RecommendationCommand
from services.recommendations.standing import (
    DayLiesBeforeTheIssue,
    DayLiesInTheFuture,
    OnlyAddresseesAnswer,
    RecommendationIsNotIssued,
    RecommendationIsWithdrawn,
)
from shared.localday import day_end
from shared.testing import Rules
from tests.recommendations.examples import (
    ACKNOWLEDGE_BY,
    ACKNOWLEDGED,
    ACKNOWLEDGEMENT_OVERDUE,
    ANSWER_BY,
    ANSWER_OVERDUE,
    ANSWERED,
    BOARD,
    DAY,
    DRAFTED,
    ISSUED,
    ISSUED_ON,
    LATER,
    OFFICE,
    REASONS,
    SCHOOLS,
    SCHOOLS_NAME,
    STARTED,
    WITHDRAWN,
)

recommendation = Rules(RECOMMENDATION)
issued = recommendation.given(STARTED, DRAFTED, ISSUED)
withdrawn = recommendation.given(STARTED, DRAFTED, ISSUED, WITHDRAWN)

ACKNOWLEDGE = AcknowledgeRecommendation(now=LATER, addressee=OFFICE, on=date(2019, 2, 22))
ANSWER = AnswerRecommendation(now=LATER, addressee=OFFICE, verdict=Verdict.ACCEPTED, reasons=REASONS)
NOTE_SILENCE = NoteOverdue(now=day_end(ACKNOWLEDGE_BY), addressee=OFFICE, expected="acknowledgement")
NOTE_NO_ANSWER = NoteOverdue(now=day_end(ANSWER_BY), addressee=OFFICE, expected="answer")
SECOND = timedelta(seconds=1)


def test_an_addressee_acknowledges_once() -> None:
    acknowledged = issued.when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    acknowledged.when(ACKNOWLEDGE).then_nothing()
    acknowledged.when(ACKNOWLEDGE.model_copy(update={"on": None})).then_nothing()
    acknowledged.when(ACKNOWLEDGE.model_copy(update={"on": ISSUED_ON})).then_refused(RecommendationIsAcknowledged)


def test_each_addressee_answers_for_itself() -> None:
    theirs = {"addressee": SCHOOLS, "addressee_name": SCHOOLS_NAME}
    acknowledged = issued.when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    acknowledged.when(ACKNOWLEDGE.model_copy(update={"addressee": SCHOOLS})).then(ACKNOWLEDGED.model_copy(update=theirs)).when(
        ANSWER.model_copy(update={"addressee": SCHOOLS})
    ).then(ANSWERED.model_copy(update=theirs)).when(ANSWER).then(ANSWERED)


def test_an_addressee_answers_today_even_if_it_never_acknowledged() -> None:
    issued.when(ANSWER).then(ANSWERED).when(ANSWER).then_nothing()


def test_what_was_done_in_time_can_be_entered_later() -> None:
    entered = ANSWER.model_copy(update={"now": LATER + 300 * DAY, "on": date(2019, 3, 20)})
    issued.when(entered).then(ANSWERED)


def test_an_addressee_answers_once() -> None:
    answered = issued.when(ANSWER).then(ANSWERED)
    answered.when(ANSWER.model_copy(update={"verdict": Verdict.REJECTED})).then_refused(RecommendationIsAnswered, answered_on="2019-03-20")
    assert "is corrected, with a reason" in RecommendationIsAnswered.rule()


@pytest.mark.parametrize("wish", [ACKNOWLEDGE, ANSWER, NOTE_NO_ANSWER])
def test_only_what_was_issued_is_answered_and_only_by_addressees(wish: RecommendationCommand) -> None:
    recommendation.given(STARTED, DRAFTED).when(wish).then_refused(RecommendationIsNotIssued)
    issued.when(wish.model_copy(update={"addressee": BOARD})).then_refused(OnlyAddresseesAnswer)


@pytest.mark.parametrize("wish", [ACKNOWLEDGE, ANSWER])
def test_it_is_answered_between_the_issue_and_today(wish: AcknowledgeRecommendation | AnswerRecommendation) -> None:
    issued.when(wish.model_copy(update={"on": LATER.date() + DAY})).then_refused(DayLiesInTheFuture)
    issued.when(wish.model_copy(update={"on": ISSUED_ON - DAY})).then_refused(DayLiesBeforeTheIssue, issued_on="2019-02-20")


def test_it_can_be_acknowledged_on_the_day_of_the_issue() -> None:
    issued.when(ACKNOWLEDGE.model_copy(update={"on": ISSUED_ON})).then(ACKNOWLEDGED.model_copy(update={"acknowledged_on": ISSUED_ON}))


@pytest.mark.parametrize("wish", [ACKNOWLEDGE.model_copy(update={"on": None}), ANSWER])
def test_a_withdrawn_recommendation_is_not_answered_any_more(wish: RecommendationCommand) -> None:
    withdrawn.when(wish).then_refused(RecommendationIsWithdrawn, withdrawn_on="2019-03-20")
    assert RecommendationIsWithdrawn.rule() == "A withdrawn recommendation is not answered any more."


def test_what_was_answered_before_the_withdrawal_can_still_be_entered() -> None:
    before = ANSWER.model_copy(update={"on": date(2019, 3, 19)})
    given = ANSWERED.model_copy(update={"answered_on": date(2019, 3, 19)})
    withdrawn.when(before).then(given).when(before).then_nothing()


def test_what_does_not_come_is_found_overdue_once_after_its_last_day() -> None:
    issued.when(NOTE_SILENCE.model_copy(update={"now": day_end(ACKNOWLEDGE_BY) - SECOND})).then_refused(LastDayIsNotOver)
    silent = issued.when(NOTE_SILENCE).then(ACKNOWLEDGEMENT_OVERDUE)
    silent.when(NOTE_SILENCE).then_nothing()
    silent.when(NOTE_NO_ANSWER.model_copy(update={"now": day_end(ANSWER_BY) - SECOND})).then_refused(
        LastDayIsNotOver, last_day="2019-04-03"
    )
    silent.when(NOTE_NO_ANSWER).then(ANSWER_OVERDUE).when(NOTE_NO_ANSWER).then_nothing()


def test_what_has_come_is_not_overdue() -> None:
    recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGED).when(NOTE_SILENCE).then_nothing()
    recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGED).when(NOTE_NO_ANSWER).then(ANSWER_OVERDUE)
    recommendation.given(STARTED, DRAFTED, ISSUED, ANSWERED).when(NOTE_SILENCE).then_nothing().when(NOTE_NO_ANSWER).then_nothing()
    withdrawn.when(NOTE_SILENCE).then_nothing().when(NOTE_NO_ANSWER).then_nothing()


def test_a_late_answer_is_an_answer() -> None:
    late = ANSWER.model_copy(update={"now": LATER + 60 * DAY})
    overdue = recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGEMENT_OVERDUE, ANSWER_OVERDUE)
    overdue.when(late).then(ANSWERED.model_copy(update={"answered_on": (LATER + 60 * DAY).date()}))
