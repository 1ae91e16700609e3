"""A meeting as it is shown: its agenda with what was done, who is invited and present. What somebody may not see is not even counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from services.meetings.attendance import Attendance
from services.meetings.dealt import Dealt
from services.meetings.events.sitting import (
    DeliberationEntry,
    PresenceEntry,
    RejectionEntry,
    ResolutionEntry,
    SittingCorrected,
    SpanEntry,
    TitleEntry,
)
from services.meetings.held import Opened, Sitting
from services.meetings.items import AgendaItem, Asked, Instrument, Matter, Votes
from services.meetings.planned import Meeting


class ShownCorrection(BaseModel):
    """That something was entered or recorded wrongly, or left out."""

    kind: Literal[
        "meeting", "opening", "closing", "arrival", "departure", "receipt", "deliberation", "note", "resolution", "rejection", "title"
    ]
    member_name: Annotated[str | None, Field(description="Who came or went; null for anything else.")]
    formerly: Annotated[AwareDatetime | None, Field(description="When it was so far; null for what was left out, and for a wording.")]
    at: Annotated[AwareDatetime | None, Field(description="When it really was; null for what never happened, and for a wording.")]
    text: Annotated[str | None, Field(description="A title, or the words of a resolution, a rejection or a deliberation, as put right.")]
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
    corrected: Annotated[list[ShownCorrection], Field(description="What was put right of it, the earliest first; the last one stands.")]


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


class ShownMove(BaseModel):
    """That a member came or went, as it stands."""

    kind: Literal["arrival", "departure"]
    member: UUID
    member_name: str
    at: AwareDatetime


class ShownAttendance(BaseModel):
    """Who is present now, or was at the end."""

    present: int
    voting_present: int
    members: Annotated[list[ShownMember] | None, Field(description="For the body's own people only.")]
    moves: Annotated[list[ShownMove] | None, Field(description="Who came and went, in the order of the times; for the same people.")]


def shown_agenda(meeting: Meeting, sitting: Sitting, *, sees_all: bool) -> list[ShownItem]:
    """The points that the asker sees, numbered among themselves: as planned, and as frozen once the meeting has been opened."""
    dealt: Sequence[Dealt] = sitting.opened.items if sitting.opened else [Dealt(item) for item in meeting.agenda]
    seen = [one for one in dealt if one.item.public or sees_all]
    return [shown_item(number, one, sitting) for number, one in enumerate(seen, 1)]


def shown_item(number: int, dealt: Dealt, sitting: Sitting) -> ShownItem:
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
        outcome=shown_outcome(dealt, sitting.opened) if sitting.opened else None,
    )


def shown_outcome(dealt: Dealt, opened: Opened) -> ShownOutcome:
    """What was done with it."""
    return ShownOutcome(
        received_at=dealt.received_at or dealt.item.received_at,
        deliberated_at=dealt.deliberated.at if dealt.deliberated else None,
        summary=dealt.deliberated.summary if dealt.deliberated else None,
        noted_at=dealt.noted_at,
        rejections=[ShownRejection(text=one.text, votes=one.votes, rejected_at=one.rejected_at) for one in dealt.rejections],
        resolution=shown_resolution(dealt),
        dealt_with=dealt.is_done(),
        corrected=[shown_correction(one) for one in opened.corrections if item_of(one) == dealt.item.id],
    )


def shown_resolution(dealt: Dealt) -> ShownResolution | None:
    """The resolution with its corrections."""
    passed = dealt.resolution
    if passed is None:
        return None
    return ShownResolution(
        id=passed.resolution,
        text=dealt.text or passed.text,
        instrument=passed.instrument,
        votes=passed.votes,
        resolved_at=passed.resolved_at,
        first_text=passed.text,
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
    known = {member.member: member.member_name for member in attendance.members}
    moves = [
        ShownMove(kind="arrival" if one.came else "departure", member=one.member, member_name=known[one.member], at=one.at)
        for one in attendance.moves
    ]
    return ShownAttendance(
        present=len(present),
        voting_present=attendance.voting_present(at),
        members=names if sees_all else None,
        moves=moves if sees_all else None,
    )


def shown_corrections(meeting: Meeting, sitting: Sitting, *, sees_all: bool) -> list[ShownCorrection]:
    """What was put right of the meeting as a whole, the earliest first; who came and went, for the body's own people only."""
    nothing: dict[str, Any] = dict.fromkeys(("member_name", "formerly", "at", "text"))
    planned = [ShownCorrection(kind="meeting", **nothing, reason=one.reason, corrected_at=one.corrected_at) for one in meeting.corrected]
    corrections = sitting.opened.corrections if sitting.opened else ()
    held = [shown_correction(one) for one in corrections if isinstance(one.entry, SpanEntry) or (sees_all and item_of(one) is None)]
    return sorted((*planned, *held), key=lambda one: one.corrected_at)


def shown_correction(event: SittingCorrected) -> ShownCorrection:
    """One correction."""
    entry = event.entry
    said: dict[str, Any] = {"member_name": None, "formerly": None, "at": None, "text": None}
    if isinstance(entry, ResolutionEntry | RejectionEntry):
        said |= {"text": entry.text}
    elif isinstance(entry, TitleEntry):
        said |= {"text": entry.title}
    else:
        said |= {"formerly": entry.formerly, "at": entry.at}
    if isinstance(entry, PresenceEntry):
        said |= {"member_name": entry.member_name}
    if isinstance(entry, DeliberationEntry):
        said |= {"text": entry.summary}
    return ShownCorrection(kind=entry.kind, **said, reason=event.reason, corrected_at=event.corrected_at)


def item_of(event: SittingCorrected) -> UUID | None:
    """Which item it concerns; None for the meeting as a whole."""
    return None if isinstance(event.entry, SpanEntry | PresenceEntry) else event.entry.item.id
