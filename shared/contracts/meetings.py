"""What the meetings service publishes: bodies and their people, proposals, meetings planned and held, and what was done in them.

Each says whether the meeting or item is public. What is not travels on the internal topic for services only:
whoever shows or sends something to the public has to ask `public` first.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.matter import Matter
from shared.domain import Contract


class Asked(StrEnum):
    """What a proposal asks of the body."""

    RECEIVE_AND_DELIBERATE = "receive_and_deliberate"
    """Results are to be received (entgegengenommen) and deliberated."""
    DELIBERATE = "deliberate"
    TAKE_NOTE = "take_note"
    """The body is to be informed (Kenntnisnahme)."""


class Instrument(StrEnum):
    """What a resolution asks the secretariat to issue."""

    RECOMMENDATION = "recommendation"
    """Empfehlung."""
    STATEMENT = "statement"
    """Stellungnahme."""
    NONE = "none"
    """It stands for itself."""


class OfBody(Contract):
    """What each message about a body says of it."""

    body: UUID
    body_name: str


class BodyFounded(OfBody, name="meetings.BodyFounded"):
    """A body (Gremium, Amt, Netzwerk) stands."""

    kind: str
    legal_nature: str
    secretariat: UUID | None
    lead_office: UUID | None
    """Federführung."""
    reports_to: UUID | None
    """To which body it belongs or reports: an office to its department, a committee to the council."""
    founded_on: date


class BodySucceeded(OfBody, name="meetings.BodySucceeded"):
    """Another body took this one's place."""

    successor: UUID
    successor_name: str
    on: date
    reason: str


class MemberSeated(OfBody, name="meetings.MemberSeated"):
    """Someone holds a seat of the body, acting in public office: the name is official."""

    seat: UUID
    seat_title: str
    member: UUID
    member_name: str
    on_behalf_of: str | None
    """The organisation behind the member."""
    voting: bool
    since: date


class MemberLeftSeat(OfBody, name="meetings.MemberLeftSeat"):
    """A seat fell vacant."""

    seat: UUID
    seat_title: str
    member: UUID
    until: date


class OfMeeting(Contract):
    """What each message about a meeting says of it."""

    meeting: UUID
    body: UUID
    body_name: str
    title: str
    public: bool


class MeetingScheduled(OfMeeting, name="meetings.MeetingScheduled"):
    """A meeting of the body is planned for a time and a place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    entered_later: bool
    """It was over when it was entered: nobody is to be invited to it."""


class MeetingRescheduled(OfMeeting, name="meetings.MeetingRescheduled"):
    """The meeting is planned for another time or place than before."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    formerly_starts_at: AwareDatetime
    formerly_place: str


class MeetingCancelled(OfMeeting, name="meetings.MeetingCancelled"):
    """The meeting does not take place, at the time and place that stood last."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    reason: str


class InvitedMember(BaseModel):
    """Who is invited."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    member: UUID
    member_name: str


class InvitedItem(BaseModel):
    """A point of the agenda as invited; of one that is not public, outsiders see nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    item: UUID
    number: int
    title: str
    public: bool
    asked: Asked
    matter: Matter | None


class MeetingInvited(OfMeeting, name="meetings.MeetingInvited"):
    """The members of the body are invited, with this agenda; it is their letters that prove it."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    members: tuple[InvitedMember, ...]
    agenda: tuple[InvitedItem, ...]
    invited_at: AwareDatetime


class MeetingHeld(OfMeeting, name="meetings.MeetingHeld"):
    """The meeting has been held: its sitting was opened and is closed."""

    opened_at: AwareDatetime
    closed_at: AwareDatetime
    place: str


class OfProposal(Contract):
    """What each message about a proposal says of it: it waits at the body until it is placed or declined."""

    proposal: UUID
    body: UUID
    body_name: str
    matter: Matter
    title: str
    public: bool
    asked: Asked
    proposed_by: UUID | None
    """The body (department, office, conference's host) that puts it; None where nobody did but the rule."""
    proposed_by_name: str | None


class ItemProposed(OfProposal, name="meetings.ItemProposed"):
    """A matter is put to a body and waits there for the secretariat."""

    proposed_at: AwareDatetime
    due_by: date | None


class ItemPlaced(OfProposal, name="meetings.ItemPlaced"):
    """The secretariat has placed the proposal on the agenda of a meeting."""

    meeting: UUID
    item: UUID
    starts_at: AwareDatetime


class ItemReturned(OfProposal, name="meetings.ItemReturned"):
    """The meeting was cancelled, or ended without dealing with it: the proposal waits at the body again."""

    meeting: UUID
    item: UUID


class ProposalDeclined(OfProposal, name="meetings.ProposalDeclined"):
    """The secretariat does not place it, and says why."""

    reason: str


class OfDuty(Contract):
    """What each message about a hand-over duty says of it: a body owes it to a conference to receive and deliberate its results."""

    duty: UUID
    conference: UUID
    conference_title: str
    body: UUID
    body_name: str


class HandoverDutyOpened(OfDuty, name="meetings.HandoverDutyOpened"):
    """The body has to receive and deliberate the results; it is over only when it has done both."""

    opened_on: date
    due_by: date


class HandoverDutyFulfilled(OfDuty, name="meetings.HandoverDutyFulfilled"):
    """The body has received and deliberated the results, in the meeting that did the last of the two."""

    meeting: UUID
    public: bool
    """Whether outsiders may know of that meeting."""
    fulfilled_at: AwareDatetime


class OfItem(OfMeeting):
    """What each message about an item that was dealt with in a sitting says of it. `public`: of the meeting and the item together."""

    item: UUID
    item_title: str
    matter: Matter | None
    proposal: UUID | None
    proposed_by: UUID | None
    proposed_by_name: str | None


class ResultsReceived(OfItem, name="meetings.ResultsReceived"):
    """The body has received what was put to it (Entgegennahme)."""

    received_at: AwareDatetime


class ItemDeliberated(OfItem, name="meetings.ItemDeliberated"):
    """The body has deliberated the item (Beratung)."""

    deliberated_at: AwareDatetime
    summary: str | None


class NoteTaken(OfItem, name="meetings.NoteTaken"):
    """The body has taken note of the item in its sitting (Kenntnisnahme)."""

    noted_at: AwareDatetime


class Votes(BaseModel):
    """How it was voted, and on which numbers the rule was judged."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    yes: int
    no: int
    abstentions: int
    present: int
    """Voting members present."""
    entitled: int
    """Voting members of the body."""
    quorum: int
    """How many have to be present."""


class ResolutionPassed(OfItem, name="meetings.ResolutionPassed"):
    """The body has resolved (Beschluss)."""

    resolution: UUID
    text: str
    instrument: Instrument
    votes: Votes
    resolved_at: AwareDatetime


class ResolutionRejected(OfItem, name="meetings.ResolutionRejected"):
    """What was put to the vote found no majority."""

    text: str
    votes: Votes
    rejected_at: AwareDatetime


class ResolutionCorrected(OfItem, name="meetings.ResolutionCorrected"):
    """What was recorded of a resolution was wrong; this is what was resolved."""

    resolution: UUID
    text: str
    reason: str
    corrected_at: AwareDatetime


CONTRACTS: tuple[type[Contract], ...] = (
    BodyFounded,
    BodySucceeded,
    MemberSeated,
    MemberLeftSeat,
    MeetingScheduled,
    MeetingRescheduled,
    MeetingCancelled,
    MeetingInvited,
    MeetingHeld,
    ItemProposed,
    ItemPlaced,
    ItemReturned,
    ProposalDeclined,
    HandoverDutyOpened,
    HandoverDutyFulfilled,
    ResultsReceived,
    ItemDeliberated,
    NoteTaken,
    ResolutionPassed,
    ResolutionRejected,
    ResolutionCorrected,
)
