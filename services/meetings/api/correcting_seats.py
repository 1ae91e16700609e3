"""The addresses at which what was entered wrongly of a composition is put right: who sat when, what a seat is, which quorum rule began."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from services.meetings.api.composition import NewSeat, QuorumRuleWords
from services.meetings.api.seating import must_have_seat, standing
from services.meetings.composition import COMPOSITION, composition_of
from services.meetings.correcting_seats import CorrectQuorumRule, CorrectSeat, CorrectSeating, RightSeat
from shared.http.call import Call, Done
from shared.http.problems import NotFound
from shared.localday import Day
from shared.text import Name, Prose

router = APIRouter(tags=["composition"])
Why = Annotated[Prose, Field(description="Everybody reads it.", examples=["Der Name war falsch geschrieben."])]


class NewSeatingCorrection(BaseModel):
    """What was entered wrongly of a seat's member, and why; what is left out was entered rightly."""

    model_config = ConfigDict(extra="forbid")

    recorded_since: Annotated[Day, Field(description="The member's first day as it is shown so far: whom the correction is about.")]
    member_name: Annotated[Name | None, Field(description="The same person's name, spelt rightly.")] = None
    on_behalf_of: Name | None = None
    since: Annotated[Day | None, Field(description="The first day, as it really was.")] = None
    until: Annotated[Day | None, Field(description="The last day, as it really was, of somebody who has left.")] = None
    never_left: Annotated[StrictBool, Field(description="They hold the seat still: the vacancy was entered by mistake.")] = False
    never_seated: Annotated[StrictBool, Field(description="They never took the seat.")] = False
    reason: Why

    @model_validator(mode="after")
    def must_say_one_thing(self) -> Self:
        """ValueError for a last day of somebody who never left, and for anything else about somebody who never took the seat."""
        if self.never_left and self.until:
            raise ValueError("must have no last day of somebody who never left")
        if self.never_seated and (self.member_name or self.on_behalf_of or self.since or self.until or self.never_left):
            raise ValueError("must say nothing else of somebody who never took the seat")
        return self


class NewSeatCorrection(BaseModel):
    """What was entered wrongly of a seat from the start, and why."""

    model_config = ConfigDict(extra="forbid")

    right: Annotated[NewSeat | None, Field(description="The seat, whole, as it is right; null for one that was created by mistake.")]
    reason: Why


class RightQuorumRule(QuorumRuleWords):
    """A quorum rule as it is right."""

    valid_from: Day


class NewQuorumCorrection(BaseModel):
    """What was entered wrongly of a quorum rule, and why."""

    model_config = ConfigDict(extra="forbid")

    recorded_from: Annotated[Day, Field(description="The rule's first day as it is shown so far: which rule the correction is about.")]
    right: Annotated[
        RightQuorumRule | None, Field(description="The rule, whole, as it is right; null for one that never should have been.")
    ]
    reason: Why


@router.post("/bodies/{body}/seats/{seat}/member-correction")
async def correct_seating(body: UUID, seat: UUID, wish: NewSeatingCorrection, call: Call) -> Done:
    """Put right a member's name, organisation or days. What is sent is so from now on in every question about any day;
    meetings that were opened before keep the members whom they were opened with."""
    await must_have_seat(call, body, seat)
    command = CorrectSeating(now=call.now, of=await standing(call, body), seat=seat, **dict(wish))
    return await call.execute(COMPOSITION, composition_of(body), command, body=body, if_match="optional")


@router.post("/bodies/{body}/seats/{seat}/correction")
async def correct_seat(body: UUID, seat: UUID, wish: NewSeatCorrection, call: Call) -> Done:
    """Put right what a seat is, or take back one that nobody ever took. Meetings that were opened before keep their members and quorum."""
    _, state = await call.runtime.store.refresh(COMPOSITION, composition_of(body))
    if seat not in state.seats and seat not in state.no_seats:
        raise NotFound
    right = RightSeat(**dict(wish.right)) if wish.right else None
    command = CorrectSeat(now=call.now, of=await standing(call, body), seat=seat, right=right, reason=wish.reason)
    return await call.execute(COMPOSITION, composition_of(body), command, body=body, if_match="optional")


@router.post("/bodies/{body}/quorum-correction")
async def correct_quorum_rule(body: UUID, wish: NewQuorumCorrection, call: Call) -> Done:
    """Put right a quorum rule, or take back one that should never have been entered. Meetings that were opened before keep the quorum that
    they were opened with, and votes stay as they were recorded: the chair established the quorum then."""
    right = wish.right
    command = CorrectQuorumRule(
        now=call.now,
        of=await standing(call, body),
        recorded_from=wish.recorded_from,
        valid_from=right.valid_from if right else None,
        more_than_percent=right.more_than_percent if right else None,
        source=right.source if right else None,
        reason=wish.reason,
    )
    return await call.execute(COMPOSITION, composition_of(body), command, body=body, if_match="optional")
