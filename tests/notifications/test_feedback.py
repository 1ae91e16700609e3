"""Feedback is given once and answered once; what was noted of it can be put right."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.feedback import (
    FEEDBACK,
    AnswerFeedback,
    EraseFeedback,
    FeedbackIsAnswered,
    FeedbackIsUnknown,
    ForgetFeedback,
    GiveFeedback,
)
from services.notifications.periods import KEPT_FEEDBACK
from shared.testing import Rules
from tests.notifications.examples import ADA, FEEDBACK_ANSWERED, FEEDBACK_ERASED, FEEDBACK_GIVEN, NOW, sealed

feedback = Rules(FEEDBACK)
GIVE = GiveFeedback(now=NOW, text=FEEDBACK_GIVEN.text, email=FEEDBACK_GIVEN.email, page=FEEDBACK_GIVEN.page)
ANSWER = AnswerFeedback(now=NOW, note=FEEDBACK_ANSWERED.note, reason=None)
WHY = sealed("reason", ADA)


def test_feedback_is_given_and_answered() -> None:
    feedback.given().when(GIVE).then(FEEDBACK_GIVEN).when(ANSWER).then(FEEDBACK_ANSWERED)


def test_sending_it_twice_changes_nothing() -> None:
    feedback.given(FEEDBACK_GIVEN).when(GIVE).then_nothing()


def test_it_is_answered_once() -> None:
    feedback.given(FEEDBACK_GIVEN, FEEDBACK_ANSWERED).when(ANSWER).then_refused(FeedbackIsAnswered)


def test_what_was_noted_is_corrected_with_a_reason() -> None:
    right = ANSWER.model_copy(update={"note": sealed("other", ADA), "reason": WHY})
    corrected = FEEDBACK_ANSWERED.model_copy(update={"note": right.note, "reason": WHY})
    feedback.given(FEEDBACK_GIVEN, FEEDBACK_ANSWERED).when(right).then(corrected)
    feedback.given(FEEDBACK_GIVEN).when(right).then(corrected.model_copy(update={"reason": None}))


def test_what_nobody_said_is_not_answered() -> None:
    feedback.given().when(ANSWER).then_refused(FeedbackIsUnknown)


def test_it_is_forgotten_when_a_year_is_over_once() -> None:
    early, late = (ForgetFeedback(now=NOW + KEPT_FEEDBACK - by) for by in (timedelta(seconds=1), timedelta(0)))
    feedback.given(FEEDBACK_GIVEN, FEEDBACK_ANSWERED).when(early).then_nothing()
    feedback.given(FEEDBACK_GIVEN).when(late).then(FEEDBACK_ERASED).when(late).then_nothing()
    feedback.given().when(late).then_nothing()


def test_it_is_erased_on_its_writers_wish_and_can_still_be_dealt_with() -> None:
    asked = FEEDBACK_ERASED.model_copy(update={"reason": "asked", "erased_at": NOW})
    feedback.given(FEEDBACK_GIVEN).when(EraseFeedback(now=NOW)).then(asked).when(ANSWER).then(FEEDBACK_ANSWERED)
