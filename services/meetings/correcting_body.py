"""What was entered wrongly of a body is put right: its founding, its cadence, its succession. Pure: what was so and a body in, facts out.

A name that was wrong was wrong from the beginning: whoever shows the body shows the right one. Its kind counts from now on; what was
done before stays as it was judged then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.meetings.events.body import (
    BodyCorrected,
    BodyEvent,
    BodyFounded,
    BodyKind,
    BodySucceeded,
    CadenceCorrected,
    LegalNature,
    SuccessionCorrected,
)
from services.meetings.founding import (
    CadenceRule,
    SuccessionBeforeFounding,
    Successor,
    cadence_set,
    must_begin_after_founding,
    must_not_lie_ahead,
    must_succeed,
)
from services.meetings.standing import Body, must_be_founded
from shared.domain import Command, Refusal
from shared.localday import local_day


class CorrectBody(Command):
    """Put right what was entered at the founding; `first_day` is that of all that is recorded of the body
    elsewhere, looked up where it is to begin later than was entered."""

    body: UUID
    body_name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    lead_office: UUID | None
    reports_to: UUID | None
    founded_on: date
    first_day: date | None
    reason: str


class CorrectCadence(Command):
    """Put right the rule that is entered as beginning on `recorded_from`; None is one that should never have been entered."""

    recorded_from: date
    valid_from: date | None
    rule: CadenceRule | None
    reason: str


class CorrectSuccession(Command):
    """Put right which body took this one's place, when and why; `by` nobody where none did."""

    body: UUID
    by: Successor | None
    on: date | None
    because: str | None
    reason: str


class BodyActedBefore(Refusal):
    """A body is founded no later than the first day of anything that is recorded of it."""


class BodyReportsToItself(Refusal):
    """No body reports to itself."""


class NoRuleBeganThen(Refusal):
    """A rule is found by its first day as it was entered; on this one none began."""


class AnotherRuleBeganThen(Refusal):
    """One rule begins on a day; the other one is corrected first."""


class BodyIsNotSucceeded(Refusal):
    """Only a succession that was entered can be corrected."""


def correct_body(command: CorrectBody, state: Body) -> Sequence[BodyEvent]:
    """The founding as it was; as it stands already, it is nothing to do."""
    founded = must_be_founded(state)
    right = BodyFounded(**command.model_dump(include=set(BodyFounded.model_fields)))
    if right == founded:
        return []
    if right.reports_to == command.body:
        raise BodyReportsToItself
    must_not_lie_ahead(right.founded_on, local_day(command.now))
    first_days = [*(rule.valid_from for rule in state.cadence), *([command.first_day] if command.first_day else [])]
    if right.founded_on > founded.founded_on and first_days and min(first_days) < right.founded_on:
        raise BodyActedBefore(first_day=min(first_days).isoformat())
    if state.succeeded and state.succeeded.on <= right.founded_on:
        raise SuccessionBeforeFounding(founded_on=right.founded_on.isoformat())
    corrected = BodyCorrected(**dict(right), formerly_name=founded.body_name, reason=command.reason, corrected_at=command.now)
    return [corrected]


def correct_cadence(command: CorrectCadence, state: Body) -> Sequence[BodyEvent]:
    """The rule as it was, or that it never was; what stands already is nothing to do."""
    founded, recorded = must_be_founded(state), state.rule_from(command.recorded_from)
    right = cadence_set(command.valid_from, command.rule) if command.valid_from and command.rule else None
    if recorded is None:
        before = [one for one in state.corrections if isinstance(one, CadenceCorrected) and one.formerly_from == command.recorded_from]
        if before and before[-1].rule == right and (right is None or right in state.cadence):
            return []
        raise NoRuleBeganThen
    if right == recorded:
        return []
    if right:
        must_begin_after_founding(right.valid_from, founded)
        if right.valid_from != recorded.valid_from and state.rule_from(right.valid_from):
            raise AnotherRuleBeganThen(valid_from=right.valid_from.isoformat())
    return [CadenceCorrected(formerly_from=recorded.valid_from, rule=right, reason=command.reason, corrected_at=command.now)]


def correct_succession(command: CorrectSuccession, state: Body) -> Sequence[BodyEvent]:
    """The succession as it was, or that there was none; what stands already is nothing to do."""
    founded, recorded = must_be_founded(state), state.succeeded
    if recorded is None:
        if command.by is None and any(isinstance(one, SuccessionCorrected) for one in state.corrections):
            return []
        raise BodyIsNotSucceeded
    right = None
    if command.by and command.on and command.because:
        right = BodySucceeded(
            body_name=founded.body_name,
            successor=command.by.successor,
            successor_name=command.by.successor_name,
            on=command.on,
            reason=command.because,
        )
        if (right.successor, right.on, right.reason) == (recorded.successor, recorded.on, recorded.reason):
            return []
        must_succeed(command.body, command.by, command.on, founded)
    corrected = SuccessionCorrected(
        body_name=founded.body_name,
        successor=right.successor if right else None,
        successor_name=right.successor_name if right else None,
        on=right.on if right else None,
        because=right.reason if right else None,
        reason=command.reason,
        corrected_at=command.now,
    )
    return [corrected]
