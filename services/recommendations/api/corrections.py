"""The address at which whoever entered something wrongly puts it right, or takes it back."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.recommendations.api.drafts import issue_on
from services.recommendations.api.seen import once_seen
from services.recommendations.correcting import (
    CorrectEntry,
    Kind,
    NeverHappened,
    Right,
    RightAcknowledgement,
    RightAnswer,
    RightCompletion,
    RightIssue,
    RightPromise,
    RightVerification,
    RightWithdrawal,
    key_of,
    whose,
)
from services.recommendations.events import RecommendationCorrected
from services.recommendations.permissions import OFFICER, SECRETARIAT
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.standing import Recommendation
from shared.http.call import Call, Done
from shared.localday import Day
from shared.text import Line, Prose

router = APIRouter(tags=["corrections"])

KEPT_BY_THE_SECRETARIAT: tuple[Kind, ...] = ("issue", "withdrawal", "verification")
"""The rest is the addressee's."""


class WishedIssue(BaseModel):
    """On which day, and under which title, it was issued. Its text and its addressees stay."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["issue"]
    title: Line
    issued_on: Annotated[Day, Field(description="From it follow the days by which an answer is due.")]


Wished = (
    WishedIssue
    | RightWithdrawal
    | RightAcknowledgement
    | RightAnswer
    | RightPromise
    | RightCompletion
    | RightVerification
    | NeverHappened
)  # fmt: skip


class Correction(BaseModel):
    """An entry as it should have been, and why it was wrong."""

    model_config = ConfigDict(extra="forbid")

    right: Annotated[Wished, Field(discriminator="kind", description="The entry, whole. Its texts are read by everybody: name no person.")]
    reason: Annotated[Prose, Field(description="Everybody who sees the recommendation reads it: name no person.")]


class ShownCorrection(BaseModel):
    """What was entered wrongly."""

    entry: Kind
    of: Annotated[UUID | None, Field(description="The addressee, the measure, or the committee that took note, whose entry it is.")]
    stands: Annotated[bool, Field(description="False: it never happened.")]
    reason: str
    corrected_at: AwareDatetime


@router.post("/recommendations/{recommendation}/correction")
async def correct_entry(recommendation: UUID, wish: Correction, call: Call) -> Done:
    """Put right what was entered of a recommendation, as whoever enters it: its secretariat, or the addressee."""
    right: Right = (
        RightIssue(kind="issue", title=wish.right.title, **await issue_on(call, wish.right.issued_on, "body.right.issued_on"))
        if isinstance(wish.right, WishedIssue)
        else wish.right
    )

    def keeper(state: Recommendation) -> UUID | None:
        return keeper_of(call, state, right)

    command = CorrectEntry(now=call.now, right=right, reason=wish.reason)
    return await call.execute(RECOMMENDATION, recommendation, command, body=once_seen(call, keeper), if_match="optional")


def keeper_of(call: Call, state: Recommendation, right: Right) -> UUID | None:
    """The body whose entry it is; None for whoever does not act for it as those do who enter such things."""
    kind, of = (right.entry, right.of) if isinstance(right, NeverHappened) else (right.kind, whose(right))
    if kind in KEPT_BY_THE_SECRETARIAT:
        keeper, role = state.started.body if state.started else None, SECRETARIAT
    else:
        measure = state.measure(of) if of else None
        keeper, role = measure.promised.addressee if measure else of, OFFICER
    return keeper if keeper and call.may(role, keeper) else None


def shown_correction(corrected: RecommendationCorrected) -> ShownCorrection:
    """A correction as people see it."""
    kind, of = key_of(corrected.entry)
    return ShownCorrection(entry=kind, of=of, stands=corrected.stands, reason=corrected.reason, corrected_at=corrected.corrected_at)
