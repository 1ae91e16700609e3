"""Measures: promised and reported done by an addressee, verified by the secretariat of the body that gave the recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.recommendations.events import MeasurePromised, MeasureReportedDone, MeasureVerified, RecommendationEvent
from services.recommendations.standing import (
    DayLiesBeforeTheIssue,
    Measure,
    Recommendation,
    must_be_addressee,
    must_be_day_since_issue,
    must_be_issued,
    must_stand_on,
)
from shared.domain import Command, Refusal
from shared.localday import local_day


class PromiseMeasure(Command):
    """The addressee promises to do something by a day."""

    measure: UUID
    addressee: UUID
    what: str
    due_on: date


class ReportMeasureDone(Command):
    """The addressee says that it is done: today, or on the day on which it was."""

    measure: UUID
    evidence: str
    done_on: date | None = None


class VerifyMeasure(Command):
    """The secretariat has seen that it is done: today, or on the day on which it did."""

    measure: UUID
    finding: str
    on: date | None = None


class MeasureIsPromised(Refusal):
    """A measure is promised once; whatever else an addressee does is another measure."""


class MeasureIsUnknown(Refusal):
    """Nobody has promised such a measure."""


class MeasureIsReportedDone(Refusal):
    """A measure is reported done once."""


class MeasureIsNotReportedDone(Refusal):
    """Nobody verifies what was not reported done."""


class MeasureIsVerified(Refusal):
    """A measure is verified once."""


class VerifiedBeforeItWasDone(Refusal):
    """What is done is verified on that day or afterwards."""


def promise(command: PromiseMeasure, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The promise; the same one again is nothing to do."""
    issued, addressee = must_be_issued(state), must_be_addressee(state, command.addressee)
    promised = MeasurePromised(
        **state.named(),
        addressee=addressee.body,
        addressee_name=addressee.body_name,
        measure=command.measure,
        what=command.what,
        due_on=command.due_on,
    )
    if known := state.measure(command.measure):
        if known.promised == promised:
            return []
        raise MeasureIsPromised
    must_stand_on(state, local_day(command.now))
    if command.due_on < issued.issued_on:
        raise DayLiesBeforeTheIssue(issued_on=issued.issued_on.isoformat())
    return [promised]


def report_done(command: ReportMeasureDone, state: Recommendation) -> Sequence[RecommendationEvent]:
    """That it is done, also after a withdrawal: it was promised; the same report again is nothing to do."""
    measure = must_be_promised(state, command.measure)
    if measure.done:
        if measure.done.evidence == command.evidence and command.done_on in (None, measure.done.done_on):
            return []
        raise MeasureIsReportedDone(done_on=measure.done.done_on.isoformat())
    done_on = must_be_day_since_issue(state, command.done_on, command.now)
    return [MeasureReportedDone(**of_measure(state, measure), evidence=command.evidence, done_on=done_on)]


def verify(command: VerifyMeasure, state: Recommendation) -> Sequence[RecommendationEvent]:
    """That it was seen to be done; the same finding again is nothing to do."""
    measure = must_be_promised(state, command.measure)
    if measure.done is None:
        raise MeasureIsNotReportedDone
    if measure.verified:
        if measure.verified.finding == command.finding and command.on in (None, measure.verified.verified_on):
            return []
        raise MeasureIsVerified(verified_on=measure.verified.verified_on.isoformat())
    verified_on = must_be_day_since_issue(state, command.on, command.now)
    if verified_on < measure.done.done_on:
        raise VerifiedBeforeItWasDone(done_on=measure.done.done_on.isoformat())
    return [MeasureVerified(**of_measure(state, measure), verified_on=verified_on, finding=command.finding)]


def must_be_promised(state: Recommendation, measure: UUID) -> Measure:
    """The measure, or the refusal of what is only possible once it was promised."""
    must_be_issued(state)
    promised = state.measure(measure)
    if promised is None:
        raise MeasureIsUnknown
    return promised


def of_measure(state: Recommendation, measure: Measure) -> dict[str, Any]:
    """What each fact about the measure says of it."""
    told = measure.promised
    return {
        **state.named(),
        "addressee": told.addressee,
        "addressee_name": told.addressee_name,
        "measure": told.measure,
        "what": told.what,
    }
