"""The addresses at which a conference is planned, and entered as held."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, ValidationInfo, field_validator

from services.conferences.api.conferences import host_of
from services.conferences.conference import CONFERENCE, HoldConference, PlanConference
from services.conferences.parts import WorkingGroup
from services.conferences.read_models.known_bodies import names_of
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.localday import Day, Moment, local_day
from shared.text import Line, Name

router = APIRouter(tags=["conferences"])
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


def must_have_different_keys(groups: list[NewGroup]) -> list[NewGroup]:
    """ValueError where two working groups have one key."""
    if len({group.key for group in groups}) < len(groups):
        raise ValueError("must have a different key for each group")
    return groups


Groups = Annotated[list[NewGroup], Field(max_length=50), AfterValidator(must_have_different_keys)]


class NewConference(BaseModel):
    """A conference as it is planned."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    host: Annotated[UUID, Field(description="The body that plans and runs it.")]
    starts_at: Moment
    ends_at: Annotated[Moment, Field(description="After its beginning, by less than seven days.")]
    place: Line
    partners: Annotated[list[Name], Field(max_length=50)] = []
    groups: Groups = []
    results_go_to: Annotated[UUID, Field(description="The body that receives and deliberates its results.")]

    _ends_after_it_begins = field_validator("ends_at")(must_follow_the_beginning)


class Holding(BaseModel):
    """That a conference was held: today, or on its own day."""

    model_config = ConfigDict(extra="forbid")

    held_on: Day | None = None
    attendance: Annotated[StrictInt, Field(ge=0, le=100_000, description="How many people were there.")]


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
