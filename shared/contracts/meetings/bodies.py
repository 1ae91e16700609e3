"""What is told of bodies and their people."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from shared.domain import Contract


class OfBody(Contract):
    """What each message about a body says of it."""

    body: UUID
    body_name: str


class BodyFounded(OfBody, name="meetings.BodyFounded", open_to_all=True):
    """A body (Gremium, Amt, Netzwerk) stands."""

    kind: str
    legal_nature: str
    secretariat: UUID | None
    lead_office: UUID | None
    """Federführung."""
    reports_to: UUID | None
    """To which body it belongs or reports: an office to its department, a committee to the council."""
    founded_on: date


class BodySucceeded(OfBody, name="meetings.BodySucceeded", open_to_all=True):
    """Another body took this one's place."""

    successor: UUID
    successor_name: str
    on: date
    reason: str


class BodyCorrected(OfBody, name="meetings.BodyCorrected", open_to_all=True):
    """What was told of a body at its founding was wrong; this is what was so, whole, and why."""

    formerly_name: str
    kind: str
    """Counts from now on; what was done before stays as it was judged then."""
    legal_nature: str
    secretariat: UUID | None
    lead_office: UUID | None
    reports_to: UUID | None
    founded_on: date
    reason: str
    corrected_at: AwareDatetime


class SuccessionCorrected(OfBody, name="meetings.SuccessionCorrected", open_to_all=True):
    """Which body took this one's place, or when, was told wrongly; this is what was so, and why."""

    successor: UUID | None
    """None, as all that follows, where no body took its place: it stands."""
    successor_name: str | None
    on: date | None
    because: str | None
    """Why the successor took its place; why that is corrected is the reason."""
    reason: str
    corrected_at: AwareDatetime


class MemberSeated(OfBody, name="meetings.MemberSeated", open_to_all=True):
    """Someone holds a seat of the body, acting in public office: the name is official."""

    seat: UUID
    seat_title: str
    member: UUID
    member_name: str
    on_behalf_of: str | None
    """The organisation behind the member."""
    voting: bool
    since: date


class MemberLeftSeat(OfBody, name="meetings.MemberLeftSeat", open_to_all=True):
    """A seat fell vacant."""

    seat: UUID
    seat_title: str
    member: UUID
    until: date


class SeatingCorrected(OfBody, name="meetings.SeatingCorrected", open_to_all=True):
    """Who took a seat on the day `formerly_since`, or when they did and left it, was told wrongly; this is what was so, and why."""

    seat: UUID
    seat_title: str
    member: UUID
    """The same id as was told before."""
    member_name: str
    on_behalf_of: str | None
    voting: bool
    formerly_since: date
    since: date
    until: date | None
    """The last day; None while no end is known."""
    reason: str
    corrected_at: AwareDatetime


class SeatingTakenBack(OfBody, name="meetings.SeatingTakenBack", open_to_all=True):
    """Who was told to have taken a seat on the day `since` never did."""

    seat: UUID
    seat_title: str
    member: UUID
    since: date
    reason: str
    corrected_at: AwareDatetime


class SeatCorrected(OfBody, name="meetings.SeatCorrected", open_to_all=True):
    """What was told of a seat with its members was wrong from the start; this is what was so, whole, and why."""

    seat: UUID
    seat_title: str
    kind: str
    voting: bool
    formerly_on_behalf_of: str | None
    """Members who were told to act for this organisation act for the right one."""
    on_behalf_of: str | None
    reason: str
    corrected_at: AwareDatetime
