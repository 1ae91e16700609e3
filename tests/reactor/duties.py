"""A small domain for tests of reactions and timers: topics are raised elsewhere, duties are opened, done and found overdue here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid5

from shared.domain import Command, Contract, Decider, Event, Refusal
from shared.envelope import Received
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send
from shared.timers import CallOff, Due, Timers

NOW = datetime(2018, 9, 3, 9, tzinfo=UTC)
PLACE = UUID("00000000-0000-4000-8000-0000000000bb")


def topic(number: int) -> UUID:
    """A stream of the other service."""
    return uuid5(PLACE, f"topic {number}")


def duty_of(topic: UUID) -> UUID:
    """The own stream that a topic leads to."""
    return uuid5(topic, "duty")


class TopicRaised(Contract, name="topics.TopicRaised"):
    title: str
    days: int = 14


class DutyOpened(Event, name="duties.DutyOpened"):
    title: str
    due_at: datetime


class DutyRaisedAgain(Event, name="duties.DutyRaisedAgain"):
    title: str
    due_at: datetime


class DutyDone(Event, name="duties.DutyDone"):
    pass


class DutyFoundOverdue(Event, name="duties.DutyFoundOverdue"):
    at: datetime


DutyEvent = DutyOpened | DutyRaisedAgain | DutyDone | DutyFoundOverdue
EVENTS = (DutyOpened, DutyRaisedAgain, DutyDone, DutyFoundOverdue)


class OpenDuty(Command):
    title: str
    days: int


class DoDuty(Command):
    pass


class FindOverdue(Command):
    pass


DutyCommand = OpenDuty | DoDuty | FindOverdue


class TopicIsPrivate(Refusal):
    """A private topic opens no duty."""


class DutyIsDone(Refusal):
    """A duty that is done cannot be overdue."""


@dataclass(frozen=True)
class Duty:
    topics: tuple[str, ...] = ()
    done: bool = False
    overdue: bool = False


def evolve(duty: Duty, event: DutyEvent) -> Duty:
    match event:
        case DutyOpened(title=title) | DutyRaisedAgain(title=title):
            return Duty((*duty.topics, title), duty.done, duty.overdue)
        case DutyDone():
            return Duty(duty.topics, True, duty.overdue)
        case DutyFoundOverdue():
            return Duty(duty.topics, duty.done, True)
        case _:
            assert_never(event)


def decide(command: DutyCommand, duty: Duty) -> Sequence[DutyEvent]:
    match command:
        case OpenDuty(title="private"):
            raise TopicIsPrivate
        case OpenDuty(title="bug"):
            raise ZeroDivisionError("a bug of the decider")
        case OpenDuty(title=title, days=days, now=now):
            kind = DutyRaisedAgain if duty.topics else DutyOpened
            return [kind(title=title, due_at=now + timedelta(days=days))]
        case DoDuty():
            return [] if duty.done else [DutyDone()]
        case FindOverdue(now=now):
            if duty.done:
                raise DutyIsDone
            return [DutyFoundOverdue(at=now)]
        case _:
            assert_never(command)


DUTY: Decider[Duty, DutyCommand, DutyEvent] = Decider("duties.Duty", Duty(), evolve, decide)


def react(received: Received[TopicRaised]) -> Iterable[Send]:
    """A topic raised opens a duty; every raising counts, so a doubled command would show."""
    message = received.message
    yield Send(DUTY, duty_of(received.stream), OpenDuty(now=received.entry.recorded_at, title=message.title, days=message.days))


WHEN_TOPIC_RAISED = Reaction("when_topic_raised_then_open_duty", "topics", (TopicRaised,), react)


def plan(received: Received[DutyEvent]) -> Iterable[Due | CallOff]:
    """A duty that is not done in time is found overdue."""
    match received.message:
        case DutyOpened(due_at=due_at) | DutyRaisedAgain(due_at=due_at):
            yield Due(due_at, received.stream, FindOverdue(now=due_at), key="deadline")
        case DutyDone():
            yield CallOff("deadline")
        case DutyFoundOverdue():
            pass
        case _ as never:
            assert_never(never)


DEADLINES = Timers("duty_deadlines_v1", {OWN: EVENTS}, plan, {FindOverdue: DUTY})
