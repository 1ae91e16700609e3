"""What addressees owe: that they acknowledge and answer in time, and what happens when they do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.recommendations.events import (
    AcknowledgementOverdue,
    AnswerOverdue,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationEvent,
)
from services.recommendations.parts import Expected, Owed, Verdict
from services.recommendations.standing import Recommendation, must_be_addressee, must_be_day_since_issue, must_stand_on
from shared.domain import Command, Refusal
from shared.localday import day_end


class AcknowledgeRecommendation(Command):
    """The addressee confirms that it is there: today, or on the day on which it did."""

    addressee: UUID
    on: date | None = None


class AnswerRecommendation(Command):
    """The addressee answers: today, or on the day on which it did. Late answers are answers."""

    addressee: UUID
    verdict: Verdict
    reasons: str
    on: date | None = None


class NoteOverdue(Command):
    """The last day for something expected of an addressee is over."""

    addressee: UUID
    expected: Expected


class RecommendationIsAcknowledged(Refusal):
    """Each addressee acknowledges a recommendation once."""


class RecommendationIsAnswered(Refusal):
    """Each addressee answers a recommendation once; what was recorded wrong is corrected, with a reason."""


class LastDayIsNotOver(Refusal):
    """Nothing is overdue before its last day is over."""


def acknowledge(command: AcknowledgeRecommendation, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The acknowledgement; once more for the same day is nothing to do."""
    addressee = must_be_addressee(state, command.addressee)
    if known := state.answer_of(addressee.body).acknowledged:
        if command.on in (None, known.acknowledged_on):
            return []
        raise RecommendationIsAcknowledged(acknowledged_on=known.acknowledged_on.isoformat())
    on = must_be_day_since_issue(state, command.on, command.now)
    must_stand_on(state, on)
    return [
        RecommendationAcknowledged(
            **state.named(), addressee=addressee.body, addressee_name=addressee.body_name, acknowledged_on=on
        )
    ]  # fmt: skip


def answer(command: AnswerRecommendation, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The answer, in time or late; the same one again is nothing to do."""
    addressee = must_be_addressee(state, command.addressee)
    given = state.answer_of(addressee.body).given
    if given and (given.verdict, given.reasons) == (command.verdict, command.reasons) and command.on in (None, given.answered_on):
        return []
    on = must_be_day_since_issue(state, command.on, command.now)
    must_stand_on(state, on)
    if given:
        raise RecommendationIsAnswered(answered_on=given.answered_on.isoformat())
    answered = RecommendationAnswered(
        **state.named(),
        addressee=addressee.body,
        addressee_name=addressee.body_name,
        verdict=command.verdict,
        reasons=command.reasons,
        answered_on=on,
    )
    return [answered]


def note_overdue(command: NoteOverdue, state: Recommendation) -> Sequence[RecommendationEvent]:
    """That it is overdue, unless it has come, is not expected any more, or was found overdue before."""
    addressee = must_be_addressee(state, command.addressee)
    acknowledging = command.expected == "acknowledgement"
    was_due = addressee.acknowledge_by if acknowledging else addressee.answer_by
    owed = Owed(addressee=addressee.body, expected=command.expected, by=was_due)
    if owed not in state.owed() or owed in state.answer_of(addressee.body).overdue:
        return []
    if command.now < day_end(was_due):
        raise LastDayIsNotOver(last_day=was_due.isoformat())
    overdue = AcknowledgementOverdue if acknowledging else AnswerOverdue
    return [overdue(**state.named(), addressee=addressee.body, addressee_name=addressee.body_name, was_due=was_due)]
