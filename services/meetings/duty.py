"""A hand-over duty: a body owes it to a conference to receive its results and to deliberate them, and is free of it after both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.events.duty import (
    DutyEvent,
    HandoverDutyFulfilled,
    HandoverDutyOpened,
    ResultsDeliberatedForDuty,
    ResultsReceivedForDuty,
)
from shared.domain import Command, Decider


def duty_of(conference: UUID, body: UUID) -> UUID:
    """The stream of what a body owes to a conference."""
    return uuid5(conference, f"handover:{body}")


class OpenDuty(Command):
    """The conference was held and its results go to the body."""

    conference: UUID
    conference_title: str
    body: UUID
    body_name: str
    opened_on: date
    due_by: date
    source: str


class RecordReceipt(Command):
    """The body has received the results in a meeting."""

    conference: UUID
    body: UUID
    meeting: UUID
    public: bool
    received_at: AwareDatetime


class RecordDeliberation(Command):
    """The body has deliberated the results in a meeting."""

    conference: UUID
    body: UUID
    meeting: UUID
    public: bool
    deliberated_at: AwareDatetime


DutyCommand = OpenDuty | RecordReceipt | RecordDeliberation


@dataclass(frozen=True)
class Duty:
    """A duty as its rules see it. Whether it was opened, received or deliberated first is left to chance: three reactions tell of it."""

    opened: HandoverDutyOpened | None = None
    received: ResultsReceivedForDuty | None = None
    deliberated: ResultsDeliberatedForDuty | None = None
    fulfilled: HandoverDutyFulfilled | None = None


def evolve(state: Duty, event: DutyEvent) -> Duty:
    """Fold one fact into the state."""
    match event:
        case HandoverDutyOpened():
            return replace(state, opened=event)
        case ResultsReceivedForDuty():
            return replace(state, received=event)
        case ResultsDeliberatedForDuty():
            return replace(state, deliberated=event)
        case HandoverDutyFulfilled():
            return replace(state, fulfilled=event)
        case _:
            assert_never(event)


def decide(command: DutyCommand, state: Duty) -> Sequence[DutyEvent]:
    """Grant a command; each of the three is told once, and what makes the duty whole ends it."""
    said = {name: value for name, value in command if name != "now"}
    known: DutyEvent | None
    told: DutyEvent
    match command:
        case OpenDuty():
            known, told = state.opened, HandoverDutyOpened(**said)
        case RecordReceipt():
            known, told = state.received, ResultsReceivedForDuty(**said)
        case RecordDeliberation():
            known, told = state.deliberated, ResultsDeliberatedForDuty(**said)
        case _:
            assert_never(command)
    return [] if known else [told, *fulfilled(evolve(state, told))]


def fulfilled(state: Duty) -> Sequence[DutyEvent]:
    """The end of the duty, where the body has both received and deliberated the results."""
    if not (state.opened and state.received and state.deliberated):
        return []
    received, deliberated = state.received, state.deliberated
    last = deliberated if deliberated.deliberated_at >= received.received_at else received
    ended = HandoverDutyFulfilled(
        conference=state.opened.conference,
        body=state.opened.body,
        conference_title=state.opened.conference_title,
        body_name=state.opened.body_name,
        meeting=last.meeting,
        public=last.public,
        fulfilled_at=max(received.received_at, deliberated.deliberated_at),
    )
    return [ended]


DUTY: Decider[Duty, DutyCommand, DutyEvent] = Decider(
    name="meetings.Duty", initial=Duty(), evolve=evolve, decide=decide, events=get_args(DutyEvent)
)
