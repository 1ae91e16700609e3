"""Feedback is given once and answered once."""

from __future__ import annotations

from services.notifications.feedback import FEEDBACK, AnswerFeedback, FeedbackIsAnswered, FeedbackIsUnknown, GiveFeedback
from shared.testing import Rules
from tests.notifications.examples import FEEDBACK_ANSWERED, FEEDBACK_GIVEN, NOW

feedback = Rules(FEEDBACK)
GIVE = GiveFeedback(now=NOW, text=FEEDBACK_GIVEN.text, email=FEEDBACK_GIVEN.email, page=FEEDBACK_GIVEN.page)
ANSWER = AnswerFeedback(now=NOW, note=FEEDBACK_ANSWERED.note)


def test_feedback_is_given_and_answered() -> None:
    feedback.given().when(GIVE).then(FEEDBACK_GIVEN).when(ANSWER).then(FEEDBACK_ANSWERED)


def test_sending_it_twice_changes_nothing() -> None:
    feedback.given(FEEDBACK_GIVEN).when(GIVE).then_nothing()


def test_it_is_answered_once() -> None:
    feedback.given(FEEDBACK_GIVEN, FEEDBACK_ANSWERED).when(ANSWER).then_refused(FeedbackIsAnswered)


def test_what_nobody_said_is_not_answered() -> None:
    feedback.given().when(ANSWER).then_refused(FeedbackIsUnknown)
