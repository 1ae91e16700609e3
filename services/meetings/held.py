"""A meeting as held, and what has to be so before anything is done in it. Pure: the facts of its sitting in, a state out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.meetings.attendance import Attendance
from services.meetings.dealt import Dealt, Items
from services.meetings.events.sitting import (
    AttendanceEvent,
    DealingEvent,
    MemberArrived,
    MemberLeft,
    PresenceEntry,
    SittingClosed,
    SittingCorrected,
    SittingEvent,
    SittingOpened,
    SpanEntry,
)
from shared.domain import Refusal

Happened = AttendanceEvent | DealingEvent


class SittingIsNotOpen(Refusal):
    """Nothing happens in a sitting that was never opened, and it cannot be closed."""


@dataclass(frozen=True)
class Opened:
    """A sitting that has begun, with all that has happened in it."""

    said: SittingOpened
    opened_at: datetime
    """When it really began, which may have been entered wrongly at first."""
    attendance: Attendance
    items: Items
    corrections: tuple[SittingCorrected, ...] = ()

    @property
    def latest(self) -> datetime:
        """The last time at which something happened."""
        return max([self.opened_at, *self.times()])

    def times(self) -> Iterable[datetime]:
        """When something happened in it."""
        yield from (move.at for move in self.attendance.moves)
        yield from (at for dealt in self.items for at in dealt.times())

    def named(self) -> dict[str, Any]:
        """What each fact about the sitting says of it."""
        return self.said.model_dump(include={"body", "body_name", "title", "public", "meeting"})

    def undealt(self) -> tuple[UUID, ...]:
        """The items that were proposed and that the body has not come to."""
        return tuple(dealt.item.id for dealt in self.items if dealt.item.proposal and not dealt.is_done())

    def with_event(self, event: Happened) -> Opened:
        """The same after a fact about it."""
        if isinstance(event, MemberArrived | MemberLeft):
            return replace(self, attendance=self.attendance.with_event(event))
        return replace(self, items=tuple(dealt.with_event(event) if dealt.item.id == event.item.id else dealt for dealt in self.items))

    def corrected(self, event: SittingCorrected) -> Opened:
        """The same as a correction has it."""
        corrections, entry = (*self.corrections, event), event.entry
        if isinstance(entry, SpanEntry):
            return replace(self, corrections=corrections, opened_at=event.opened_at)
        if isinstance(entry, PresenceEntry):
            return replace(self, corrections=corrections, attendance=self.attendance.corrected(entry))
        items = tuple(dealt.corrected(entry) if dealt.item.id == entry.item.id else dealt for dealt in self.items)
        return replace(self, corrections=corrections, items=items)

    def must_hold(self) -> None:
        """The refusal of what cannot have been so, judged on all that is recorded together."""
        self.attendance.must_hold()
        for dealt in self.items:
            dealt.must_hold(self.attendance)


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
            return replace(state, opened=Opened(event, event.opened_at, Attendance(event.members, event.quorum), items))
        case SittingClosed():
            return replace(state, closed_at=event.closed_at)
        case SittingCorrected():
            return replace(state, opened=state.opened and state.opened.corrected(event), closed_at=event.closed_at)
        case _:
            return replace(state, opened=state.opened and state.opened.with_event(event))


def must_have_been_opened(state: Sitting) -> Opened:
    """What is going on, or has been."""
    if state.opened is None:
        raise SittingIsNotOpen
    return state.opened
