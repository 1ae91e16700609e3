"""The addresses of bodies: found one, let another succeed it, list them, show one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.meetings.api.cadence import CadenceInForce
from services.meetings.body import BODY
from services.meetings.events.body import BodyCorrected, BodyCorrection, BodyFounded, BodyKind, CadenceCorrected, LegalNature
from services.meetings.founding import CadenceRule, FoundBody, SucceedBody, Successor
from services.meetings.permissions import KEEPERS
from services.meetings.read_models.bodies import BODIES, ListedBody, list_bodies
from services.meetings.standing import Body
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import Day
from shared.text import Name, Prose

router = APIRouter(tags=["bodies"])
BY_NAME = Listing("bodies", UUID)


class EnteredBody(BaseModel):
    """What is entered of a body at its founding."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Name, Field(description="No other body of the city bears it.")]
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: Annotated[UUID | None, Field(description="The office, itself a body, that manages its affairs.")] = None
    lead_office: Annotated[UUID | None, Field(description="The office that leads in its matters.")] = None
    reports_to: Annotated[UUID | None, Field(description="The body to which it belongs or reports.")] = None
    founded_on: Day


class NewBody(EnteredBody):
    """A body as it is entered."""

    cadence: Annotated[CadenceRule | None, Field(description="Holds from the founding on.")] = None


class Succession(BaseModel):
    """Which body stands in this one's place, from which day on, and why."""

    model_config = ConfigDict(extra="forbid")

    successor: UUID
    on: Annotated[Day, Field(description="The first day of the successor.")]
    reason: Annotated[Prose, Field(description="Everybody reads it.", examples=["Satzung über den Migrationsrat vom 15.06.2023"])]


class ShownSuccession(BaseModel):
    """The body that stands in this one's place."""

    successor: UUID
    successor_name: str
    on: date
    reason: str


class ShownBodyCorrection(BaseModel):
    """That something was entered wrongly of a body."""

    kind: Literal["founding", "cadence", "succession"]
    reason: str
    corrected_at: AwareDatetime


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
    corrected: Annotated[list[ShownBodyCorrection], Field(description="The earliest first.")]


@router.post("/bodies", status_code=201)
async def found_body(wish: NewBody, call: Call) -> Done:
    """Enter a body."""
    await must_relate_to_bodies(call, wish, "body")
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


@router.post("/bodies/{body}/succession")
async def succeed_body(body: UUID, wish: Succession, call: Call) -> Done:
    """Let another body stand in this one's place. Its name stays taken, and what it did stays its own."""
    by = await successor_of(call, "body.successor", wish.successor)
    command = SucceedBody(now=call.now, body=body, by=by, on=wish.on, reason=wish.reason)
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
        succeeded=await shown_succession(call, state),
        cadence=[CadenceInForce(**dict(rule)) for rule in state.cadence],
        corrected=[shown_correction(one) for one in state.corrections],
    )


async def shown_succession(call: Call, state: Body) -> ShownSuccession | None:
    """The succession, with what the successor is called by now."""
    if (succeeded := state.succeeded) is None:
        return None
    name = await name_of(call, succeeded.successor) or succeeded.successor_name
    return ShownSuccession(successor=succeeded.successor, successor_name=name, on=succeeded.on, reason=succeeded.reason)


def shown_correction(event: BodyCorrection) -> ShownBodyCorrection:
    """Why something was put right."""
    kind: Literal["founding", "cadence", "succession"] = (
        "founding" if isinstance(event, BodyCorrected) else "cadence" if isinstance(event, CadenceCorrected) else "succession"
    )
    return ShownBodyCorrection(kind=kind, reason=event.reason, corrected_at=event.corrected_at)


async def must_relate_to_bodies(call: Call, wish: EnteredBody, where: str) -> None:
    """BadInput where a body that is named as an office or as the one reported to is none."""
    for field, other in (("secretariat", wish.secretariat), ("lead_office", wish.lead_office), ("reports_to", wish.reports_to)):
        if other:
            await standing_body(call, f"{where}.{field}", other)


async def successor_of(call: Call, where: str, body: UUID) -> Successor:
    """The body that is to take another one's place; BadInput where nobody founded it."""
    state, founded = await standing_body(call, where, body)
    return Successor(successor=body, successor_name=founded.body_name, stands_from=founded.founded_on, stands_until=state.stands_until)


async def standing_body(call: Call, where: str, body: UUID) -> tuple[Body, BodyFounded]:
    """A body that a wish speaks of at `where`, and its founding; BadInput where nobody founded it."""
    _, state = await call.runtime.store.refresh(BODY, body)
    if state.founded is None:
        raise BadInput(where, "is no body that stands")
    return state, state.founded


async def name_of(call: Call, body: UUID | None) -> str | None:
    """What a body is called by now."""
    founded = (await call.runtime.store.refresh(BODY, body))[1].founded if body else None
    return founded.body_name if founded else None
