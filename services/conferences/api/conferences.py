"""The addresses of conferences: plan one, hold it, list them, show one with its results and where those come from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, ValidationInfo, field_validator

from services.conferences.api.named import called_now
from services.conferences.conference import CONFERENCE, Conference, HoldConference, PlanConference
from services.conferences.events import ConferencePlanned
from services.conferences.parts import Level, Lineage, WorkingGroup
from services.conferences.permissions import ORGANISER
from services.conferences.read_models.conferences import CONFERENCES, ListedConference, list_by_beginning
from services.conferences.read_models.contributions import CONTRIBUTIONS, published_among
from services.conferences.read_models.known_bodies import names_of
from services.conferences.registered import Registrations
from services.conferences.registrations import REGISTRATIONS, registrations_of
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done, Invocation
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import Day, Moment, local_day
from shared.text import Line, Name

router = APIRouter(tags=["conferences"])
BY_BEGINNING = Listing("conferences", datetime, UUID)
LONGEST = timedelta(days=7)
NO_BODY = "is no body that stands"


def must_follow_the_beginning(ends_at: datetime, info: ValidationInfo) -> datetime:
    """ValueError for an end before the beginning, or a week and more after it."""
    starts_at = info.data.get("starts_at")
    if starts_at and not timedelta(0) < ends_at - starts_at < LONGEST:
        raise ValueError("must lie after starts_at, by less than seven days")
    return ends_at


class NewGroup(BaseModel):
    """A working group as it is planned."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Unique in its conference.", examples=["sprache"])]
    name: Name


class NewConference(BaseModel):
    """A conference as it is planned."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    host: Annotated[UUID, Field(description="The body that plans and runs it.")]
    starts_at: Moment
    ends_at: Annotated[Moment, Field(description="After its beginning, by less than seven days.")]
    place: Line
    partners: Annotated[list[Name], Field(max_length=50)] = []
    groups: Annotated[list[NewGroup], Field(max_length=50)] = []
    results_go_to: Annotated[UUID, Field(description="The body that receives and deliberates its results.")]

    _ends_after_it_begins = field_validator("ends_at")(must_follow_the_beginning)

    @field_validator("groups")
    @classmethod
    def must_have_different_keys(cls, groups: list[NewGroup]) -> list[NewGroup]:
        """ValueError where two working groups have one key."""
        if len({group.key for group in groups}) < len(groups):
            raise ValueError("must have a different key for each group")
        return groups


class Holding(BaseModel):
    """That a conference was held: today, or on its own day."""

    model_config = ConfigDict(extra="forbid")

    held_on: Day | None = None
    attendance: Annotated[StrictInt, Field(ge=0, le=100_000, description="How many people were there.")]


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
    corrected: Annotated[list[ShownCorrection], Field(description="What was put right of it, in that order.")]
    registration: ShownRegistration
    results: list[ShownResult]


@router.post("/conferences", status_code=201)
async def plan_conference(wish: NewConference, call: Call) -> Done:
    """Plan a conference; one of the past is entered just so."""
    call.permit(wish.host)
    names = await names_of(call.read, local_day(wish.starts_at), wish.host, wish.results_go_to)
    for where in ("host", "results_go_to"):
        if getattr(wish, where) not in names:
            raise BadInput(f"body.{where}", NO_BODY)
    command = PlanConference(
        now=call.now,
        title=wish.title,
        host=wish.host,
        host_name=names[wish.host],
        partners=tuple(wish.partners),
        groups=tuple(WorkingGroup(key=group.key, name=group.name) for group in wish.groups),
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        place=wish.place,
        results_go_to=wish.results_go_to,
        results_go_to_name=names[wish.results_go_to],
    )
    return await call.execute(CONFERENCE, call.new_stream(), command, body=wish.host, created=True)


@router.post("/conferences/{conference}/holding")
async def hold_conference(conference: UUID, wish: Holding, call: Call) -> Done:
    """Enter that a conference was held: its results are handed over, once."""
    command = HoldConference(now=call.now, held_on=wish.held_on, attendance=wish.attendance)
    return await call.execute(CONFERENCE, conference, command, body=host_of, if_match="optional")


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


async def planned_conference(call: Invocation, conference: UUID, *, fresh: bool = False) -> ConferencePlanned:
    """A conference's plan; `fresh` with what any process has corrected of it. NotFound where there is none."""
    store = call.runtime.store
    return known((await (store.refresh if fresh else store.load)(CONFERENCE, conference))[1])


def host_of(state: Conference) -> UUID | None:
    """The body whose roles count."""
    return state.planned.host if state.planned else None
