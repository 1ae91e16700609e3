"""A body: its founding, its name alone in the city, its rules of how often it meets, and the body that takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, assert_never, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from services.meetings.events.body import BodyEvent, BodyFounded, BodyKind, BodySucceeded, CadenceSet, LegalNature
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day
from shared.text import Line


class CadenceRule(BaseModel):
    """How often a body has to meet, and where that is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_per_year: Annotated[StrictInt, Field(ge=0, le=366, description="Meetings held in a calendar year, at least; 0 demands none.")]
    maximum_gap_days: Annotated[StrictInt | None, Field(ge=1, le=3660, description="Days from one meeting to the next, at most.")] = None
    source: Annotated[Line, Field(description="Where the rule is written.")]


class FoundBody(Command):
    """Enter a body that stands from `founded_on` on, with its first cadence rule where it has one."""

    body_name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    lead_office: UUID | None
    reports_to: UUID | None
    founded_on: date
    cadence: CadenceRule | None


class ChangeCadence(Command):
    """Let another cadence rule hold from `valid_from` on; one for the same day replaces the one entered before."""

    valid_from: date
    rule: CadenceRule


class SucceedBody(Command):
    """Let another body stand in this one's place from the day `on` on; what is known of the other one is looked up."""

    body: UUID
    successor: UUID
    successor_name: str
    successor_stands_from: date
    successor_stands_until: date | None
    on: date
    reason: str


BodyCommand = FoundBody | ChangeCadence | SucceedBody


class BodyIsUnknown(Refusal):
    """There is no such body."""


class BodyStandsAlready(Refusal):
    """A body is founded once."""


class FoundingLiesInTheFuture(Refusal):
    """A body is entered when the day of its founding has come."""


class CadenceBeginsBeforeFounding(Refusal):
    """No rule holds for a body before it was founded."""


class BodySucceedsItself(Refusal):
    """No body takes its own place."""


class BodyIsSucceeded(Refusal):
    """A body is succeeded once."""


class SuccessionBeforeFounding(Refusal):
    """A body is succeeded after the day of its founding."""


class SuccessorDoesNotStand(Refusal):
    """A body is succeeded by one that stands on that day."""


@dataclass(frozen=True)
class Body:
    """A body as its rules see it."""

    founded: BodyFounded | None = None
    succeeded: BodySucceeded | None = None
    cadence: tuple[CadenceSet, ...] = ()
    """The rules, ordered by the day from which they hold; one a day."""

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


def evolve(state: Body, event: BodyEvent) -> Body:
    """Fold one fact into the state."""
    match event:
        case BodyFounded():
            return replace(state, founded=event)
        case CadenceSet():
            others = [rule for rule in state.cadence if rule.valid_from != event.valid_from]
            ordered = tuple(sorted([*others, event], key=lambda rule: rule.valid_from))
            return replace(state, cadence=ordered)
        case BodySucceeded():
            return replace(state, succeeded=event)
        case _:
            assert_never(event)


def decide(command: BodyCommand, state: Body) -> Sequence[BodyEvent]:
    """Grant or refuse a command."""
    match command:
        case FoundBody():
            return found(command, state)
        case ChangeCadence():
            return change_cadence(command, state)
        case SucceedBody():
            return succeed(command, state)
        case _:
            assert_never(command)


def found(command: FoundBody, state: Body) -> Sequence[BodyEvent]:
    """The founding and, where one came with it, the first cadence rule."""
    founded = BodyFounded(
        body_name=command.body_name,
        kind=command.kind,
        legal_nature=command.legal_nature,
        secretariat=command.secretariat,
        lead_office=command.lead_office,
        reports_to=command.reports_to,
        founded_on=command.founded_on,
    )
    first = cadence_set(command.founded_on, command.cadence) if command.cadence else None
    if state.founded == founded and (first is None or first in state.cadence):
        return []
    if state.founded:
        raise BodyStandsAlready
    if command.founded_on > local_day(command.now):
        raise FoundingLiesInTheFuture(founded_on=command.founded_on.isoformat())
    return [founded, first] if first else [founded]


def change_cadence(command: ChangeCadence, state: Body) -> Sequence[BodyEvent]:
    """The new rule, unless just this one holds from that day already."""
    if state.founded is None:
        raise BodyIsUnknown
    if command.valid_from < state.founded.founded_on:
        raise CadenceBeginsBeforeFounding(founded_on=state.founded.founded_on.isoformat())
    changed = cadence_set(command.valid_from, command.rule)
    return [] if state.rule_from(command.valid_from) == changed else [changed]


def succeed(command: SucceedBody, state: Body) -> Sequence[BodyEvent]:
    """The succession; the same one again is nothing to do."""
    if state.founded is None:
        raise BodyIsUnknown
    succeeded = BodySucceeded(
        body_name=state.founded.body_name,
        successor=command.successor,
        successor_name=command.successor_name,
        on=command.on,
        reason=command.reason,
    )
    if state.succeeded == succeeded:
        return []
    if state.succeeded:
        raise BodyIsSucceeded(successor=str(state.succeeded.successor), on=state.succeeded.on.isoformat())
    if command.successor == command.body:
        raise BodySucceedsItself
    if command.on <= state.founded.founded_on:
        raise SuccessionBeforeFounding(founded_on=state.founded.founded_on.isoformat())
    until = command.successor_stands_until
    if command.on < command.successor_stands_from or (until and command.on > until):
        raise SuccessorDoesNotStand(stands_from=command.successor_stands_from.isoformat())
    return [succeeded]


def cadence_set(valid_from: date, rule: CadenceRule) -> CadenceSet:
    """The fact that `rule` holds from a day on."""
    return CadenceSet(valid_from=valid_from, **rule.model_dump())


BODY: Decider[Body, BodyCommand, BodyEvent] = Decider(
    name="meetings.Body", initial=Body(), evolve=evolve, decide=decide, events=get_args(BodyEvent)
)
