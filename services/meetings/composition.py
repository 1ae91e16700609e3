"""A body's composition: its seats, who holds them from when to when, and its quorum rules; `seats.py` answers for a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.meetings.events.composition import CompositionEvent, MemberLeftSeat, MemberSeated, QuorumRuleSet, SeatCreated, SeatKind
from services.meetings.seats import Composition, QuorumRule, Seat, Term
from shared.domain import Command, Decider, Refusal


def composition_of(body: UUID) -> UUID:
    """The stream of a body's composition."""
    return uuid5(body, "composition")


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


class CreateSeat(Command):
    """Give the body one more seat."""

    of: StandingBody
    seat: UUID
    title: str
    kind: SeatKind
    voting: bool
    on_behalf_of: str | None


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


class SetQuorumRule(Command):
    """Let another quorum rule hold from `valid_from` on; one for the same day replaces the one entered before."""

    of: StandingBody
    valid_from: date
    more_than_percent: int
    source: str


CompositionCommand = CreateSeat | SeatMember | VacateSeat | SetQuorumRule


class SeatIsUnknown(Refusal):
    """The body has no such seat."""


class SeatIsCreatedAlready(Refusal):
    """A seat is created once."""


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


def evolve(state: Composition, event: CompositionEvent) -> Composition:
    """Fold one fact into the state."""
    match event:
        case SeatCreated():
            seat = Seat(event.seat_title, event.kind, event.voting, event.on_behalf_of)
            return replace(state, seats={**state.seats, event.seat: seat})
        case MemberSeated():
            return with_terms(state, event.seat, [*state.seats[event.seat].terms, term_of(event)])
        case MemberLeftSeat():
            *before, last = state.seats[event.seat].terms
            return with_terms(state, event.seat, [*before, replace(last, until=event.until, reason=event.reason)])
        case QuorumRuleSet():
            others = [rule for rule in state.quorum if rule.valid_from != event.valid_from]
            rule = QuorumRule(event.valid_from, event.more_than_percent, event.source)
            return replace(state, quorum=tuple(sorted([*others, rule], key=lambda rule: rule.valid_from)))
        case _:
            assert_never(event)


def with_terms(state: Composition, seat: UUID, terms: Sequence[Term]) -> Composition:
    """The composition with these terms of one seat."""
    return replace(state, seats={**state.seats, seat: replace(state.seats[seat], terms=tuple(terms))})


def term_of(event: MemberSeated) -> Term:
    """The term that a seating begins."""
    return Term(event.member, event.member_name, event.on_behalf_of, event.since)


def decide(command: CompositionCommand, state: Composition) -> Sequence[CompositionEvent]:
    """Grant or refuse a command."""
    match command:
        case CreateSeat():
            return create_seat(command, state)
        case SeatMember():
            return seat_member(command, state)
        case VacateSeat():
            return vacate_seat(command, state)
        case SetQuorumRule():
            return set_quorum_rule(command, state)
        case _:
            assert_never(command)


def create_seat(command: CreateSeat, state: Composition) -> Sequence[CompositionEvent]:
    """One more seat; the same one again is nothing to do."""
    created = SeatCreated(
        **command.of.named(),
        seat=command.seat,
        seat_title=command.title,
        kind=command.kind,
        voting=command.voting,
        on_behalf_of=command.on_behalf_of,
    )
    if command.seat not in state.seats:
        return [created]
    if replace(state.seats[command.seat], terms=()) == evolve(Composition(), created).seats[command.seat]:
        return []
    raise SeatIsCreatedAlready


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


def set_quorum_rule(command: SetQuorumRule, state: Composition) -> Sequence[CompositionEvent]:
    """The new rule, unless just this one holds from that day already."""
    rule = QuorumRule(command.valid_from, command.more_than_percent, command.source)
    if rule in state.quorum:
        return []
    must_stand(command.of, command.valid_from)
    return [QuorumRuleSet(**command.of.named(), **vars(rule))]


def must_have_seat(seat: UUID, state: Composition) -> Seat:
    """The seat, or the refusal of what is said of none."""
    if seat not in state.seats:
        raise SeatIsUnknown
    return state.seats[seat]


def must_stand(body: StandingBody, day: date) -> None:
    """BodyDoesNotStandThen where the body stands later, or stood before."""
    if day < body.stands_from or (body.stands_until and day > body.stands_until):
        raise BodyDoesNotStandThen(stands_from=body.stands_from.isoformat())


COMPOSITION: Decider[Composition, CompositionCommand, CompositionEvent] = Decider(
    name="meetings.Composition", initial=Composition(), evolve=evolve, decide=decide, events=get_args(CompositionEvent)
)
