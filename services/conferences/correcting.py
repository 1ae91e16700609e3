"""What was entered wrongly of a conference is put right with a reason; judged by how everything stands afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.events.conference import ConferenceCorrected, ConferenceHeld, ConferencePlanned
from services.conferences.parts import WorkingGroup
from shared.domain import Command, Refusal
from shared.localday import local_day


class CorrectConference(Command):
    """What was entered of the conference was wrong: this is how it is planned, or was held, and why that was entered otherwise."""

    title: str
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...] | None
    """None keeps what is recorded."""
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    results_go_to_name: str
    held_on: date | None
    attendance: int | None
    """Both as they were, if it was held; None keeps what is recorded."""
    reason: str


class ConferenceIsNotHeldYet(Refusal):
    """On which day it was held, and how many were there, is corrected once that was entered."""


class ConferenceIsNotDueYet(Refusal):
    """A conference cannot be held before the day for which it was planned."""


class HoldingLiesInTheFuture(Refusal):
    """A conference is entered as held on its day or afterwards, not in advance."""


class WorkingGroupsStay(Refusal):
    """A working group that was named stays: it can be called otherwise, and others can be added."""


class ResultsWentElsewhere(Refusal):
    """To whom the results were handed over has happened, and is not corrected."""


PLAN = ("title", "partners", "groups", "starts_at", "ends_at", "place", "results_go_to", "results_go_to_name")
"""What can be wrong of a plan."""
HOLDING = ("title", "place", "held_on", "attendance")
"""What can be wrong of a holding."""


def correct(command: CorrectConference, planned: ConferencePlanned, held: ConferenceHeld | None) -> Sequence[ConferenceCorrected]:
    """The whole entry as it should have been; what is recorded just so is nothing to do."""
    if held is None and (command.held_on, command.attendance) != (None, None):
        raise ConferenceIsNotHeldYet
    if held and command.results_go_to != held.results_go_to:
        raise ResultsWentElsewhere
    groups = planned.groups if command.groups is None else command.groups
    if not {group.key for group in planned.groups} <= {group.key for group in groups}:
        raise WorkingGroupsStay
    # The same body may be called otherwise by now; it is told by the name that was entered with it.
    same_body = command.results_go_to == planned.results_go_to
    corrected = ConferenceCorrected(
        **{name: getattr(command, name) for name in PLAN if name not in ("groups", "results_go_to_name")},
        groups=groups,
        host=planned.host,
        host_name=planned.host_name,
        formerly_title=planned.title,
        formerly_starts_at=planned.starts_at,
        formerly_ends_at=planned.ends_at,
        formerly_place=planned.place,
        results_go_to_name=planned.results_go_to_name if same_body else command.results_go_to_name,
        held_on=(command.held_on or held.held_on) if held else None,
        attendance=attendance_after(command, held),
        cancelled_because=None,
        reason=command.reason,
        corrected_at=command.now,
    )
    if (plan_after(planned, corrected), holding_after(held, corrected)) == (planned, held):
        return []
    if corrected.held_on:
        must_be_possible(corrected.held_on, planned_at=command.starts_at, now=command.now)
    return [corrected]


def attendance_after(command: CorrectConference, held: ConferenceHeld | None) -> int | None:
    """How many were there, as it should have been entered; None for a conference that was not held."""
    recorded = held.attendance if held else None
    return recorded if command.attendance is None else command.attendance


def must_be_possible(held_on: date, *, planned_at: datetime, now: datetime) -> None:
    """The refusal of a day that lies ahead, or before the one for which the conference was planned."""
    if held_on > local_day(now):
        raise HoldingLiesInTheFuture
    if held_on < local_day(planned_at):
        raise ConferenceIsNotDueYet(starts_at=planned_at.isoformat())


def plan_after(planned: ConferencePlanned | None, event: ConferenceCorrected) -> ConferencePlanned | None:
    """The plan as it should have been entered."""
    return planned and planned.model_copy(update={name: getattr(event, name) for name in PLAN})


def holding_after(held: ConferenceHeld | None, event: ConferenceCorrected) -> ConferenceHeld | None:
    """The holding as it should have been entered; None as long as there is none."""
    return held and held.model_copy(update={name: getattr(event, name) for name in HOLDING})
