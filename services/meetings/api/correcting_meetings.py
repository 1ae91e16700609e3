"""The address at which what was entered of a meeting as invited is put right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.meetings.api.kept import permitted_meeting
from services.meetings.api.meetings import Appointment
from services.meetings.correcting_meeting import CorrectMeeting
from services.meetings.meeting import MEETING
from services.meetings.sitting import SITTING, sitting_of
from shared.http.call import Call, Done
from shared.localday import Moment
from shared.text import Line, Prose

router = APIRouter(tags=["meetings"])
READ_BY_ALL = "Everybody who sees the meeting reads it: name no person and no illness."


class MeetingCorrection(BaseModel):
    """How the meeting should have been entered, whole, and why it was entered otherwise."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    starts_at: Annotated[
        Moment | None,
        Field(description="Of a meeting that was held or cancelled; as recorded by default, with its end. One that is planned is moved."),
    ] = None
    ends_at: Annotated[Moment | None, Field(description="Beside `starts_at`; null for a meeting without a planned end.")] = None
    place: Annotated[Line, Field(description="Whoever was invited to a coming meeting hears of another place.")]
    cancelled_because: Annotated[Prose | None, Field(description=f"If it was cancelled; as recorded by default. {READ_BY_ALL}")] = None
    reason: Annotated[Prose, Field(description=READ_BY_ALL)]

    @field_validator("ends_at")
    @classmethod
    def must_follow_the_beginning(cls, ends_at: datetime | None, info: ValidationInfo) -> datetime | None:
        """ValueError for an end without its beginning, before it, or a week and more after it."""
        if ends_at and "starts_at" in info.data and info.data["starts_at"] is None:
            raise ValueError("must be given with starts_at beside it")
        return Appointment.must_follow_the_beginning(ends_at, info)


@router.post("/meetings/{meeting}/plan-correction")
async def correct_meeting(meeting: UUID, wish: MeetingCorrection, call: Call) -> Done:
    """Put right, with a reason, what was entered of a meeting, also after it was held or cancelled. When a meeting really began
    and ended is put right in the record of its sitting."""
    _, planned = await permitted_meeting(call, meeting)
    _, sitting = await call.runtime.store.refresh(SITTING, sitting_of(meeting))
    command = CorrectMeeting(now=call.now, opened_at=sitting.opened.opened_at if sitting.opened else None, **dict(wish))
    return await call.execute(MEETING, meeting, command, body=planned.body, if_match="optional")
