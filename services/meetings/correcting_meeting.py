"""What was entered wrongly of a meeting as invited is put right with a reason, whatever has become of the meeting since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime

from services.meetings.bounds import must_be_due
from services.meetings.events.meeting import MeetingCorrected, MeetingRescheduled
from services.meetings.planned import Meeting, must_be_known, whom_it_was_told
from shared.domain import Command, Refusal


class CorrectMeeting(Command):
    """What was entered of the meeting was wrong: this is what it is called, for when and where it was planned, why it was cancelled, and
    why that was entered otherwise."""

    title: str
    place: str
    starts_at: AwareDatetime | None = None
    """None keeps what is recorded, the end with it."""
    ends_at: AwareDatetime | None = None
    cancelled_because: str | None
    """If it was cancelled; None keeps what is recorded."""
    reason: str
    opened_at: AwareDatetime | None = None
    """When its sitting was really opened, as its record says by now; None for one that was not."""


class MeetingIsNotCancelled(Refusal):
    """Why a meeting was cancelled is corrected once it was."""


class PlannedMeetingIsMoved(Refusal):
    """The times of a meeting that is planned are changed by moving it, and whoever was invited hears of it."""


def correct(command: CorrectMeeting, state: Meeting) -> Sequence[MeetingCorrected | MeetingRescheduled]:
    """The right entry; one that stands already is nothing to do. Whoever was invited to another place than a coming meeting's hears of
    it as of any other that is moved."""
    planned = must_be_known(state)
    if state.reason is None and command.cancelled_because is not None:
        raise MeetingIsNotCancelled
    why = command.cancelled_because or state.reason
    starts_at, ends_at = times_of(command, state)
    right = (command.title, command.place, why, starts_at, ends_at)
    if right == (planned.title, planned.place, state.reason, planned.starts_at, planned.ends_at):
        return []
    named = planned.named() | {"title": command.title}
    corrected = MeetingCorrected(
        **named,
        starts_at=starts_at,
        ends_at=ends_at,
        place=command.place,
        cancelled_because=why,
        reason=command.reason,
        corrected_at=command.now,
    )
    comes = state.reason is None and state.opened_at is None and planned.starts_at > command.now
    if not comes or command.place == planned.place:
        return [corrected]
    moved = MeetingRescheduled(
        **named,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        place=command.place,
        formerly_starts_at=planned.starts_at,
        formerly_place=planned.place,
        invited=whom_it_was_told(state),
    )
    return [corrected, moved]


def times_of(command: CorrectMeeting, state: Meeting) -> tuple[datetime, datetime | None]:
    """For when it was planned, as it is right. MeetingIsNotDueYet for a day after that on which it was opened."""
    planned = must_be_known(state)
    if command.starts_at is None or (command.starts_at, command.ends_at) == (planned.starts_at, planned.ends_at):
        return planned.starts_at, planned.ends_at
    if state.reason is None and state.opened_at is None:
        raise PlannedMeetingIsMoved
    if opened_at := command.opened_at or state.opened_at:
        must_be_due(opened_at, command.starts_at, command.now)
    return command.starts_at, command.ends_at
