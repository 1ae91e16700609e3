"""The facts of a hand-over duty: what a body owes to a conference, and what it has done of it."""

from __future__ import annotations

from datetime import date
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


class HandoverDutyFulfilled(OfDuty, name="meetings.HandoverDutyFulfilled"):
    """The body has done both, in the meeting that did the last of the two."""

    conference_title: str
    body_name: str
    meeting: UUID
    public: bool
    fulfilled_at: AwareDatetime


DutyEvent = HandoverDutyOpened | ResultsReceivedForDuty | ResultsDeliberatedForDuty | HandoverDutyFulfilled
