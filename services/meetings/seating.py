"""Who takes a seat and who leaves it. Pure: wishes and a composition in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.meetings.events.composition import CompositionEvent, MemberLeftSeat, MemberSeated
from services.meetings.seats import Composition, Seat, Term
from shared.domain import Command, Refusal


class StandingBody(BaseModel):
    """What each wish about a composition brings of the body: it stands from its founding to the day before its succession."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    body: UUID
    body_name: str
    stands_from: date
    stands_until: date | None

    def named(self) -> dict[str, Any]:
        """What each fact about the composition says of the body."""
        return {"body": self.body, "body_name": self.body_name}


class SeatMember(Command):
    """Let somebody hold a seat from `since` on; without an organisation of their own they act for that of the seat."""

    of: StandingBody
    seat: UUID
    member: UUID
    member_name: str
    on_behalf_of: str | None
    since: date


class VacateSeat(Command):
    """End the time for which a seat is held; `until` is its last day."""

    of: StandingBody
    seat: UUID
    until: date
    reason: str


class SeatIsUnknown(Refusal):
    """The body has no such seat."""


class SeatIsTaken(Refusal):
    """A seat is held by one person at a time."""


class MemberHoldsAnotherSeat(Refusal):
    """Nobody holds two seats of a body at a time."""


class SeatIsVacant(Refusal):
    """A seat that nobody holds cannot be vacated."""


class MemberLeavesBeforeTakingTheSeat(Refusal):
    """A member leaves a seat on the day of taking it or later."""


class BodyDoesNotStandThen(Refusal):
    """Nobody takes a seat, and no rule begins, on a day on which the body does not stand."""


def term_of(event: MemberSeated) -> Term:
    """The term that a seating begins."""
    return Term(event.member, event.member_name, event.on_behalf_of, event.since)


def seat_member(command: SeatMember, state: Composition) -> Sequence[CompositionEvent]:
    """Somebody takes a seat that is free from `since` on; the same once more is nothing to do."""
    seat = must_have_seat(command.seat, state)
    seated = MemberSeated(
        **command.of.named(),
        seat=command.seat,
        seat_title=seat.title,
        member=command.member,
        member_name=command.member_name,
        on_behalf_of=command.on_behalf_of or seat.on_behalf_of,
        voting=seat.voting,
        since=command.since,
    )
    if seat.terms and seat.terms[-1] == term_of(seated):
        return []
    must_stand(command.of, command.since)
    if not all(term.ends_before(command.since) for term in seat.terms):
        raise SeatIsTaken(seat=str(command.seat))
    if not all(term.ends_before(command.since) for term in state.terms_of(command.member)):
        raise MemberHoldsAnotherSeat
    return [seated]


def vacate_seat(command: VacateSeat, state: Composition) -> Sequence[CompositionEvent]:
    """The end of a term; the same once more is nothing to do."""
    seat = must_have_seat(command.seat, state)
    last = seat.terms[-1] if seat.terms else None
    if last is None or last.until is not None:
        if last and (last.until, last.reason) == (command.until, command.reason):
            return []
        raise SeatIsVacant(seat=str(command.seat))
    if command.until < last.since:
        raise MemberLeavesBeforeTakingTheSeat(since=last.since.isoformat())
    left = MemberLeftSeat(
        **command.of.named(),
        seat=command.seat,
        seat_title=seat.title,
        member=last.member,
        member_name=last.member_name,
        until=command.until,
        reason=command.reason,
    )
    return [left]


def must_have_seat(seat: UUID, state: Composition) -> Seat:
    """The seat, or the refusal of what is said of none."""
    if seat not in state.seats:
        raise SeatIsUnknown
    return state.seats[seat]


def must_stand(body: StandingBody, day: date) -> None:
    """BodyDoesNotStandThen where the body stands later, or stood before."""
    if day < body.stands_from or (body.stands_until and day > body.stands_until):
        raise BodyDoesNotStandThen(stands_from=body.stands_from.isoformat())
