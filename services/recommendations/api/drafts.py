"""The secretariat's addresses: draft a recommendation, issue it, withdraw it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.recommendations.api.seen import bodies_of, body_of, once_seen, sees
from services.recommendations.drafting import (
    DraftRecommendation,
    IssueRecommendation,
    RecommendationRestsOnAResolution,
    WithdrawRecommendation,
)
from services.recommendations.parts import Addressed, AddresseeClass, Information
from services.recommendations.permissions import SECRETARIAT
from services.recommendations.read_models.known_bodies import KnownBody, known_bodies, succeeded_bodies
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.rules import acknowledge_by, answer_by, rule_on
from services.recommendations.standing import Recommendation
from shared.eventstore.errors import Unreadable
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.localday import Day, local_day
from shared.text import Line, Prose

router = APIRouter(tags=["drafts"])
MOST = 50

KINDS: Mapping[AddresseeClass, Collection[str]] = {
    AddresseeClass.OFFICE: {"office"},
    AddresseeClass.DEPARTMENT_HEAD: {"department"},
    AddresseeClass.MAGISTRAT: {"magistrat"},
    AddresseeClass.CITY_COUNCIL: {"city_council"},
    AddresseeClass.COMMITTEE: {"committee"},
}
"""What sort of body each class of addressee is."""


class WishedAddressee(BaseModel):
    """Whom it is meant for."""

    model_config = ConfigDict(extra="forbid")

    body: UUID
    address_class: AddresseeClass


class WishedInformation(BaseModel):
    """Which committee is to be informed, and through which department."""

    model_config = ConfigDict(extra="forbid")

    committee: Annotated[UUID, Field(description="A committee, or the city council itself.")]
    department: UUID


class Draft(BaseModel):
    """A recommendation as it is written."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    text: Annotated[Prose, Field(description="Everybody may read it once it is issued: name no person.")]
    admissibility: Annotated[Prose, Field(description="Why it is of fundamental importance or concerns several target groups.")]
    addressees: Annotated[list[WishedAddressee], Field(max_length=MOST, description="Each once; it is issued to at least one.")]
    informs: Annotated[list[WishedInformation], Field(max_length=MOST, description="Each committee once.")] = []

    @field_validator("addressees")
    @classmethod
    def must_name_each_addressee_once(cls, addressees: list[WishedAddressee]) -> list[WishedAddressee]:
        """ValueError for a body that is named twice."""
        must_be_distinct([one.body for one in addressees], "must name each addressee once")
        return addressees

    @field_validator("informs")
    @classmethod
    def must_name_each_committee_once(cls, informs: list[WishedInformation]) -> list[WishedInformation]:
        """ValueError for a committee that is named twice."""
        must_be_distinct([one.committee for one in informs], "must name each committee once")
        return informs


class Issue(BaseModel):
    """The issue: today, or on the day on which it was issued."""

    model_config = ConfigDict(extra="forbid")

    issued_on: Annotated[Day | None, Field(description="Today by default; from it follow the days by which an answer is due.")] = None


class Withdrawal(BaseModel):
    """Why the body no longer upholds it, and since when."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Prose, Field(description="Everybody who sees it reads this: name no person.")]
    withdrawn_on: Annotated[Day | None, Field(description="Today by default.")] = None


TODAY = Issue()


@router.post("/recommendations/{recommendation}/draft")
async def draft_recommendation(recommendation: UUID, wish: Draft, call: Call) -> Done:
    """Write the recommendation that a resolution asks for, or write it anew; all of it each time."""
    own = next(iter(bodies_of(call, SECRETARIAT)), None)
    call.permit(own)

    def drafts_for(state: Recommendation) -> UUID | None:
        if state.started and not sees(call, state):
            raise RecommendationRestsOnAResolution  # Just as where there is none: whoever asks may not know of it.
        return body_of(state) or own

    addressees, informs = await must_stand(call, wish.addressees, wish.informs, await own_day(call, recommendation))
    command = DraftRecommendation(
        now=call.now, title=wish.title, text=wish.text, admissibility=wish.admissibility, addressees=addressees, informs=informs
    )
    return await call.execute(RECOMMENDATION, recommendation, command, body=drafts_for, begins=True)


@router.post("/recommendations/{recommendation}/issue")
async def issue_recommendation(recommendation: UUID, call: Call, wish: Issue = TODAY) -> Done:
    """Issue what was drafted to its addressees; the days by which they answer follow from the rule that holds on that day."""
    issued_on = wish.issued_on or local_day(call.now)
    command = IssueRecommendation(now=call.now, **await issue_on(call, issued_on, "body.issued_on"))
    return await call.execute(RECOMMENDATION, recommendation, command, body=once_seen(call, body_of), if_match="optional")


@router.post("/recommendations/{recommendation}/withdrawal")
async def withdraw_recommendation(recommendation: UUID, wish: Withdrawal, call: Call) -> Done:
    """Withdraw what was issued; nobody is asked for an answer any more."""
    command = WithdrawRecommendation(now=call.now, reason=wish.reason, withdrawn_on=wish.withdrawn_on)
    return await call.execute(RECOMMENDATION, recommendation, command, body=once_seen(call, body_of), if_match="optional")


async def issue_on(call: Call, day: date, where: str) -> dict[str, Any]:
    """What follows from the day of an issue: the rule and the last days, and which bodies stand no longer. BadInput before any rule."""
    rule = rule_on(day)
    if rule is None:
        raise BadInput(where, "lies before any rule of how long an answer may take")
    return {
        "issued_on": day,
        "rule": rule,
        "acknowledge_by": acknowledge_by(day, rule),
        "answer_by": answer_by(day, rule),
        "succeeded": await succeeded_bodies(call.read, day),
    }


async def own_day(call: Call, recommendation: UUID) -> date:
    """The day on which it was resolved, so that one of the past reaches those who stood then; today for whoever may not know of it."""
    with contextlib.suppress(Unreadable):  # What cannot be read is refused where it is commanded.
        _, state = await call.runtime.store.refresh(RECOMMENDATION, recommendation)
        if state.started and sees(call, state):
            return local_day(state.started.resolved_at)
    return local_day(call.now)


async def must_stand(
    call: Call, addressees: Sequence[WishedAddressee], informs: Sequence[WishedInformation], day: date
) -> tuple[tuple[Addressed, ...], tuple[Information, ...]]:
    """The bodies with their names; BadInput for one that does not stand on that day or is of another sort."""
    asked = [*(one.body for one in addressees), *(body for one in informs for body in (one.committee, one.department))]
    known = await known_bodies(call.read, asked, day)
    addressed = tuple(
        Addressed(
            body=one.body,
            body_name=must_be(known.get(one.body), KINDS[one.address_class], f"body.addressees.{place}.body"),
            address_class=one.address_class,
        )
        for place, one in enumerate(addressees)
    )
    informed = tuple(
        Information(
            committee=one.committee,
            committee_name=must_be(known.get(one.committee), {"committee", "city_council"}, f"body.informs.{place}.committee"),
            department=one.department,
            department_name=must_be(known.get(one.department), {"department"}, f"body.informs.{place}.department"),
        )
        for place, one in enumerate(informs)
    )
    return addressed, informed


def must_be(known: KnownBody | None, kinds: Collection[str], where: str) -> str:
    """The name of a body of one of these kinds."""
    if known is None:
        raise BadInput(where, "is no body that stands")
    if known.kind not in kinds:
        raise BadInput(where, f"is no body of the kind {' or '.join(sorted(kinds))}")
    return known.body_name


def must_be_distinct(named: Sequence[Hashable], rule: str) -> None:
    """ValueError where one is named twice."""
    if len(set(named)) < len(named):
        raise ValueError(rule)
