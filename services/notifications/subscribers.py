"""The register's state: all subscriptions and contacts of the city, folded from the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.notifications.events import (
    Language,
    MemberContactErased,
    MemberContactSet,
    NotificationsPlanned,
    RegisterEvent,
    SubscriberErased,
    SubscriptionConfirmed,
    SubscriptionRequested,
    SubscriptionStopped,
    Wanted,
)
from shared.privacy.sealed import Sealed


@dataclass(frozen=True)
class Subscription:
    """A subscription as the rules see it."""

    about: Wanted | None
    language: Language
    email: Sealed[str]
    confirm: str
    stop: str
    stop_token: Sealed[str]
    requested_at: datetime
    expires_at: datetime
    confirmed: bool = False
    stopped: bool = False

    @property
    def subject(self) -> UUID:
        """The person."""
        return self.email.subject


@dataclass(frozen=True)
class Contact:
    """Where a member is reached."""

    language: Language
    email: Sealed[str]
    person: UUID
    """Whoever has the address, as subscriptions know them."""
    subjects: tuple[UUID, ...]
    """Under which this contact was ever sealed: all of them are erased with it."""
    erased: bool = False


@dataclass(frozen=True)
class Register:
    """All subscriptions and contacts of the city."""

    subscriptions: Mapping[UUID, Subscription] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    """By `<body>:<member>`."""

    def is_live(self, subscription: UUID) -> bool:
        """Whether letters may go out because of it: confirmed, neither stopped nor erased."""
        known = self.subscriptions.get(subscription)
        return known is not None and known.confirmed and not known.stopped

    def by_stop(self, stop: str) -> tuple[UUID, Subscription] | None:
        """The subscription that a stop token's hash belongs to."""
        return next((item for item in self.subscriptions.items() if item[1].stop == stop), None)

    def by_confirm(self, confirm: str) -> tuple[UUID, Subscription] | None:
        """The subscription that a confirmation token's hash belongs to."""
        return next((item for item in self.subscriptions.items() if item[1].confirm == confirm), None)

    def of_subject(self, subject: UUID) -> Iterator[tuple[UUID, Subscription]]:
        """All subscriptions of a person."""
        return (item for item in self.subscriptions.items() if item[1].subject == subject)

    def contact(self, body: UUID, member: UUID) -> Contact | None:
        """Where a member of a body is reached."""
        return self.contacts.get(contact_key(body, member))

    def contacts_of(self, body: UUID) -> list[tuple[UUID, Contact]]:
        """Where the members of a body are reached."""
        return [(UUID(key.partition(":")[2]), contact) for key, contact in self.contacts.items() if key.startswith(f"{body}:")]


def contact_key(body: UUID, member: UUID) -> str:
    """A secretariat speaks for its own body alone: the same person may be reached elsewhere in another office."""
    return f"{body}:{member}"


def evolve(state: Register, event: RegisterEvent) -> Register:
    """Fold one fact into the state."""
    match event:
        case SubscriptionRequested():
            requested = Subscription(
                event.about, event.language, event.email, event.confirm, event.stop, event.stop_token, event.requested_at, event.expires_at
            )
            return replace(state, subscriptions={**state.subscriptions, event.subscription: requested})
        case SubscriptionConfirmed():
            confirmed = replace(state.subscriptions[event.subscription], confirmed=True)
            return replace(state, subscriptions={**state.subscriptions, event.subscription: confirmed})
        case SubscriptionStopped():
            stopped = replace(state.subscriptions[event.subscription], stopped=True)
            return replace(state, subscriptions={**state.subscriptions, event.subscription: stopped})
        case SubscriberErased():
            left = {one: kept for one, kept in state.subscriptions.items() if kept.subject != event.subject}
            return replace(state, subscriptions=left)
        case MemberContactSet():
            key = contact_key(event.body, event.member)
            earlier = state.contacts[key].subjects if key in state.contacts else ()
            contact = Contact(event.language, event.email, event.person, (*earlier, event.email.subject))
            return replace(state, contacts={**state.contacts, key: contact})
        case MemberContactErased():
            key = contact_key(event.body, event.member)
            return replace(state, contacts={**state.contacts, key: replace(state.contacts[key], erased=True)})
        case NotificationsPlanned():
            return state
        case _:
            assert_never(event)
