"""What is told of the registrations for a conference; whose they are travels sealed."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.conferences.parts import Language, OfConference
from shared.privacy.sealed import Sealed


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


class RegistrationCalledOff(OfConference, name="conferences.RegistrationCalledOff"):
    """A place that is taken is one at a conference that does not take place: for the mail that says so, nothing else."""

    registration: UUID
    language: Language
    email: Sealed[str]
    manage_token: Sealed[str]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    reason: str


class RegistrationCancelled(OfConference, name="conferences.RegistrationCancelled"):
    """The place is free again."""

    registration: UUID
