"""What the meetings service publishes: meetings planned, moved, cancelled and held.

Each says whether the meeting is public. One that is not travels on the internal topic for services only:
whoever shows or sends something to the public has to ask `public` first.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from shared.domain import Contract


class OfMeeting(Contract):
    """What each message about a meeting says of it."""

    meeting: UUID
    body: UUID
    body_name: str
    title: str
    public: bool


class MeetingScheduled(OfMeeting, name="meetings.MeetingScheduled"):
    """A meeting of the body is planned for a time and a place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    entered_later: bool
    """It was over when it was entered: nobody is to be invited to it."""


class MeetingRescheduled(OfMeeting, name="meetings.MeetingRescheduled"):
    """The meeting is planned for another time or place than before."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    formerly_starts_at: AwareDatetime
    formerly_place: str


class MeetingCancelled(OfMeeting, name="meetings.MeetingCancelled"):
    """The meeting does not take place, at the time and place that stood last."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    reason: str


class MeetingHeld(OfMeeting, name="meetings.MeetingHeld"):
    """The meeting has been held: its sitting was opened and is closed."""

    opened_at: AwareDatetime
    closed_at: AwareDatetime
    place: str


CONTRACTS: tuple[type[Contract], ...] = (MeetingScheduled, MeetingRescheduled, MeetingCancelled, MeetingHeld)
