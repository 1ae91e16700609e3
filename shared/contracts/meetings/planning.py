"""What is told of a meeting before it is held: planned, moved, called off, its members invited."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.matter import Matter
from shared.contracts.meetings.proposals import Asked
from shared.domain import Contract


class OfMeeting(Contract):
    """What each message about a meeting says of it."""

    meeting: UUID
    body: UUID
    body_name: str
    title: str
    public: bool


class InvitedMember(BaseModel):
    """Who is invited."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    member: UUID
    member_name: str


class MeetingScheduled(OfMeeting, name="meetings.MeetingScheduled", open_to_all=True):
    """A meeting of the body is planned for a time and a place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    entered_later: bool
    """It was over when it was entered: nobody is to be invited to it."""


class MeetingRescheduled(OfMeeting, name="meetings.MeetingRescheduled", open_to_all=True, inside=("invited",)):
    """The meeting is planned for another time or place than before."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    formerly_starts_at: AwareDatetime
    formerly_place: str
    invited: tuple[InvitedMember, ...] = ()
    """To the time and place before: they have to hear of it."""


class MeetingCancelled(OfMeeting, name="meetings.MeetingCancelled", open_to_all=True, inside=("invited",)):
    """The meeting does not take place, at the time and place that stood last."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    reason: str
    invited: tuple[InvitedMember, ...] = ()
    """They have to hear of it."""


class MeetingCorrected(OfMeeting, name="meetings.MeetingCorrected", open_to_all=True):
    """What was told of a meeting was wrong; this is what it is called, and when and where it was planned, whole, and why. Where a
    coming meeting's place was wrong, it is also told as rescheduled; its times are told as rescheduled only."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    cancelled_because: str | None
    """Why it was cancelled, as it stands now; None where it is not."""
    reason: str
    corrected_at: AwareDatetime


class InvitedItem(BaseModel):
    """A point of the agenda as invited; of one that is not public, outsiders see nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    item: UUID
    number: int
    title: str
    public: bool
    asked: Asked
    matter: Matter | None


class MeetingInvited(OfMeeting, name="meetings.MeetingInvited"):
    """The members of the body are invited, with this agenda; it is their letters that prove it."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    members: tuple[InvitedMember, ...]
    agenda: tuple[InvitedItem, ...]
    invited_at: AwareDatetime
