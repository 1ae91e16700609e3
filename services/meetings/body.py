"""A body: its founding, its name alone in the city, its rules of how often it meets, and the body that takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never, get_args

from services.meetings.correcting_body import (
    CorrectBody,
    CorrectCadence,
    CorrectSuccession,
    correct_body,
    correct_cadence,
    correct_succession,
)
from services.meetings.events.body import BodyEvent
from services.meetings.founding import ChangeCadence, FoundBody, SucceedBody, change_cadence, found, succeed
from services.meetings.standing import Body, evolve
from shared.domain import Decider

BodyCommand = FoundBody | ChangeCadence | SucceedBody | CorrectBody | CorrectCadence | CorrectSuccession


def decide(command: BodyCommand, state: Body) -> Sequence[BodyEvent]:
    """Grant or refuse a command."""
    match command:
        case FoundBody():
            return found(command, state)
        case ChangeCadence():
            return change_cadence(command, state)
        case SucceedBody():
            return succeed(command, state)
        case CorrectBody():
            return correct_body(command, state)
        case CorrectCadence():
            return correct_cadence(command, state)
        case CorrectSuccession():
            return correct_succession(command, state)
        case _:
            assert_never(command)


BODY: Decider[Body, BodyCommand, BodyEvent] = Decider(
    name="meetings.Body", initial=Body(), evolve=evolve, decide=decide, events=get_args(BodyEvent)
)
