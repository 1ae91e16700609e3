"""A sitting: the meeting as held, a stream of its own that opening the meeting begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.attendance import RecordArrival, RecordLeaving, arrive, leave
from services.meetings.bounds import must_be_closable, must_end_after_all, must_lie_within
from services.meetings.correcting import CorrectSitting, correct
from services.meetings.dealing import (
    DeliberateItem,
    ReceiveItem,
    Resolve,
    TakeNote,
    deliberate,
    receive,
    resolve,
    take_note,
)
from services.meetings.dealt import must_be_on_the_agenda
from services.meetings.events.sitting import (
    SittingClosed,
    SittingEvent,
    SittingOpened,
)
from services.meetings.held import Happened, Opened, Sitting, evolve, must_have_been_opened
from services.meetings.items import AgendaItem, QuorumAsked, SittingMember
from shared.domain import Command, Decider, Refusal


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
SittingCommand = OpenSitting | CloseSitting | CorrectSitting | Doing


class SittingIsOpenAlready(Refusal):
    """A meeting is held once."""


class SittingIsClosed(Refusal):
    """Nothing goes on in a closed sitting. What was recorded wrongly of it, or left out, is corrected with a reason; a vote that is missing
    is entered with its own time."""


def decide(command: SittingCommand, state: Sitting) -> Sequence[SittingEvent]:
    """Grant or refuse a command."""
    match command:
        case OpenSitting():
            return open_sitting(command, state)
        case CloseSitting():
            return close(command, state)
        case CorrectSitting():
            return correct(command, state)
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
    """What happens between opening and end, at the time at which it really happened; a vote that was left out, also afterwards."""
    opened = must_have_been_opened(state)
    if state.closed_at is not None and not (isinstance(command, Resolve) and command.at):
        raise SittingIsClosed
    at = command.at or command.now
    must_lie_within(at, opened.opened_at, state.closed_at or command.now)
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
    """What is new, where all that is recorded fits together with it."""
    for event in happened:
        after = opened.with_event(event)
        must_be_closable(after.latest, opened.opened_at)
        after.must_hold()
    return happened


def close(command: CloseSitting, state: Sitting) -> Sequence[SittingEvent]:
    """The end; once more for the same moment is nothing to do."""
    opened = must_have_been_opened(state)
    if state.closed_at is not None:
        if command.closed_at in (None, state.closed_at):
            return []
        raise SittingIsClosed
    closed_at = command.closed_at or command.now
    must_end_after_all(closed_at, opened.opened_at, opened.latest, command.now)
    closed = SittingClosed(
        **opened.named(), opened_at=opened.opened_at, closed_at=closed_at, place=opened.said.place, undealt=opened.undealt()
    )
    return [closed]


SITTING: Decider[Sitting, SittingCommand, SittingEvent] = Decider(
    name="meetings.Sitting", initial=Sitting(), evolve=evolve, decide=decide, events=get_args(SittingEvent)
)
