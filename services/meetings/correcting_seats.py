"""What was entered wrongly of a body's composition is put right: who sat when, what a seat is, which quorum rule began.

Pure: what was so and a composition in, facts out. Meetings that were opened before keep the members and the quorum with which they were
opened, and votes stay as they were recorded: the chair established the quorum then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.meetings.events.composition import (
    CompositionEvent,
    QuorumRuleCorrected,
    SeatCorrected,
    SeatingCorrected,
    SeatingTakenBack,
    SeatKind,
    SeatTakenBack,
)
from services.meetings.seating import (
    MemberHoldsAnotherSeat,
    MemberLeavesBeforeTakingTheSeat,
    SeatIsTaken,
    StandingBody,
    must_have_seat,
    must_stand,
)
from services.meetings.seats import Composition, Seat, Term
from shared.domain import Command, Refusal


class CorrectSeating(Command):
    """Put right what was entered of who took a seat on `recorded_since`, and of when they left it; None is what was entered rightly."""

    of: StandingBody
    seat: UUID
    recorded_since: date
    """The first day as it stands so far."""
    member_name: str | None
    on_behalf_of: str | None
    since: date | None
    until: date | None
    never_left: bool
    """They hold the seat still: the vacancy was entered by mistake."""
    never_seated: bool
    """They never took it."""
    reason: str


class RightSeat(BaseModel):
    """What a seat is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: str
    kind: SeatKind
    voting: bool
    on_behalf_of: str | None


class CorrectSeat(Command):
    """Put right what was entered of a seat; without `right`, it was created by mistake."""

    of: StandingBody
    seat: UUID
    right: RightSeat | None
    reason: str


class CorrectQuorumRule(Command):
    """Put right the rule that is entered as beginning on `recorded_from`; None is one that should never have been entered."""

    of: StandingBody
    recorded_from: date
    valid_from: date | None
    more_than_percent: int | None
    source: str | None
    reason: str


class NobodyTookTheSeatThen(Refusal):
    """An entry is found by its first day as it was entered; on this one nobody took the seat."""


class MemberHasNotLeftTheSeat(Refusal):
    """The last day of a member who still holds the seat is no mistake to correct: the seat is vacated."""


class SeatWasTaken(Refusal):
    """A seat that somebody took was there; it is taken back once whoever was entered by mistake is."""


class NoQuorumRuleBeganThen(Refusal):
    """A quorum rule is found by its first day as it was entered; on this one none began."""


class AnotherQuorumRuleBeganThen(Refusal):
    """One quorum rule begins on a day; the other one is corrected first."""


def correct_seating(command: CorrectSeating, state: Composition) -> Sequence[CompositionEvent]:
    """What really was so, which has to fit what else stands; what stands already is nothing to do."""
    seat = must_have_seat(command.seat, state)
    recorded = next((term for term in seat.terms if term.since == command.recorded_since), None)
    if recorded is None:
        return nothing_left_to_correct(command, seat)
    why: dict[str, Any] = {"reason": command.reason, "corrected_at": command.now}
    of = command.of.named() | {"seat": command.seat, "seat_title": seat.title, "member": recorded.member}
    if command.never_seated:
        return [SeatingTakenBack(**of, since=recorded.since, **why)]
    if command.until and recorded.until is None:
        raise MemberHasNotLeftTheSeat
    right = corrected(recorded, command)
    if right == recorded:
        return []
    must_fit(right, recorded, command, state)
    fact = SeatingCorrected(
        **of,
        member_name=right.member_name,
        on_behalf_of=right.on_behalf_of,
        voting=seat.voting,
        formerly_since=recorded.since,
        since=right.since,
        until=right.until,
        **why,
    )
    return [fact]


def nothing_left_to_correct(command: CorrectSeating, seat: Seat) -> Sequence[CompositionEvent]:
    """Nothing to do where just this was corrected before; NobodyTookTheSeatThen otherwise."""
    if command.never_seated:
        known = any(one.since == command.recorded_since for one in seat.taken_back)
    else:
        known = any(corrected(term, command) == term for term in seat.terms if term.since == command.since)
    if known:
        return []
    raise NobodyTookTheSeatThen


def must_fit(right: Term, recorded: Term, command: CorrectSeating, state: Composition) -> None:
    """The refusal of a term that cannot have been so beside all others."""
    if right.since != recorded.since:
        must_stand(command.of, right.since)
    if right.until and right.until < right.since:
        raise MemberLeavesBeforeTakingTheSeat(since=right.since.isoformat())
    if any(term.overlaps(right) for term in state.seats[command.seat].terms if term != recorded):
        raise SeatIsTaken(seat=str(command.seat))
    if any(term.overlaps(right) for term in state.terms_of(right.member) if term != recorded):
        raise MemberHoldsAnotherSeat


def corrected(term: Term, command: CorrectSeating) -> Term:
    """The term as the correction has it."""
    return replace(
        term,
        member_name=command.member_name or term.member_name,
        on_behalf_of=command.on_behalf_of or term.on_behalf_of,
        since=command.since or term.since,
        until=None if command.never_left else command.until or term.until,
        reason=None if command.never_left else term.reason,
    )


def correct_seat(command: CorrectSeat, state: Composition) -> Sequence[CompositionEvent]:
    """What the seat was from the start, or that it was not; what stands already is nothing to do."""
    if command.right is None and command.seat in state.no_seats:
        return []
    seat, right = must_have_seat(command.seat, state), command.right
    why: dict[str, Any] = {"reason": command.reason, "corrected_at": command.now}
    if right is None:
        if seat.terms:
            raise SeatWasTaken
        return [SeatTakenBack(**command.of.named(), seat=command.seat, seat_title=seat.title, **why)]
    if (right.title, right.kind, right.voting, right.on_behalf_of) == (seat.title, seat.kind, seat.voting, seat.on_behalf_of):
        return []
    fact = SeatCorrected(
        **command.of.named(),
        seat=command.seat,
        seat_title=right.title,
        kind=right.kind,
        voting=right.voting,
        formerly_on_behalf_of=seat.on_behalf_of,
        on_behalf_of=right.on_behalf_of,
        **why,
    )
    return [fact]


def correct_quorum_rule(command: CorrectQuorumRule, state: Composition) -> Sequence[CompositionEvent]:
    """The rule as it was, or that it never was; what stands already is nothing to do."""
    recorded, right = state.rule_from(command.recorded_from), (command.valid_from, command.more_than_percent, command.source)
    if recorded is None:
        if command.valid_from is None and command.recorded_from in state.no_rules:
            return []
        if command.valid_from and (moved := state.rule_from(command.valid_from)) and moved.corrections and moved.says() == right:
            return []
        raise NoQuorumRuleBeganThen
    if right == recorded.says():
        return []
    if command.valid_from and command.valid_from != recorded.valid_from:
        must_stand(command.of, command.valid_from)
        if state.rule_from(command.valid_from):
            raise AnotherQuorumRuleBeganThen(valid_from=command.valid_from.isoformat())
    fact = QuorumRuleCorrected(
        **command.of.named(),
        formerly_from=recorded.valid_from,
        valid_from=command.valid_from,
        more_than_percent=command.more_than_percent,
        source=command.source,
        reason=command.reason,
        corrected_at=command.now,
    )
    return [fact]
