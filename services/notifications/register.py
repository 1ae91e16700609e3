"""The register: who has subscribed to what, where members are reached, and to whom therefore something is told, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_never, get_args
from uuid import UUID

from services.notifications.announcing import Announce, announce
from services.notifications.events.parts import ErasedBecause, Language, Part, Wanted
from services.notifications.events.register import (
    MemberContactErased,
    MemberContactSet,
    RegisterEvent,
    SubscriptionConfirmed,
    SubscriptionErased,
    SubscriptionRequested,
    SubscriptionStopped,
)
from services.notifications.periods import CONFIRM_WITHIN, KEPT_STOPPED, KEPT_UNCONFIRMED, MOST_WAITING
from services.notifications.subscribers import Register, Subscription, evolve
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day
from shared.privacy.sealed import Sealed

SNAPSHOT_EVERY = 100


class Asked(Part):
    """Where somebody wants to be told, sealed for this subscription, and the links of the letters."""

    email: Sealed[str]
    confirm: str
    confirm_token: Sealed[str]
    stop: str
    stop_token: Sealed[str]


class RequestSubscription(Command):
    """Be told of something, or of everything (`about` None), once the address is confirmed."""

    subscription: UUID
    person: UUID | None
    """Whose address it is; None where nothing is known of it."""
    about: Wanted | None
    language: Language
    asked: Asked | None
    """None where it was foreseen that nothing comes of the request: then no key was made for it."""


class ConfirmSubscription(Command):
    """Confirm the address, by the token that was sent there."""

    confirm: str


class StopSubscription(Command):
    """End the subscription that the token belongs to, or everything of the same person."""

    stop: str
    everything: bool


class EraseSubscriber(Command):
    """Enter that the data of whoever has this subscription were erased, in every other subscription of theirs as well."""

    subscription: UUID


class ForgetSubscription(Command):
    """Let what is personal of a subscription be erased, once the time is over for which it is kept."""

    subscription: UUID


class SetMemberContact(Command):
    """Enter where a member is reached."""

    body: UUID
    member: UUID
    language: Language
    email: Sealed[str]
    person: UUID
    hold: UUID


class EraseMemberContact(Command):
    """Note that the contact's key was destroyed."""

    body: UUID
    member: UUID


RegisterCommand = (
    RequestSubscription
    | ConfirmSubscription
    | StopSubscription
    | EraseSubscriber
    | ForgetSubscription
    | SetMemberContact
    | EraseMemberContact
    | Announce
)


class TokenIsUnknown(Refusal):
    """A link works only for what it was sent for."""


class TokenIsSpent(Refusal):
    """A confirmation link does not bring back what was stopped."""


class TokenHasExpired(Refusal):
    """A confirmation link works for 48 hours."""


class TooManySubscriptionsWait(Refusal):
    """Nobody can subscribe while too many subscriptions wait to be confirmed; try again tomorrow."""


class RequestCameTooEarly(Refusal):
    """What could not be granted a moment ago can be now: send it once more."""


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
            found = state.subscriptions.get(command.subscription)
            return [erased(one, command.now, "asked") for one in state.of(found.person)] if found else []
        case ForgetSubscription():
            found = state.subscriptions.get(command.subscription)
            return [erased(found, command.now, "period")] if found and not found.is_live and command.now >= found.kept_until else []
        case SetMemberContact():
            fact = MemberContactSet(
                body=command.body,
                member=command.member,
                language=command.language,
                email=command.email,
                person=command.person,
                hold=command.hold,
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


def is_granted(state: Register, person: UUID | None, about: Wanted | None, now: datetime) -> bool:
    """Whether a request leads to a letter; the refusal where nobody's would.

    It does unless it is subscribed to already or a letter of today waits to be confirmed: nobody is flooded in another's name."""
    if state.waiting_on(now.astimezone(UTC).date()) >= MOST_WAITING:
        raise TooManySubscriptionsWait
    today = local_day(now)
    for known in state.of(person):
        same = (known.about.id if known.about else None) == (about.id if about else None)
        if known.is_live and same:
            return False
        if not known.confirmed and local_day(known.requested_at) == today:
            return False
    return True


def request(command: RequestSubscription, state: Register) -> Sequence[RegisterEvent]:
    """A request with its letter."""
    if not is_granted(state, command.person, command.about, command.now):
        return []
    if command.asked is None or command.person is None:
        raise RequestCameTooEarly
    expires_at = command.now + CONFIRM_WITHIN
    return [
        SubscriptionRequested(
            subscription=command.subscription,
            person=command.person,
            about=command.about,
            language=command.language,
            **dict(command.asked),
            requested_at=command.now,
            expires_at=expires_at,
            kept_until=expires_at + KEPT_UNCONFIRMED,
        )
    ]


def confirm(command: ConfirmSubscription, state: Register) -> Sequence[RegisterEvent]:
    """The address is its owner's."""
    known = state.by_confirm(command.confirm)
    if known is None:
        raise TokenIsUnknown
    if known.stopped:
        raise TokenIsSpent
    if known.confirmed:
        return []
    if command.now >= known.expires_at:
        raise TokenHasExpired
    return [SubscriptionConfirmed(subscription=known.subscription, confirmed_at=command.now)]


def stop(command: StopSubscription, state: Register) -> Sequence[RegisterEvent]:
    """The end of one subscription, or of all that the person has."""
    found = state.by_stop(command.stop)
    if found is None:
        raise TokenIsUnknown
    ended = [one for one in (state.of(found.person) if command.everything else [found]) if not one.stopped]
    kept_until = command.now + KEPT_STOPPED
    return [SubscriptionStopped(subscription=one.subscription, stopped_at=command.now, kept_until=kept_until) for one in ended]


def erased(known: Subscription, now: datetime, reason: ErasedBecause) -> SubscriptionErased:
    """The fact that nothing is known of a subscription any more."""
    return SubscriptionErased(subscription=known.subscription, reason=reason, erased_at=now)


REGISTER: Decider[Register, RegisterCommand, RegisterEvent] = Decider(
    name="notifications.Register",
    initial=Register(),
    evolve=evolve,
    decide=decide,
    events=get_args(RegisterEvent),
    snapshot_every=SNAPSHOT_EVERY,
)
