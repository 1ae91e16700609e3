"""The addresses of what the organisers make of contributions: publish, settle and correct them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.conferences.api.conferences import planned_conference
from services.conferences.api.contributions import GROUP, PUBLIC_TEXT, group_of
from services.conferences.conference import CONFERENCE
from services.conferences.contributed import Contribution, must_be_received
from services.conferences.contribution import CONTRIBUTION, CorrectContribution, PublishContribution
from services.conferences.fates import SettleContribution
from services.conferences.parts import ContributionKind, Fate
from shared.http.call import Call, Done, Invocation
from shared.http.problems import NotFound
from shared.localday import Day
from shared.text import Prose

router = APIRouter(tags=["contributions"])


class Publication(BaseModel):
    """What a contribution says, without personal data."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Prose, PUBLIC_TEXT]


class Settlement(BaseModel):
    """What became of a contribution that goes into no result."""

    model_config = ConfigDict(extra="forbid")

    fate: Fate
    reason: Annotated[Prose, PUBLIC_TEXT]


class ContributionCorrection(BaseModel):
    """A contribution whole, as it should have been entered, and why it was entered otherwise."""

    model_config = ConfigDict(extra="forbid")

    group: Annotated[str, GROUP]
    kind: ContributionKind
    received_on: Day
    text: Annotated[Prose | None, Field(description="As it is published; null as long as it is not.")] = None
    fate: Annotated[Fate | None, Field(description="What it was settled with; null where it was settled by mistake, or never.")] = None
    fate_reason: Annotated[Prose | None, Field(validate_default=True, description=PUBLIC_TEXT.description)] = None
    reason: Annotated[Prose, PUBLIC_TEXT]

    @field_validator("fate_reason")
    @classmethod
    def must_go_with_a_fate(cls, fate_reason: str | None, told: ValidationInfo) -> str | None:
        """ValueError for a fate without its reason, or a reason without a fate."""
        if "fate" in told.data and (told.data["fate"] is None) != (fate_reason is None):
            raise ValueError("must be given with a fate, and only then")
        return fate_reason


@router.post("/contributions/{contribution}/publication")
async def publish_contribution(contribution: UUID, wish: Publication, call: Call) -> Done:
    """Publish what a contribution says, once; after that it is corrected with a reason."""
    host = await host_of_contribution(call, contribution)
    command = PublishContribution(now=call.now, text=wish.text)
    return await call.execute(CONTRIBUTION, contribution, command, body=host, hidden=is_hidden, if_match="optional")


@router.post("/contributions/{contribution}/settlement")
async def settle_contribution(contribution: UUID, wish: Settlement, call: Call) -> Done:
    """Say what became of a contribution that goes into no result."""
    host = await host_of_contribution(call, contribution)
    command = SettleContribution(now=call.now, fate=wish.fate, reason=wish.reason)
    return await call.execute(CONTRIBUTION, contribution, command, body=host, hidden=is_hidden, if_match="optional")


@router.post("/contributions/{contribution}/correction")
async def correct_contribution(contribution: UUID, wish: ContributionCorrection, call: Call) -> Done:
    """Put right what was entered of a contribution, or with what it was settled."""
    host = await host_of_contribution(call, contribution)
    _, state = await call.runtime.store.load(CONTRIBUTION, contribution, lambda state: call.permit(host, hidden=is_hidden(state)))
    received = must_be_received(state)
    group = group_of((await call.runtime.store.load(CONFERENCE, received.conference))[1], wish.group)
    command = CorrectContribution(now=call.now, group_name=group.name, **{**dict(wish), "group": group.key})
    return await call.execute(CONTRIBUTION, contribution, command, body=host, hidden=is_hidden, if_match="optional")


async def host_of_contribution(call: Invocation, contribution: UUID) -> UUID:
    """The body whose organisers count. NotFound for what was never handed in."""

    def permit(state: Contribution) -> None:
        if state.received is None:
            raise NotFound

    _, state = await call.runtime.store.load(CONTRIBUTION, contribution, permit)
    assert state.received  # Or it would not have been permitted.
    return (await planned_conference(call, state.received.conference)).host


def is_hidden(state: Contribution) -> bool:
    """Whether outsiders may not even learn of it."""
    return state.text is None
