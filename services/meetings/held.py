"""A meeting as held, and what has to be so before anything is done in it. Pure: the facts of its sitting in, a state out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from services.meetings.attendance import Attendance
from services.meetings.dealing import Dealt, Items
from services.meetings.events.sitting import (
    AttendanceEvent,
    DealingEvent,
    ItemDeliberated,
    ItemReceived,
    MemberArrived,
    MemberLeft,
    NoteTaken,
    ResolutionCorrected,
    ResolutionPassed,
    ResolutionRejected,
    SittingClosed,
    SittingEvent,
    SittingOpened,
)
from shared.domain import Refusal

Happened = AttendanceEvent | DealingEvent


class SittingIsNotOpen(Refusal):
    """Nothing happens in a sitting that was never opened, and it cannot be closed."""


@dataclass(frozen=True)
class Opened:
    """A sitting that has begun, with all that has happened in it."""

    said: SittingOpened
    attendance: Attendance
    items: Items
    latest: datetime
    """The last time at which something happened."""

    def named(self) -> dict[str, Any]:
        """What each fact about the sitting says of it."""
        return self.said.model_dump(include={"body", "body_name", "title", "public", "meeting"})

    def undealt(self) -> tuple[UUID, ...]:
        """The items that were proposed and that the body has not come to."""
        return tuple(dealt.item.id for dealt in self.items if dealt.item.proposal and not dealt.is_done())

    def with_event(self, event: Happened) -> Opened:
        """The same after a fact about it."""
        latest = max(self.latest, time_of(event) or self.latest)
        if isinstance(event, MemberArrived | MemberLeft):
            return replace(self, latest=latest, attendance=self.attendance.with_event(event))
        items = tuple(dealt.with_event(event) if dealt.item.id == event.item.id else dealt for dealt in self.items)
        return replace(self, latest=latest, items=items)


def time_of(event: Happened) -> datetime | None:
    """When it happened in the sitting; None for a correction, which is made whenever the mistake is noticed."""
    match event:
        case MemberArrived(arrived_at=at) | MemberLeft(left_at=at) | ItemReceived(received_at=at) | ItemDeliberated(deliberated_at=at):
            return at
        case NoteTaken(noted_at=at) | ResolutionPassed(resolved_at=at) | ResolutionRejected(rejected_at=at):
            return at
        case ResolutionCorrected():
            return None
        case _:
            assert_never(event)


@dataclass(frozen=True)
class Sitting:
    """A sitting as its rules see it."""

    opened: Opened | None = None
    closed_at: datetime | None = None


def evolve(state: Sitting, event: SittingEvent) -> Sitting:
    """Fold one fact into the state."""
    match event:
        case SittingOpened():
            items = tuple(Dealt(item) for item in event.agenda)
            return replace(state, opened=Opened(event, Attendance(event.members, event.quorum), items, event.opened_at))
        case SittingClosed():
            return replace(state, closed_at=event.closed_at)
        case _:
            return replace(state, opened=state.opened and state.opened.with_event(event))


def must_have_been_opened(state: Sitting) -> Opened:
    """What is going on, or has been."""
    if state.opened is None:
        raise SittingIsNotOpen
    return state.opened
