"""A sitting: the meeting as held, a stream of its own that opening the meeting begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.events import SittingClosed, SittingEvent, SittingOpened
from shared.domain import Command, Decider, Refusal

LONGEST = timedelta(days=7)
"""Our decision: whoever closes a sitting after more has forgotten to close it and means an earlier time."""


def sitting_of(meeting: UUID) -> UUID:
    """The stream of a meeting's sitting."""
    return uuid5(meeting, "sitting")


class OpenSitting(Command):
    """Begin the sitting of a meeting that has been opened, with what was invited."""

    meeting: UUID
    body: UUID
    body_name: str
    title: str
    public: bool
    place: str
    opened_at: AwareDatetime


class CloseSitting(Command):
    """End the sitting: now, or at the time at which it really ended."""

    closed_at: AwareDatetime | None = None


SittingCommand = OpenSitting | CloseSitting


class SittingIsNotOpen(Refusal):
    """A sitting that was never opened cannot be closed."""


class SittingIsOpenAlready(Refusal):
    """A meeting is held once."""


class SittingIsClosed(Refusal):
    """A closed sitting cannot be changed."""


class SittingEndsBeforeItBegan(Refusal):
    """A sitting ends after it began."""


class SittingLastsTooLong(Refusal):
    """A sitting lasts less than seven days; enter the time at which it really ended."""


class ClosingLiesInTheFuture(Refusal):
    """A sitting is closed when it ends or afterwards, not in advance."""


@dataclass(frozen=True)
class Sitting:
    """A sitting as its rules see it."""

    opened: SittingOpened | None = None
    closed_at: datetime | None = None


def evolve(state: Sitting, event: SittingEvent) -> Sitting:
    """Fold one fact into the state."""
    match event:
        case SittingOpened():
            return replace(state, opened=event)
        case SittingClosed():
            return replace(state, closed_at=event.closed_at)
        case _:
            assert_never(event)


def decide(command: SittingCommand, state: Sitting) -> Sequence[SittingEvent]:
    """Grant or refuse a command."""
    match command:
        case OpenSitting():
            return open_sitting(command, state)
        case CloseSitting():
            return close(command, state)
        case _:
            assert_never(command)


def open_sitting(command: OpenSitting, state: Sitting) -> Sequence[SittingEvent]:
    """The beginning; the same one again is nothing to do."""
    opened = SittingOpened(**command.model_dump(exclude={"now"}))
    if state.opened is None:
        return [opened]
    if state.opened == opened:
        return []
    raise SittingIsOpenAlready


def close(command: CloseSitting, state: Sitting) -> Sequence[SittingEvent]:
    """The end; once more for the same moment is nothing to do."""
    if state.opened is None:
        raise SittingIsNotOpen
    if state.closed_at is not None:
        if command.closed_at in (None, state.closed_at):
            return []
        raise SittingIsClosed
    closed_at = command.closed_at or command.now
    if closed_at > command.now:
        raise ClosingLiesInTheFuture
    if closed_at < state.opened.opened_at:
        raise SittingEndsBeforeItBegan(opened_at=state.opened.opened_at.isoformat())
    if closed_at - state.opened.opened_at >= LONGEST:
        raise SittingLastsTooLong(opened_at=state.opened.opened_at.isoformat())
    return [SittingClosed(**state.opened.model_dump(), closed_at=closed_at)]


SITTING: Decider[Sitting, SittingCommand, SittingEvent] = Decider(
    name="meetings.Sitting", initial=Sitting(), evolve=evolve, decide=decide, events=get_args(SittingEvent)
)
