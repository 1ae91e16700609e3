"""The facts of what somebody says is in the way."""

from __future__ import annotations

from pydantic import AwareDatetime

from services.notifications.events.parts import ErasedBecause
from shared.domain import Event
from shared.privacy.sealed import Sealed


class FeedbackGiven(Event, name="notifications.FeedbackGiven"):
    """Somebody says what is in the way, on which page, and perhaps where to answer."""

    text: Sealed[str]
    email: Sealed[str] | None
    page: Sealed[str] | None
    """The page it is about, by its address or its heading, as somebody wrote it."""
    given_at: AwareDatetime


class FeedbackErased(Event, name="notifications.FeedbackErased"):
    """What somebody said is readable no more."""

    reason: ErasedBecause
    erased_at: AwareDatetime


class FeedbackAnswered(Event, name="notifications.FeedbackAnswered"):
    """The office has dealt with it; what it noted before no longer counts."""

    note: Sealed[str]
    reason: Sealed[str] | None
    """Why what was noted before is replaced; None for what is noted first."""
    answered_at: AwareDatetime


FeedbackEvent = FeedbackGiven | FeedbackAnswered | FeedbackErased
