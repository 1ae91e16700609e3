"""The addresses of meetings: schedule, move, cancel and open one, list what is coming, show one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, ValidationInfo, field_validator

from services.meetings.api.kept import bodies_seen, body_of, is_hidden, members_of, permitted_meeting, seen_meeting
from services.meetings.api.named import called_now
from services.meetings.api.shown import (
    ShownAttendance,
    ShownCorrection,
    ShownInvitation,
    ShownItem,
    SittingQuorum,
    shown_agenda,
    shown_attendance,
    shown_corrections,
    shown_invitation,
    shown_quorum,
)
from services.meetings.body import BODY
from services.meetings.held import Sitting
from services.meetings.meeting import MEETING, CancelMeeting, OpenMeeting, RescheduleMeeting, ScheduleMeeting
from services.meetings.permissions import INSIDERS, KEEPERS
from services.meetings.planned import Meeting
from services.meetings.reactions import WHEN_MEETING_OPENED_THEN_OPEN_SITTING
from services.meetings.read_models.proposals import PROPOSALS, ListedProposal, list_proposals
from services.meetings.read_models.upcoming import UPCOMING, PastMeeting, UpcomingMeeting, list_past, list_upcoming
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.http.paging import DEFAULT_LIMIT, MOST, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import Moment, local_day
from shared.text import Line, Prose

router = APIRouter(tags=["meetings"])
BY_BEGINNING = Listing("upcoming", datetime, UUID)
LATEST_FIRST = Listing("past", datetime, UUID)
LONGEST = timedelta(days=7)


class Appointment(BaseModel):
    """When and where a meeting takes place."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Moment
    ends_at: Annotated[Moment | None, Field(description="After its beginning, by less than seven days.")] = None
    place: Line

    @field_validator("ends_at")
    @classmethod
    def must_follow_the_beginning(cls, ends_at: datetime | None, info: ValidationInfo) -> datetime | None:
        """ValueError for an end before the beginning, or a week and more after it."""
        starts_at = info.data.get("starts_at")
        if ends_at and starts_at and not timedelta(0) < ends_at - starts_at < LONGEST:
            raise ValueError("must lie after starts_at, by less than seven days")
        return ends_at


class NewMeeting(Appointment):
    """A meeting as it is scheduled."""

    body: Annotated[UUID, Field(description="Whose meeting it is.")]
    title: Line
    public: Annotated[StrictBool, Field(description="Everybody may know of it. Otherwise only the body's own people find it.")] = False
    entered_later: Annotated[StrictBool, Field(description="It is over and entered afterwards: nobody is to be invited.")] = False


class Cancellation(BaseModel):
    """Why a meeting does not take place."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[
        Prose,
        Field(
            description="Everybody who sees the meeting reads it, and it cannot be taken back: name no person and no illness.",
            examples=["Der Raum steht nicht zur Verfügung."],
        ),
    ]


class Opening(BaseModel):
    """The beginning of a meeting: now, or when it really began."""

    model_config = ConfigDict(extra="forbid")

    opened_at: Moment | None = None


class ShownMeeting(BaseModel):
    """A meeting: as invited, and as held once it is."""

    id: UUID
    body: UUID
    body_name: str
    title: str
    public: bool
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    entered_later: bool
    standing: Literal["scheduled", "cancelled", "opened", "held"]
    reason: Annotated[str | None, Field(description="Why it was cancelled.")]
    opened_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    agenda: list[ShownItem]
    invited: Annotated[ShownInvitation | None, Field(description="Null as long as nobody is.")]
    quorum: Annotated[SittingQuorum | None, Field(description="Null before the meeting is opened.")]
    attendance: Annotated[ShownAttendance | None, Field(description="Null before the meeting is opened.")]
    corrected: Annotated[list[ShownCorrection], Field(description="What was put right of it as a whole, the earliest first.")]
    waiting: Annotated[list[ListedProposal], Field(description="What waits at the body, the oldest first, while the meeting is planned.")]


NOW = Opening()


@router.post("/meetings", status_code=201)
async def schedule_meeting(wish: NewMeeting, call: Call) -> Done:
    """Schedule a meeting of a body."""
    call.permit(wish.body)
    _, body = await call.runtime.store.refresh(BODY, wish.body)
    if (founded := body.founded) is None:
        raise BadInput("body.body", "is no body that stands")
    if body.stands_until and local_day(wish.starts_at) > body.stands_until:
        raise BadInput("body.body", "has been succeeded by another body by then")
    command = ScheduleMeeting(
        now=call.now,
        body=wish.body,
        body_name=founded.body_name,
        title=wish.title,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        place=wish.place,
        public=wish.public,
        entered_later=wish.entered_later,
    )
    return await call.execute(MEETING, call.new_stream(), command, body=wish.body, created=True)


@router.post("/meetings/{meeting}/rescheduling")
async def reschedule_meeting(meeting: UUID, wish: Appointment, call: Call) -> Done:
    """Move a meeting to another time or place; needs the ETag of what was seen as If-Match."""
    command = RescheduleMeeting(now=call.now, starts_at=wish.starts_at, ends_at=wish.ends_at, place=wish.place)
    return await call.execute(MEETING, meeting, command, body=body_of, hidden=is_hidden)


@router.post("/meetings/{meeting}/cancellation")
async def cancel_meeting(meeting: UUID, wish: Cancellation, call: Call) -> Done:
    """Call a meeting off."""
    command = CancelMeeting(now=call.now, reason=wish.reason)
    return await call.execute(MEETING, meeting, command, body=body_of, hidden=is_hidden, if_match="optional")


@router.post("/meetings/{meeting}/opening")
async def open_meeting(meeting: UUID, call: Call, wish: Opening = NOW) -> Done:
    """Begin a meeting, by those who hold the body's seats on that day. Its sitting opens by itself; the answer waits for that, for two
    seconds at most."""
    _, planned = await permitted_meeting(call, meeting)
    members, quorum = await members_of(call, planned.body, local_day(wish.opened_at or call.now))
    command = OpenMeeting(now=call.now, members=members, quorum=quorum, opened_at=wish.opened_at)
    done = await call.execute(MEETING, meeting, command, body=body_of, hidden=is_hidden, if_match="optional")
    await call.settled(WHEN_MEETING_OPENED_THEN_OPEN_SITTING.name, done.position)
    return done


@router.get("/meetings")
async def list_upcoming_meetings(
    call: Call,
    body: Annotated[UUID | None, Query(description="Of this body only.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[UpcomingMeeting]:
    """What is coming and not yet held, by its beginning; what was cancelled is shown as cancelled until its time is over."""
    behind = cast("tuple[datetime, UUID] | None", BY_BEGINNING.after(after))
    await call.wait_for(UPCOMING.name, min_position)
    rows = await list_upcoming(
        call.read, call.now, body=body, sees_bodies=bodies_seen(call), sees_all=call.may(INSIDERS), after=behind, limit=limit + 1
    )
    return call.page(BY_BEGINNING, await called_now(call, rows), limit, lambda row: (row.starts_at, row.meeting))


@router.get("/bodies/{body}/past-meetings")
async def list_past_meetings(
    body: UUID, call: Call, limit: Limit = DEFAULT_LIMIT, after: After = None, min_position: MinPosition = 0
) -> Page[PastMeeting]:
    """The meetings that a body has had, the latest first: held, cancelled, or over without anybody having recorded that it was held."""
    behind = cast("tuple[datetime, UUID] | None", LATEST_FIRST.after(after))
    if (await call.runtime.store.load(BODY, body))[1].founded is None:
        raise NotFound
    await call.wait_for(UPCOMING.name, min_position)
    rows = await list_past(call.read, call.now, body, sees_all=call.may(INSIDERS, body), after=behind, limit=limit + 1)
    return call.page(LATEST_FIRST, rows, limit, lambda row: (row.starts_at, row.meeting))


@router.get("/meetings/{meeting}")
async def show_meeting(meeting: UUID, call: Call, min_position: MinPosition = 0) -> ShownMeeting:
    """One meeting, as the log has it now; its ETag is its version for those who may change it. Outsiders see what is public of it."""
    version, state, sitting = await seen_meeting(call, meeting)
    planned = state.invitation
    if planned is None:
        raise NotFound
    sees_all, stands = call.may(INSIDERS, planned.body), standing(state, sitting)
    waiting: Sequence[ListedProposal] = []
    if stands == "scheduled":
        await call.wait_for(PROPOSALS.name, min_position)
        waiting = await list_proposals(call.read, planned.body, sees_all=sees_all, standing="waiting", limit=MOST)
    call.show_version(version, KEEPERS, planned.body)
    shown = ShownMeeting(
        id=meeting,
        body=planned.body,
        body_name=planned.body_name,
        title=planned.title,
        public=planned.public,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        place=planned.place,
        entered_later=planned.entered_later,
        standing=stands,
        reason=state.reason,
        opened_at=sitting.opened.opened_at if sitting.opened else state.opened_at,
        closed_at=sitting.closed_at,
        agenda=shown_agenda(state, sitting, sees_all=sees_all),
        invited=shown_invitation(state),
        quorum=shown_quorum(sitting),
        attendance=shown_attendance(sitting, call.now, sees_all=sees_all),
        corrected=shown_corrections(state, sitting, sees_all=sees_all),
        waiting=list(waiting),
    )
    return await called_now(call, shown)


def standing(meeting: Meeting, sitting: Sitting) -> Literal["scheduled", "cancelled", "opened", "held"]:
    """Where a meeting stands, in one word."""
    if meeting.reason is not None:
        return "cancelled"
    if sitting.closed_at is not None:
        return "held"
    return "scheduled" if meeting.opened_at is None else "opened"
