"""The addresses of a body's cadence: change it, put right what was entered wrongly of it, show how the body keeps it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.meetings.body import BODY
from services.meetings.cadence import Judgement, Rule, Standing, judge
from services.meetings.correcting_body import CorrectCadence
from services.meetings.founding import CadenceRule, ChangeCadence
from services.meetings.permissions import INSIDERS
from services.meetings.read_models.cadence import CADENCE, known_cadence
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import FIRST_YEAR, LAST_YEAR, Day, Moment, local_day
from shared.text import Prose

router = APIRouter(tags=["bodies"])


class NewCadence(BaseModel):
    """A rule of how often the body meets, and from when on it holds."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Day
    rule: CadenceRule


class NewCadenceCorrection(BaseModel):
    """What was entered wrongly of a cadence rule, and why."""

    model_config = ConfigDict(extra="forbid")

    recorded_from: Annotated[Day, Field(description="The rule's first day as it is shown so far: which rule the correction is about.")]
    right: Annotated[NewCadence | None, Field(description="The rule, whole, as it is right; null for one that should never have been.")]
    reason: Annotated[Prose, Field(description="Everybody reads it.")]


class CadenceInForce(CadenceRule):
    """A rule with the day from which it holds."""

    valid_from: date


class ShownCadence(BaseModel):
    """How a body keeps its cadence in a calendar year."""

    body: UUID
    body_name: str
    year: int
    day: Annotated[date, Field(description="The day as of which this is judged.")]
    counted: Annotated[Literal["all", "public"], Field(description="Whether meetings that are not public are counted as well.")]
    standing: Annotated[Standing | None, Field(description="Null where no rule demands anything in that year.")]
    required: int
    held: int
    planned: int
    meet_by: Annotated[date | None, Field(description="The last day on which the next meeting keeps the maximum gap.")]
    gap_breaks_on: Annotated[date | None, Field(description="The first day of the year with too long a gap, if all plans are kept.")]
    rules: list[CadenceInForce]


@router.post("/bodies/{body}/cadence")
async def change_cadence(body: UUID, wish: NewCadence, call: Call) -> Done:
    """Let another cadence rule hold from a day on; one for a day that has a rule replaces it."""
    command = ChangeCadence(now=call.now, valid_from=wish.valid_from, rule=wish.rule)
    return await call.execute(BODY, body, command, body=body, if_match="optional")


@router.post("/bodies/{body}/cadence-correction")
async def correct_cadence(body: UUID, wish: NewCadenceCorrection, call: Call) -> Done:
    """Put right a cadence rule, or take back one that should never have been entered. Every year is judged by what is right."""
    right = wish.right
    command = CorrectCadence(
        now=call.now,
        recorded_from=wish.recorded_from,
        valid_from=right.valid_from if right else None,
        rule=right.rule if right else None,
        reason=wish.reason,
    )
    return await call.execute(BODY, body, command, body=body, if_match="optional")


@router.get("/bodies/{body}/cadence")
async def show_cadence(
    body: UUID,
    call: Call,
    year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR, description="A calendar year; this one by default.")] = None,
    as_of: Annotated[Moment | None, Query(description="Answer with what was recorded until then, as one would have then.")] = None,
    min_position: MinPosition = 0,
) -> ShownCadence:
    """Whether the body keeps its cadence. Only meetings held count; what is planned counts in the forecast."""
    if as_of and as_of > call.now:
        raise BadInput("query.as_of", "lies in the future")
    founded = (await call.runtime.store.refresh(BODY, body))[1].founded
    if founded is None:
        raise NotFound
    await call.wait_for(CADENCE.name, min_position)
    moment = as_of or call.now
    day = local_day(moment)
    sees_all = call.may(INSIDERS, body)
    known = await known_cadence(call.read, body, moment, sees_all=sees_all)
    judgement: Judgement = judge(known.rules, known.held, known.planned, year or day.year, day)
    return ShownCadence(
        body=body,
        body_name=founded.body_name,
        year=year or day.year,
        day=day,
        counted="all" if sees_all else "public",
        standing=judgement.standing,
        required=judgement.required,
        held=judgement.held,
        planned=judgement.planned,
        meet_by=judgement.meet_by,
        gap_breaks_on=judgement.gap_breaks_on,
        rules=[in_force(rule) for rule in known.rules],
    )


def in_force(rule: Rule) -> CadenceInForce:
    """A rule as it is shown."""
    return CadenceInForce(
        valid_from=rule.valid_from, minimum_per_year=rule.minimum_per_year, maximum_gap_days=rule.maximum_gap_days, source=rule.source
    )
