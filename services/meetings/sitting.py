"""A sitting: the meeting as held, a stream of its own that opening the meeting begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.attendance import RecordArrival, RecordLeaving, arrive, leave
from services.meetings.dealing import (
    CorrectResolution,
    DeliberateItem,
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
    SittingClosed,
    SittingEvent,
    SittingOpened,
)
from services.meetings.held import Happened, Opened, Sitting, evolve, must_have_been_opened, time_of
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
SittingCommand = OpenSitting | CloseSitting | CorrectResolution | Doing


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


SITTING: Decider[Sitting, SittingCommand, SittingEvent] = Decider(
    name="meetings.Sitting", initial=Sitting(), evolve=evolve, decide=decide, events=get_args(SittingEvent)
)
