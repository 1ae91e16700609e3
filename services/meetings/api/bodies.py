"""The addresses of bodies: found one, change its cadence, let another succeed it, list them, show one and how it keeps its cadence."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.meetings.body import BODY, Body, CadenceRule, ChangeCadence, FoundBody, SucceedBody
from services.meetings.cadence import Judgement, Rule, Standing, judge
from services.meetings.events.body import BodyFounded, BodyKind, LegalNature
from services.meetings.permissions import INSIDERS, KEEPERS
from services.meetings.read_models.bodies import BODIES, ListedBody, list_bodies
from services.meetings.read_models.cadence import CADENCE, known_cadence
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import FIRST_YEAR, LAST_YEAR, Day, Moment, local_day
from shared.text import Name, Prose

router = APIRouter(tags=["bodies"])
BY_NAME = Listing("bodies", UUID)


class NewBody(BaseModel):
    """A body as it is entered."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name, Field(description="No other body of the city bears it.")]
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: Annotated[UUID | None, Field(description="The office, itself a body, that manages its affairs.")] = None
    lead_office: Annotated[UUID | None, Field(description="The office that leads in its matters.")] = None
    reports_to: Annotated[UUID | None, Field(description="The body to which it belongs or reports.")] = None
    founded_on: Day
    cadence: Annotated[CadenceRule | None, Field(description="Holds from the founding on.")] = None


class NewCadence(BaseModel):
    """A rule of how often the body meets, and from when on it holds."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Day
    rule: CadenceRule


class Succession(BaseModel):
    """Which body stands in this one's place, from which day on, and why."""

    model_config = ConfigDict(extra="forbid")

    successor: UUID
    on: Annotated[Day, Field(description="The first day of the successor.")]
    reason: Annotated[Prose, Field(description="Everybody reads it.", examples=["Satzung über den Migrationsrat vom 15.06.2023"])]


class CadenceInForce(CadenceRule):
    """A rule with the day from which it holds."""

    valid_from: date


class ShownSuccession(BaseModel):
    """The body that stands in this one's place."""

    successor: UUID
    successor_name: str
    on: date
    reason: str


class ShownBody(BaseModel):
    """A body with its cadence rules, the oldest first."""

    id: UUID
    name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    secretariat_name: str | None
    lead_office: UUID | None
    lead_office_name: str | None
    reports_to: UUID | None
    reports_to_name: str | None
    founded_on: date
    succeeded: ShownSuccession | None
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
    for field, other in (("secretariat", wish.secretariat), ("lead_office", wish.lead_office), ("reports_to", wish.reports_to)):
        if other:
            await standing_body(call, f"body.{field}", other)
    command = FoundBody(
        now=call.now,
        body_name=wish.name,
        kind=wish.kind,
        legal_nature=wish.legal_nature,
        secretariat=wish.secretariat,
        lead_office=wish.lead_office,
        reports_to=wish.reports_to,
        founded_on=wish.founded_on,
        cadence=wish.cadence,
    )
    return await call.execute(BODY, call.new_stream(), command, created=True)


@router.post("/bodies/{body}/cadence")
async def change_cadence(body: UUID, wish: NewCadence, call: Call) -> Done:
    """Let another cadence rule hold from a day on; one for a day that has a rule replaces it."""
    command = ChangeCadence(now=call.now, valid_from=wish.valid_from, rule=wish.rule)
    return await call.execute(BODY, body, command, body=body, if_match="optional")


@router.post("/bodies/{body}/succession")
async def succeed_body(body: UUID, wish: Succession, call: Call) -> Done:
    """Let another body stand in this one's place. Its name stays taken, and what it did stays its own."""
    successor, founded = await standing_body(call, "body.successor", wish.successor)
    command = SucceedBody(
        now=call.now,
        body=body,
        successor=wish.successor,
        successor_name=founded.body_name,
        successor_stands_from=founded.founded_on,
        successor_stands_until=successor.stands_until,
        on=wish.on,
        reason=wish.reason,
    )
    return await call.execute(BODY, body, command, if_match="optional")


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
    call.show_version(version, KEEPERS, body)
    return ShownBody(
        id=body,
        name=founded.body_name,
        kind=founded.kind,
        legal_nature=founded.legal_nature,
        secretariat=founded.secretariat,
        secretariat_name=await name_of(call, founded.secretariat),
        lead_office=founded.lead_office,
        lead_office_name=await name_of(call, founded.lead_office),
        reports_to=founded.reports_to,
        reports_to_name=await name_of(call, founded.reports_to),
        founded_on=founded.founded_on,
        succeeded=ShownSuccession.model_validate(dict(state.succeeded)) if state.succeeded else None,
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


async def standing_body(call: Call, where: str, body: UUID) -> tuple[Body, BodyFounded]:
    """A body that a wish speaks of at `where`, and its founding; BadInput where nobody founded it."""
    # What may still change is its succession.
    _, state = await call.runtime.store.refresh(BODY, body)
    if state.founded is None:
        raise BadInput(where, "is no body that stands")
    return state, state.founded


async def name_of(call: Call, body: UUID | None) -> str | None:
    """What a body is called. A founding is never taken back, so what this process remembers of it is enough."""
    founded = (await call.runtime.store.load(BODY, body))[1].founded if body else None
    return founded.body_name if founded else None


def in_force(rule: Rule) -> CadenceInForce:
    """A rule as it is shown."""
    return CadenceInForce(
        valid_from=rule.valid_from, minimum_per_year=rule.minimum_per_year, maximum_gap_days=rule.maximum_gap_days, source=rule.source
    )
