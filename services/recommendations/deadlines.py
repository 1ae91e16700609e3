"""When the last day for acknowledging or answering is over in the city: then it is tried whether something is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from services.recommendations.answering import NoteOverdue
from services.recommendations.events import (
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from services.recommendations.parts import Owed
from services.recommendations.recommendation import RECOMMENDATION
from shared.envelope import Received
from shared.localday import day_end, local_day
from shared.projections.projection import OWN
from shared.timers import CallOff, Due, Timers
from shared.workdays import workdays_after

FOLDED = (RecommendationIssued, RecommendationAcknowledged, RecommendationAnswered, RecommendationWithdrawn, RecommendationCorrected)
Folded = RecommendationIssued | RecommendationAcknowledged | RecommendationAnswered | RecommendationWithdrawn | RecommendationCorrected


def plan(received: Received[Folded]) -> Iterable[Due | CallOff]:
    """Two timers for each addressee; an acknowledgement calls off the first, an answer or the withdrawal both.

    What a correction newly expects is planned anew; what it no longer expects is left to the rules, which find nothing overdue.
    """
    event = received.message
    match event:
        case RecommendationIssued():
            for one in event.addressees:
                yield due(received, Owed(addressee=one.body, expected="acknowledgement", by=one.acknowledge_by))
                yield due(received, Owed(addressee=one.body, expected="answer", by=one.answer_by))
        case RecommendationAcknowledged():
            yield CallOff(acknowledgement_key(event.addressee))
        case RecommendationAnswered():
            yield from called_off(event.addressee)
        case RecommendationWithdrawn():
            for addressee in event.addressees:
                yield from called_off(addressee)
        case RecommendationCorrected():
            for owed in event.expects:
                yield due(received, owed)
        case _:
            assert_never(event)


def due(received: Received[Folded], owed: Owed) -> Due:
    """The timer of what an addressee owes.

    What lies in the past is entered together with what came of it: nothing is found overdue before whoever enters it had the whole of the
    next working day for that (our decision). One that is issued on the day of its entry has its own days, which all end later.
    """
    entered = day_end(workdays_after(local_day(received.entry.recorded_at), 1))
    key = acknowledgement_key(owed.addressee) if owed.expected == "acknowledgement" else answer_key(owed.addressee)
    command = NoteOverdue(now=received.entry.recorded_at, addressee=owed.addressee, expected=owed.expected)
    return Due(max(day_end(owed.by), entered), received.stream, command, key)


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
    name="answer_deadlines_v2",
    folds={OWN: FOLDED},
    plan=plan,
    sends={NoteOverdue: RECOMMENDATION},
)
