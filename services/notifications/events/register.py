"""The facts of the register: who wants to be told, where members of bodies are reached, and who is told of what."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, JsonValue

from services.notifications.events.parts import ErasedBecause, Language, Recipient, Topic, Wanted
from shared.domain import Event
from shared.privacy.sealed import Sealed

REGISTER_STREAM = UUID("6c1a6b0e-53f5-5d0e-9a63-1f0b4c6d7e21")
"""The one stream of the city's subscriptions and contacts: that everybody is told once spans them all."""


class OfSubscription(Event):
    """What each fact about a subscription says of it."""

    subscription: UUID


class SubscriptionRequested(OfSubscription, name="notifications.SubscriptionRequested"):
    """Somebody wants to be told, and has to confirm the address."""

    about: Wanted | None
    """None: of everything that is public."""
    person: UUID
    """Whose address it is, in this service and in others; what is sealed here is sealed for this subscription alone."""
    language: Language
    email: Sealed[str]
    confirm: str
    """SHA-256 of the confirmation token, in hex."""
    confirm_token: Sealed[str]
    stop: str
    """SHA-256 of the token that ends it, in hex."""
    stop_token: Sealed[str]
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    """When the confirmation token is worth nothing any more."""
    kept_until: AwareDatetime
    """When what is personal of it is erased, unless it is confirmed."""


class SubscriptionConfirmed(OfSubscription, name="notifications.SubscriptionConfirmed"):
    """The address is confirmed: from now on letters go there."""

    confirmed_at: AwareDatetime


class SubscriptionStopped(OfSubscription, name="notifications.SubscriptionStopped"):
    """No more letters because of this subscription."""

    stopped_at: AwareDatetime
    kept_until: AwareDatetime


class SubscriptionErased(OfSubscription, name="notifications.SubscriptionErased"):
    """What is personal of a subscription is readable no more: it is as if it had never been."""

    reason: ErasedBecause
    erased_at: AwareDatetime


class MemberContactSet(Event, name="notifications.MemberContactSet"):
    """Where a member of a body is reached in public office, from now on."""

    body: UUID
    member: UUID
    language: Language
    email: Sealed[str]
    """Under a subject of this contact's own: erasing it touches nothing else of the same person, nor the other way round."""
    person: UUID
    """Whose address it is elsewhere, so that whoever has subscribed as well is told once."""
    hold: UUID
    """A subject under that person which seals nothing: as long as the contact stands, the address leads to the same person."""
    set_at: AwareDatetime


class MemberContactErased(Event, name="notifications.MemberContactErased"):
    """The contact's key was destroyed: the address can be read by nobody here."""

    body: UUID
    member: UUID
    erased_at: AwareDatetime


class NotificationsPlanned(Event, name="notifications.NotificationsPlanned"):
    """These recipients are told of what has happened elsewhere; with many recipients it is several facts."""

    cause: UUID
    """The event that is told of."""
    kind: str
    """Which letter: `meeting_invited`, `recommendation_issued`, …"""
    about: Topic
    body: UUID | None
    """Whose secretariat may see what became of the letters."""
    letter: dict[str, JsonValue]
    """What the letter tells: official values only."""
    recipients: tuple[Recipient, ...]
    planned_at: AwareDatetime


RegisterEvent = (
    SubscriptionRequested
    | SubscriptionConfirmed
    | SubscriptionStopped
    | SubscriptionErased
    | MemberContactSet
    | MemberContactErased
    | NotificationsPlanned
)
