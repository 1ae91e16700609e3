"""What is told of a proposal: it waits at the body, is placed, comes back, is declined."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.matter import Matter
from shared.domain import Contract


class Asked(StrEnum):
    """What a proposal asks of the body."""

    RECEIVE_AND_DELIBERATE = "receive_and_deliberate"
    """Results are to be received (entgegengenommen) and deliberated."""
    DELIBERATE = "deliberate"
    TAKE_NOTE = "take_note"
    """The body is to be informed (Kenntnisnahme)."""


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


class ItemProposed(OfProposal, name="meetings.ItemProposed", open_to_all=True):
    """A matter is put to a body and waits there for the secretariat."""

    proposed_at: AwareDatetime
    due_by: date | None


class ItemPlaced(OfProposal, name="meetings.ItemPlaced", open_to_all=True):
    """The secretariat has placed the proposal on the agenda of a meeting."""

    meeting: UUID
    item: UUID
    starts_at: AwareDatetime


class ItemReturned(OfProposal, name="meetings.ItemReturned", open_to_all=True):
    """The meeting was cancelled, or ended without dealing with it: the proposal waits at the body again."""

    meeting: UUID
    item: UUID


class ProposalDeclined(OfProposal, name="meetings.ProposalDeclined", open_to_all=True):
    """The secretariat does not place it, and says why."""

    reason: str


class DeclinationCorrected(OfProposal, name="meetings.DeclinationCorrected", open_to_all=True):
    """Why the secretariat does not place it was told wrongly; this is why, and why it was told otherwise."""

    declined_because: str
    reason: str
    corrected_at: AwareDatetime


class ProposalRenamed(OfProposal, name="meetings.ProposalRenamed", open_to_all=True):
    """The matter is called otherwise than was told when it was proposed."""

    reason: str
