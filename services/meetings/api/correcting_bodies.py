"""The addresses at which what was entered wrongly of a body is put right: its founding, and the body that took its place."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.meetings.api.bodies import EnteredBody, Succession, must_relate_to_bodies, successor_of
from services.meetings.body import BODY
from services.meetings.composition import COMPOSITION, composition_of
from services.meetings.correcting_body import CorrectBody, CorrectSuccession
from services.meetings.read_models.bodies import BODIES, first_succession_by
from services.meetings.read_models.cadence import CADENCE, first_meeting
from shared.http.call import Call, Done
from shared.text import Prose

router = APIRouter(tags=["bodies"])


class NewBodyCorrection(BaseModel):
    """What a body's founding should have said, and why it did not."""

    model_config = ConfigDict(extra="forbid")

    right: Annotated[EnteredBody, Field(description="All of it, as it is right.")]
    reason: Annotated[Prose, Field(description="Everybody reads it.", examples=["Der Name war falsch geschrieben."])]


class NewSuccessionCorrection(BaseModel):
    """What was entered wrongly of the body that took this one's place, and why."""

    model_config = ConfigDict(extra="forbid")

    right: Annotated[Succession | None, Field(description="The succession, whole, as it is right; null where no body took its place.")]
    reason: Annotated[Prose, Field(description="Why the entry is corrected. Everybody reads it.")]


@router.post("/bodies/{body}/correction")
async def correct_body(body: UUID, wish: NewBodyCorrection, call: Call) -> Done:
    """Put right what was entered at a body's founding. Its right name is shown wherever the body is; its right kind counts from now on,
    and what was done before stays as it was judged then."""
    await must_relate_to_bodies(call, wish.right, "body.right")
    _, state = await call.runtime.store.refresh(BODY, body)
    begins_later = state.founded is not None and wish.right.founded_on > state.founded.founded_on
    words = wish.right.model_dump()
    command = CorrectBody(
        now=call.now,
        body=body,
        body_name=words.pop("name"),
        **words,
        first_day=await first_day_of(call, body) if begins_later else None,
        reason=wish.reason,
    )
    return await call.execute(BODY, body, command, if_match="optional")


@router.post("/bodies/{body}/succession-correction")
async def correct_succession(body: UUID, wish: NewSuccessionCorrection, call: Call) -> Done:
    """Put right which body took this one's place, when and why; where none did, the body stands as if nothing had been entered."""
    right = wish.right
    command = CorrectSuccession(
        now=call.now,
        body=body,
        by=await successor_of(call, "body.right.successor", right.successor) if right else None,
        on=right.on if right else None,
        because=right.reason if right else None,
        reason=wish.reason,
    )
    return await call.execute(BODY, body, command, if_match="optional")


async def first_day_of(call: Call, body: UUID) -> date | None:
    """The first day of all that is recorded of the body outside its own stream: of its people, its meetings, its predecessors."""
    position = await call.runtime.tail()
    await call.wait_for(CADENCE.name, position)
    await call.wait_for(BODIES.name, position)
    _, composition = await call.runtime.store.refresh(COMPOSITION, composition_of(body))
    days = [composition.first_day, await first_meeting(call.read, body, call.now), await first_succession_by(call.read, body)]
    return min((day for day in days if day), default=None)
