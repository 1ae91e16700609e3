"""A meeting as invited: planned with its agenda, moved, cancelled, begun. Once it has begun, only its sitting goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never, get_args
from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.agenda import AddItem, Agenda, PlaceItem, RemoveItem, ReturnItems, add, place, remove, returned, with_event
from services.meetings.events.meeting import (
    ItemAdded,
    ItemPlaced,
    ItemRemoved,
    ItemReturned,
    MeetingCancelled,
    MeetingEvent,
    MeetingOpened,
    MeetingRescheduled,
    MeetingScheduled,
    MembersInvited,
)
from services.meetings.inviting import Invitation, InviteMembers, invite
from services.meetings.items import InvitedMember, QuorumAsked, SittingMember
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day


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


AgendaCommand = PlaceItem | AddItem | RemoveItem | ReturnItems
MeetingCommand = ScheduleMeeting | RescheduleMeeting | CancelMeeting | OpenMeeting | InviteMembers | AgendaCommand


class MeetingIsUnknown(Refusal):
    """There is no such meeting."""


class MeetingIsScheduledAlready(Refusal):
    """A meeting is scheduled once; to change it, reschedule it."""


class MeetingIsCancelled(Refusal):
    """A cancelled meeting cannot be changed."""


class MeetingHasBegun(Refusal):
    """A meeting that has begun can be neither moved, cancelled nor opened again."""


class MeetingLiesInThePast(Refusal):
    """A meeting is planned for the future; one that is over has to be marked as entered later."""


class MeetingIsNotDueYet(Refusal):
    """A meeting cannot be opened before the day to which it was invited."""


class OpeningLiesInTheFuture(Refusal):
    """A meeting is opened when it begins or afterwards, not in advance."""


@dataclass(frozen=True)
class Meeting:
    """A meeting as its rules see it; without an invitation nobody has scheduled it."""

    invitation: Invitation | None = None
    reason: str | None = None
    """Why it was cancelled; None as long as it is not."""
    opened_at: datetime | None = None
    agenda: Agenda = ()
    """The points in their order; their numbers are their places."""
    removed: frozenset[UUID] = frozenset()
    """The points that were taken off it."""
    invited: MembersInvited | None = None
    """The latest invitation."""


def evolve(state: Meeting, event: MeetingEvent) -> Meeting:
    """Fold one fact into the state."""
    match event:
        case MeetingScheduled():
            return replace(state, invitation=Invitation(**vars(event)))
        case MeetingRescheduled():
            planned = state.invitation and replace(state.invitation, starts_at=event.starts_at, ends_at=event.ends_at, place=event.place)
            return replace(state, invitation=planned)
        case MeetingCancelled():
            return replace(state, reason=event.reason)
        case MeetingOpened():
            return replace(state, opened_at=event.opened_at)
        case ItemPlaced() | ItemAdded() | ItemReturned():
            return replace(state, agenda=with_event(state.agenda, event))
        case ItemRemoved():
            return replace(state, agenda=with_event(state.agenda, event), removed=state.removed | {event.item.id})
        case MembersInvited():
            return replace(state, invited=event)
        case _:
            assert_never(event)


def decide(command: MeetingCommand, state: Meeting) -> Sequence[MeetingEvent]:
    """Grant or refuse a command."""
    match command:
        case ScheduleMeeting():
            return schedule(command, state)
        case RescheduleMeeting():
            return reschedule(command, state)
        case CancelMeeting():
            return cancel(command, state)
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
    if opened_at > command.now:
        raise OpeningLiesInTheFuture
    if local_day(opened_at) < local_day(planned.starts_at):
        raise MeetingIsNotDueYet(starts_at=planned.starts_at.isoformat())
    opened = MeetingOpened(
        **planned.named(),
        opened_at=opened_at,
        place=planned.place,
        agenda=state.agenda,
        members=command.members,
        quorum=command.quorum,
    )
    return [opened]


def whom_it_was_told(state: Meeting) -> tuple[InvitedMember, ...]:
    """The members who were invited last."""
    return state.invited.members if state.invited else ()


def must_be_known(state: Meeting) -> Invitation:
    """What was planned, whatever has become of it."""
    if state.invitation is None:
        raise MeetingIsUnknown
    return state.invitation


def must_be_planned(state: Meeting) -> Invitation:
    """What is planned, or the refusal of what is only possible before a meeting begins."""
    planned = must_be_known(state)
    if state.reason is not None:
        raise MeetingIsCancelled
    if state.opened_at is not None:
        raise MeetingHasBegun
    return planned


MEETING: Decider[Meeting, MeetingCommand, MeetingEvent] = Decider(
    name="meetings.Meeting", initial=Meeting(), evolve=evolve, decide=decide, events=get_args(MeetingEvent)
)
