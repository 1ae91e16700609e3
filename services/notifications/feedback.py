"""Feedback: what somebody says is in the way, until the office has dealt with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never, get_args

from services.notifications.events.feedback import FeedbackAnswered, FeedbackErased, FeedbackEvent, FeedbackGiven
from services.notifications.events.parts import ErasedBecause
from services.notifications.periods import KEPT_FEEDBACK
from shared.domain import Command, Decider, Refusal
from shared.privacy.sealed import Sealed


class GiveFeedback(Command):
    """Say what is in the way."""

    text: Sealed[str]
    email: Sealed[str] | None
    page: Sealed[str] | None


class AnswerFeedback(Command):
    """Mark it as dealt with, or correct what was noted of that."""

    note: Sealed[str]
    reason: Sealed[str] | None
    """Why what was noted before is replaced; None for what is noted first."""


class EraseFeedback(Command):
    """Enter that the data of whoever said it were erased."""


class ForgetFeedback(Command):
    """Let what somebody said be erased, once the time is over for which it is kept."""


FeedbackCommand = GiveFeedback | AnswerFeedback | EraseFeedback | ForgetFeedback


class FeedbackIsUnknown(Refusal):
    """Nobody has said this."""


class FeedbackIsAnswered(Refusal):
    """Feedback is answered once; what was noted of it is corrected with a reason."""


@dataclass(frozen=True)
class Feedback:
    """Feedback as its rules see it."""

    given: FeedbackGiven | None = None
    answered: bool = False
    erased: bool = False


def evolve(state: Feedback, event: FeedbackEvent) -> Feedback:
    """Fold one fact into the state."""
    match event:
        case FeedbackGiven():
            return replace(state, given=event)
        case FeedbackAnswered():
            return replace(state, answered=True)
        case FeedbackErased():
            return replace(state, erased=True)
        case _:
            assert_never(event)


def decide(command: FeedbackCommand, state: Feedback) -> Sequence[FeedbackEvent]:
    """Grant or refuse a command."""
    match command:
        case GiveFeedback():
            given = FeedbackGiven(text=command.text, email=command.email, page=command.page, given_at=command.now)
            return [given] if state.given is None else []
        case AnswerFeedback():
            if state.given is None:
                raise FeedbackIsUnknown
            if state.answered and command.reason is None:
                raise FeedbackIsAnswered
            reason = command.reason if state.answered else None
            return [FeedbackAnswered(note=command.note, reason=reason, answered_at=command.now)]
        case EraseFeedback():
            return erased(state, command.now, "asked")
        case ForgetFeedback():
            due = state.given and command.now >= state.given.given_at + KEPT_FEEDBACK
            return erased(state, command.now, "period") if due else []
        case _:
            assert_never(command)


def erased(state: Feedback, now: datetime, reason: ErasedBecause) -> Sequence[FeedbackEvent]:
    """The fact that it is readable no more, once."""
    return [FeedbackErased(reason=reason, erased_at=now)] if state.given and not state.erased else []


FEEDBACK: Decider[Feedback, FeedbackCommand, FeedbackEvent] = Decider(
    name="notifications.Feedback", initial=Feedback(), evolve=evolve, decide=decide, events=get_args(FeedbackEvent)
)
