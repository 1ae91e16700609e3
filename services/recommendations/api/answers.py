"""The addressees' addresses: acknowledge, answer, see what is open; and what does not inform a committee."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.recommendations.answering import AcknowledgeRecommendation, AnswerRecommendation
from services.recommendations.api.named import called_now
from services.recommendations.api.seen import once_seen
from services.recommendations.informing import InformCommittee
from services.recommendations.parts import Verdict
from services.recommendations.permissions import OFFICER
from services.recommendations.read_models.open_answers import OPEN_ANSWERS, OpenAnswer, list_what_is_open
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.standing import Recommendation
from shared.http.call import Call, Done
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.localday import Day, local_day
from shared.text import Prose

router = APIRouter(tags=["answers"])
BY_DUE_DAY = Listing("open-answers", date, UUID, str, UUID)

Reasons = Annotated[Prose, Field(description="Everybody who sees the recommendation reads them: name no person.")]


class Acknowledgement(BaseModel):
    """The addressee confirms that it is there."""

    model_config = ConfigDict(extra="forbid")

    addressee: Annotated[UUID, Field(description="In whose name.")]
    on: Annotated[Day | None, Field(description="Today by default.")] = None


class NewAnswer(Acknowledgement):
    """What the addressee answers."""

    verdict: Verdict
    reasons: Reasons


class ClaimedInformation(BaseModel):
    """Which committee is said to have been informed."""

    model_config = ConfigDict(extra="forbid")

    committee: UUID


@router.post("/recommendations/{recommendation}/acknowledgement")
async def acknowledge_recommendation(recommendation: UUID, wish: Acknowledgement, call: Call) -> Done:
    """Confirm, in an addressee's name, that it is there."""
    command = AcknowledgeRecommendation(now=call.now, addressee=wish.addressee, on=wish.on)
    body = once_seen(call, lambda _: wish.addressee)
    return await call.execute(RECOMMENDATION, recommendation, command, body=body, if_match="optional")


@router.post("/recommendations/{recommendation}/answer")
async def answer_recommendation(recommendation: UUID, wish: NewAnswer, call: Call) -> Done:
    """Answer in an addressee's name; a late answer is an answer."""
    command = AnswerRecommendation(now=call.now, addressee=wish.addressee, verdict=wish.verdict, reasons=wish.reasons, on=wish.on)
    body = once_seen(call, lambda _: wish.addressee)
    return await call.execute(RECOMMENDATION, recommendation, command, body=body, if_match="optional")


@router.post("/recommendations/{recommendation}/information")
async def inform_committee(recommendation: UUID, wish: ClaimedInformation, call: Call) -> Done:
    """Say that a committee has been informed. That does not make it so: put it to the committee, which takes note in its sitting."""

    def department(state: Recommendation) -> UUID | None:
        through = [one.department for one in state.issued.informs] if state.issued else []
        return next((body for body in through if call.may(OFFICER, body)), None)

    command = InformCommittee(now=call.now, committee=wish.committee)
    return await call.execute(RECOMMENDATION, recommendation, command, body=once_seen(call, department), if_match="optional")


@router.get("/recommendations/open-answers")
async def list_open_answers(
    call: Call,
    addressee: Annotated[UUID, Query(description="In whose name.")],
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[OpenAnswer]:
    """What an addressee still has to do, by the day on which it is due."""
    call.permit(addressee)
    behind = cast("tuple[date, UUID, str, UUID] | None", BY_DUE_DAY.after(after))
    await call.wait_for(OPEN_ANSWERS.name, min_position)
    rows = await list_what_is_open(call.read, addressee, local_day(call.now), behind, limit + 1)
    return call.page(BY_DUE_DAY, await called_now(call, rows), limit, lambda row: (row.due, row.recommendation, row.duty, row.concerns))
