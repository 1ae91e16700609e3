"""A sitting: the meeting as held, a stream of its own that opening the meeting begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.attendance import Attendance, RecordArrival, RecordLeaving, arrive, leave
from services.meetings.dealing import (
    CorrectResolution,
    Dealt,
    DeliberateItem,
    Items,
    ReceiveItem,
    Resolve,
    TakeNote,
    correct,
    deliberate,
    must_be_on_the_agenda,
    receive,
    resolve,
    take_note,
)
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
from services.meetings.items import AgendaItem, QuorumAsked, SittingMember
from shared.domain import Command, Decider, Refusal

LONGEST = timedelta(days=7)
"""Our decision: whoever closes a sitting after more has forgotten to close it and means an earlier time."""


def sitting_of(meeting: UUID) -> UUID:
    """The stream of a meeting's sitting."""
    return uuid5(meeting, "sitting")


class OpenSitting(Command):
    """Begin the sitting of a meeting that has been opened, with the agenda, the members and the quorum of that moment."""

    meeting: UUID
    body: UUID
    body_name: str
    title: str
    public: bool
    place: str
    opened_at: AwareDatetime
    agenda: tuple[AgendaItem, ...]
    members: tuple[SittingMember, ...]
    quorum: QuorumAsked


class CloseSitting(Command):
    """End the sitting: now, or at the time at which it really ended."""

    closed_at: AwareDatetime | None = None


Doing = RecordArrival | RecordLeaving | ReceiveItem | DeliberateItem | TakeNote | Resolve
"""What happens in a sitting at some time between its opening and its end."""
Happened = AttendanceEvent | DealingEvent
SittingCommand = OpenSitting | CloseSitting | CorrectResolution | Doing


class SittingIsNotOpen(Refusal):
    """Nothing happens in a sitting that was never opened, and it cannot be closed."""


class SittingIsOpenAlready(Refusal):
    """A meeting is held once."""


class SittingIsClosed(Refusal):
    """A closed sitting cannot be changed; what was recorded wrongly of a resolution is corrected, with a reason."""


class TimeLiesOutsideTheSitting(Refusal):
    """What happens in a sitting happens after its opening, and is recorded when it happens or afterwards."""


class SittingEndsBeforeItBegan(Refusal):
    """A sitting ends after it began."""


class SittingEndsBeforeTheLastThatHappened(Refusal):
    """A sitting ends after everything that is recorded of it."""


class SittingLastsTooLong(Refusal):
    """A sitting lasts less than seven days; enter the time at which it really happened, or ended."""


class ClosingLiesInTheFuture(Refusal):
    """A sitting is closed when it ends or afterwards, not in advance."""


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


def decide(command: SittingCommand, state: Sitting) -> Sequence[SittingEvent]:
    """Grant or refuse a command."""
    match command:
        case OpenSitting():
            return open_sitting(command, state)
        case CloseSitting():
            return close(command, state)
        case CorrectResolution():
            opened = must_have_been_opened(state)
            return correct(command, opened.items, opened.named())
        case _:
            return must_fit(do(command, state), must_have_been_opened(state))


def open_sitting(command: OpenSitting, state: Sitting) -> Sequence[SittingEvent]:
    """The beginning; the same one again is nothing to do."""
    opened = SittingOpened(**{name: value for name, value in command if name != "now"})
    if state.opened is None:
        return [opened]
    if state.opened.said == opened:
        return []
    raise SittingIsOpenAlready


def do(command: Doing, state: Sitting) -> Sequence[Happened]:
    """What happens between opening and end, at the time at which it really happened."""
    opened = must_have_been_opened(state)
    if state.closed_at is not None:
        raise SittingIsClosed
    at = command.at or command.now
    if not opened.said.opened_at <= at <= command.now:
        raise TimeLiesOutsideTheSitting(opened_at=opened.said.opened_at.isoformat())
    named = opened.named()
    if isinstance(command, RecordArrival):
        return arrive(command, opened.attendance, at, named)
    if isinstance(command, RecordLeaving):
        return leave(command, opened.attendance, at, named)
    dealt = must_be_on_the_agenda(opened.items, command.item)
    match command:
        case ReceiveItem():
            return receive(command, dealt, at, named)
        case DeliberateItem():
            return deliberate(command, dealt, at, named)
        case TakeNote():
            return take_note(command, dealt, at, named)
        case Resolve():
            return resolve(command, dealt, opened.attendance, at, named)
        case _:
            assert_never(command)


def must_fit(happened: Sequence[Happened], opened: Opened) -> Sequence[Happened]:
    """What is new. SittingLastsTooLong for what happened so late that the sitting could not be closed behind it any more."""
    opened_at = opened.said.opened_at
    if any((at := time_of(event)) and at - opened_at >= LONGEST for event in happened):
        raise SittingLastsTooLong(opened_at=opened_at.isoformat())
    return happened


def close(command: CloseSitting, state: Sitting) -> Sequence[SittingEvent]:
    """The end; once more for the same moment is nothing to do."""
    opened = must_have_been_opened(state)
    if state.closed_at is not None:
        if command.closed_at in (None, state.closed_at):
            return []
        raise SittingIsClosed
    closed_at, opened_at = command.closed_at or command.now, opened.said.opened_at
    if closed_at > command.now:
        raise ClosingLiesInTheFuture
    if closed_at < opened_at:
        raise SittingEndsBeforeItBegan(opened_at=opened_at.isoformat())
    if closed_at < opened.latest:
        raise SittingEndsBeforeTheLastThatHappened(latest=opened.latest.isoformat())
    if closed_at - opened_at >= LONGEST:
        raise SittingLastsTooLong(opened_at=opened_at.isoformat())
    closed = SittingClosed(**opened.named(), opened_at=opened_at, closed_at=closed_at, place=opened.said.place, undealt=opened.undealt())
    return [closed]


def must_have_been_opened(state: Sitting) -> Opened:
    """What is going on, or has been."""
    if state.opened is None:
        raise SittingIsNotOpen
    return state.opened


SITTING: Decider[Sitting, SittingCommand, SittingEvent] = Decider(
    name="meetings.Sitting", initial=Sitting(), evolve=evolve, decide=decide, events=get_args(SittingEvent)
)
