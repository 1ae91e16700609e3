"""How a body comes to stand, to meet in its rhythm, and to be succeeded. Pure: wishes and a body in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from services.meetings.events.body import BodyEvent, BodyFounded, BodyKind, BodySucceeded, CadenceSet, LegalNature
from services.meetings.standing import Body, must_be_founded
from shared.domain import Command, Refusal
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


class Successor(BaseModel):
    """The body that takes another one's place, with what is looked up of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    successor: UUID
    successor_name: str
    stands_from: date
    stands_until: date | None


class SucceedBody(Command):
    """Let another body stand in this one's place from the day `on` on."""

    body: UUID
    by: Successor
    on: date
    reason: str


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
    must_not_lie_ahead(command.founded_on, local_day(command.now))
    return [founded, first] if first else [founded]


def change_cadence(command: ChangeCadence, state: Body) -> Sequence[BodyEvent]:
    """The new rule, unless just this one holds from that day already."""
    must_begin_after_founding(command.valid_from, must_be_founded(state))
    changed = cadence_set(command.valid_from, command.rule)
    return [] if state.rule_from(command.valid_from) == changed else [changed]


def succeed(command: SucceedBody, state: Body) -> Sequence[BodyEvent]:
    """The succession; the same one again is nothing to do."""
    founded = must_be_founded(state)
    succeeded = BodySucceeded(
        body_name=founded.body_name,
        successor=command.by.successor,
        successor_name=command.by.successor_name,
        on=command.on,
        reason=command.reason,
    )
    if state.succeeded == succeeded:
        return []
    if state.succeeded:
        raise BodyIsSucceeded(successor=str(state.succeeded.successor), on=state.succeeded.on.isoformat())
    must_succeed(command.body, command.by, command.on, founded)
    return [succeeded]


def must_begin_after_founding(valid_from: date, founded: BodyFounded) -> None:
    """CadenceBeginsBeforeFounding for a rule that does."""
    if valid_from < founded.founded_on:
        raise CadenceBeginsBeforeFounding(founded_on=founded.founded_on.isoformat())


def must_succeed(body: UUID, by: Successor, on: date, founded: BodyFounded) -> None:
    """The refusal of a succession that cannot be."""
    if by.successor == body:
        raise BodySucceedsItself
    if on <= founded.founded_on:
        raise SuccessionBeforeFounding(founded_on=founded.founded_on.isoformat())
    if on < by.stands_from or (by.stands_until and on > by.stands_until):
        raise SuccessorDoesNotStand(stands_from=by.stands_from.isoformat())


def must_not_lie_ahead(founded_on: date, today: date) -> None:
    """FoundingLiesInTheFuture for a day to come."""
    if founded_on > today:
        raise FoundingLiesInTheFuture(founded_on=founded_on.isoformat())


def cadence_set(valid_from: date, rule: CadenceRule) -> CadenceSet:
    """The fact that `rule` holds from a day on."""
    return CadenceSet(valid_from=valid_from, **rule.model_dump())
