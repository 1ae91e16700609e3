"""The facts of a meeting as invited: planned, moved, called off, its agenda, its invitations, begun."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.items import AgendaItem, DecidesProposal, FreesProposal, InvitedMember, QuorumAsked, SittingMember
from shared.domain import Event


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
    invited: tuple[InvitedMember, ...] = ()
    """To the time and place before: they have to hear of it."""


class MeetingCancelled(OfMeeting, name="meetings.MeetingCancelled"):
    """The meeting does not take place."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    reason: str
    invited: tuple[InvitedMember, ...] = ()
    """They have to hear of it."""


class MeetingCorrected(OfMeeting, name="meetings.MeetingCorrected"):
    """What was entered of the meeting was wrong (Berichtigung); this is what it is called, when and where it was planned, whole, and
    why."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str
    cancelled_because: str | None
    """Why it was cancelled, as it stands now; None where it is not."""
    reason: str
    corrected_at: AwareDatetime


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


AgendaEvent = ItemPlaced | ItemAdded | ItemRemoved | ItemReturned
PlanEvent = MeetingScheduled | MeetingRescheduled | MeetingCancelled | MeetingCorrected
MeetingEvent = PlanEvent | MeetingOpened | MembersInvited | AgendaEvent
