"""The addresses of a meeting's agenda: place a proposal, add a point, take one off, invite the members with it."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from services.meetings.agenda import AddItem, PlaceItem, RemoveItem
from services.meetings.api.kept import body_of, is_hidden, members_of, permitted_meeting, seen_meeting
from services.meetings.api.named import called_now
from services.meetings.api.shown import ShownItem, shown_agenda
from services.meetings.duty import DUTY, duty_of
from services.meetings.inviting import InviteMembers
from services.meetings.items import RESULTS, AgendaItem, Asked, InvitedMember
from services.meetings.meeting import MEETING
from services.meetings.permissions import INSIDERS
from services.meetings.proposal import PROPOSAL, Proposal
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done, Invocation
from shared.http.problems import NotFound
from shared.localday import local_day
from shared.text import Line, Prose

router = APIRouter(tags=["agenda"])


class NewItem(BaseModel):
    """A point of the agenda: a proposal that waits at the body, or one of the secretariat's own with its title."""

    model_config = ConfigDict(extra="forbid")

    proposal: Annotated[UUID | None, Field(description="It says everything itself: send nothing beside it.")] = None
    title: Annotated[Line | None, Field(description="Of a point that nobody proposed.")] = None
    public: Annotated[StrictBool, Field(description="Everybody who sees the meeting sees this point of the secretariat's own.")] = False
    asked: Annotated[Asked, Field(description="What such a point asks of the body.")] = Asked.DELIBERATE

    @model_validator(mode="after")
    def must_be_one_of_the_two(self) -> Self:
        """ValueError for neither or both, and for a proposal with words of its own."""
        if self.model_fields_set not in ({"proposal"}, self.model_fields_set - {"proposal"}):
            raise ValueError("must say nothing beside a proposal")
        if (self.proposal is None) == (self.title is None):
            raise ValueError("must name a proposal or a title")
        return self


class Removal(BaseModel):
    """Why a point is taken off the agenda."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Prose, Field(description="It cannot be taken back: name no person and no illness.")]


class NewInvitation(BaseModel):
    """Nothing is to be said: everybody who holds a seat of the body on the day of the meeting is invited."""

    model_config = ConfigDict(extra="forbid")


ALL = NewInvitation()


@router.post("/meetings/{meeting}/items", status_code=201)
async def place_item(meeting: UUID, wish: NewItem, call: Call) -> Done:
    """Place what waits at the body on the agenda, or add a point; the answer's `id` is the point's."""
    _, planned = await permitted_meeting(call, meeting)
    item = call.new_stream()
    command: PlaceItem | AddItem
    if wish.proposal:
        command = PlaceItem(now=call.now, item=await proposed_item(call, item, wish.proposal, planned.body))
    else:
        assert wish.title  # One of the two is there.
        command = AddItem(now=call.now, item=AgendaItem(id=item, title=wish.title, public=wish.public, asked=wish.asked))
    created = f"/meetings/{meeting}/items/{item}"
    done = await call.execute(MEETING, meeting, command, body=planned.body, created=created)
    return done.model_copy(update={"id": item})


async def proposed_item(call: Invocation, item: UUID, proposal: UUID, body: UUID) -> AgendaItem:
    """The point that a proposal becomes. BadInput where it is none to this body."""

    def permit(state: Proposal) -> None:
        if state.proposed is None or state.proposed.body != body:
            raise BadInput("body.proposal", "is no proposal to this body")

    proposed = (await call.runtime.store.refresh(PROPOSAL, proposal, permit))[1].proposed
    assert proposed  # Or it would not have been permitted.
    received_at = None
    if (proposed.matter.service, proposed.matter.kind) == RESULTS:
        _, duty = await call.runtime.store.refresh(DUTY, duty_of(proposed.matter.id, body))
        received_at = duty.received.received_at if duty.received else None
    return AgendaItem(
        id=item,
        title=proposed.title,
        public=proposed.public,
        asked=proposed.asked,
        matter=proposed.matter,
        proposal=proposal,
        proposed_by=proposed.proposed_by,
        proposed_by_name=proposed.proposed_by_name,
        received_at=received_at,
    )


@router.post("/meetings/{meeting}/items/{item}/removal")
async def remove_item(meeting: UUID, item: UUID, wish: Removal, call: Call) -> Done:
    """Take a point off the agenda; what was proposed waits at the body again."""
    command = RemoveItem(now=call.now, item=item, reason=wish.reason)
    return await call.execute(MEETING, meeting, command, body=body_of, hidden=is_hidden, if_match="optional")


@router.get("/meetings/{meeting}/items/{item}")
async def show_item(meeting: UUID, item: UUID, call: Call) -> ShownItem:
    """One point of an agenda, as the log has it now."""
    _, state, sitting = await seen_meeting(call, meeting)
    agenda = shown_agenda(state, sitting, sees_all=call.may(INSIDERS, body_of(state)))
    found = next((one for one in agenda if one.id == item), None)
    if found is None:
        raise NotFound
    return await called_now(call, found)


@router.post("/meetings/{meeting}/invitation")
async def invite_members(meeting: UUID, call: Call, _wish: NewInvitation = ALL) -> Done:
    """Invite everybody who holds a seat of the body on the day of the meeting, with the agenda as it stands; again where it has changed."""
    _, planned = await permitted_meeting(call, meeting)
    members, _ = await members_of(call, planned.body, local_day(planned.starts_at))
    invited = tuple(InvitedMember(member=one.member, member_name=one.member_name) for one in members)
    command = InviteMembers(now=call.now, members=invited)
    return await call.execute(MEETING, meeting, command, body=planned.body, hidden=is_hidden, if_match="optional")
