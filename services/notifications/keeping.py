"""What this service keeps of people, and until when: subscriptions and feedback, each sealed under a key of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.notifications.events.feedback import FeedbackErased, FeedbackGiven
from services.notifications.events.register import SubscriptionConfirmed, SubscriptionErased, SubscriptionRequested, SubscriptionStopped
from services.notifications.feedback import FEEDBACK, EraseFeedback, ForgetFeedback
from services.notifications.periods import KEPT_FEEDBACK
from services.notifications.register import REGISTER, EraseSubscriber, ForgetSubscription
from shared.envelope import Received
from shared.forgetting import Forgets, Forgetting, Keeps
from shared.projections.projection import OWN
from shared.reactor import Send
from shared.timers import CallOff, Due, Timers

Kept = SubscriptionRequested | SubscriptionErased | FeedbackGiven | FeedbackErased
OfPeriods = Kept | SubscriptionConfirmed | SubscriptionStopped


def plan(received: Received[OfPeriods]) -> Iterable[Due | CallOff]:
    """One timer for each subscription that nobody confirmed or that has ended, and for each feedback."""
    event, stream, now = received.message, received.stream, received.entry.recorded_at
    match event:
        case SubscriptionRequested() | SubscriptionStopped():
            forget = ForgetSubscription(now=now, subscription=event.subscription)
            yield Due(event.kept_until, stream, forget, str(event.subscription))
        case SubscriptionConfirmed() | SubscriptionErased():
            yield CallOff(str(event.subscription))
        case FeedbackGiven():
            yield Due(event.given_at + KEPT_FEEDBACK, stream, ForgetFeedback(now=now))
        case FeedbackErased():
            yield CallOff()
        case _:
            assert_never(event)


def tells(received: Received[Kept]) -> Iterable[Keeps | Forgets]:
    """What is kept, and what is kept no more."""
    event = received.message
    match event:
        case SubscriptionRequested():
            yield Keeps(event.subscription, event.email.subject, "subscription")
        case SubscriptionErased():
            yield Forgets(event.subscription)
        case FeedbackGiven():
            yield Keeps(received.stream, event.text.subject, "feedback")
        case FeedbackErased():
            yield Forgets(received.stream)
        case _:
            assert_never(event)


def erase_subscriber(stream: UUID, subscription: UUID, now: datetime) -> Send:
    """The key of a subscription is destroyed."""
    return Send(REGISTER, stream, EraseSubscriber(now=now, subscription=subscription))


def erase_feedback(stream: UUID, _: UUID, now: datetime) -> Send:
    """The key of a feedback is destroyed."""
    return Send(FEEDBACK, stream, EraseFeedback(now=now))


PERIODS = Timers(
    name="periods_v1",
    folds={
        OWN: (SubscriptionRequested, SubscriptionConfirmed, SubscriptionStopped, SubscriptionErased, FeedbackGiven, FeedbackErased),
    },
    plan=plan,
    sends={ForgetSubscription: REGISTER, ForgetFeedback: FEEDBACK},
)
KEPT = Forgetting(
    name="kept_v2",
    folds=(SubscriptionRequested, SubscriptionErased, FeedbackGiven, FeedbackErased),
    tells=tells,
    enters={"subscription": erase_subscriber, "feedback": erase_feedback},
)
