"""The addresses at which a conference is called off, and at which why is put right."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.conferences.api.conferences import host_of
from services.conferences.cancelling import CancelConference, CorrectCancellation
from services.conferences.conference import CONFERENCE
from services.conferences.reactions import WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS
from shared.http.call import Call, Done
from shared.text import Prose

router = APIRouter(tags=["conferences"])
PUBLIC_WORDS = Field(description="Everybody reads it, and it stays: name no person and no illness.")


class Cancellation(BaseModel):
    """Why a conference does not take place."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Prose, PUBLIC_WORDS]


class CancellationCorrection(BaseModel):
    """Why a conference does not take place, as it should have been entered, and why it was entered otherwise."""

    model_config = ConfigDict(extra="forbid")

    cancelled_because: Annotated[Prose, PUBLIC_WORDS]
    reason: Annotated[Prose, PUBLIC_WORDS]


@router.post("/conferences/{conference}/cancellation")
async def cancel_conference(conference: UUID, wish: Cancellation, call: Call) -> Done:
    """Call a conference off. Its registrations learn of it by themselves; the answer waits for that, for two seconds at most."""
    command = CancelConference(now=call.now, reason=wish.reason)
    done = await call.execute(CONFERENCE, conference, command, body=host_of, if_match="optional")
    await call.settled(WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS.name, done.position)
    return done


@router.post("/conferences/{conference}/cancellation-correction")
async def correct_cancellation(conference: UUID, wish: CancellationCorrection, call: Call) -> Done:
    """Put right, with a reason, why a conference was called off."""
    command = CorrectCancellation(now=call.now, cancelled_because=wish.cancelled_because, reason=wish.reason)
    return await call.execute(CONFERENCE, conference, command, body=host_of, if_match="optional")
