"""The address at which what was entered of a meeting as invited is put right."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.meetings.api.kept import body_of, is_hidden
from services.meetings.correcting_meeting import CorrectMeeting
from services.meetings.meeting import MEETING
from shared.http.call import Call, Done
from shared.text import Line, Prose

router = APIRouter(tags=["meetings"])
READ_BY_ALL = "Everybody who sees the meeting reads it: name no person and no illness."


class MeetingCorrection(BaseModel):
    """How the meeting should have been entered, whole, and why it was entered otherwise."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    place: Annotated[Line, Field(description="Whoever was invited to a coming meeting hears of another place.")]
    cancelled_because: Annotated[Prose | None, Field(description=f"If it was cancelled; as recorded by default. {READ_BY_ALL}")] = None
    reason: Annotated[Prose, Field(description=READ_BY_ALL)]


@router.post("/meetings/{meeting}/plan-correction")
async def correct_meeting(meeting: UUID, wish: MeetingCorrection, call: Call) -> Done:
    """Put right, with a reason, what was entered of a meeting, also after it was held or cancelled. Its times are changed by moving it
    and, once it is held, are those of its sitting."""
    command = CorrectMeeting(now=call.now, **dict(wish))
    return await call.execute(MEETING, meeting, command, body=body_of, hidden=is_hidden, if_match="optional")
