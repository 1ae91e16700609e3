"""The addresses at which conferences are looked at: all of them, and one with its results and where those come from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.conferences.api.named import called_now
from services.conferences.conference import CONFERENCE, Conference
from services.conferences.events.conference import ConferencePlanned
from services.conferences.parts import Level, Lineage, WorkingGroup
from services.conferences.permissions import ORGANISER
from services.conferences.read_models.conferences import CONFERENCES, ListedConference, list_by_beginning
from services.conferences.read_models.contributions import CONTRIBUTIONS, published_among
from services.conferences.registered import Registrations
from services.conferences.registrations import REGISTRATIONS, registrations_of
from shared.http.call import Call, Invocation
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound

router = APIRouter(tags=["conferences"])
BY_BEGINNING = Listing("conferences", datetime, UUID)


class ShownRegistration(BaseModel):
    """Whether one can register."""

    standing: Literal["not_open", "open", "closed"]
    closes_at: AwareDatetime | None
    full: bool


class ShownOrigin(BaseModel):
    """A contribution that a result comes from."""

    contribution: UUID
    how: Lineage
    text: Annotated[str | None, Field(description="As published; null only for the organisers, as long as it is not.")]


class ShownResult(BaseModel):
    """A result as it stands."""

    id: UUID
    number: int
    title: str
    text: str
    group: str | None
    level: Level
    reason: Annotated[str | None, Field(description="Why it was corrected the last time.")]
    comes_from: list[ShownOrigin]


class ShownCorrection(BaseModel):
    """When something that was entered of the conference was corrected, and why."""

    corrected_at: AwareDatetime
    reason: str


class ShownConference(BaseModel):
    """A conference: as planned, who may still register, what came out of it."""

    id: UUID
    title: str
    host: UUID
    host_name: str
    partners: list[str]
    groups: list[WorkingGroup]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    results_go_to_name: str
    held_on: date | None
    attendance: int | None
    cancelled_because: Annotated[str | None, Field(description="Why it does not take place, if it was called off.")]
    corrected: Annotated[list[ShownCorrection], Field(description="What was put right of it, in that order.")]
    registration: ShownRegistration
    results: list[ShownResult]


@router.get("/conferences")
async def list_conferences(
    call: Call, limit: Limit = DEFAULT_LIMIT, after: After = None, min_position: MinPosition = 0
) -> Page[ListedConference]:
    """Conferences, the latest first."""
    behind = cast("tuple[datetime, UUID] | None", BY_BEGINNING.after(after))
    await call.wait_for(CONFERENCES.name, min_position)
    rows = await list_by_beginning(call.read, behind, limit + 1)
    return call.page(BY_BEGINNING, await called_now(call, rows), limit, lambda row: (row.starts_at, row.conference))


@router.get("/conferences/{conference}")
async def show_conference(conference: UUID, call: Call, min_position: MinPosition = 0) -> ShownConference:
    """One conference, as the log has it now; results come from contributions, of which the published ones are shown to everybody."""
    _, state = await call.runtime.store.refresh(CONFERENCE, conference)
    planned = known(state)
    _, registrations = await call.runtime.store.refresh(REGISTRATIONS, registrations_of(conference))
    await call.wait_for(CONTRIBUTIONS.name, min_position)
    shown = ShownConference(
        id=conference,
        **{name: value for name, value in planned if name not in ("partners", "groups")},
        partners=list(planned.partners),
        groups=list(planned.groups),
        held_on=state.held.held_on if state.held else None,
        attendance=state.held.attendance if state.held else None,
        cancelled_because=state.cancelled_because,
        corrected=[ShownCorrection(corrected_at=one.corrected_at, reason=one.reason) for one in state.corrected],
        registration=shown_registration(registrations, call.now),
        results=await shown_results(call, state, sees_all=call.may(ORGANISER, planned.host)),
    )
    return await called_now(call, shown)


async def shown_results(call: Invocation, state: Conference, *, sees_all: bool) -> list[ShownResult]:
    """The results, with those of their contributions that the caller may know of."""
    texts = await published_among(call.read, {origin.contribution for result in state.results for origin in result.comes_from})
    return [
        ShownResult(
            id=result.result,
            number=result.number,
            title=result.result_title,
            text=result.text,
            group=result.group,
            level=result.level,
            reason=result.reason,
            comes_from=[
                ShownOrigin(contribution=origin.contribution, how=origin.how, text=texts.get(origin.contribution))
                for origin in result.comes_from
                if sees_all or origin.contribution in texts
            ],
        )
        for result in state.results
    ]


def shown_registration(registrations: Registrations, now: datetime) -> ShownRegistration:
    """Whether one can register; how many did is nobody's business."""
    closes_at = registrations.opened.closes_at if registrations.opened else None
    closed_at = registrations.closed_by(now)
    standing: Literal["not_open", "open", "closed"] = "not_open" if closes_at is None else "closed" if closed_at else "open"
    return ShownRegistration(standing=standing, closes_at=closed_at or closes_at, full=registrations.is_full)


def known(state: Conference) -> ConferencePlanned:
    """What is planned. NotFound where nothing is."""
    if state.planned is None:
        raise NotFound
    return state.planned


async def planned_conference(call: Invocation, conference: UUID) -> ConferencePlanned:
    """A conference's plan, with what any process has corrected of it. NotFound where there is none."""
    return known((await call.runtime.store.refresh(CONFERENCE, conference))[1])


def host_of(state: Conference) -> UUID | None:
    """The body whose roles count."""
    return state.planned.host if state.planned else None
