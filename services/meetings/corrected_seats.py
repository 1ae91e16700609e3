"""A composition with what was put right of it. Pure: a composition and the fact of a correction in, the composition after it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from services.meetings.events.composition import (
    QuorumRuleCorrected,
    SeatCorrected,
    SeatingCorrected,
    SeatingTakenBack,
    SeatTakenBack,
)
from services.meetings.seats import Composition, Correction, QuorumRule, Seat, TakenBack, Term

CompositionCorrection = SeatingCorrected | SeatingTakenBack | SeatCorrected | SeatTakenBack | QuorumRuleCorrected


def righted(state: Composition, event: CompositionCorrection) -> Composition:
    """The composition after the correction."""
    why = Correction(event.reason, event.corrected_at)
    match event:
        case SeatingCorrected():
            seat = state.seats[event.seat]
            return with_seat(state, event, replace(seat, terms=tuple(terms_after(seat.terms, event, why))))
        case SeatingTakenBack():
            seat = state.seats[event.seat]
            terms = tuple(term for term in seat.terms if term.since != event.since)
            return with_seat(state, event, replace(seat, terms=terms, taken_back=(*seat.taken_back, TakenBack(event.since, why))))
        case SeatCorrected():
            return with_seat(state, event, seat_after(state.seats[event.seat], event, why))
        case SeatTakenBack():
            seats = {key: seat for key, seat in state.seats.items() if key != event.seat}
            return replace(state, seats=seats, no_seats=state.no_seats | {event.seat})
        case QuorumRuleCorrected():
            return quorum_after(state, event, why)
        case _:
            assert_never(event)


def with_seat(state: Composition, event: SeatingCorrected | SeatingTakenBack | SeatCorrected, seat: Seat) -> Composition:
    """The composition with this seat in the place of the one before."""
    return replace(state, seats={**state.seats, event.seat: seat})


def seat_after(seat: Seat, event: SeatCorrected, why: Correction) -> Seat:
    """The seat as it should have been from the start; who acts for its former organisation acts for the right one."""
    return replace(
        seat,
        title=event.seat_title,
        kind=event.kind,
        voting=event.voting,
        on_behalf_of=event.on_behalf_of,
        terms=tuple(
            replace(term, on_behalf_of=event.on_behalf_of) if term.on_behalf_of == event.formerly_on_behalf_of else term
            for term in seat.terms
        ),
        corrections=(*seat.corrections, why),
    )


def terms_after(terms: Sequence[Term], event: SeatingCorrected, why: Correction) -> Sequence[Term]:
    """A seat's terms with the correction in them, the earliest first."""
    right = [
        replace(
            term,
            member_name=event.member_name,
            on_behalf_of=event.on_behalf_of,
            since=event.since,
            until=event.until,
            reason=term.reason if event.until else None,
            corrections=(*term.corrections, why),
        )
        if term.since == event.formerly_since
        else term
        for term in terms
    ]
    return sorted(right, key=lambda term: term.since)


def quorum_after(state: Composition, event: QuorumRuleCorrected, why: Correction) -> Composition:
    """The composition with the rule as it should have been, or without it."""
    gone = next((rule.corrections for rule in state.quorum if rule.valid_from == event.formerly_from), ())
    others = [rule for rule in state.quorum if rule.valid_from != event.formerly_from]
    if event.valid_from is None or event.more_than_percent is None or event.source is None:
        return replace(state, quorum=tuple(others), no_rules=state.no_rules | {event.formerly_from})
    rule = QuorumRule(event.valid_from, event.more_than_percent, event.source, (*gone, why))
    return replace(state, quorum=tuple(sorted([*others, rule], key=lambda one: one.valid_from)))
