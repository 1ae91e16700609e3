"""What is told of a hand-over duty."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from shared.domain import Contract


class OfDuty(Contract):
    """What each message about a hand-over duty says of it: a body owes it to a conference to receive and deliberate its results."""

    duty: UUID
    conference: UUID
    conference_title: str
    body: UUID
    body_name: str


class HandoverDutyOpened(OfDuty, name="meetings.HandoverDutyOpened", open_to_all=True):
    """The body has to receive and deliberate the results; it is over only when it has done both."""

    opened_on: date
    due_by: date


class HandoverDutyRenamed(OfDuty, name="meetings.HandoverDutyRenamed", open_to_all=True):
    """The conference is called otherwise than was told when the duty was opened."""

    reason: str


class HandoverDutyFulfilled(OfDuty, name="meetings.HandoverDutyFulfilled"):
    """The body has received and deliberated the results, in the meeting that did the last of the two."""

    meeting: UUID
    public: bool
    """Whether outsiders may know of that meeting."""
    fulfilled_at: AwareDatetime


class HandoverDutyReopened(OfDuty, name="meetings.HandoverDutyReopened"):
    """What had ended the duty was recorded wrongly: until it is fulfilled again, the body owes it."""

    meeting: UUID
    public: bool
    """Whether outsiders may know of that meeting, and were told of the end."""
    reason: str
