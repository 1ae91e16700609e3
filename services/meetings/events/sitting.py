"""The facts of a meeting as held: who is present, and what is done with each item."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.meetings.events.body import BodyKind
from services.meetings.events.meeting import OfMeeting
from services.meetings.items import AgendaItem, Instrument, QuorumAsked, SittingMember, Value, Votes


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


class SittingClosed(OfMeeting, name="meetings.SittingClosed"):
    """The meeting has been held."""

    meeting: UUID
    opened_at: AwareDatetime
    closed_at: AwareDatetime
    place: str
    undealt: tuple[UUID, ...]
    """Items whose proposals the body did not come to."""


class Entry(Value):
    """Something that is recorded of a sitting, as it is right now that it was corrected."""

    formerly: AwareDatetime | None
    """When it was so far; None for what was left out."""
    at: AwareDatetime | None
    """When it really was; None for what never happened."""


class SpanEntry(Entry):
    """When the sitting was opened or closed."""

    kind: Literal["opening", "closing"]
    at: AwareDatetime


class PresenceEntry(Entry, SittingMember):
    """That a member came or went."""

    kind: Literal["arrival", "departure"]


class ReceiptEntry(Entry):
    """That the body received an item."""

    kind: Literal["receipt"] = "receipt"
    item: AgendaItem


class DeliberationEntry(Entry):
    """That the body deliberated an item."""

    kind: Literal["deliberation"] = "deliberation"
    item: AgendaItem
    summary: str | None


class NoteEntry(Entry):
    """That the body took note of an item."""

    kind: Literal["note"] = "note"
    item: AgendaItem
    body_kind: BodyKind
    proposed_by_kind: BodyKind | None


class ResolutionEntry(Value):
    """What the body resolved, and by which votes; when, and that it was passed, stays."""

    kind: Literal["resolution"] = "resolution"
    item: AgendaItem
    resolution: UUID
    text: str
    votes: Votes


class RejectionEntry(Value):
    """What found no majority, and by which votes; when, and that it found none, stays."""

    kind: Literal["rejection"] = "rejection"
    item: AgendaItem
    rejected_at: AwareDatetime
    text: str
    votes: Votes


class TitleEntry(Value):
    """What an item is called on the agenda with which the meeting was opened."""

    kind: Literal["title"] = "title"
    item: AgendaItem
    """As it stood so far."""
    title: str
    resolution: UUID | None
    """What was resolved under that title; None where nothing was."""


ItemEntry = ReceiptEntry | DeliberationEntry | NoteEntry | ResolutionEntry | RejectionEntry | TitleEntry
AnyEntry = SpanEntry | PresenceEntry | ItemEntry


class SittingCorrected(OfMeeting, name="meetings.SittingCorrected"):
    """Something was recorded wrongly of the meeting as held, or left out (Berichtigung); this is what was so, and why."""

    meeting: UUID
    entry: Annotated[AnyEntry, Field(discriminator="kind")]
    reason: str
    corrected_at: AwareDatetime
    opened_at: AwareDatetime
    """When the sitting was opened, as it stands now."""
    closed_at: AwareDatetime | None
    """When it was closed, as it stands now; None while it goes on."""
    dealt_with: bool | None
    """Whether a closed sitting has, other than was said at its end, done with the item what was asked; None where that stays."""


AttendanceEvent = MemberArrived | MemberLeft
DealingEvent = ItemReceived | ItemDeliberated | NoteTaken | ResolutionPassed | ResolutionRejected
SittingEvent = SittingOpened | SittingClosed | SittingCorrected | AttendanceEvent | DealingEvent
