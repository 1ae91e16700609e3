"""What of the meetings service's facts the other services hear."""

from __future__ import annotations

from services.meetings.events import (
    BodyFounded,
    BodySucceeded,
    MeetingCancelled,
    MeetingRescheduled,
    MeetingScheduled,
    MemberLeftSeat,
    MemberSeated,
    SittingClosed,
)
from shared.contracts import meetings as contracts
from shared.domain import Contract, Event
from shared.envelope import Received


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact. Whatever is not named here stays inside: publishing is a decision, never an accident."""
    match event := fact.message:
        case BodyFounded():
            return contracts.BodyFounded(body=fact.stream, **dict(event))
        case BodySucceeded():
            return contracts.BodySucceeded(body=fact.stream, **dict(event))
        case MemberSeated():
            return contracts.MemberSeated(**dict(event))
        case MemberLeftSeat():
            return contracts.MemberLeftSeat(**dict(event))
        case MeetingScheduled():
            return contracts.MeetingScheduled(meeting=fact.stream, **dict(event))
        case MeetingRescheduled():
            return contracts.MeetingRescheduled(meeting=fact.stream, **dict(event))
        case MeetingCancelled():
            return contracts.MeetingCancelled(meeting=fact.stream, **dict(event))
        case SittingClosed():
            return contracts.MeetingHeld(**dict(event))
        case _:
            return None
