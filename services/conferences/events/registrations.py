"""The facts of a conference's registrations: opened, asked for, confirmed, moved, called off, cancelled, erased."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.parts import (
    ErasedBecause,
    Language,
)
from shared.domain import Event
from shared.privacy.sealed import Sealed


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
    closes_at: AwareDatetime | None
    """As it was opened for, or the beginning where that is earlier now; None before it was opened."""


class RegistrationStopped(OfRegistrations, name="conferences.RegistrationStopped"):
    """The conference that one registers for was called off: nobody can register or confirm any more, and it is not opened again."""

    stopped_at: AwareDatetime


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


class RegistrationCalledOff(OfRegistrations, name="conferences.RegistrationCalledOff"):
    """A place that is taken is one at a conference that does not take place."""

    registration: UUID
    language: Language
    email: Sealed[str]
    manage_token: Sealed[str]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    """When and where it would have been, as its last letter said."""
    reason: str
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


RegistrationsEvent = (
    RegistrationOpened
    | RegistrationClosed
    | RegistrationPeriodCorrected
    | RegistrationStopped
    | RegistrationRequested
    | RegistrationConfirmed
    | RegistrationMoved
    | RegistrationCalledOff
    | RegistrationCancelled
    | RegistrationErased
)
