"""A meeting as planned, and what has to be so before anything is done with it. Pure: its facts in, a state out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.meetings.agenda import Agenda, with_event
from services.meetings.events.meeting import (
    ItemAdded,
    ItemPlaced,
    ItemRemoved,
    ItemReturned,
    MeetingCancelled,
    MeetingCorrected,
    MeetingEvent,
    MeetingOpened,
    MeetingRescheduled,
    MeetingScheduled,
    MembersInvited,
)
from services.meetings.inviting import Invitation
from services.meetings.items import InvitedMember
from shared.domain import Refusal


class MeetingIsUnknown(Refusal):
    """There is no such meeting."""


class MeetingIsCancelled(Refusal):
    """A cancelled meeting cannot be changed."""


class MeetingHasBegun(Refusal):
    """A meeting that has begun can be neither moved, cancelled nor opened again."""


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
    corrected: tuple[MeetingCorrected, ...] = ()
    """What was put right of what is planned, the earliest first."""


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
        case MeetingCorrected():
            planned = state.invitation and replace(
                state.invitation, title=event.title, place=event.place, starts_at=event.starts_at, ends_at=event.ends_at
            )
            return replace(state, invitation=planned, reason=event.cancelled_because, corrected=(*state.corrected, event))
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
