"""A hand-over duty: a body owes it to a conference to receive its results and to deliberate them, and is free of it after both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from typing import Any, assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.events.duty import (
    DealingForDutyCorrected,
    DealingForDutyRepeated,
    DutyEvent,
    HandoverDutyFulfilled,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyReopened,
    ResultsDeliberatedForDuty,
    ResultsReceivedForDuty,
)
from services.meetings.owed import Dealing, Duty, What, evolve
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
    what: What
    meeting: UUID
    public: bool
    at: AwareDatetime | None
    reason: str


DutyCommand = OpenDuty | RenameDuty | RecordReceipt | RecordDeliberation | CorrectDealing


def decide(command: DutyCommand, state: Duty) -> Sequence[DutyEvent]:
    """Grant a command; each of the three is told once, and what makes the duty whole ends it."""
    said = {name: value for name, value in command if name != "now"}
    match command:
        case OpenDuty():
            opened = HandoverDutyOpened(**said)
            return [] if state.opened else [opened, *fulfilled(evolve(state, opened))]
        case RecordReceipt():
            return dealt(ResultsReceivedForDuty(**said), state.received, state)
        case RecordDeliberation():
            return dealt(ResultsDeliberatedForDuty(**said), state.deliberated, state)
        case RenameDuty():
            return rename(command, state)
        case CorrectDealing():
            return correct(command, state)
        case _:
            assert_never(command)


def dealt(told: Dealing, known: Dealing | None, state: Duty) -> Sequence[DutyEvent]:
    """What a meeting did of it: the first one counts, and what another did as well is kept beside it."""
    if known is None:
        return [told, *fulfilled(evolve(state, told))]
    as_well = repeated(told)
    return [] if known.meeting == told.meeting or state.other(as_well.what, told.meeting) else [as_well]


def repeated(told: Dealing) -> DealingForDutyRepeated:
    """That a meeting did as well what counts already."""
    what: What = "receipt" if isinstance(told, ResultsReceivedForDuty) else "deliberation"
    return DealingForDutyRepeated(
        conference=told.conference, body=told.body, what=what, meeting=told.meeting, public=told.public, at=time_of(told)
    )


def time_of(told: Dealing) -> datetime:
    """When a meeting did it."""
    return told.received_at if isinstance(told, ResultsReceivedForDuty) else told.deliberated_at


def dealing(of: Mapping[str, Any], what: What, at: datetime) -> Dealing:
    """That a meeting did it at that time."""
    return ResultsReceivedForDuty(**of, received_at=at) if what == "receipt" else ResultsDeliberatedForDuty(**of, deliberated_at=at)


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
    known = state.received if command.what == "receipt" else state.deliberated
    if known is None:
        return dealt(dealing(of, command.what, command.at), None, state) if command.at else []
    if known.meeting != command.meeting:
        other = state.other(command.what, command.meeting)
        stands = other.at if other else None
        return [] if stands == command.at else [DealingForDutyRepeated(**of, what=command.what, at=command.at)]
    if time_of(known) == command.at:
        return []
    told: list[DutyEvent] = [DealingForDutyCorrected(**of, what=command.what, at=command.at, reason=command.reason)]
    if command.at is None:
        told += instead(command.what, state)
    ended = fulfilled(reduce(evolve, told, state))
    if state.fulfilled is None or ended == [state.fulfilled]:
        return told
    return [*told, *reopened(state.fulfilled, command.reason), *ended]


def instead(what: What, state: Duty) -> Sequence[Dealing]:
    """What another meeting did, the earliest of them, in the place of what never happened."""
    others = sorted((one.at, one.meeting, one) for one in state.others if one.what == what and one.at)
    return [dealing(one.model_dump(include={"conference", "body", "meeting", "public"}), what, at) for at, _, one in others[:1]]


def reopened(ended: HandoverDutyFulfilled, reason: str) -> Sequence[DutyEvent]:
    """The duty again, after an end that was none."""
    said = {name: value for name, value in ended if name != "fulfilled_at"}
    return [HandoverDutyReopened(**said, reason=reason)]


DUTY: Decider[Duty, DutyCommand, DutyEvent] = Decider(
    name="meetings.Duty", initial=Duty(), evolve=evolve, decide=decide, events=get_args(DutyEvent)
)
