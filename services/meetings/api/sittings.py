"""The addresses of a meeting as held: who comes and goes, what is received, deliberated, resolved, noted, and what is put right of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from services.meetings.api.kept import kind_of, permitted_meeting
from services.meetings.attendance import RecordArrival, RecordLeaving
from services.meetings.correcting import CorrectSitting
from services.meetings.dealing import DeliberateItem, ReceiveItem, Resolve, TakeNote
from services.meetings.items import Instrument
from services.meetings.righting import AnyRight
from services.meetings.sitting import SITTING, CloseSitting, sitting_of
from shared.http.call import Call, Done
from shared.localday import Moment
from shared.text import Prose

router = APIRouter(tags=["sittings"])
AtThen = Annotated[Moment | None, Field(description="When it really was; now by default.")]
Count = Annotated[StrictInt, Field(ge=0, le=1000)]


class Closing(BaseModel):
    """The end of a meeting: now, or when it really ended."""

    model_config = ConfigDict(extra="forbid")

    closed_at: Moment | None = None


class Coming(BaseModel):
    """Who comes or goes."""

    model_config = ConfigDict(extra="forbid")

    member: Annotated[UUID, Field(description="Who holds a seat of the body on the day of the opening.")]
    at: AtThen = None


class Then(BaseModel):
    """Something that is done: now, or when it really was."""

    model_config = ConfigDict(extra="forbid")

    at: AtThen = None


class Deliberation(Then):
    """What was said."""

    summary: Annotated[Prose | None, Field(description="Whoever sees the item reads it: official words, no names of residents.")] = None


class NewVote(Then):
    """What is put to the vote, and how it was voted."""

    text: Annotated[Prose, Field(description="What is resolved. Whoever sees the item reads it.")]
    instrument: Annotated[Instrument, Field(description="What the resolution asks the secretariat to issue.")]
    yes: Count
    no: Count
    abstentions: Annotated[Count, Field(description="They do not count; a tie is a rejection.")]


class NewCorrection(BaseModel):
    """What really was so, and why it was recorded wrongly or left out."""

    model_config = ConfigDict(extra="forbid")

    right: AnyRight
    reason: Annotated[
        Prose,
        Field(
            description="Whoever sees the meeting, or the item, reads it: name no person and no illness.",
            examples=["Die Uhrzeit war falsch abgeschrieben."],
        ),
    ]


AT_ONCE = Closing()
NOW = Then()
NO_SUMMARY = Deliberation()


@router.post("/meetings/{meeting}/closing")
async def close_meeting(meeting: UUID, call: Call, wish: Closing = AT_ONCE) -> Done:
    """End a meeting: it has been held. What it did not come to waits at the body again. The answer's id and version are the sitting's."""
    _, planned = await permitted_meeting(call, meeting)
    command = CloseSitting(now=call.now, closed_at=wish.closed_at)
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/arrivals")
async def record_arrival(meeting: UUID, wish: Coming, call: Call) -> Done:
    """A member is present from now on, or from when it really was."""
    _, planned = await permitted_meeting(call, meeting)
    command = RecordArrival(now=call.now, member=wish.member, at=wish.at)
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/departures")
async def record_departure(meeting: UUID, wish: Coming, call: Call) -> Done:
    """A member is present no more."""
    _, planned = await permitted_meeting(call, meeting)
    command = RecordLeaving(now=call.now, member=wish.member, at=wish.at)
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/items/{item}/receipt")
async def receive_item(meeting: UUID, item: UUID, call: Call, wish: Then = NOW) -> Done:
    """The body receives what was put to it (Entgegennahme)."""
    _, planned = await permitted_meeting(call, meeting)
    command = ReceiveItem(now=call.now, item=item, at=wish.at)
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/items/{item}/deliberation")
async def deliberate_item(meeting: UUID, item: UUID, call: Call, wish: Deliberation = NO_SUMMARY) -> Done:
    """The body deliberates an item; results only once they are received."""
    _, planned = await permitted_meeting(call, meeting)
    command = DeliberateItem(now=call.now, item=item, summary=wish.summary, at=wish.at)
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/items/{item}/resolution")
async def resolve_item(meeting: UUID, item: UUID, wish: NewVote, call: Call) -> Done:
    """The body votes: more yes than no is a resolution, anything else a rejection."""
    _, planned = await permitted_meeting(call, meeting)
    command = Resolve(now=call.now, item=item, **wish.model_dump())
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/items/{item}/note")
async def take_note(meeting: UUID, item: UUID, call: Call, wish: Then = NOW) -> Done:
    """The body takes note of an item (Kenntnisnahme)."""
    state, planned = await permitted_meeting(call, meeting)
    proposed_by = next((one.proposed_by for one in state.agenda if one.id == item), None)
    body_kind = await kind_of(call, planned.body)
    assert body_kind  # Or the meeting could not have been scheduled.
    command = TakeNote(
        now=call.now,
        item=item,
        body_kind=body_kind,
        proposed_by_kind=await kind_of(call, proposed_by) if proposed_by else None,
        at=wish.at,
    )
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)


@router.post("/meetings/{meeting}/correction")
async def correct_sitting(meeting: UUID, wish: NewCorrection, call: Call) -> Done:
    """Let the record of a meeting as held say what was so: a time, a word, something left out, or that it never happened; also after its
    end. The members and the quorum stay those with which it was opened. The answer's id and version are the sitting's."""
    _, planned = await permitted_meeting(call, meeting)
    _, sitting = await call.runtime.store.refresh(SITTING, sitting_of(meeting))
    items = sitting.opened.items if sitting.opened else ()
    asked = getattr(wish.right, "item", None)
    proposed_by = next((dealt.item.proposed_by for dealt in items if dealt.item.id == asked), None)
    body_kind = await kind_of(call, planned.body)
    assert body_kind  # Or the meeting could not have been scheduled.
    command = CorrectSitting(
        now=call.now,
        right=wish.right,
        reason=wish.reason,
        starts_at=planned.starts_at,
        body_kind=body_kind,
        proposed_by_kind=await kind_of(call, proposed_by) if proposed_by else None,
    )
    return await call.execute(SITTING, sitting_of(meeting), command, body=planned.body, begins=True)
