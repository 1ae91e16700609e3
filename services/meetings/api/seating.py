"""The addresses of a seat's members: who takes it, and who leaves it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.meetings.body import BODY
from services.meetings.composition import COMPOSITION, composition_of
from services.meetings.seating import SeatMember, StandingBody, VacateSeat
from services.meetings.seats import Seat
from shared.http.call import Call, Done
from shared.http.problems import NotFound
from shared.localday import Day, local_day
from shared.text import Name, Prose

router = APIRouter(tags=["composition"])


class NewMember(BaseModel):
    """Who takes a seat, in public office: the name is official and everybody may read it."""

    model_config = ConfigDict(extra="forbid")

    member_name: Name
    member: Annotated[UUID | None, Field(description="The same person's id in another body or at another time; a new one by default.")] = (
        None
    )
    on_behalf_of: Annotated[Name | None, Field(description="The organisation behind the member; that of the seat by default.")] = None
    since: Annotated[Day | None, Field(description="The first day; today by default.")] = None


class Vacancy(BaseModel):
    """Until when somebody holds a seat, and why no longer."""

    model_config = ConfigDict(extra="forbid")

    until: Annotated[Day | None, Field(description="The last day; today by default.")] = None
    reason: Annotated[Prose, Field(description="Name no illness and nothing private.", examples=["Ende der Wahlperiode"])]


class Seated(Done):
    """What the seating of a member answers; `id` is the body's composition."""

    member: UUID


@router.post("/bodies/{body}/seats/{seat}/member")
async def seat_member(body: UUID, seat: UUID, wish: NewMember, call: Call) -> Seated:
    """Let somebody hold a seat. A member can be entered later, with the day since when that is so."""
    await must_have_seat(call, body, seat)
    member = wish.member or call.new_stream()
    command = SeatMember(
        now=call.now,
        of=await standing(call, body),
        seat=seat,
        member=member,
        member_name=wish.member_name,
        on_behalf_of=wish.on_behalf_of,
        since=wish.since or local_day(call.now),
    )
    done = await call.execute(COMPOSITION, composition_of(body), command, body=body, if_match="optional")
    return Seated(**dict(done), member=member)


@router.post("/bodies/{body}/seats/{seat}/vacancy")
async def vacate_seat(body: UUID, seat: UUID, wish: Vacancy, call: Call) -> Done:
    """End the time for which a seat is held."""
    await must_have_seat(call, body, seat)
    until = wish.until or local_day(call.now)
    command = VacateSeat(now=call.now, of=await standing(call, body), seat=seat, until=until, reason=wish.reason)
    return await call.execute(COMPOSITION, composition_of(body), command, body=body, if_match="optional")


async def standing(call: Call, body: UUID) -> StandingBody:
    """What every wish about a composition brings of the body; NotFound where nobody founded it."""
    _, state = await call.runtime.store.refresh(BODY, body)
    if state.founded is None:
        raise NotFound
    founded, until = state.founded, state.stands_until
    return StandingBody(body=body, body_name=founded.body_name, stands_from=founded.founded_on, stands_until=until)


async def must_have_seat(call: Call, body: UUID, seat: UUID) -> tuple[int, Seat]:
    """The composition's version and the seat; NotFound where the body has none of that id."""
    version, state = await call.runtime.store.refresh(COMPOSITION, composition_of(body))
    if seat not in state.seats:
        raise NotFound
    return version, state.seats[seat]
