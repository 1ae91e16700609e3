"""The register: who has subscribed to what, where members are reached, and to whom therefore something is told, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never, get_args
from uuid import UUID

from services.notifications.announcing import Announce, announce
from services.notifications.events import (
    Language,
    MemberContactErased,
    MemberContactSet,
    RegisterEvent,
    SubscriberErased,
    SubscriptionConfirmed,
    SubscriptionRequested,
    SubscriptionStopped,
    Wanted,
)
from services.notifications.subscribers import Register, evolve
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day
from shared.privacy.sealed import Sealed

CONFIRM_WITHIN = timedelta(hours=48)
SNAPSHOT_EVERY = 100


class RequestSubscription(Command):
    """Be told of something, or of everything (`about` None), once the address is confirmed."""

    subscription: UUID
    about: Wanted | None
    language: Language
    email: Sealed[str]
    confirm: str
    confirm_token: Sealed[str]
    stop: str
    stop_token: Sealed[str]


class ConfirmSubscription(Command):
    """Confirm the address, by the token that was sent there."""

    confirm: str


class StopSubscription(Command):
    """End the subscription that the token belongs to, or everything of the same person."""

    stop: str
    everything: bool


class EraseSubscriber(Command):
    """Note that the person's key was destroyed."""

    subject: UUID


class SetMemberContact(Command):
    """Enter where a member is reached."""

    body: UUID
    member: UUID
    language: Language
    email: Sealed[str]
    person: UUID


class EraseMemberContact(Command):
    """Note that the contact's key was destroyed."""

    body: UUID
    member: UUID


RegisterCommand = (
    RequestSubscription | ConfirmSubscription | StopSubscription | EraseSubscriber | SetMemberContact | EraseMemberContact | Announce
)


class TokenIsUnknown(Refusal):
    """A link works only for what it was sent for."""


class TokenIsSpent(Refusal):
    """A confirmation link does not bring back what was stopped."""


class TokenHasExpired(Refusal):
    """A confirmation link works for 48 hours."""


class ContactIsUnknown(Refusal):
    """No address was entered for this member."""


def decide(command: RegisterCommand, state: Register) -> Sequence[RegisterEvent]:
    """Grant or refuse a command."""
    match command:
        case RequestSubscription():
            return request(command, state)
        case ConfirmSubscription():
            return confirm(command, state)
        case StopSubscription():
            return stop(command, state)
        case EraseSubscriber():
            known = any(True for _ in state.of_subject(command.subject))
            return [SubscriberErased(subject=command.subject, erased_at=command.now)] if known else []
        case SetMemberContact():
            fact = MemberContactSet(
                body=command.body,
                member=command.member,
                language=command.language,
                email=command.email,
                person=command.person,
                set_at=command.now,
            )
            return [fact]
        case EraseMemberContact():
            contact = state.contact(command.body, command.member)
            if contact is None:
                raise ContactIsUnknown
            return [] if contact.erased else [MemberContactErased(body=command.body, member=command.member, erased_at=command.now)]
        case Announce():
            return announce(command, state)
        case _:
            assert_never(command)


def request(command: RequestSubscription, state: Register) -> Sequence[RegisterEvent]:
    """The request, unless it is subscribed to already or a letter of today waits to be confirmed: nobody is flooded in another's name."""
    today = local_day(command.now)
    for _, known in state.of_subject(command.email.subject):
        same = (known.about.id if known.about else None) == (command.about.id if command.about else None)
        if known.confirmed and not known.stopped and same:
            return []
        if not known.confirmed and local_day(known.requested_at) == today:
            return []
    return [
        SubscriptionRequested(
            subscription=command.subscription,
            about=command.about,
            language=command.language,
            email=command.email,
            confirm=command.confirm,
            confirm_token=command.confirm_token,
            stop=command.stop,
            stop_token=command.stop_token,
            requested_at=command.now,
            expires_at=command.now + CONFIRM_WITHIN,
        )
    ]


def confirm(command: ConfirmSubscription, state: Register) -> Sequence[RegisterEvent]:
    """The address is its owner's."""
    found = state.by_confirm(command.confirm)
    if found is None:
        raise TokenIsUnknown
    subscription, known = found
    if known.stopped:
        raise TokenIsSpent
    if known.confirmed:
        return []
    if command.now >= known.expires_at:
        raise TokenHasExpired
    return [SubscriptionConfirmed(subscription=subscription, confirmed_at=command.now)]


def stop(command: StopSubscription, state: Register) -> Sequence[RegisterEvent]:
    """The end of one subscription, or of all that the person has."""
    found = state.by_stop(command.stop)
    if found is None:
        raise TokenIsUnknown
    all_of_them = list(state.of_subject(found[1].subject)) if command.everything else [found]
    return [SubscriptionStopped(subscription=one, stopped_at=command.now) for one, known in all_of_them if not known.stopped]


REGISTER: Decider[Register, RegisterCommand, RegisterEvent] = Decider(
    name="notifications.Register",
    initial=Register(),
    evolve=evolve,
    decide=decide,
    events=get_args(RegisterEvent),
    snapshot_every=SNAPSHOT_EVERY,
)
