"""When the last day for acknowledging or answering is over in the city: then it is tried whether something is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from services.recommendations.answering import NoteOverdue
from services.recommendations.events import (
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from services.recommendations.recommendation import RECOMMENDATION
from shared.envelope import Received
from shared.localday import day_end
from shared.projections.projection import OWN
from shared.timers import CallOff, Due, Timers

Folded = RecommendationIssued | RecommendationAcknowledged | RecommendationAnswered | RecommendationWithdrawn


def plan(received: Received[Folded]) -> Iterable[Due | CallOff]:
    """Two timers for each addressee; an acknowledgement calls off the first, an answer or the withdrawal both."""
    event, stream = received.message, received.stream
    match event:
        case RecommendationIssued():
            for one in event.addressees:
                acknowledge = NoteOverdue(now=received.entry.recorded_at, addressee=one.body, expected="acknowledgement")
                answer = acknowledge.model_copy(update={"expected": "answer"})
                yield Due(day_end(one.acknowledge_by), stream, acknowledge, acknowledgement_key(one.body))
                yield Due(day_end(one.answer_by), stream, answer, answer_key(one.body))
        case RecommendationAcknowledged():
            yield CallOff(acknowledgement_key(event.addressee))
        case RecommendationAnswered():
            yield from called_off(event.addressee)
        case RecommendationWithdrawn():
            for addressee in event.addressees:
                yield from called_off(addressee)
        case _:
            assert_never(event)


def called_off(addressee: UUID) -> Iterable[CallOff]:
    """Nothing is expected of this addressee any more."""
    return CallOff(acknowledgement_key(addressee)), CallOff(answer_key(addressee))


def acknowledgement_key(addressee: UUID) -> str:
    """The timer of an addressee's acknowledgement."""
    return f"acknowledgement:{addressee}"


def answer_key(addressee: UUID) -> str:
    """The timer of an addressee's answer."""
    return f"answer:{addressee}"


ANSWER_DEADLINES = Timers(
    name="answer_deadlines_v1",
    folds={OWN: (RecommendationIssued, RecommendationAcknowledged, RecommendationAnswered, RecommendationWithdrawn)},
    plan=plan,
    sends={NoteOverdue: RECOMMENDATION},
)
