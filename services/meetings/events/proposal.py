"""The facts of a proposal: put to a body, and declined there; that it is placed is a fact of the meeting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.items import FATE, Asked, DecidesProposal, Matter
from shared.domain import Claim, Event, Release


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
    """A matter is put to a body (Anmeldung zur Tagesordnung) and waits there for the secretariat; anew, where it was declined before."""

    proposed_at: AwareDatetime
    due_by: date | None

    def claims(self) -> Iterable[Claim]:
        """What was declined can be placed, or declined, again."""
        return (Release(FATE, str(self.proposal)),)


class ProposalDeclined(OfProposal, DecidesProposal, name="meetings.ProposalDeclined"):
    """The secretariat does not place it, and says why."""

    reason: str

    def decided(self) -> UUID:
        """The proposal that was declined."""
        return self.proposal


class DeclinationCorrected(OfProposal, name="meetings.DeclinationCorrected"):
    """Why the secretariat does not place it was entered wrongly (Berichtigung); this is why, and why it was entered otherwise."""

    declined_because: str
    reason: str
    corrected_at: AwareDatetime


class ProposalRenamed(OfProposal, name="meetings.ProposalRenamed"):
    """The matter is called otherwise than was entered where it comes from; what stands on an agenda keeps the words of its invitation."""

    reason: str


ProposalEvent = ItemProposed | ProposalDeclined | DeclinationCorrected | ProposalRenamed
