"""What was entered wrongly of a meeting as invited is put right with a reason, whatever has become of the meeting since."""

from __future__ import annotations

from collections.abc import Sequence

from services.meetings.events.meeting import MeetingCorrected, MeetingRescheduled
from services.meetings.planned import Meeting, must_be_known, whom_it_was_told
from shared.domain import Command, Refusal


class CorrectMeeting(Command):
    """What was entered of the meeting was wrong: this is what it is called, where it is held, why it was cancelled, and why that was
    entered otherwise."""

    title: str
    place: str
    cancelled_because: str | None
    """If it was cancelled; None keeps what is recorded."""
    reason: str


class MeetingIsNotCancelled(Refusal):
    """Why a meeting was cancelled is corrected once it was."""


def correct(command: CorrectMeeting, state: Meeting) -> Sequence[MeetingCorrected | MeetingRescheduled]:
    """The right entry; one that stands already is nothing to do. Whoever was invited to another place than a coming meeting's hears of
    it as of any other that is moved."""
    planned = must_be_known(state)
    if state.reason is None and command.cancelled_because is not None:
        raise MeetingIsNotCancelled
    why = command.cancelled_because or state.reason
    if (command.title, command.place, why) == (planned.title, planned.place, state.reason):
        return []
    named = planned.named() | {"title": command.title}
    corrected = MeetingCorrected(
        **named,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
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
