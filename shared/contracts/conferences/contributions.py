"""What is told of contributions to a conference: received, published, settled, put right."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.contracts.conferences.parts import ContributionKind, Fate, Language, OfConference
from shared.privacy.sealed import Sealed


class ContributionReceived(OfConference, name="conferences.ContributionReceived"):
    """A contribution was handed in; what it says is published, if at all, later."""

    contribution: UUID
    group: str
    group_name: str
    kind: ContributionKind
    receipt: str
    """SHA-256 of the receipt's token, in hex: whoever has the token sees what became of just this contribution."""
    received_on: date
    language: Language
    email: Sealed[str] | None
    """Where the receipt's link is to be sent, if anywhere."""
    receipt_token: Sealed[str]
    erasure_token: Sealed[str] | None
    """For the link to erasing, where there is an address."""


class ContributionPublished(OfConference, name="conferences.ContributionPublished", open_to_all=True):
    """What a contribution says, as everybody may read it."""

    contribution: UUID
    group: str
    group_name: str
    kind: ContributionKind
    text: str


class ContributionSettled(OfConference, name="conferences.ContributionSettled"):
    """A contribution went into no result: what became of it, and why."""

    contribution: UUID
    fate: Fate
    reason: str


class ContributionCorrected(OfConference, name="conferences.ContributionCorrected", open_to_all=True):
    """What was entered of a contribution was wrong; this is what stands now, whole, and why."""

    contribution: UUID
    public: bool
    """Whether it is published."""
    group: str
    group_name: str
    kind: ContributionKind
    received_on: date
    text: str | None
    """As everybody may read it; null as long as it is not published."""
    fate: Fate | None
    """What became of it, where it went into no result; null where nothing did so far, or results come from it."""
    fate_reason: str | None
    reason: str
