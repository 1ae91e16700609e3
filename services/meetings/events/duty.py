"""The facts of a hand-over duty: what a body owes to a conference, and what it has done of it."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.domain import Event


class OfDuty(Event):
    """What each fact about a hand-over duty says of it: whose results, and which body owes it to them."""

    conference: UUID
    body: UUID


class HandoverDutyOpened(OfDuty, name="meetings.HandoverDutyOpened"):
    """The body has to receive the conference's results and to deliberate them (Übergabe)."""

    conference_title: str
    body_name: str
    opened_on: date
    due_by: date
    source: str
    """Where it is written until when."""


class HandoverDutyRenamed(OfDuty, name="meetings.HandoverDutyRenamed"):
    """The conference to which the body owes it is called otherwise than was entered there."""

    conference_title: str
    body_name: str
    reason: str


class ResultsReceivedForDuty(OfDuty, name="meetings.ResultsReceivedForDuty"):
    """The body has received the results."""

    meeting: UUID
    public: bool
    """Whether outsiders may know of that meeting and its item."""
    received_at: AwareDatetime


class ResultsDeliberatedForDuty(OfDuty, name="meetings.ResultsDeliberatedForDuty"):
    """The body has deliberated the results."""

    meeting: UUID
    public: bool
    deliberated_at: AwareDatetime


class DealingForDutyCorrected(OfDuty, name="meetings.DealingForDutyCorrected"):
    """What the body did of it in a meeting had been recorded wrongly there."""

    what: Literal["receipt", "deliberation"]
    meeting: UUID
    public: bool
    at: AwareDatetime | None
    """When it really was; None where it never happened."""
    reason: str


class DealingForDutyRepeated(OfDuty, name="meetings.DealingForDutyRepeated"):
    """Another meeting did it as well, or did not after all: it counts once what counts so far never happened."""

    what: Literal["receipt", "deliberation"]
    meeting: UUID
    public: bool
    at: AwareDatetime | None
    """When that was; None where it never happened."""


class HandoverDutyFulfilled(OfDuty, name="meetings.HandoverDutyFulfilled"):
    """The body has done both, in the meeting that did the last of the two."""

    conference_title: str
    body_name: str
    meeting: UUID
    public: bool
    fulfilled_at: AwareDatetime


class HandoverDutyReopened(OfDuty, name="meetings.HandoverDutyReopened"):
    """What had ended the duty was recorded wrongly: until it is fulfilled again, the body owes it."""

    conference_title: str
    body_name: str
    meeting: UUID
    public: bool
    """As it was of what had ended it: whoever learned of the end learns of this."""
    reason: str


DutyEvent = (
    HandoverDutyOpened
    | HandoverDutyRenamed
    | ResultsReceivedForDuty
    | ResultsDeliberatedForDuty
    | DealingForDutyCorrected
    | DealingForDutyRepeated
    | HandoverDutyFulfilled
    | HandoverDutyReopened
)
