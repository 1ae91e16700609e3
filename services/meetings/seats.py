"""Who sits in a body on a day, and how many of them it takes to resolve. Pure: a composition and a day in, people and a number out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.meetings.events.composition import SeatKind


@dataclass(frozen=True)
class Correction:
    """Why something was entered wrongly, and when that was put right."""

    reason: str
    corrected_at: datetime


@dataclass(frozen=True)
class Term:
    """The time for which one person holds a seat."""

    member: UUID
    member_name: str
    on_behalf_of: str | None
    since: date
    until: date | None = None
    """The last day; None while no end is known."""
    reason: str | None = None
    """Why it ends."""
    corrections: tuple[Correction, ...] = ()
    """The earliest first."""

    def holds_on(self, day: date) -> bool:
        """Whether it is this person's seat on that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def ends_before(self, day: date) -> bool:
        """Whether it is over by then."""
        return self.until is not None and self.until < day

    def overlaps(self, other: Term) -> bool:
        """Whether there is a day of both."""
        return not self.ends_before(other.since) and not other.ends_before(self.since)


@dataclass(frozen=True)
class TakenBack:
    """That somebody was entered as having taken the seat on the day `since`, and never did."""

    since: date
    correction: Correction


@dataclass(frozen=True)
class Seat:
    """A seat with everybody who has held it, the earliest first."""

    title: str
    kind: SeatKind
    voting: bool
    on_behalf_of: str | None
    terms: tuple[Term, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    corrections: tuple[Correction, ...] = ()
    """Of the seat itself, the earliest first."""

    def holder_on(self, day: date) -> Term | None:
        """Who holds it on that day."""
        return next((term for term in self.terms if term.holds_on(day)), None)


@dataclass(frozen=True)
class QuorumRule:
    """From `valid_from` on, more than this share of the filled voting seats has to be present."""

    valid_from: date
    more_than_percent: int
    source: str
    corrections: tuple[Correction, ...] = ()
    """The earliest first."""

    def says(self) -> tuple[date, int, str]:
        """What it says, whether or not it was corrected."""
        return self.valid_from, self.more_than_percent, self.source


HALF = QuorumRule(date.min, 50, "our decision: more than half of the filled voting seats, where the body has entered no rule")
"""Our decision, as most rules of procedure (Geschäftsordnungen) have it."""


@dataclass(frozen=True)
class Composition:
    """A body's composition as its rules see it."""

    seats: Mapping[UUID, Seat] = field(default_factory=dict)
    """In the order in which they were created."""
    quorum: tuple[QuorumRule, ...] = ()
    """The rules, ordered by the day from which they hold; one a day."""
    no_seats: frozenset[UUID] = frozenset()
    """Those that were created by mistake."""
    no_rules: frozenset[date] = frozenset()
    """The days on which a quorum rule was entered as beginning that never should have been."""

    def rule_on(self, day: date) -> QuorumRule:
        """The quorum rule that holds on that day."""
        return next((rule for rule in reversed(self.quorum) if rule.valid_from <= day), HALF)

    def rule_from(self, day: date) -> QuorumRule | None:
        """The quorum rule that begins on just this day."""
        return next((rule for rule in self.quorum if rule.valid_from == day), None)

    @property
    def first_day(self) -> date | None:
        """The earliest day on which somebody took a seat or a quorum rule began."""
        terms = (term.since for seat in self.seats.values() for term in seat.terms)
        return min([*terms, *(rule.valid_from for rule in self.quorum)], default=None)

    def terms_of(self, member: UUID) -> Iterator[Term]:
        """The times for which somebody holds seats of the body."""
        return (term for seat in self.seats.values() for term in seat.terms if term.member == member)


@dataclass(frozen=True)
class SeatHolder:
    """Somebody who holds a seat on some day."""

    member: UUID
    member_name: str
    seat: UUID
    seat_title: str
    on_behalf_of: str | None
    voting: bool


@dataclass(frozen=True)
class Quorum:
    """How many voting members have to be present, and what that rests on."""

    needed: int
    entitled: int
    """The filled voting seats."""
    more_than_percent: int
    source: str


def members_on(state: Composition, day: date) -> tuple[SeatHolder, ...]:
    """Who holds a seat on that day, voting or not, in the order of the seats."""
    found = ((key, seat, seat.holder_on(day)) for key, seat in state.seats.items())
    return tuple(
        SeatHolder(held.member, held.member_name, key, seat.title, held.on_behalf_of, seat.voting) for key, seat, held in found if held
    )


def quorum_on(state: Composition, day: date) -> Quorum:
    """How many voting members have to be present on that day: one at least, so that a body without any resolves nothing."""
    entitled = sum(holder.voting for holder in members_on(state, day))
    rule = state.rule_on(day)
    return Quorum(entitled * rule.more_than_percent // 100 + 1, entitled, rule.more_than_percent, rule.source)
