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
from shared.localday import day_end, local_day
from shared.projections.projection import OWN
from shared.timers import CallOff, Due, Timers
from shared.workdays import workdays_after

Folded = RecommendationIssued | RecommendationAcknowledged | RecommendationAnswered | RecommendationWithdrawn


def plan(received: Received[Folded]) -> Iterable[Due | CallOff]:
    """Two timers for each addressee; an acknowledgement calls off the first, an answer or the withdrawal both.

    One of the past is entered together with what came of it: nothing is found overdue before whoever enters it had the whole of the next
    working day for that (our decision). One that is issued on the day of its entry has its own days, which all end later.
    """
    event, stream = received.message, received.stream
    match event:
        case RecommendationIssued():
            entered = day_end(workdays_after(local_day(received.entry.recorded_at), 1))
            for one in event.addressees:
                acknowledge = NoteOverdue(now=received.entry.recorded_at, addressee=one.body, expected="acknowledgement")
                answer = acknowledge.model_copy(update={"expected": "answer"})
                yield Due(max(day_end(one.acknowledge_by), entered), stream, acknowledge, acknowledgement_key(one.body))
                yield Due(max(day_end(one.answer_by), entered), stream, answer, answer_key(one.body))
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
