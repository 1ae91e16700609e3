"""A body's composition: its seats, who holds them from when to when, and its quorum rules; `seats.py` answers for a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID, uuid5

from services.meetings.corrected_seats import righted
from services.meetings.correcting_seats import (
    CorrectQuorumRule,
    CorrectSeat,
    CorrectSeating,
    correct_quorum_rule,
    correct_seat,
    correct_seating,
)
from services.meetings.events.composition import (
    CompositionEvent,
    MemberLeftSeat,
    MemberSeated,
    QuorumRuleCorrected,
    QuorumRuleSet,
    SeatCorrected,
    SeatCreated,
    SeatingCorrected,
    SeatingTakenBack,
    SeatKind,
    SeatTakenBack,
)
from services.meetings.seating import SeatMember, StandingBody, VacateSeat, must_stand, seat_member, term_of, vacate_seat
from services.meetings.seats import Composition, QuorumRule, Seat, Term
from shared.domain import Command, Decider, Refusal


def composition_of(body: UUID) -> UUID:
    """The stream of a body's composition."""
    return uuid5(body, "composition")


class CreateSeat(Command):
    """Give the body one more seat."""

    of: StandingBody
    seat: UUID
    title: str
    kind: SeatKind
    voting: bool
    on_behalf_of: str | None


class SetQuorumRule(Command):
    """Let another quorum rule hold from `valid_from` on; one for the same day replaces the one entered before."""

    of: StandingBody
    valid_from: date
    more_than_percent: int
    source: str


CompositionCommand = CreateSeat | SeatMember | VacateSeat | CorrectSeating | CorrectSeat | SetQuorumRule | CorrectQuorumRule


class SeatIsCreatedAlready(Refusal):
    """A seat is created once."""


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
        case SeatingCorrected() | SeatingTakenBack() | SeatCorrected() | SeatTakenBack() | QuorumRuleCorrected():
            return righted(state, event)
        case QuorumRuleSet():
            others = [rule for rule in state.quorum if rule.valid_from != event.valid_from]
            rule = QuorumRule(event.valid_from, event.more_than_percent, event.source)
            return replace(state, quorum=tuple(sorted([*others, rule], key=lambda rule: rule.valid_from)))
        case _:
            assert_never(event)


def with_terms(state: Composition, seat: UUID, terms: Sequence[Term]) -> Composition:
    """The composition with these terms of one seat."""
    return replace(state, seats={**state.seats, seat: replace(state.seats[seat], terms=tuple(terms))})


def decide(command: CompositionCommand, state: Composition) -> Sequence[CompositionEvent]:
    """Grant or refuse a command."""
    match command:
        case CreateSeat():
            return create_seat(command, state)
        case SeatMember():
            return seat_member(command, state)
        case VacateSeat():
            return vacate_seat(command, state)
        case CorrectSeating():
            return correct_seating(command, state)
        case CorrectSeat():
            return correct_seat(command, state)
        case SetQuorumRule():
            return set_quorum_rule(command, state)
        case CorrectQuorumRule():
            return correct_quorum_rule(command, state)
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
    if replace(state.seats[command.seat], terms=(), taken_back=(), corrections=()) == evolve(Composition(), created).seats[command.seat]:
        return []
    raise SeatIsCreatedAlready


def set_quorum_rule(command: SetQuorumRule, state: Composition) -> Sequence[CompositionEvent]:
    """The new rule, unless just this one holds from that day already."""
    rule: dict[str, Any] = {"valid_from": command.valid_from, "more_than_percent": command.more_than_percent, "source": command.source}
    if any(one.says() == tuple(rule.values()) for one in state.quorum):
        return []
    must_stand(command.of, command.valid_from)
    return [QuorumRuleSet(**command.of.named(), **rule)]


COMPOSITION: Decider[Composition, CompositionCommand, CompositionEvent] = Decider(
    name="meetings.Composition", initial=Composition(), evolve=evolve, decide=decide, events=get_args(CompositionEvent)
)
