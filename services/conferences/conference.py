"""A conference: planned, its results recorded and corrected, and handed over once, when it was held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never, get_args
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.events import (
    ConferenceEvent,
    ConferenceHeld,
    ConferencePlanned,
    HeldResult,
    Level,
    Origin,
    ResultCorrected,
    ResultRecorded,
    WorkingGroup,
)
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day


class PlanConference(Command):
    """Plan a conference; one that is over can be entered just so."""

    title: str
    host: UUID
    host_name: str
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    results_go_to_name: str


class RecordResult(Command):
    """Record what came out of the conference, and from which contributions."""

    result: UUID
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]


class CorrectResult(Command):
    """Put right what was recorded of a result."""

    result: UUID
    result_title: str
    text: str
    reason: str


class HoldConference(Command):
    """Enter that the conference was held, today or on its own day, and hand its results over."""

    held_on: date | None
    attendance: int


ConferenceCommand = PlanConference | RecordResult | CorrectResult | HoldConference


class ConferenceIsUnknown(Refusal):
    """There is no such conference."""


class ConferenceIsPlannedAlready(Refusal):
    """A conference is planned once."""


class GroupIsUnknown(Refusal):
    """A result comes from a working group of its own conference, or from none."""


class ResultsAreHandedOver(Refusal):
    """No result is added to those that were handed over; they can only be corrected."""


class ResultIsUnknown(Refusal):
    """Only a result that was recorded can be corrected."""


class ResultsAreHandedOverAlready(Refusal):
    """The results of a conference are handed over once."""


class NothingToHandOver(Refusal):
    """A conference is handed over with its results: record what came out of it first."""


class ConferenceIsNotDueYet(Refusal):
    """A conference cannot be held before the day for which it was planned."""


class HoldingLiesInTheFuture(Refusal):
    """A conference is entered as held on its day or afterwards, not in advance."""


@dataclass(frozen=True)
class Result:
    """A result as it stands."""

    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    reason: str | None = None
    """Why it was corrected the last time; None where it never was."""


@dataclass(frozen=True)
class Conference:
    """A conference as its rules see it; without a plan there is none."""

    planned: ConferencePlanned | None = None
    results: tuple[Result, ...] = ()
    held: ConferenceHeld | None = None

    def result(self, result: UUID) -> Result | None:
        """The result of this id."""
        return next((one for one in self.results if one.result == result), None)

    def group(self, key: str) -> WorkingGroup | None:
        """The working group of this key."""
        return next((group for group in self.planned.groups if group.key == key), None) if self.planned else None


def evolve(state: Conference, event: ConferenceEvent) -> Conference:
    """Fold one fact into the state."""
    match event:
        case ConferencePlanned():
            return replace(state, planned=event)
        case ResultRecorded():
            recorded = {name: value for name, value in event if name != "title"}
            return replace(state, results=(*state.results, Result(**recorded)))
        case ResultCorrected():
            corrected = [_corrected(result, event) if result.result == event.result else result for result in state.results]
            return replace(state, results=tuple(corrected))
        case ConferenceHeld():
            return replace(state, held=event)
        case _:
            assert_never(event)


def decide(command: ConferenceCommand, state: Conference) -> Sequence[ConferenceEvent]:
    """Grant or refuse a command."""
    match command:
        case PlanConference():
            return plan(command, state)
        case RecordResult():
            return record(command, state)
        case CorrectResult():
            return correct(command, state)
        case HoldConference():
            return hold(command, state)
        case _:
            assert_never(command)


def plan(command: PlanConference, state: Conference) -> Sequence[ConferenceEvent]:
    """A new conference; the same one again is nothing to do."""
    planned = ConferencePlanned(**{name: value for name, value in command if name != "now"})
    if state.planned == planned:
        return []
    if state.planned:
        raise ConferenceIsPlannedAlready
    return [planned]


def record(command: RecordResult, state: Conference) -> Sequence[ConferenceEvent]:
    """One more result, as long as none was handed over."""
    planned = must_be_planned(state)
    if state.result(command.result):
        return []
    if state.held:
        raise ResultsAreHandedOver
    if command.group is not None and state.group(command.group) is None:
        raise GroupIsUnknown
    recorded = ResultRecorded(
        title=planned.title,
        result=command.result,
        number=len(state.results) + 1,
        result_title=command.result_title,
        text=command.text,
        group=command.group,
        level=command.level,
        comes_from=command.comes_from,
    )
    return [recorded]


def correct(command: CorrectResult, state: Conference) -> Sequence[ConferenceEvent]:
    """Another title or text, also after the hand-over; the same ones are nothing to do."""
    planned = must_be_planned(state)
    if (result := state.result(command.result)) is None:
        raise ResultIsUnknown
    if (command.result_title, command.text) == (result.result_title, result.text):
        return []
    corrected = ResultCorrected(
        title=planned.title,
        result=result.result,
        number=result.number,
        result_title=command.result_title,
        text=command.text,
        reason=command.reason,
    )
    return [corrected]


def hold(command: HoldConference, state: Conference) -> Sequence[ConferenceEvent]:
    """The hand-over of all results, once."""
    planned = must_be_planned(state)
    if state.held:
        raise ResultsAreHandedOverAlready
    held_on = command.held_on or local_day(command.now)
    if held_on > local_day(command.now):
        raise HoldingLiesInTheFuture
    if held_on < local_day(planned.starts_at):
        raise ConferenceIsNotDueYet(starts_at=planned.starts_at.isoformat())
    if not state.results:
        raise NothingToHandOver
    held = ConferenceHeld(
        title=planned.title,
        host=planned.host,
        host_name=planned.host_name,
        held_on=held_on,
        place=planned.place,
        attendance=command.attendance,
        results=tuple(HeldResult(result=one.result, number=one.number, result_title=one.result_title) for one in state.results),
        results_go_to=planned.results_go_to,
        results_go_to_name=planned.results_go_to_name,
    )
    return [held]


def must_be_planned(state: Conference) -> ConferencePlanned:
    """What is planned; the refusal where nothing is."""
    if state.planned is None:
        raise ConferenceIsUnknown
    return state.planned


def _corrected(result: Result, event: ResultCorrected) -> Result:
    return replace(result, result_title=event.result_title, text=event.text, reason=event.reason)


CONFERENCE: Decider[Conference, ConferenceCommand, ConferenceEvent] = Decider(
    name="conferences.Conference", initial=Conference(), evolve=evolve, decide=decide, events=get_args(ConferenceEvent)
)
