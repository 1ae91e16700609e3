"""The facts of a contribution: received, published, gone into results or settled, put right."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.conferences.parts import (
    ContributionKind,
    ErasedBecause,
    Fate,
    Language,
    Lineage,
)
from shared.domain import Event
from shared.privacy.sealed import Sealed


class OfContribution(Event):
    """What each fact about a contribution says of it."""

    conference: UUID
    title: str


class ContributionReceived(OfContribution, name="conferences.ContributionReceived"):
    """A contribution was handed in; what it says is published, if at all, later."""

    group: str
    group_name: str
    kind: ContributionKind
    person: UUID | None
    """Whose address it came with; what is sealed here is sealed for this contribution alone."""
    receipt: str
    """SHA-256 of the receipt's token, in hex."""
    receipt_token: Sealed[str]
    received_on: date
    language: Language
    text: Sealed[str] | None
    """None for what a working group handed in: it is published at once."""
    name: Sealed[str] | None
    email: Sealed[str] | None
    erasure: str | None
    """SHA-256 of the token that erases whose it is, in hex; None for a working group's, in which nobody's data are."""
    erasure_token: Sealed[str] | None
    """For the link in the mail: whoever left an address erases by what arrives there, and by nothing else."""


class ContributionErased(OfContribution, name="conferences.ContributionErased"):
    """What is personal of it is readable no more; what is published of it holds nothing personal and stays."""

    reason: ErasedBecause


class ContributionPublished(OfContribution, name="conferences.ContributionPublished"):
    """What a contribution says, as everybody may read it."""

    group: str
    group_name: str
    kind: ContributionKind
    text: str


class ContributionUsed(OfContribution, name="conferences.ContributionUsed"):
    """A result comes from this contribution; how it was said to come from it before no longer counts."""

    result: UUID
    how: Lineage


class ContributionReleased(OfContribution, name="conferences.ContributionReleased"):
    """A result that was said to come from this contribution does not."""

    result: UUID


class ContributionSettled(OfContribution, name="conferences.ContributionSettled"):
    """A contribution went into no result: what became of it, and why."""

    fate: Fate
    reason: str


class ContributionCorrected(OfContribution, name="conferences.ContributionCorrected"):
    """What was entered of a contribution was wrong; this is what stands now, and why."""

    group: str
    group_name: str
    kind: ContributionKind
    received_on: date
    text: str | None
    """As it is published; None as long as it is not."""
    fate: Fate | None
    """None for one that is not settled: it may still go into results."""
    fate_reason: str | None
    reason: str


ContributionEvent = (
    ContributionReceived
    | ContributionErased
    | ContributionPublished
    | ContributionUsed
    | ContributionReleased
    | ContributionSettled
    | ContributionCorrected
)
