"""A meeting as it is shown: its agenda with what was done, who is invited and present. What somebody may not see is not even counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from services.meetings.attendance import Attendance
from services.meetings.dealing import Dealt
from services.meetings.held import Sitting
from services.meetings.items import AgendaItem, Asked, Instrument, Matter, Votes
from services.meetings.meeting import Meeting


class ShownCorrection(BaseModel):
    """That what was recorded of a resolution was wrong."""

    text: str
    reason: str
    corrected_at: AwareDatetime


class ShownResolution(BaseModel):
    """What the body resolved, as it stands now."""

    id: UUID
    text: str
    instrument: Instrument
    votes: Votes
    resolved_at: AwareDatetime
    first_text: Annotated[str, Field(description="As it was recorded at first.")]
    corrected: Annotated[list[ShownCorrection], Field(description="The earliest first; the last one stands.")]


class ShownRejection(BaseModel):
    """What found no majority."""

    text: str
    votes: Votes
    rejected_at: AwareDatetime


class ShownOutcome(BaseModel):
    """What the sitting has done with an item."""

    received_at: AwareDatetime | None
    deliberated_at: AwareDatetime | None
    summary: str | None
    noted_at: AwareDatetime | None
    rejections: list[ShownRejection]
    resolution: ShownResolution | None
    dealt_with: Annotated[bool, Field(description="Whether the body has done what it was asked for.")]


class ShownItem(BaseModel):
    """A point of the agenda."""

    id: UUID
    number: Annotated[int, Field(description="Its place among the points that the asker sees.")]
    title: str
    public: bool
    asked: Asked
    matter: Matter | None
    proposal: UUID | None
    proposed_by: UUID | None
    proposed_by_name: str | None
    outcome: Annotated[ShownOutcome | None, Field(description="Null before the meeting is opened.")]


class ShownInvitation(BaseModel):
    """The latest invitation."""

    at: AwareDatetime
    members: Annotated[int, Field(description="How many are invited.")]


class SittingQuorum(BaseModel):
    """How many voting members have to be present, as of the opening."""

    needed: int
    entitled: int
    more_than_percent: int
    source: str


class ShownMember(BaseModel):
    """A member of the body as of the opening."""

    member: UUID
    member_name: str
    voting: bool
    present: bool


class ShownAttendance(BaseModel):
    """Who is present now, or was at the end."""

    present: int
    voting_present: int
    members: Annotated[list[ShownMember] | None, Field(description="For the body's own people only.")]


def shown_agenda(meeting: Meeting, sitting: Sitting, *, sees_all: bool) -> list[ShownItem]:
    """The points that the asker sees, numbered among themselves: as planned, and as frozen once the meeting has been opened."""
    dealt: Sequence[Dealt] = sitting.opened.items if sitting.opened else [Dealt(item) for item in meeting.agenda]
    seen = [one for one in dealt if one.item.public or sees_all]
    return [shown_item(number, one, begun=sitting.opened is not None) for number, one in enumerate(seen, 1)]


def shown_item(number: int, dealt: Dealt, *, begun: bool) -> ShownItem:
    """One point."""
    item: AgendaItem = dealt.item
    return ShownItem(
        id=item.id,
        number=number,
        title=item.title,
        public=item.public,
        asked=item.asked,
        matter=item.matter,
        proposal=item.proposal,
        proposed_by=item.proposed_by,
        proposed_by_name=item.proposed_by_name,
        outcome=shown_outcome(dealt) if begun else None,
    )


def shown_outcome(dealt: Dealt) -> ShownOutcome:
    """What was done with it."""
    return ShownOutcome(
        received_at=dealt.received_at or dealt.item.received_at,
        deliberated_at=dealt.deliberated.deliberated_at if dealt.deliberated else None,
        summary=dealt.deliberated.summary if dealt.deliberated else None,
        noted_at=dealt.noted_at,
        rejections=[ShownRejection(text=one.text, votes=one.votes, rejected_at=one.rejected_at) for one in dealt.rejections],
        resolution=shown_resolution(dealt),
        dealt_with=dealt.is_done(),
    )


def shown_resolution(dealt: Dealt) -> ShownResolution | None:
    """The resolution with its corrections."""
    passed = dealt.resolution
    if passed is None:
        return None
    return ShownResolution(
        id=passed.resolution,
        text=dealt.text() or passed.text,
        instrument=passed.instrument,
        votes=passed.votes,
        resolved_at=passed.resolved_at,
        first_text=passed.text,
        corrected=[ShownCorrection(text=one.text, reason=one.reason, corrected_at=one.corrected_at) for one in dealt.corrections],
    )


def shown_invitation(meeting: Meeting) -> ShownInvitation | None:
    """When the members were invited last, and how many."""
    invited = meeting.invited
    return ShownInvitation(at=invited.invited_at, members=len(invited.members)) if invited else None


def shown_quorum(sitting: Sitting) -> SittingQuorum | None:
    """The quorum of the opening."""
    return SittingQuorum(**dict(sitting.opened.attendance.quorum)) if sitting.opened else None


def shown_attendance(sitting: Sitting, now: datetime, *, sees_all: bool) -> ShownAttendance | None:
    """The numbers for everybody, the names for the body's own people."""
    if sitting.opened is None:
        return None
    attendance: Attendance = sitting.opened.attendance
    at = sitting.closed_at or now
    present = {member.member for member in attendance.present(at)}
    names = [ShownMember(**dict(member), present=member.member in present) for member in attendance.members]
    return ShownAttendance(present=len(present), voting_present=attendance.voting_present(at), members=names if sees_all else None)
