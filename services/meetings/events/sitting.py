"""The facts of a meeting as held: who is present, and what is done with each item."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.events.body import BodyKind
from services.meetings.events.meeting import OfMeeting
from services.meetings.items import AgendaItem, Instrument, QuorumAsked, SittingMember, Votes


class SittingOpened(OfMeeting, name="meetings.SittingOpened"):
    """The meeting is being held, with this agenda and by these members."""

    meeting: UUID
    opened_at: AwareDatetime
    place: str
    agenda: tuple[AgendaItem, ...]
    members: tuple[SittingMember, ...]
    quorum: QuorumAsked


class MemberArrived(OfMeeting, name="meetings.MemberArrived"):
    """A member is present (anwesend) from `arrived_at` on."""

    meeting: UUID
    member: UUID
    member_name: str
    voting: bool
    arrived_at: AwareDatetime


class MemberLeft(OfMeeting, name="meetings.MemberLeft"):
    """A member is present no more from `left_at` on."""

    meeting: UUID
    member: UUID
    member_name: str
    voting: bool
    left_at: AwareDatetime


class OfItem(OfMeeting):
    """What each fact about an item says of it, once the meeting is being held."""

    meeting: UUID
    item: AgendaItem


class ItemReceived(OfItem, name="meetings.ItemReceived"):
    """The body has received what was put to it (Entgegennahme)."""

    received_at: AwareDatetime


class ItemDeliberated(OfItem, name="meetings.ItemDeliberated"):
    """The body has deliberated the item (Beratung)."""

    deliberated_at: AwareDatetime
    summary: str | None


class NoteTaken(OfItem, name="meetings.NoteTaken"):
    """The body has taken note of the item (Kenntnisnahme)."""

    body_kind: BodyKind
    proposed_by_kind: BodyKind | None
    """Of the body that proposed the item; None where nobody did."""
    noted_at: AwareDatetime


class ResolutionPassed(OfItem, name="meetings.ResolutionPassed"):
    """The body has resolved (Beschluss)."""

    resolution: UUID
    text: str
    instrument: Instrument
    votes: Votes
    resolved_at: AwareDatetime


class ResolutionRejected(OfItem, name="meetings.ResolutionRejected"):
    """What was put to the vote found no majority (Ablehnung)."""

    text: str
    votes: Votes
    rejected_at: AwareDatetime


class ResolutionCorrected(OfItem, name="meetings.ResolutionCorrected"):
    """What was recorded of a resolution was wrong (Berichtigung); this is what was resolved."""

    resolution: UUID
    text: str
    reason: str
    corrected_at: AwareDatetime


class SittingClosed(OfMeeting, name="meetings.SittingClosed"):
    """The meeting has been held."""

    meeting: UUID
    opened_at: AwareDatetime
    closed_at: AwareDatetime
    place: str
    undealt: tuple[UUID, ...]
    """Items whose proposals the body did not come to."""


AttendanceEvent = MemberArrived | MemberLeft
DealingEvent = ItemReceived | ItemDeliberated | NoteTaken | ResolutionPassed | ResolutionRejected | ResolutionCorrected
SittingEvent = SittingOpened | SittingClosed | AttendanceEvent | DealingEvent
