"""A meeting as invited: planned with its agenda, moved, cancelled, begun, put right. Once it has begun, only its sitting goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never, get_args
from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.agenda import (
    AddItem,
    PlaceItem,
    RemoveItem,
    RestoreItem,
    ReturnItems,
    add,
    place,
    remove,
    restored,
    returned,
)
from services.meetings.bounds import must_be_due
from services.meetings.correcting_meeting import CorrectMeeting, correct
from services.meetings.events.meeting import MeetingCancelled, MeetingEvent, MeetingOpened, MeetingRescheduled, MeetingScheduled
from services.meetings.inviting import InviteMembers, invite
from services.meetings.items import QuorumAsked, SittingMember
from services.meetings.planned import Meeting, evolve, must_be_known, must_be_planned, whom_it_was_told
from shared.domain import Command, Decider, Refusal


class ScheduleMeeting(Command):
    """Plan a meeting of a body; `entered_later` allows one that is over, so that the past can be entered too."""

    body: UUID
    body_name: str
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    public: bool
    entered_later: bool = False


class RescheduleMeeting(Command):
    """Plan the meeting for another time or place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str


class CancelMeeting(Command):
    """Call the meeting off."""

    reason: str


class OpenMeeting(Command):
    """Begin the meeting: now, or at the time at which it really began, with those who hold the body's seats on that day."""

    members: tuple[SittingMember, ...]
    quorum: QuorumAsked
    opened_at: AwareDatetime | None = None


AgendaCommand = PlaceItem | AddItem | RemoveItem | ReturnItems | RestoreItem
PlanCommand = ScheduleMeeting | RescheduleMeeting | CancelMeeting | CorrectMeeting
MeetingCommand = PlanCommand | OpenMeeting | InviteMembers | AgendaCommand


class MeetingIsScheduledAlready(Refusal):
    """A meeting is scheduled once; to change it, reschedule it."""


class MeetingLiesInThePast(Refusal):
    """A meeting is planned for the future; one that is over has to be marked as entered later."""


def decide(command: MeetingCommand, state: Meeting) -> Sequence[MeetingEvent]:
    """Grant or refuse a command."""
    match command:
        case ScheduleMeeting():
            return schedule(command, state)
        case RescheduleMeeting():
            return reschedule(command, state)
        case CancelMeeting():
            return cancel(command, state)
        case CorrectMeeting():
            return correct(command, state)
        case OpenMeeting():
            return open_meeting(command, state)
        case PlaceItem():
            planned = must_be_planned(state)
            return place(command, state.agenda, planned.named(), planned.starts_at)
        case AddItem():
            return add(command, state.agenda, must_be_planned(state).named())
        case RemoveItem():
            return remove(command, state.agenda, state.removed, must_be_planned(state).named())
        case ReturnItems():
            return returned(state.agenda, must_be_known(state).named(), frozenset(command.items))
        case RestoreItem():
            planned = must_be_known(state)
            return restored(command, state.agenda, planned.named(), planned.starts_at)
        case InviteMembers():
            return invite(command, must_be_planned(state), state.agenda, state.invited)
        case _:
            assert_never(command)


def schedule(command: ScheduleMeeting, state: Meeting) -> Sequence[MeetingEvent]:
    """A new meeting; the same one again is nothing to do."""
    scheduled = MeetingScheduled(**command.model_dump(exclude={"now"}))
    if state.invitation:
        if state == evolve(Meeting(), scheduled):
            return []
        raise MeetingIsScheduledAlready
    if command.starts_at < command.now and not command.entered_later:
        raise MeetingLiesInThePast
    return [scheduled]


def reschedule(command: RescheduleMeeting, state: Meeting) -> Sequence[MeetingEvent]:
    """Another time or place; the same ones are nothing to do."""
    planned = must_be_planned(state)
    if (command.starts_at, command.ends_at, command.place) == (planned.starts_at, planned.ends_at, planned.place):
        return []
    if command.starts_at < command.now and not planned.entered_later:
        raise MeetingLiesInThePast
    moved = MeetingRescheduled(
        **planned.named(),
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        place=command.place,
        formerly_starts_at=planned.starts_at,
        formerly_place=planned.place,
        invited=whom_it_was_told(state),
    )
    return [moved]


def cancel(command: CancelMeeting, state: Meeting) -> Sequence[MeetingEvent]:
    """Calling it off, and what was proposed for it goes back; once more for the same reason is nothing to do."""
    if state.reason == command.reason:
        return []
    planned = must_be_planned(state)
    cancelled = MeetingCancelled(
        **planned.named(),
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        place=planned.place,
        reason=command.reason,
        invited=whom_it_was_told(state),
    )
    return [cancelled, *returned(state.agenda, planned.named())]


def open_meeting(command: OpenMeeting, state: Meeting) -> Sequence[MeetingEvent]:
    """The beginning, with what was invited; once more for the same moment is nothing to do."""
    if state.opened_at and command.opened_at in (None, state.opened_at):
        return []
    planned = must_be_planned(state)
    opened_at = command.opened_at or command.now
    must_be_due(opened_at, planned.starts_at, command.now)
    opened = MeetingOpened(
        **planned.named(),
        opened_at=opened_at,
        place=planned.place,
        agenda=state.agenda,
        members=command.members,
        quorum=command.quorum,
    )
    return [opened]


MEETING: Decider[Meeting, MeetingCommand, MeetingEvent] = Decider(
    name="meetings.Meeting", initial=Meeting(), evolve=evolve, decide=decide, events=get_args(MeetingEvent)
)
