"""The register's state: all subscriptions and contacts of the city, folded from the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, assert_never
from uuid import UUID

from services.notifications.events.parts import Language, Wanted
from services.notifications.events.register import (
    MemberContactErased,
    MemberContactSet,
    NotificationsPlanned,
    RegisterEvent,
    SubscriptionConfirmed,
    SubscriptionErased,
    SubscriptionRequested,
    SubscriptionStopped,
)
from shared.frozenmap import FrozenMap
from shared.privacy.sealed import Sealed


@dataclass(frozen=True)
class Subscription:
    """A subscription as the rules see it."""

    subscription: UUID
    person: UUID
    about: Wanted | None
    language: Language
    email: Sealed[str]
    confirm: str
    stop: str
    stop_token: Sealed[str]
    requested_at: datetime
    expires_at: datetime
    kept_until: datetime
    """Unless it is confirmed and not stopped."""
    confirmed: bool = False
    stopped: bool = False

    @property
    def is_live(self) -> bool:
        """Whether letters go out because of it."""
        return self.confirmed and not self.stopped

    @property
    def waits(self) -> bool:
        """Whether it is neither confirmed nor stopped."""
        return not self.confirmed and not self.stopped

    def standing(self, now: datetime) -> Literal["waiting", "expired", "confirmed", "stopped"]:
        """What can be said of it, and from which follows what can still be done."""
        if self.stopped:
            return "stopped"
        if self.confirmed:
            return "confirmed"
        return "expired" if now >= self.expires_at else "waiting"


@dataclass(frozen=True)
class Contact:
    """Where a member is reached."""

    language: Language
    email: Sealed[str]
    person: UUID
    """Whoever has the address, as subscriptions know them."""
    subjects: tuple[UUID, ...]
    """Under which this contact was ever sealed or held: all of them are erased with it."""
    erased: bool = False


@dataclass(frozen=True)
class Register:
    """All subscriptions and contacts of the city."""

    subscriptions: FrozenMap[UUID, Subscription] = field(default_factory=FrozenMap)
    of_person: FrozenMap[UUID, tuple[UUID, ...]] = field(default_factory=FrozenMap)
    """The subscriptions of each person, the oldest first."""
    tokens: FrozenMap[str, UUID] = field(default_factory=FrozenMap)
    """The subscription that a token's hash belongs to, of either kind."""
    expiring: Mapping[date, int] = field(default_factory=dict)
    """How many requests wait to be confirmed, by the day (UTC) on which that becomes too late."""
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    """By `<body>:<member>`."""

    def is_live(self, subscription: UUID) -> bool:
        """Whether letters may go out because of it: confirmed, neither stopped nor erased."""
        known = self.subscriptions.get(subscription)
        return known is not None and known.is_live

    def by_stop(self, stop: str) -> Subscription | None:
        """The subscription that a stop token's hash belongs to."""
        found = self._by_token(stop)
        return found if found and found.stop == stop else None

    def by_confirm(self, confirm: str) -> Subscription | None:
        """The subscription that a confirmation token's hash belongs to."""
        found = self._by_token(confirm)
        return found if found and found.confirm == confirm else None

    def _by_token(self, token: str) -> Subscription | None:
        found = self.tokens.get(token)
        return self.subscriptions[found] if found else None

    def of(self, person: UUID | None) -> Iterator[Subscription]:
        """All subscriptions of a person, the oldest first."""
        return (self.subscriptions[one] for one in self.of_person.get(person, ())) if person else iter(())

    def live(self) -> list[Subscription]:
        """Because of which letters go out, the oldest first."""
        found = (known for known in self.subscriptions.values() if known.is_live)
        return sorted(found, key=lambda known: (known.requested_at, known.subscription))

    def waiting_on(self, day: date) -> int:
        """How many requests can still be confirmed on this day (UTC)."""
        return sum(count for last, count in self.expiring.items() if last >= day)

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
            shared = {name: getattr(event, name) for name in SHARED}
            requested = Subscription(**shared)
            theirs = (*state.of_person.get(event.person, ()), event.subscription)
            tokens = state.tokens.with_entry(event.confirm, event.subscription).with_entry(event.stop, event.subscription)
            return replace(
                entered(state, None, requested), of_person=state.of_person.with_entry(event.person, theirs), tokens=tokens
            )  # fmt: skip
        case SubscriptionConfirmed():
            before = state.subscriptions[event.subscription]
            return entered(state, before, replace(before, confirmed=True))
        case SubscriptionStopped():
            before = state.subscriptions[event.subscription]
            return entered(state, before, replace(before, stopped=True, kept_until=event.kept_until))
        case SubscriptionErased():
            return forgotten(state, state.subscriptions[event.subscription])
        case MemberContactSet():
            key = contact_key(event.body, event.member)
            earlier = state.contacts[key].subjects if key in state.contacts else ()
            contact = Contact(event.language, event.email, event.person, (*earlier, event.email.subject, event.hold))
            return replace(state, contacts={**state.contacts, key: contact})
        case MemberContactErased():
            key = contact_key(event.body, event.member)
            return replace(state, contacts={**state.contacts, key: replace(state.contacts[key], erased=True)})
        case NotificationsPlanned():
            return state
        case _:
            assert_never(event)


SHARED = (
    *("subscription", "person", "about", "language", "email", "confirm", "stop", "stop_token", "requested_at", "expires_at", "kept_until"),
)
"""What the state keeps of a request as it was."""


def entered(state: Register, before: Subscription | None, after: Subscription) -> Register:
    """The state with one subscription as it is now."""
    subscriptions = state.subscriptions.with_entry(after.subscription, after)
    return replace(state, subscriptions=subscriptions, expiring=counted(state.expiring, before, after))


def forgotten(state: Register, gone: Subscription) -> Register:
    """The state without a subscription, of which nothing is known any more."""
    left = tuple(one for one in state.of_person[gone.person] if one != gone.subscription)
    return replace(
        state,
        subscriptions=state.subscriptions.without(gone.subscription),
        of_person=state.of_person.with_entry(gone.person, left) if left else state.of_person.without(gone.person),
        tokens=state.tokens.without(gone.confirm).without(gone.stop),
        expiring=counted(state.expiring, gone, None),
    )


def counted(expiring: Mapping[date, int], before: Subscription | None, after: Subscription | None) -> Mapping[date, int]:
    """How many wait, when one of them is no more what it was."""
    changed = dict(expiring)
    for one, by in ((before, -1), (after, 1)):
        if one and one.waits:
            day = one.expires_at.date()
            changed[day] = changed.get(day, 0) + by
    return {day: count for day, count in changed.items() if count}
