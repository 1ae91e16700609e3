"""A conference: planned, its results recorded and corrected, handed over once, when it was held, or called off, and put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never, get_args
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.cancelling import CancelConference, CorrectCancellation, cancel, correct_cancellation, must_take_place
from services.conferences.correcting import CorrectConference, holding_after, must_be_possible, plan_after
from services.conferences.correcting import correct as correct_conference
from services.conferences.events.conference import (
    ConferenceCancelled,
    ConferenceCorrected,
    ConferenceEvent,
    ConferenceHeld,
    ConferencePlanned,
    ResultCorrected,
    ResultRecorded,
)
from services.conferences.parts import HeldResult, WorkingGroup
from services.conferences.results import CorrectResult, RecordResult, Results, correct, record, with_event
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


class HoldConference(Command):
    """Enter that the conference was held, today or on its own day, and hand its results over."""

    held_on: date | None
    attendance: int


ConferenceCommand = (
    PlanConference | RecordResult | CorrectResult | HoldConference | CancelConference | CorrectConference | CorrectCancellation
)


class ConferenceIsUnknown(Refusal):
    """There is no such conference."""


class ConferenceIsPlannedAlready(Refusal):
    """A conference is planned once."""


class ResultsAreHandedOverAlready(Refusal):
    """The results of a conference are handed over once."""


class NothingToHandOver(Refusal):
    """A conference is handed over with its results: record what came out of it first."""


@dataclass(frozen=True)
class Conference:
    """A conference as its rules see it; without a plan there is none."""

    planned: ConferencePlanned | None = None
    results: Results = ()
    held: ConferenceHeld | None = None
    entered: ConferencePlanned | None = None
    """The plan as it was entered first: entering it once more changes nothing of what was corrected since."""
    cancelled_because: str | None = None
    """None as long as it was not called off."""
    corrected: tuple[ConferenceCorrected, ...] = ()

    def group(self, key: str) -> WorkingGroup | None:
        """The working group of this key."""
        return next((group for group in self.planned.groups if group.key == key), None) if self.planned else None


def evolve(state: Conference, event: ConferenceEvent) -> Conference:
    """Fold one fact into the state."""
    match event:
        case ConferencePlanned():
            return replace(state, planned=event, entered=event)
        case ResultRecorded() | ResultCorrected():
            return replace(state, results=with_event(state.results, event))
        case ConferenceHeld():
            return replace(state, held=event)
        case ConferenceCancelled():
            return replace(state, cancelled_because=event.reason)
        case ConferenceCorrected():
            planned = plan_after(state.planned, event)
            held, why = holding_after(state.held, event), event.cancelled_because
            return replace(state, planned=planned, held=held, cancelled_because=why, corrected=(*state.corrected, event))
        case _:
            assert_never(event)


def decide(command: ConferenceCommand, state: Conference) -> Sequence[ConferenceEvent]:
    """Grant or refuse a command."""
    match command:
        case PlanConference():
            return plan(command, state)
        case RecordResult():
            return record(command, must_be_on(state), state.results, handed_over=state.held is not None)
        case CorrectResult():
            return correct(command, must_be_planned(state), state.results)
        case HoldConference():
            return hold(command, state)
        case CancelConference():
            return cancel(command, must_be_planned(state), state.cancelled_because, held=state.held is not None)
        case CorrectConference():
            return correct_conference(command, must_be_on(state), state.held)
        case CorrectCancellation():
            return correct_cancellation(command, must_be_planned(state), state.cancelled_because)
        case _:
            assert_never(command)


def plan(command: PlanConference, state: Conference) -> Sequence[ConferenceEvent]:
    """A new conference; the same one again is nothing to do, also where it was corrected since."""
    planned = ConferencePlanned(**{name: value for name, value in command if name != "now"})
    if planned in (state.planned, state.entered):
        return []
    if state.planned:
        raise ConferenceIsPlannedAlready
    return [planned]


def hold(command: HoldConference, state: Conference) -> Sequence[ConferenceEvent]:
    """The hand-over of all results, once."""
    planned = must_be_on(state)
    if state.held:
        raise ResultsAreHandedOverAlready
    held_on = command.held_on or local_day(command.now)
    must_be_possible(held_on, planned_at=planned.starts_at, now=command.now)
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


def must_be_on(state: Conference) -> ConferencePlanned:
    """What is planned or was held; the refusal where nothing is, or where it was called off."""
    planned = must_be_planned(state)
    must_take_place(state.cancelled_because)
    return planned


CONFERENCE: Decider[Conference, ConferenceCommand, ConferenceEvent] = Decider(
    name="conferences.Conference", initial=Conference(), evolve=evolve, decide=decide, events=get_args(ConferenceEvent)
)
