"""The addresses of a body's composition: create a seat, set the quorum rule, show who sits there on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from services.meetings.api.seating import must_have_seat, standing
from services.meetings.body import BODY
from services.meetings.composition import COMPOSITION, CreateSeat, SetQuorumRule, composition_of
from services.meetings.events.composition import SeatKind
from services.meetings.permissions import KEEPERS
from services.meetings.seats import Correction, QuorumRule, Seat, Term, quorum_on
from shared.http.call import Call, Done
from shared.http.problems import NotFound
from shared.localday import Day, local_day
from shared.text import Line, Name

router = APIRouter(tags=["composition"])

Organisation = Annotated[Name | None, Field(description="The organisation that sends somebody into it, where one does.")]


class NewSeat(BaseModel):
    """A seat as it is created; nobody holds it yet."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Line, Field(description="What the seat is called.", examples=["Leitung des Sozialamts"])]
    kind: SeatKind
    voting: StrictBool
    on_behalf_of: Organisation = None


class QuorumRuleWords(BaseModel):
    """How many voting members have to be present so that the body can resolve."""

    model_config = ConfigDict(extra="forbid")

    more_than_percent: Annotated[
        StrictInt, Field(ge=0, le=99, description="More than this share of the filled voting seats; 50 is more than half.")
    ]
    source: Annotated[Line, Field(description="Where the rule is written.")]


class NewQuorumRule(QuorumRuleWords):
    """A quorum rule, and from when on it holds."""

    valid_from: Annotated[Day | None, Field(description="The first day; today by default.")] = None


class ShownSeatingCorrection(BaseModel):
    """Why something was entered wrongly, and when that was put right."""

    reason: str
    corrected_at: AwareDatetime


class ShownTerm(BaseModel):
    """The time for which somebody holds a seat."""

    member: UUID
    member_name: str
    on_behalf_of: str | None
    since: date
    until: Annotated[date | None, Field(description="The last day; null while no end is known.")]
    corrected: Annotated[list[ShownSeatingCorrection], Field(description="The earliest first.")]


class ShownSeat(BaseModel):
    """A seat and who holds it."""

    seat: UUID
    title: str
    kind: SeatKind
    voting: bool
    on_behalf_of: str | None
    holder: Annotated[ShownTerm | None, Field(description="Null where the seat is vacant on that day.")]


class ShownTakenBack(ShownSeatingCorrection):
    """That somebody was entered by mistake as having taken the seat; not who."""

    since: date


class ShownSeatHistory(ShownSeat):
    """A seat, who holds it today, and everybody who ever did."""

    terms: Annotated[list[ShownTerm], Field(description="The earliest first.")]
    taken_back: list[ShownTakenBack]
    corrected: Annotated[list[ShownSeatingCorrection], Field(description="What was put right of the seat itself, the earliest first.")]


class ShownQuorum(BaseModel):
    """How many voting members have to be present on that day, and what that rests on."""

    needed: int
    entitled: Annotated[int, Field(description="The voting seats that are filled on that day.")]
    more_than_percent: int
    source: str


class ShownQuorumRule(BaseModel):
    """A quorum rule as it was entered, with what was put right of it."""

    valid_from: date
    more_than_percent: int
    source: str
    corrected: list[ShownSeatingCorrection]


class ShownComposition(BaseModel):
    """Who sits in a body on a day."""

    body: UUID
    body_name: str
    on: date
    seats: list[ShownSeat]
    quorum: ShownQuorum
    quorum_rules: Annotated[list[ShownQuorumRule], Field(description="All that were entered, the oldest first.")]


@router.post("/bodies/{body}/seats", status_code=201)
async def create_seat(body: UUID, wish: NewSeat, call: Call) -> Done:
    """Give a body one more seat; the answer's `id` is the seat's."""
    seat = call.new_stream()
    command = CreateSeat(
        now=call.now,
        of=await standing(call, body),
        seat=seat,
        title=wish.title,
        kind=wish.kind,
        voting=wish.voting,
        on_behalf_of=wish.on_behalf_of,
    )
    done = await call.execute(COMPOSITION, composition_of(body), command, body=body, created=f"/bodies/{body}/seats/{seat}")
    return done.model_copy(update={"id": seat})


@router.post("/bodies/{body}/quorum")
async def set_quorum_rule(body: UUID, wish: NewQuorumRule, call: Call) -> Done:
    """Let another quorum rule hold from a day on; one for a day that has a rule replaces it."""
    command = SetQuorumRule(
        now=call.now,
        of=await standing(call, body),
        valid_from=wish.valid_from or local_day(call.now),
        more_than_percent=wish.more_than_percent,
        source=wish.source,
    )
    return await call.execute(COMPOSITION, composition_of(body), command, body=body, begins=True)


@router.get("/bodies/{body}/composition")
async def show_composition(
    body: UUID, call: Call, on: Annotated[Day | None, Query(description="As it is on that day; today by default.")] = None
) -> ShownComposition:
    """Who sits in a body on a day, which seats are vacant, and how many have to be present."""
    founded = (await call.runtime.store.refresh(BODY, body))[1].founded
    if founded is None:
        raise NotFound
    version, state = await call.runtime.store.refresh(COMPOSITION, composition_of(body))
    call.show_version(version, KEEPERS, body)
    day = on or local_day(call.now)
    return ShownComposition(
        body=body,
        body_name=founded.body_name,
        on=day,
        seats=[shown_seat(key, seat, day) for key, seat in state.seats.items()],
        quorum=ShownQuorum(**vars(quorum_on(state, day))),
        quorum_rules=[shown_rule(rule) for rule in state.quorum],
    )


@router.get("/bodies/{body}/seats/{seat}")
async def show_seat(body: UUID, seat: UUID, call: Call) -> ShownSeatHistory:
    """One seat, with everybody who ever held it."""
    version, found = await must_have_seat(call, body, seat)
    call.show_version(version, KEEPERS, body)
    return ShownSeatHistory(
        **dict(shown_seat(seat, found, local_day(call.now))),
        terms=[shown_term(term) for term in found.terms],
        taken_back=[ShownTakenBack(since=one.since, **vars(one.correction)) for one in found.taken_back],
        corrected=shown_corrections(found.corrections),
    )


def shown_seat(key: UUID, seat: Seat, day: date) -> ShownSeat:
    """A seat as it is on that day."""
    holder = seat.holder_on(day)
    return ShownSeat(
        seat=key,
        title=seat.title,
        kind=seat.kind,
        voting=seat.voting,
        on_behalf_of=seat.on_behalf_of,
        holder=shown_term(holder) if holder else None,
    )


def shown_term(term: Term) -> ShownTerm:
    """A term as everybody may read it."""
    return ShownTerm(
        member=term.member,
        member_name=term.member_name,
        on_behalf_of=term.on_behalf_of,
        since=term.since,
        until=term.until,
        corrected=shown_corrections(term.corrections),
    )


def shown_rule(rule: QuorumRule) -> ShownQuorumRule:
    """A quorum rule as everybody may read it."""
    return ShownQuorumRule(
        valid_from=rule.valid_from,
        more_than_percent=rule.more_than_percent,
        source=rule.source,
        corrected=shown_corrections(rule.corrections),
    )


def shown_corrections(corrections: Iterable[Correction]) -> list[ShownSeatingCorrection]:
    """Corrections as everybody may read them."""
    return [ShownSeatingCorrection(**vars(one)) for one in corrections]
