"""A body as its rules see it: what it is, how often it has to meet, and until when it stands; folded from its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import assert_never

from services.meetings.events.body import (
    BodyCorrected,
    BodyCorrection,
    BodyEvent,
    BodyFounded,
    BodySucceeded,
    CadenceCorrected,
    CadenceSet,
    SuccessionCorrected,
)
from shared.domain import Refusal


class BodyIsUnknown(Refusal):
    """There is no such body."""


@dataclass(frozen=True)
class Body:
    """A body as its rules see it."""

    founded: BodyFounded | None = None
    """As it was entered, with what was put right of it."""
    succeeded: BodySucceeded | None = None
    cadence: tuple[CadenceSet, ...] = ()
    """The rules, ordered by the day from which they hold; one a day."""
    corrections: tuple[BodyCorrection, ...] = ()
    """The earliest first."""

    @property
    def stands_until(self) -> date | None:
        """The last day on which it stands; None while nothing takes its place."""
        return self.succeeded.on - timedelta(days=1) if self.succeeded else None

    def stands_on(self, day: date) -> bool:
        """Whether it stands on that day."""
        return self.founded is not None and self.founded.founded_on <= day and (self.stands_until is None or day <= self.stands_until)

    def rule_from(self, day: date) -> CadenceSet | None:
        """The rule that begins to hold on just this day."""
        return next((rule for rule in self.cadence if rule.valid_from == day), None)


def must_be_founded(state: Body) -> BodyFounded:
    """The founding, or the refusal of what is said of no body."""
    if state.founded is None:
        raise BodyIsUnknown
    return state.founded


def evolve(state: Body, event: BodyEvent) -> Body:
    """Fold one fact into the state."""
    match event:
        case BodyFounded():
            return replace(state, founded=event)
        case CadenceSet():
            return replace(state, cadence=with_rule(state.cadence, event))
        case BodySucceeded():
            return replace(state, succeeded=event)
        case BodyCorrected():
            founded = BodyFounded(**{name: getattr(event, name) for name in BodyFounded.model_fields})
            succeeded = state.succeeded.model_copy(update={"body_name": event.body_name}) if state.succeeded else None
            state = replace(state, founded=founded, succeeded=succeeded)
        case CadenceCorrected():
            others = tuple(rule for rule in state.cadence if rule.valid_from != event.formerly_from)
            state = replace(state, cadence=with_rule(others, event.rule) if event.rule else others)
        case SuccessionCorrected():
            state = replace(state, succeeded=succession_of(event))
        case _:
            assert_never(event)
    return replace(state, corrections=(*state.corrections, event))


def with_rule(rules: Iterable[CadenceSet], rule: CadenceSet) -> tuple[CadenceSet, ...]:
    """The rules with this one in the place of that of its day."""
    others = [one for one in rules if one.valid_from != rule.valid_from]
    return tuple(sorted([*others, rule], key=lambda one: one.valid_from))


def succession_of(event: SuccessionCorrected) -> BodySucceeded | None:
    """The succession as it is right; None where there was none."""
    if event.successor is None or event.successor_name is None or event.on is None or event.because is None:
        return None
    return BodySucceeded(
        body_name=event.body_name,
        successor=event.successor,
        successor_name=event.successor_name,
        on=event.on,
        reason=event.because,
    )
