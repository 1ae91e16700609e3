"""The facts of the conferences service: conferences planned and held, registrations, contributions and results."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.parts import ContributionKind, Fate, HeldResult, Language, Level, Lineage, Origin, WorkingGroup
from shared.domain import Event
from shared.privacy.sealed import Sealed

ErasedBecause = Literal["asked", "period"]
"""On the wish of whoever it is about, or because the time was over for which it is kept."""


class ConferencePlanned(Event, name="conferences.ConferencePlanned"):
    """A conference (Integrationskonferenz) is planned, with partners, open to everybody."""

    title: str
    host: UUID
    host_name: str
    """As it was called when the conference was planned; so for every name of a body here."""
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    """The body that receives and deliberates its results."""
    results_go_to_name: str


class ResultRecorded(Event, name="conferences.ResultRecorded"):
    """A result (Ergebnis) of the conference, with the contributions it comes from."""

    title: str
    result: UUID
    number: int
    """Counted from 1 in its conference."""
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]


class ResultCorrected(Event, name="conferences.ResultCorrected"):
    """What was recorded of a result was wrong; this is what stands now, and why."""

    title: str
    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    not_from: tuple[UUID, ...]
    """Contributions that it was said to come from, and does not."""
    reason: str


class ConferenceHeld(Event, name="conferences.ConferenceHeld"):
    """The conference was held, and its results are handed over to the body that receives and deliberates them."""

    title: str
    host: UUID
    host_name: str
    held_on: date
    place: str
    attendance: int
    results: tuple[HeldResult, ...]
    results_go_to: UUID
    results_go_to_name: str


class ConferenceCorrected(Event, name="conferences.ConferenceCorrected"):
    """What was entered of the conference was wrong; this is how it is planned, and was held if it was, and why."""

    title: str
    host: UUID
    host_name: str
    partners: tuple[str, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    formerly_title: str
    formerly_starts_at: AwareDatetime
    formerly_ends_at: AwareDatetime
    formerly_place: str
    """As it was entered before; the same where that was not wrong."""
    results_go_to: UUID
    results_go_to_name: str
    held_on: date | None
    """None, as the attendance, for a conference that was not entered as held."""
    attendance: int | None
    reason: str
    corrected_at: AwareDatetime


class OfRegistrations(Event):
    """What each fact about the registrations (Anmeldungen) of a conference says of it, so that it can be published alone."""

    conference: UUID
    title: str


class RegistrationOpened(OfRegistrations, name="conferences.RegistrationOpened"):
    """Everybody may register until `closes_at`, as long as there is room; whatever was said of it before no longer counts."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    closes_at: AwareDatetime
    capacity: int


class RegistrationClosed(OfRegistrations, name="conferences.RegistrationClosed"):
    """Nobody can register any more."""

    closed_at: AwareDatetime


class RegistrationPeriodCorrected(OfRegistrations, name="conferences.RegistrationPeriodCorrected"):
    """The conference that one registers for is called otherwise, or is at another time or place, than was said before."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    closes_at: AwareDatetime
    """As before, or the beginning where that is earlier now."""


class RegistrationRequested(OfRegistrations, name="conferences.RegistrationRequested"):
    """Somebody wants to take part and has to confirm the address."""

    registration: UUID
    person: UUID
    """Whose address it is, in this service and in others; what is sealed here is sealed for this registration alone."""
    language: Language
    email: Sealed[str]
    name: Sealed[str]
    access_needs: Sealed[str] | None
    confirm: str
    """SHA-256 of the token that confirms, in hex; so for every token that stands in clear."""
    confirm_token: Sealed[str]
    manage: str
    manage_token: Sealed[str]
    """For the links to cancelling and to erasing."""
    starts_at: AwareDatetime
    place: str
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    """Until when the address can be confirmed."""
    kept_until: AwareDatetime
    """When what is personal of it is erased, unless something else follows."""


class RegistrationConfirmed(OfRegistrations, name="conferences.RegistrationConfirmed"):
    """The address is confirmed: a place is taken."""

    registration: UUID
    language: Language
    email: Sealed[str]
    name: Sealed[str]
    manage_token: Sealed[str]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    kept_until: AwareDatetime


class RegistrationMoved(OfRegistrations, name="conferences.RegistrationMoved"):
    """A place that is taken is one at another time, or in another place, than its letter said."""

    registration: UUID
    language: Language
    email: Sealed[str]
    manage_token: Sealed[str]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    formerly_starts_at: AwareDatetime
    formerly_ends_at: AwareDatetime
    formerly_place: str
    told: bool
    """Whether whoever registered hears of it: not of what is over."""
    kept_until: AwareDatetime


class RegistrationCancelled(OfRegistrations, name="conferences.RegistrationCancelled"):
    """The place is free again."""

    registration: UUID
    kept_until: AwareDatetime


class RegistrationErased(OfRegistrations, name="conferences.RegistrationErased"):
    """What is personal of a registration is readable no more; that somebody takes part goes on counting."""

    registration: UUID
    reason: ErasedBecause


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


ConferenceEvent = ConferencePlanned | ResultRecorded | ResultCorrected | ConferenceHeld | ConferenceCorrected
RegistrationsEvent = (
    RegistrationOpened
    | RegistrationClosed
    | RegistrationPeriodCorrected
    | RegistrationRequested
    | RegistrationConfirmed
    | RegistrationMoved
    | RegistrationCancelled
    | RegistrationErased
)
ContributionEvent = (
    ContributionReceived
    | ContributionErased
    | ContributionPublished
    | ContributionUsed
    | ContributionReleased
    | ContributionSettled
    | ContributionCorrected
)

EVENTS: tuple[type[Event], ...] = (
    ConferencePlanned,
    ResultRecorded,
    ResultCorrected,
    ConferenceHeld,
    ConferenceCorrected,
    RegistrationOpened,
    RegistrationClosed,
    RegistrationPeriodCorrected,
    RegistrationRequested,
    RegistrationConfirmed,
    RegistrationMoved,
    RegistrationCancelled,
    RegistrationErased,
    ContributionReceived,
    ContributionErased,
    ContributionPublished,
    ContributionUsed,
    ContributionReleased,
    ContributionSettled,
    ContributionCorrected,
)
