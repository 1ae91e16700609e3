"""What has to hold of a recommendation with everything that was entered about it: the same as when each was entered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.recommendations.drafting import IssuedBeforeItWasResolved
from services.recommendations.implementing import MeasureIsNotReportedDone, VerifiedBeforeItWasDone
from services.recommendations.informing import NoteCameAfterTheWithdrawal
from services.recommendations.standing import (
    DayLiesBeforeTheIssue,
    DayLiesInTheFuture,
    Measure,
    Recommendation,
    RecommendationIsWithdrawn,
)
from shared.domain import Refusal
from shared.localday import local_day

About = tuple[str, UUID | None]
"""Which entry breaks the rule, and whose."""


def broken(state: Recommendation, today: date) -> Iterator[tuple[About, Refusal]]:
    """The rules that do not hold, each with the entry that breaks it."""
    issued = state.issued
    if issued is None:
        return
    resolved_on = local_day(state.started.resolved_at) if state.started else issued.issued_on
    if issued.issued_on < resolved_on:
        yield ("issue", None), IssuedBeforeItWasResolved(resolved_on=resolved_on.isoformat())
    if issued.issued_on > today:
        yield ("issue", None), DayLiesInTheFuture()
    for about, day in done_days(state):
        if day > today:
            yield about, DayLiesInTheFuture()
    for about, day in (*done_days(state), *((("promise", one.promised.measure), one.promised.due_on) for one in state.measures)):
        if day < issued.issued_on:
            yield about, DayLiesBeforeTheIssue(issued_on=issued.issued_on.isoformat())
    yield from after_the_withdrawal(state)
    for one in state.measures:
        yield from of_measure(one)


def done_days(state: Recommendation) -> Iterator[tuple[About, date]]:
    """The days on which something was done about it."""
    if state.withdrawn:
        yield ("withdrawal", None), state.withdrawn.withdrawn_on
    yield from answer_days(state)
    for one in state.measures:
        if one.done:
            yield ("completion", one.promised.measure), one.done.done_on
        if one.verified:
            yield ("verification", one.promised.measure), one.verified.verified_on


def answer_days(state: Recommendation) -> Iterator[tuple[About, date]]:
    """The days on which addressees acknowledged and answered."""
    for addressee, answer in state.answers:
        if answer.acknowledged:
            yield ("acknowledgement", addressee), answer.acknowledged.acknowledged_on
        if answer.given:
            yield ("answer", addressee), answer.given.answered_on


def after_the_withdrawal(state: Recommendation) -> Iterator[tuple[About, Refusal]]:
    """What came when the body no longer upheld it."""
    if state.withdrawn is None:
        return
    withdrawn_on = state.withdrawn.withdrawn_on
    for about, day in answer_days(state):
        if day >= withdrawn_on:
            yield about, RecommendationIsWithdrawn(withdrawn_on=withdrawn_on.isoformat())
    for note in state.informed:
        if local_day(note.informed_at) > withdrawn_on:
            yield ("note", note.item), NoteCameAfterTheWithdrawal(withdrawn_on=withdrawn_on.isoformat())


def of_measure(measure: Measure) -> Iterator[tuple[About, Refusal]]:
    """Verified is what was done, on that day or afterwards."""
    about, done, verified = ("verification", measure.promised.measure), measure.done, measure.verified
    if verified and done is None:
        yield about, MeasureIsNotReportedDone()
    if verified and done and verified.verified_on < done.done_on:
        yield about, VerifiedBeforeItWasDone(done_on=done.done_on.isoformat())
