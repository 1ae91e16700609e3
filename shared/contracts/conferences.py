"""What the conferences service publishes: conferences planned and held, registrations (sealed), contributions and results.

Everything about a conference is public but its registrations: they travel sealed, on the internal topic for services only.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.domain import Contract
from shared.privacy.sealed import Sealed

Language = Literal["de", "en"]


class ContributionKind(StrEnum):
    """What a contribution is."""

    EXPERIENCE = "experience"
    """Results and experience (Ergebnisse und Erfahrungen)."""
    SUGGESTION = "suggestion"
    """A prompt for further development (Anregung)."""


class Level(StrEnum):
    """Whom a result addresses."""

    CITY = "city"
    LAND = "land"
    FEDERATION = "federation"


class Lineage(StrEnum):
    """How a contribution went into a result."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    MERGED = "merged"
    """Together with others."""
    SPLIT = "split"
    """A part of it here, another elsewhere."""


class Fate(StrEnum):
    """What became of a contribution that went into no result."""

    FORWARDED = "forwarded"
    """Passed on to the Land, the federation or another body."""
    NOT_ADOPTED = "not_adopted"


class WorkingGroup(BaseModel):
    """A working group (Arbeitsgruppe) of the conference."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    key: str
    """As in `sprache`; unique in its conference."""
    name: str


class OfConference(Contract):
    """What each message about a conference says of it."""

    conference: UUID
    title: str


class ConferencePlanned(OfConference, name="conferences.ConferencePlanned", open_to_all=True):
    """A conference is planned, with partners, open to everybody."""

    host: UUID
    host_name: str
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    """The body that receives and deliberates its results."""
    results_go_to_name: str


class RegistrationOpened(OfConference, name="conferences.RegistrationOpened", open_to_all=True):
    """Everybody may register until `closes_at`, as long as there is room."""

    closes_at: AwareDatetime
    capacity: int


class RegistrationClosed(OfConference, name="conferences.RegistrationClosed", open_to_all=True):
    """Nobody can register any more."""

    closed_at: AwareDatetime


class RegistrationRequested(OfConference, name="conferences.RegistrationRequested"):
    """Somebody wants to take part and has to confirm the address: for the mail that asks for it, nothing else."""

    registration: UUID
    language: Language
    email: Sealed[str]
    name: Sealed[str]
    confirm_token: Sealed[str]
    manage_token: Sealed[str]
    """For the links to cancelling and to erasing."""
    starts_at: AwareDatetime
    place: str
    expires_at: AwareDatetime


class RegistrationConfirmed(OfConference, name="conferences.RegistrationConfirmed"):
    """The address is confirmed: a place is taken."""

    registration: UUID
    language: Language
    email: Sealed[str]
    name: Sealed[str]
    manage_token: Sealed[str]
    starts_at: AwareDatetime
    place: str


class RegistrationMoved(OfConference, name="conferences.RegistrationMoved"):
    """A place that is taken is one at another time, or in another place, than was told: for the mail that says so, nothing else."""

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


class RegistrationCancelled(OfConference, name="conferences.RegistrationCancelled"):
    """The place is free again."""

    registration: UUID


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


class Origin(BaseModel):
    """A contribution that a result comes from."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    contribution: UUID
    how: Lineage


class ResultRecorded(OfConference, name="conferences.ResultRecorded"):
    """A result of the conference, with the contributions it comes from."""

    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]


class ResultCorrected(OfConference, name="conferences.ResultCorrected"):
    """What was recorded of a result was wrong; this is what stands now, whole, and why."""

    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    reason: str


class HeldResult(BaseModel):
    """A result that the conference hands over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    result: UUID
    number: int
    result_title: str


class ConferenceHeld(OfConference, name="conferences.ConferenceHeld", open_to_all=True):
    """The conference was held; its results go to the body that receives and deliberates them. Their matter is
    `{"service": "conferences", "kind": "results", "id": <conference>}`."""

    host: UUID
    host_name: str
    held_on: date
    place: str
    attendance: int
    results: tuple[HeldResult, ...]
    results_go_to: UUID
    results_go_to_name: str


class ConferenceCorrected(OfConference, name="conferences.ConferenceCorrected", open_to_all=True):
    """What was entered of the conference was wrong; this is how it is planned, and was held if it was, and why."""

    host: UUID
    host_name: str
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
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


CONTRACTS: tuple[type[Contract], ...] = (
    ConferencePlanned,
    RegistrationOpened,
    RegistrationClosed,
    RegistrationRequested,
    RegistrationConfirmed,
    RegistrationMoved,
    RegistrationCancelled,
    ContributionReceived,
    ContributionPublished,
    ContributionSettled,
    ContributionCorrected,
    ResultRecorded,
    ResultCorrected,
    ConferenceHeld,
    ConferenceCorrected,
)
