"""The addresses of proposals and of hand-over duties: put a matter to a body, decline it, list what waits and what is owed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.meetings.api.kept import bodies_seen
from services.meetings.api.named import called_now
from services.meetings.body import BODY
from services.meetings.items import Asked, Matter
from services.meetings.permissions import INSIDERS, PROPOSERS
from services.meetings.proposal import PROPOSAL, CorrectDeclination, DeclineProposal, Proposal, ProposeItem, proposal_of
from services.meetings.read_models.duties import DUTIES, OpenDuty, list_open_duties
from services.meetings.read_models.known_matters import KnownMatter, known_matter
from services.meetings.read_models.proposals import PROPOSALS, ListedProposal, ProposalStanding, find_proposal, list_proposals
from shared.eventstore.errors import Unreadable
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done, Invocation
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import Day, local_day
from shared.text import Line, Prose

router = APIRouter(tags=["proposals"])
BY_TIME = Listing("proposals", datetime, UUID)
BY_DAY = Listing("duties", date, UUID)


class ProposedMatter(BaseModel):
    """What the body is to deal with: a thing of some service that has told of it."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[Line, Field(examples=["conferences"])]
    kind: Annotated[Line, Field(examples=["results"])]
    id: UUID


class NewProposal(BaseModel):
    """A matter as it is put to a body."""

    model_config = ConfigDict(extra="forbid")

    matter: ProposedMatter
    title: Annotated[Line | None, Field(description="What it is called on the agenda; as the matter itself by default.")] = None
    asked: Asked
    proposed_by: Annotated[UUID, Field(description="The body in whose name it is put: an office, a department, a conference's host.")]
    due_by: Annotated[Day | None, Field(description="Until when it should be dealt with.")] = None
    public: Annotated[StrictBool | None, Field(description="Whether everybody may know of it; as the matter itself by default.")] = None


class Declination(BaseModel):
    """Why a body does not deal with a matter."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Prose, Field(description="Whoever sees the proposal reads it: name no person and no illness.")]


class DeclinationCorrection(BaseModel):
    """Why a body really does not deal with a matter, and why that was entered otherwise."""

    model_config = ConfigDict(extra="forbid")

    declined_because: Annotated[Prose, Field(description="Whoever sees the proposal reads it: name no person and no illness.")]
    reason: Annotated[Prose, Field(description="Whoever sees the proposal reads it, too.")]


@router.post("/bodies/{body}/proposals", status_code=201)
async def propose_item(body: UUID, wish: NewProposal, call: Call) -> Done:
    """Put a matter to a body, be it anew after it was declined; it waits there until the secretariat places it on an agenda or declines
    it."""
    call.permit(wish.proposed_by)
    by = (await call.runtime.store.refresh(BODY, wish.proposed_by))[1].founded
    if by is None:
        raise BadInput("body.proposed_by", "is no body that stands")
    asked = (await call.runtime.store.refresh(BODY, body))[1].founded
    if asked is None:
        raise NotFound
    matter = Matter(**wish.matter.model_dump())
    known = await must_be_known(call, matter, wish)
    command = ProposeItem(
        now=call.now,
        proposal=proposal_of(body, matter),
        body=body,
        body_name=asked.body_name,
        matter=matter,
        title=wish.title or known.title,
        public=known.public if wish.public is None else wish.public,
        asked=wish.asked,
        proposed_by=wish.proposed_by,
        proposed_by_name=by.body_name,
        due_by=wish.due_by,
        sees_hidden=call.may(INSIDERS, body),
    )
    created = f"/proposals/{command.proposal}"
    return await call.execute(PROPOSAL, command.proposal, command, body=wish.proposed_by, created=created)


async def must_be_known(call: Invocation, matter: Matter, wish: NewProposal) -> KnownMatter:
    """What other services have told of the matter. BadInput for one that is unknown or withdrawn, and for making public what is not."""
    known = await known_matter(call.read, matter)
    if known is None:
        raise BadInput("body.matter", "is no matter that is known here")
    if known.withdrawn:
        raise BadInput("body.matter", "was withdrawn")
    if wish.public and not known.public:
        raise BadInput("body.public", "the matter itself is not public")
    return known


@router.post("/proposals/{proposal}/declination")
async def decline_proposal(proposal: UUID, wish: Declination, call: Call) -> Done:
    """Say why the body does not deal with it; what stands on an agenda is taken off it first."""
    command = DeclineProposal(now=call.now, reason=wish.reason)
    return await call.execute(PROPOSAL, proposal, command, body=asked_body, hidden=is_hidden, if_match="optional")


@router.post("/proposals/{proposal}/declination-correction")
async def correct_declination(proposal: UUID, wish: DeclinationCorrection, call: Call) -> Done:
    """Put right, with a reason, why the body does not deal with it."""
    command = CorrectDeclination(now=call.now, **dict(wish))
    return await call.execute(PROPOSAL, proposal, command, body=asked_body, hidden=is_hidden, if_match="optional")


@router.get("/bodies/{body}/proposals")
async def list_body_proposals(
    body: UUID,
    call: Call,
    standing: Annotated[ProposalStanding | None, Query(description="Only those that stand like this.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[ListedProposal]:
    """What was put to a body, the oldest first; outsiders see what is public."""
    behind = cast("tuple[datetime, UUID] | None", BY_TIME.after(after))
    if (await call.runtime.store.load(BODY, body))[1].founded is None:
        raise NotFound
    await call.wait_for(PROPOSALS.name, min_position)
    rows = await list_proposals(call.read, body, sees_all=call.may(INSIDERS, body), standing=standing, after=behind, limit=limit + 1)
    return call.page(BY_TIME, await called_now(call, rows), limit, lambda row: (row.proposed_at, row.proposal))


@router.get("/proposals/{proposal}")
async def show_proposal(proposal: UUID, call: Call, min_position: MinPosition = 0) -> ListedProposal:
    """One proposal and how it stands; whoever may put the matter to the body in the proposer's name reads it, too."""
    try:
        _, state = await call.runtime.store.refresh(PROPOSAL, proposal)
    except Unreadable as unreadable:  # What can be read of it says whom it may be shown to; if nothing can, it is as if it were not there.
        state = unreadable.state
    proposed = state.proposed
    await call.wait_for(PROPOSALS.name, min_position)
    inside = call.may(INSIDERS, proposed.body if proposed else None)
    own = proposed.proposed_by if proposed and call.may(PROPOSERS, proposed.proposed_by) else None
    found = await find_proposal(call.read, proposal, sees_all=inside, speaks_for=own)
    if found is None:
        raise NotFound
    return await called_now(call, found)


@router.get("/duties")
async def list_duties(
    call: Call,
    body: Annotated[UUID | None, Query(description="Of this body only.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[OpenDuty]:
    """Which results still have to be received and deliberated, the most urgent first."""
    behind = cast("tuple[date, UUID] | None", BY_DAY.after(after))
    await call.wait_for(DUTIES.name, min_position)
    rows = await list_open_duties(
        call.read,
        local_day(call.now),
        body=body,
        sees_all=call.may(INSIDERS),
        sees_bodies=bodies_seen(call),
        after=behind,
        limit=limit + 1,
    )
    return call.page(BY_DAY, await called_now(call, rows), limit, lambda row: (row.due_by, row.duty))


def asked_body(proposal: Proposal) -> UUID | None:
    """The body whose roles count."""
    return proposal.proposed.body if proposal.proposed else None


def is_hidden(proposal: Proposal) -> bool:
    """Whether outsiders may not even learn of it."""
    return not (proposal.proposed and proposal.proposed.public)
