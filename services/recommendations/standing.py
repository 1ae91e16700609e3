"""How a recommendation stands: what its facts add up to, and what has to be so before anything is done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, assert_never
from uuid import UUID

from services.recommendations.events import (
    AcknowledgementOverdue,
    AnswerOverdue,
    CommitteeInformed,
    Entry,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationDrafted,
    RecommendationEvent,
    RecommendationIssued,
    RecommendationStarted,
    RecommendationWithdrawn,
    ResolutionCorrectionNoted,
)
from services.recommendations.parts import Addressee, Owed
from shared.domain import Refusal
from shared.localday import local_day


class RecommendationIsNotIssued(Refusal):
    """Only a recommendation that was issued can be acknowledged, answered, noted, followed or withdrawn."""


class RecommendationIsWithdrawn(Refusal):
    """A withdrawn recommendation is not answered any more."""


class OnlyAddresseesAnswer(Refusal):
    """Only those to whom a recommendation was issued acknowledge it, answer it and promise measures."""


class DayLiesInTheFuture(Refusal):
    """What was done is entered when its day has come."""


class DayLiesBeforeTheIssue(Refusal):
    """Nothing is done about a recommendation before the day on which it was issued."""


@dataclass(frozen=True)
class Answer:
    """What has come from one addressee so far."""

    acknowledged: RecommendationAcknowledged | None = None
    given: RecommendationAnswered | None = None
    overdue: frozenset[Owed] = frozenset()
    """What was found overdue, with the last day that held then."""


@dataclass(frozen=True)
class Measure:
    """A measure as promised, as reported done, as verified."""

    promised: MeasurePromised
    done: MeasureReportedDone | None = None
    verified: MeasureVerified | None = None


@dataclass(frozen=True)
class Recommendation:
    """A recommendation as its rules see it; not started, there is no resolution that it could rest on."""

    started: RecommendationStarted | None = None
    correction: ResolutionCorrectionNoted | None = None
    draft: RecommendationDrafted | None = None
    issued: RecommendationIssued | None = None
    withdrawn: RecommendationWithdrawn | None = None
    answers: tuple[tuple[UUID, Answer], ...] = ()
    """By addressee; those from whom nothing has come are missing."""
    informed: tuple[CommitteeInformed, ...] = ()
    measures: tuple[Measure, ...] = ()
    corrections: tuple[RecommendationCorrected, ...] = ()

    def named(self) -> dict[str, Any]:
        """What each fact about it says of it, as it stands last."""
        last = self.issued or self.draft or self.started
        return {name: getattr(last, name) for name in ("title", "instrument", "body", "body_name", "public")}

    def addressee(self, body: UUID) -> Addressee | None:
        """The addressee that `body` is, once it is issued."""
        return next((one for one in self.issued.addressees if one.body == body), None) if self.issued else None

    def answer_of(self, body: UUID) -> Answer:
        """What has come from an addressee."""
        return next((answer for addressee, answer in self.answers if addressee == body), Answer())

    def measure(self, measure: UUID) -> Measure | None:
        """The measure with this id."""
        return next((one for one in self.measures if one.promised.measure == measure), None)

    def owed(self) -> Iterator[Owed]:
        """What addressees have still to do, and by when."""
        for one in self.issued.addressees if self.issued and not self.withdrawn else ():
            answer = self.answer_of(one.body)
            if not answer.given:
                if not answer.acknowledged:
                    yield Owed(addressee=one.body, expected="acknowledgement", by=one.acknowledge_by)
                yield Owed(addressee=one.body, expected="answer", by=one.answer_by)

    def overdue(self, body: UUID) -> set[str]:
        """What an addressee has still to do and was found overdue, by the last day that holds."""
        return {one.expected for one in self.owed() if one in self.answer_of(body).overdue and one.addressee == body}


def evolve(state: Recommendation, event: RecommendationEvent) -> Recommendation:
    """Fold one fact into the state."""
    match event:
        case RecommendationStarted():
            return replace(state, started=event)
        case ResolutionCorrectionNoted():
            return replace(state, correction=event)
        case RecommendationDrafted():
            return replace(state, draft=event)
        case RecommendationIssued():
            return replace(state, issued=event)
        case RecommendationWithdrawn():
            return replace(state, withdrawn=event)
        case CommitteeInformed():
            return replace(state, informed=(*_other_notes(state, event), event))
        case RecommendationAcknowledged():
            return _answering(state, event.addressee, lambda answer: replace(answer, acknowledged=event))
        case RecommendationAnswered():
            return _answering(state, event.addressee, lambda answer: replace(answer, given=event))
        case AcknowledgementOverdue():
            owed = Owed(addressee=event.addressee, expected="acknowledgement", by=event.was_due)
            return _answering(state, event.addressee, lambda answer: replace(answer, overdue=answer.overdue | {owed}))
        case AnswerOverdue():
            owed = Owed(addressee=event.addressee, expected="answer", by=event.was_due)
            return _answering(state, event.addressee, lambda answer: replace(answer, overdue=answer.overdue | {owed}))
        case MeasurePromised():
            if state.measure(event.measure):
                return _following(state, event.measure, lambda measure: replace(measure, promised=event))
            return replace(state, measures=(*state.measures, Measure(event)))
        case MeasureReportedDone():
            return _following(state, event.measure, lambda measure: replace(measure, done=event))
        case MeasureVerified():
            return _following(state, event.measure, lambda measure: replace(measure, verified=event))
        case RecommendationCorrected():
            corrected = replace(state, corrections=(*state.corrections, event))
            return evolve(corrected, event.entry) if event.stands else _without(corrected, event.entry)
        case _:
            assert_never(event)


def _without(state: Recommendation, entry: Entry) -> Recommendation:
    """As if it had never been entered."""
    match entry:
        case RecommendationIssued():
            return replace(state, issued=None)
        case RecommendationWithdrawn():
            return replace(state, withdrawn=None)
        case RecommendationAcknowledged():
            return _answering(state, entry.addressee, lambda answer: replace(answer, acknowledged=None))
        case RecommendationAnswered():
            return _answering(state, entry.addressee, lambda answer: replace(answer, given=None))
        case MeasurePromised():
            return replace(state, measures=tuple(one for one in state.measures if one.promised.measure != entry.measure))
        case MeasureReportedDone():
            return _following(state, entry.measure, lambda measure: replace(measure, done=None))
        case MeasureVerified():
            return _following(state, entry.measure, lambda measure: replace(measure, verified=None))
        case CommitteeInformed():
            return replace(state, informed=_other_notes(state, entry))
        case _:
            assert_never(entry)


def _other_notes(state: Recommendation, note: CommitteeInformed) -> tuple[CommitteeInformed, ...]:
    return tuple(one for one in state.informed if (one.meeting, one.item) != (note.meeting, note.item))


def _answering(state: Recommendation, addressee: UUID, change: Callable[[Answer], Answer]) -> Recommendation:
    others = tuple((body, answer) for body, answer in state.answers if body != addressee)
    return replace(state, answers=(*others, (addressee, change(state.answer_of(addressee)))))


def _following(state: Recommendation, measure: UUID, change: Callable[[Measure], Measure]) -> Recommendation:
    return replace(state, measures=tuple(change(one) if one.promised.measure == measure else one for one in state.measures))


def must_be_issued(state: Recommendation) -> RecommendationIssued:
    """The issue, or the refusal of what is only possible after it."""
    if state.issued is None:
        raise RecommendationIsNotIssued
    return state.issued


def must_be_addressee(state: Recommendation, body: UUID) -> Addressee:
    """The addressee that `body` is, or the refusal of what only addressees do."""
    must_be_issued(state)
    addressee = state.addressee(body)
    if addressee is None:
        raise OnlyAddresseesAnswer
    return addressee


def must_stand_on(state: Recommendation, day: date) -> None:
    """RecommendationIsWithdrawn from the day of the withdrawal on; what came before it can still be entered."""
    if state.withdrawn and day >= state.withdrawn.withdrawn_on:
        raise RecommendationIsWithdrawn(withdrawn_on=state.withdrawn.withdrawn_on.isoformat())


def must_be_day_since_issue(state: Recommendation, day: date | None, now: datetime) -> date:
    """The day on which something was done, today where none was said; never to come, and never before the issue."""
    issued = must_be_issued(state)
    today = local_day(now)
    done_on = day or today
    if done_on > today:
        raise DayLiesInTheFuture
    if done_on < issued.issued_on:
        raise DayLiesBeforeTheIssue(issued_on=issued.issued_on.isoformat())
    return done_on
