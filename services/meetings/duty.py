"""A hand-over duty: a body owes it to a conference to receive its results and to deliberate them, and is free of it after both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.events.duty import (
    DealingForDutyCorrected,
    DutyEvent,
    HandoverDutyFulfilled,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyReopened,
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


class RenameDuty(Command):
    """The conference is called otherwise than was entered."""

    conference_title: str
    reason: str


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


class CorrectDealing(Command):
    """What the body did of it in a meeting was recorded wrongly there, or left out."""

    conference: UUID
    body: UUID
    what: Literal["receipt", "deliberation"]
    meeting: UUID
    public: bool
    at: AwareDatetime | None
    reason: str


DutyCommand = OpenDuty | RenameDuty | RecordReceipt | RecordDeliberation | CorrectDealing


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
        case HandoverDutyRenamed():
            right = {"conference_title": event.conference_title}
            ended = state.fulfilled and state.fulfilled.model_copy(update=right)
            return replace(state, opened=state.opened and state.opened.model_copy(update=right), fulfilled=ended)
        case ResultsReceivedForDuty():
            return replace(state, received=event)
        case ResultsDeliberatedForDuty():
            return replace(state, deliberated=event)
        case DealingForDutyCorrected():
            if event.what == "receipt":
                received = state.received.model_copy(update={"received_at": event.at}) if state.received and event.at else None
                return replace(state, received=received)
            deliberated = state.deliberated.model_copy(update={"deliberated_at": event.at}) if state.deliberated and event.at else None
            return replace(state, deliberated=deliberated)
        case HandoverDutyFulfilled():
            return replace(state, fulfilled=event)
        case HandoverDutyReopened():
            return replace(state, fulfilled=None)
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
        case RenameDuty():
            return rename(command, state)
        case CorrectDealing():
            return correct(command, state)
        case _:
            assert_never(command)
    return [] if known else [told, *fulfilled(evolve(state, told))]


def rename(command: RenameDuty, state: Duty) -> Sequence[DutyEvent]:
    """The duty under its right title, if there is one."""
    opened = state.opened
    if opened is None or opened.conference_title == command.conference_title:
        return []
    renamed = HandoverDutyRenamed(
        conference=opened.conference,
        body=opened.body,
        conference_title=command.conference_title,
        body_name=opened.body_name,
        reason=command.reason,
    )
    return [renamed]


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


def correct(command: CorrectDealing, state: Duty) -> Sequence[DutyEvent]:
    """What the meeting did, as it really was; the duty ends by it, goes on, or begins again."""
    of: dict[str, Any] = {"conference": command.conference, "body": command.body, "meeting": command.meeting, "public": command.public}
    receipt = command.what == "receipt"
    known = state.received if receipt else state.deliberated
    if known is None:
        if command.at is None:
            return []
        told: DutyEvent = ResultsReceivedForDuty(**of, received_at=command.at)
        if not receipt:
            told = ResultsDeliberatedForDuty(**of, deliberated_at=command.at)
        return [told, *fulfilled(evolve(state, told))]
    stands = known.received_at if isinstance(known, ResultsReceivedForDuty) else known.deliberated_at
    if known.meeting != command.meeting or stands == command.at:
        return []
    corrected = DealingForDutyCorrected(**of, what=command.what, at=command.at, reason=command.reason)
    after = evolve(state, corrected)
    ended = fulfilled(after)
    if state.fulfilled is None or ended == [state.fulfilled]:
        return [corrected]
    return [corrected, *reopened(state.fulfilled, command.reason), *ended]


def reopened(ended: HandoverDutyFulfilled, reason: str) -> Sequence[DutyEvent]:
    """The duty again, after an end that was none."""
    said = {name: value for name, value in ended if name != "fulfilled_at"}
    return [HandoverDutyReopened(**said, reason=reason)]


DUTY: Decider[Duty, DutyCommand, DutyEvent] = Decider(
    name="meetings.Duty", initial=Duty(), evolve=evolve, decide=decide, events=get_args(DutyEvent)
)
