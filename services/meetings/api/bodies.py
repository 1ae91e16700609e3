"""The addresses of bodies: found one, change its cadence, list them, show one and how it keeps its cadence."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.meetings.body import BODY, CadenceRule, ChangeCadence, FoundBody
from services.meetings.cadence import Judgement, Rule, Standing, judge
from services.meetings.events import BodyKind, LegalNature
from services.meetings.permissions import INSIDERS, KEEPERS
from services.meetings.read_models.bodies import BODIES, ListedBody, list_bodies
from services.meetings.read_models.cadence import CADENCE, known_cadence
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import FIRST_YEAR, LAST_YEAR, Day, Moment, local_day
from shared.text import Name

router = APIRouter(tags=["bodies"])
BY_NAME = Listing("bodies", UUID)


class NewBody(BaseModel):
    """A body as it is entered."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name, Field(description="No other body of the city bears it.")]
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: Annotated[UUID | None, Field(description="The office, itself a body, that manages its affairs.")] = None
    founded_on: Day
    cadence: Annotated[CadenceRule | None, Field(description="Holds from the founding on.")] = None


class NewCadence(BaseModel):
    """A rule of how often the body meets, and from when on it holds."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Day
    rule: CadenceRule


class CadenceInForce(CadenceRule):
    """A rule with the day from which it holds."""

    valid_from: date


class ShownBody(BaseModel):
    """A body with its cadence rules, the oldest first."""

    id: UUID
    name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    secretariat_name: str | None
    founded_on: date
    cadence: list[CadenceInForce]


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


@router.post("/bodies", status_code=201)
async def found_body(wish: NewBody, call: Call) -> Done:
    """Enter a body."""
    if wish.secretariat and (await call.runtime.store.load(BODY, wish.secretariat))[1].founded is None:
        raise BadInput("body.secretariat", "is no body that stands")
    command = FoundBody(
        now=call.now,
        body_name=wish.name,
        kind=wish.kind,
        legal_nature=wish.legal_nature,
        secretariat=wish.secretariat,
        founded_on=wish.founded_on,
        cadence=wish.cadence,
    )
    return await call.execute(BODY, call.new_stream(), command, created=True)


@router.post("/bodies/{body}/cadence")
async def change_cadence(body: UUID, wish: NewCadence, call: Call) -> Done:
    """Let another cadence rule hold from a day on; one for a day that has a rule replaces it."""
    command = ChangeCadence(now=call.now, valid_from=wish.valid_from, rule=wish.rule)
    return await call.execute(BODY, body, command, body=body, if_match="optional")


@router.get("/bodies")
async def list_all_bodies(call: Call, limit: Limit = DEFAULT_LIMIT, after: After = None, min_position: MinPosition = 0) -> Page[ListedBody]:
    """The city's bodies in the order of their names."""
    behind = cast("tuple[UUID] | None", BY_NAME.after(after))
    await call.wait_for(BODIES.name, min_position)
    rows = await list_bodies(call.read, behind[0] if behind else None, limit + 1)
    return call.page(BY_NAME, rows, limit, lambda row: (row.body,))


@router.get("/bodies/{body}")
async def show_body(body: UUID, call: Call) -> ShownBody:
    """One body, as the log has it now; its ETag is its version for those who may change it."""
    version, state = await call.runtime.store.refresh(BODY, body)
    if (founded := state.founded) is None:
        raise NotFound
    office = (await call.runtime.store.refresh(BODY, founded.secretariat))[1].founded if founded.secretariat else None
    call.show_version(version, KEEPERS, body)
    return ShownBody(
        id=body,
        name=founded.body_name,
        kind=founded.kind,
        legal_nature=founded.legal_nature,
        secretariat=founded.secretariat,
        secretariat_name=office.body_name if office else None,
        founded_on=founded.founded_on,
        cadence=[CadenceInForce(**dict(rule)) for rule in state.cadence],
    )


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
