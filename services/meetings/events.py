"""The facts of the meetings service: bodies, their people and their cadence, meetings as invited, sittings as held, proposals, duties."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.items import (
    AgendaItem,
    Asked,
    DecidesProposal,
    FreesProposal,
    Instrument,
    InvitedMember,
    Matter,
    QuorumAsked,
    SittingMember,
    Votes,
)
from shared.domain import Claim, Event, Refusal, Take


class BodyKind(StrEnum):
    """What sort of body it is, in the words of the city."""

    CITY_COUNCIL = "city_council"
    """Stadtverordnetenversammlung."""
    COMMITTEE = "committee"
    """A committee (Ausschuss) of the city council."""
    MAGISTRAT = "magistrat"
    DEPARTMENT = "department"
    """Dezernat."""
    OFFICE = "office"
    """Amt, Koordinierungsstelle."""
    ADVISORY_BOARD = "advisory_board"
    """Fachbeirat."""
    REPRESENTATION = "representation"
    """The elected or appointed voice of a group of residents, as the Migrationsrat."""
    NETWORK = "network"
    WORKING_GROUP = "working_group"
    EXTERNAL = "external"
    """A body of the region, the Land or the federation, as the Bremer Rat für Integration."""


class LegalNature(StrEnum):
    """What a body is in law; each maps to one OParl 1.1 `organizationType`."""

    ORGAN = "organ"
    """An organ of the city or a part of one: council, committee, Magistrat. OParl: Gremium."""
    ADMINISTRATION = "administration"
    """A part of the administration. OParl: Verwaltungsbereich."""
    ADVISORY = "advisory"
    """Set up by resolution to advise. OParl: Gremium."""
    ELECTED_REPRESENTATION = "elected_representation"
    """Constituted by a statute to represent a group of residents. OParl: Gremium."""
    FREE_ASSOCIATION = "free_association"
    """Nobody set it up but its members. OParl: Sonstiges."""
    OUTSIDE = "outside"
    """Set up by somebody other than the city. OParl: externes Gremium."""


class BodyNameIsTaken(Refusal):
    """Another body of the city bears this name."""


def name_key(name: str) -> str:
    """What two names must differ in: not in case, composition of letters or spacing."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class BodyFounded(Event, name="meetings.BodyFounded"):
    """A body (Gremium, Amt, Netzwerk) stands from `founded_on` on."""

    body_name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    """The office (itself a body) that manages its affairs (Geschäftsführung)."""
    lead_office: UUID | None
    """The office that leads in its matters (Federführung)."""
    reports_to: UUID | None
    """The body to which it belongs or reports: an office to its department, a committee to the council."""
    founded_on: date

    def claims(self) -> Iterable[Claim]:
        """The name is this body's alone."""
        return (Take("meetings.body-name", name_key(self.body_name), BodyNameIsTaken),)


class CadenceSet(Event, name="meetings.CadenceSet"):
    """A rule of how often the body meets (Sitzungsrhythmus) holds from `valid_from` on, until a later one does."""

    valid_from: date
    minimum_per_year: int
    """Meetings held in a calendar year, at least; 0 demands none."""
    maximum_gap_days: int | None
    """Days from one meeting to the next, at most."""
    source: str
    """Where the rule is written."""


class BodySucceeded(Event, name="meetings.BodySucceeded"):
    """Another body stands in this one's place from `on` on (Nachfolge). Its name stays its own: what it did is found under it."""

    body_name: str
    successor: UUID
    successor_name: str
    on: date
    """The first day on which the successor stands and this body no longer does."""
    reason: str


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


class QuorumRuleSet(OfComposition, name="meetings.QuorumRuleSet"):
    """From `valid_from` on, the body has a quorum (Beschlussfähigkeit) while more than this share of its voting members is present."""

    valid_from: date
    more_than_percent: int
    """Of the filled voting seats; 50 is: more than half."""
    source: str


class OfMeeting(Event):
    """What each fact about a meeting says of it, so that it can be understood, and published, alone."""

    body: UUID
    body_name: str
    """As it was called when the meeting was scheduled."""
    title: str
    public: bool


class MeetingScheduled(OfMeeting, name="meetings.MeetingScheduled"):
    """A meeting of the body is planned for a time and a place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    entered_later: bool
    """Whether it was over when it was entered (nachgetragen): nobody is to be invited to it."""


class MeetingRescheduled(OfMeeting, name="meetings.MeetingRescheduled"):
    """The meeting is planned for another time or place than before."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    formerly_starts_at: AwareDatetime
    formerly_place: str


class MeetingCancelled(OfMeeting, name="meetings.MeetingCancelled"):
    """The meeting does not take place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    reason: str


class ItemPlaced(OfMeeting, DecidesProposal, name="meetings.ItemPlaced"):
    """The secretariat has placed a proposal on the agenda (Tagesordnung)."""

    item: AgendaItem
    starts_at: AwareDatetime

    def decided(self) -> UUID:
        """The proposal that was placed."""
        assert self.item.proposal  # Without one the item would have been added.
        return self.item.proposal


class ItemAdded(OfMeeting, name="meetings.ItemAdded"):
    """The secretariat has put a point on the agenda that nobody proposed."""

    item: AgendaItem


class ItemRemoved(OfMeeting, FreesProposal, name="meetings.ItemRemoved"):
    """The secretariat has taken a point off the agenda."""

    reason: str


class ItemReturned(OfMeeting, FreesProposal, name="meetings.ItemReturned"):
    """The meeting was cancelled, or ended without dealing with the item: what was proposed waits at the body again."""


class MembersInvited(OfMeeting, name="meetings.MembersInvited"):
    """The members are invited (Ladung), with this agenda; whether it reached them, their letters prove."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    members: tuple[InvitedMember, ...]
    agenda: tuple[AgendaItem, ...]
    invited_at: AwareDatetime


class MeetingOpened(OfMeeting, name="meetings.MeetingOpened"):
    """The meeting has begun: from now on only its sitting goes on, with the agenda, the members and the quorum of this moment."""

    opened_at: AwareDatetime
    place: str
    agenda: tuple[AgendaItem, ...]
    members: tuple[SittingMember, ...]
    quorum: QuorumAsked


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


class OfProposal(Event):
    """What each fact about a proposal says of it, so that it can be published alone."""

    proposal: UUID
    body: UUID
    body_name: str
    matter: Matter
    title: str
    public: bool
    asked: Asked
    proposed_by: UUID | None
    """The body that puts it: an office, a department, a conference's host."""
    proposed_by_name: str | None


class ItemProposed(OfProposal, name="meetings.ItemProposed"):
    """A matter is put to a body (Anmeldung zur Tagesordnung) and waits there for the secretariat."""

    proposed_at: AwareDatetime
    due_by: date | None


class ProposalDeclined(OfProposal, DecidesProposal, name="meetings.ProposalDeclined"):
    """The secretariat does not place it, and says why."""

    reason: str

    def decided(self) -> UUID:
        """The proposal that was declined."""
        return self.proposal


class OfDuty(Event):
    """What each fact about a hand-over duty says of it: whose results, and which body owes it to them."""

    conference: UUID
    body: UUID


class HandoverDutyOpened(OfDuty, name="meetings.HandoverDutyOpened"):
    """The body has to receive the conference's results and to deliberate them (Übergabe)."""

    conference_title: str
    body_name: str
    opened_on: date
    due_by: date
    source: str
    """Where it is written until when."""


class ResultsReceivedForDuty(OfDuty, name="meetings.ResultsReceivedForDuty"):
    """The body has received the results."""

    meeting: UUID
    public: bool
    """Whether outsiders may know of that meeting and its item."""
    received_at: AwareDatetime


class ResultsDeliberatedForDuty(OfDuty, name="meetings.ResultsDeliberatedForDuty"):
    """The body has deliberated the results."""

    meeting: UUID
    public: bool
    deliberated_at: AwareDatetime


class HandoverDutyFulfilled(OfDuty, name="meetings.HandoverDutyFulfilled"):
    """The body has done both, in the meeting that did the last of the two."""

    conference_title: str
    body_name: str
    meeting: UUID
    public: bool
    fulfilled_at: AwareDatetime


BodyEvent = BodyFounded | CadenceSet | BodySucceeded
CompositionEvent = SeatCreated | MemberSeated | MemberLeftSeat | QuorumRuleSet
AgendaEvent = ItemPlaced | ItemAdded | ItemRemoved | ItemReturned
MeetingEvent = MeetingScheduled | MeetingRescheduled | MeetingCancelled | MeetingOpened | MembersInvited | AgendaEvent
AttendanceEvent = MemberArrived | MemberLeft
DealingEvent = ItemReceived | ItemDeliberated | NoteTaken | ResolutionPassed | ResolutionRejected | ResolutionCorrected
SittingEvent = SittingOpened | SittingClosed | AttendanceEvent | DealingEvent
ProposalEvent = ItemProposed | ProposalDeclined
DutyEvent = HandoverDutyOpened | ResultsReceivedForDuty | ResultsDeliberatedForDuty | HandoverDutyFulfilled

EVENTS: tuple[type[Event], ...] = (
    BodyFounded,
    CadenceSet,
    BodySucceeded,
    SeatCreated,
    MemberSeated,
    MemberLeftSeat,
    QuorumRuleSet,
    MeetingScheduled,
    MeetingRescheduled,
    MeetingCancelled,
    ItemPlaced,
    ItemAdded,
    ItemRemoved,
    ItemReturned,
    MembersInvited,
    MeetingOpened,
    SittingOpened,
    MemberArrived,
    MemberLeft,
    ItemReceived,
    ItemDeliberated,
    NoteTaken,
    ResolutionPassed,
    ResolutionRejected,
    ResolutionCorrected,
    SittingClosed,
    ItemProposed,
    ProposalDeclined,
    HandoverDutyOpened,
    ResultsReceivedForDuty,
    ResultsDeliberatedForDuty,
    HandoverDutyFulfilled,
)
