"""The addresses of contributions: hand one in, enter a working group's, have one's data erased."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.conferences.api.conferences import known
from services.conferences.api.personal import (
    Email,
    HeldToken,
    digest_of,
    erase_unused,
    found_by,
    keyring_of,
    link_token,
    person_at,
    unless_refused,
)
from services.conferences.conference import CONFERENCE, Conference
from services.conferences.contributed import must_be_received
from services.conferences.contribution import (
    CONTRIBUTION,
    EnterGroupContribution,
    EraseContribution,
    ReceiveContribution,
)
from services.conferences.parts import ContributionKind, Language, WorkingGroup
from services.conferences.read_models.tokens import find_erasure
from shared.http.bad_input import BadInput
from shared.http.call import Call, CommandAnswer, Done
from shared.localday import Day
from shared.text import Name, Prose

router = APIRouter(tags=["contributions"])
GROUP = Field(max_length=40, description="The key of a working group of the conference.")
PUBLIC_TEXT = Field(description="Everybody reads it, and it stays: name no person.")


class NewContribution(BaseModel):
    """What somebody hands in. Nothing of it is kept but sealed, until the organisers publish what it says."""

    model_config = ConfigDict(extra="forbid")

    group: Annotated[str, GROUP]
    kind: ContributionKind
    text: Prose
    language: Language
    email: Annotated[Email | None, Field(description="Where the receipt's link is sent, if anywhere.")] = None
    name: Name | None = None


class NewGroupContribution(BaseModel):
    """What a working group hands in: public at once."""

    model_config = ConfigDict(extra="forbid")

    group: Annotated[str, GROUP]
    kind: ContributionKind
    text: Annotated[Prose, PUBLIC_TEXT]
    received_on: Annotated[Day | None, Field(description="Today by default.")] = None


class Receipt(CommandAnswer):
    """What a contributor is answered: the token that shows what becomes of just this contribution. It is told here, and by mail, only."""

    receipt: str
    erasure: Annotated[
        str | None,
        Field(description="The token that erases the contributor's data; null where an address was given: then it is told by mail only."),
    ]


class Withdrawn(CommandAnswer):
    """What whoever has had their data erased is answered: the conference that it was about."""

    conference: UUID
    title: str


class ReceiptDone(Done):
    """What entering a contribution answers, with the token for whoever handed it in."""

    receipt: str


@router.post("/conferences/{conference}/contributions", status_code=201)
async def hand_in_contribution(conference: UUID, wish: NewContribution, call: Call) -> Receipt:
    """Hand in a contribution without an account, until the results are handed over."""
    _, state = await call.runtime.store.refresh(CONFERENCE, conference)
    planned, group = known(state), group_of(state, wish.group)
    person = await person_at(call, wish.email)
    receipt, erasure = link_token(call, "receipt"), link_token(call, "erasure")
    command = ReceiveContribution(
        now=call.now,
        conference=conference,
        title=planned.title,
        group=group.key,
        group_name=group.name,
        kind=wish.kind,
        person=person.person,
        language=wish.language,
        text=await person.seal(wish.text, "contribution.text"),
        name=await person.seal_if_any(wish.name, "contributor.name"),
        email=await person.seal_if_any(wish.email, "contributor.email"),
        receipt=digest_of(receipt),
        receipt_token=await person.seal(receipt, "contribution.receipt_token"),
        erasure=digest_of(erasure),
        erasure_token=await person.seal_if_any(erasure if wish.email else None, "contribution.erasure_token"),
        handed_over=state.held is not None,
        cancelled=state.cancelled_because is not None,
    )
    async with unless_refused(person):
        await call.execute(CONTRIBUTION, call.new_stream(), command, begins=True)
    await erase_unused(person, must_be_received((await call.runtime.store.load(CONTRIBUTION, call.new_stream()))[1]).receipt_token.subject)
    # An address that was typed may be somebody else's: only what arrives there erases what is kept of whoever reads it.
    return Receipt(receipt=receipt, erasure=None if wish.email else erasure)


@router.post("/conferences/{conference}/group-contributions", status_code=201)
async def enter_group_contribution(conference: UUID, wish: NewGroupContribution, call: Call) -> ReceiptDone:
    """Enter what a working group handed in, also afterwards."""
    _, state = await call.runtime.store.refresh(CONFERENCE, conference)
    planned = known(state)
    call.permit(planned.host)
    group = group_of(state, wish.group)
    person = await person_at(call, None)
    receipt, contribution = link_token(call, "receipt"), call.new_stream()
    command = EnterGroupContribution(
        now=call.now,
        conference=conference,
        title=planned.title,
        group=group.key,
        group_name=group.name,
        kind=wish.kind,
        text=wish.text,
        received_on=wish.received_on,
        receipt=digest_of(receipt),
        receipt_token=await person.seal(receipt, "contribution.receipt_token"),
        cancelled=state.cancelled_because is not None,
    )
    async with unless_refused(person):
        done = await call.execute(CONTRIBUTION, contribution, command, body=planned.host, created=f"/contributions/{contribution}")
    return ReceiptDone(**dict(done), receipt=receipt)


@router.post("/contributions/erasure", responses={404: {}})
async def erase_contribution(wish: HeldToken, call: Call) -> Withdrawn:
    """Erase all that is kept under the address that this was handed in with, wherever it is kept; without one, what is kept of this.

    What was published of it holds nothing personal and stays."""
    contribution = await found_by(call, wish.token, lambda digest: find_erasure(call.read, digest))
    _, state = await call.runtime.store.refresh(CONTRIBUTION, contribution)
    received = must_be_received(state)
    # First the key: should this end in between, the data are gone, and the fact follows when it is asked for again.
    await keyring_of(call).erase(received.person or received.receipt_token.subject)
    await call.execute(CONTRIBUTION, contribution, EraseContribution(now=call.now), if_match="none")
    return Withdrawn(conference=received.conference, title=received.title)


def group_of(state: Conference, key: str) -> WorkingGroup:
    """The working group of this key. BadInput where the conference has none."""
    if (group := state.group(key)) is None:
        raise BadInput("body.group", "is no working group of this conference")
    return group
