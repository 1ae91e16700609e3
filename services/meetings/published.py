"""What of the meetings service's facts the other services hear."""

from __future__ import annotations

from typing import assert_never, cast

from services.meetings.events import (
    BodyEvent,
    BodyFounded,
    CadenceSet,
    MeetingCancelled,
    MeetingEvent,
    MeetingOpened,
    MeetingRescheduled,
    MeetingScheduled,
    SittingClosed,
    SittingEvent,
    SittingOpened,
)
from shared.contracts import meetings as contracts
from shared.domain import Contract, Event
from shared.envelope import Received


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact, or None for what stays inside."""
    event = cast(BodyEvent | MeetingEvent | SittingEvent, fact.message)
    match event:
        case MeetingScheduled():
            return contracts.MeetingScheduled(meeting=fact.stream, **dict(event))
        case MeetingRescheduled():
            return contracts.MeetingRescheduled(meeting=fact.stream, **dict(event))
        case MeetingCancelled():
            return contracts.MeetingCancelled(meeting=fact.stream, **dict(event))
        case SittingClosed():
            return contracts.MeetingHeld(**dict(event))
        case BodyFounded() | CadenceSet() | MeetingOpened() | SittingOpened():
            return None
        case _:
            assert_never(event)
