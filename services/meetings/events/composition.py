"""The facts of a body's composition: its seats, who holds them, its quorum rules, and what was entered wrongly of that."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from shared.domain import Event


class SeatKind(StrEnum):
    """How a seat is filled."""

    EX_OFFICIO = "ex_officio"
    """By whoever holds an office (kraft Amtes)."""
    NOMINATED = "nominated"
    """By whom an organisation sends (entsandt)."""
    OPEN_CALL = "open_call"
    """By whom an open call found (öffentliche Ausschreibung)."""


class OfComposition(Event):
    """What each fact about a body's composition says of the body, so that it can be published alone."""

    body: UUID
    body_name: str


class SeatCreated(OfComposition, name="meetings.SeatCreated"):
    """The body has one more seat (Sitz); nobody holds it yet."""

    seat: UUID
    seat_title: str
    kind: SeatKind
    voting: bool
    on_behalf_of: str | None
    """The organisation that fills it, where one does."""


class MemberSeated(OfComposition, name="meetings.MemberSeated"):
    """Somebody holds a seat from `since` on, in public office: the name is official."""

    seat: UUID
    seat_title: str
    member: UUID
    member_name: str
    on_behalf_of: str | None
    voting: bool
    since: date


class MemberLeftSeat(OfComposition, name="meetings.MemberLeftSeat"):
    """A seat is vacant again; `until` is the last day on which its member held it."""

    seat: UUID
    seat_title: str
    member: UUID
    member_name: str
    until: date
    reason: str


class SeatingCorrected(OfComposition, name="meetings.SeatingCorrected"):
    """Who took a seat on the day `formerly_since`, or when they did and left it, was entered wrongly; this is what was so, and why.

    Meetings that were opened before keep the members whom they were opened with."""

    seat: UUID
    seat_title: str
    member: UUID
    member_name: str
    on_behalf_of: str | None
    voting: bool
    formerly_since: date
    since: date
    until: date | None
    """The last day; None while no end is known, also where a vacancy was entered by mistake."""
    reason: str
    corrected_at: AwareDatetime


class SeatingTakenBack(OfComposition, name="meetings.SeatingTakenBack"):
    """Who is entered as having taken a seat on the day `since` never did.

    Meetings that were opened before keep the members whom they were opened with."""

    seat: UUID
    seat_title: str
    member: UUID
    since: date
    reason: str
    corrected_at: AwareDatetime


class SeatCorrected(OfComposition, name="meetings.SeatCorrected"):
    """What a seat is was entered wrongly from the start; this is what it should have said, whole, and why.

    Members who were entered with the seat's former organisation act for the right one."""

    seat: UUID
    seat_title: str
    kind: SeatKind
    voting: bool
    formerly_on_behalf_of: str | None
    on_behalf_of: str | None
    reason: str
    corrected_at: AwareDatetime


class SeatTakenBack(OfComposition, name="meetings.SeatTakenBack"):
    """A seat that nobody ever took was created by mistake: the body has no such seat."""

    seat: UUID
    seat_title: str
    reason: str
    corrected_at: AwareDatetime


class QuorumRuleSet(OfComposition, name="meetings.QuorumRuleSet"):
    """From `valid_from` on, the body has a quorum (Beschlussfähigkeit) while more than this share of its voting members is present."""

    valid_from: date
    more_than_percent: int
    """Of the filled voting seats; 50 is: more than half."""
    source: str


class QuorumRuleCorrected(OfComposition, name="meetings.QuorumRuleCorrected"):
    """The quorum rule that was entered as beginning on `formerly_from` was entered wrongly, or should never have been.

    Meetings that were opened before keep the quorum that they were opened with, and votes stay as they were recorded."""

    formerly_from: date
    valid_from: date | None
    """None, as all that follows, for a rule that should never have been entered."""
    more_than_percent: int | None
    source: str | None
    reason: str
    corrected_at: AwareDatetime


CompositionEvent = (
    SeatCreated
    | MemberSeated
    | MemberLeftSeat
    | SeatingCorrected
    | SeatingTakenBack
    | SeatCorrected
    | SeatTakenBack
    | QuorumRuleSet
    | QuorumRuleCorrected
)
