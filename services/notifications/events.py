"""The facts of the notifications service: who is to be told what, each planned letter with what became of it, and feedback."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from shared.domain import Event
from shared.privacy.sealed import Sealed

Language = Literal["de", "en"]
Channel = Literal["email"]
Why = Literal["member", "everything", "body", "conference", "recommendation", "asked"]
"""Why somebody is told: acts in office, has subscribed to something, or has asked for just this letter."""
Cause = Literal["no_address", "refused", "erased", "given_up", "stopped", "too_many"]
"""Why a letter was not handed over; `stopped`: every subscription that it was planned for had ended before it left; `too_many`: that day
enough letters had gone to this mailbox that anybody can have sent there."""

ErasedBecause = Literal["asked", "period"]
"""On the wish of whoever it is about, or because the time was over for which it is kept."""

REGISTER_STREAM = UUID("6c1a6b0e-53f5-5d0e-9a63-1f0b4c6d7e21")
"""The one stream of the city's subscriptions and contacts: that everybody is told once spans them all."""


def notification_of(cause: UUID, recipient: UUID, channel: Channel = "email") -> UUID:
    """The one notification of a recipient by a channel that an event causes, however often and in whatever order it is heard."""
    return uuid5(cause, f"{recipient}:{channel}")


class Part(BaseModel):
    """A value inside a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Topic(Part):
    """A thing of some service that a letter is about, or that can be subscribed to."""

    service: str
    kind: str
    id: UUID


class Wanted(Topic):
    """What a subscription is about, as it was called when it was asked for."""

    title: str


class Reason(Part):
    """Why somebody gets a letter."""

    why: Why
    title: str
    """Of the body or thing because of which; empty where the reason says it all."""
    stop: Sealed[str] | None = None
    """The token that ends this subscription."""
    subscription: UUID | None = None
    """Which one it is: it may be stopped while the letter waits."""


class Recipient(Part):
    """Who is told, in which language, and why."""

    recipient: UUID
    member: UUID | None
    """Whoever is told as a member of a body."""
    language: Language
    email: Sealed[str] | None
    """None where no address is known: it is planned all the same, and fails visibly."""
    reasons: tuple[Reason, ...]


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


class OfNotification(Event):
    """What each fact about a notification says of it, so that it can be understood, and published, alone."""

    kind: str
    about: Topic
    recipient: UUID
    member: UUID | None
    channel: Channel


class NotificationPlanned(OfNotification, name="notifications.NotificationPlanned"):
    """A letter is to be handed over."""

    cause: UUID
    body: UUID | None
    language: Language
    email: Sealed[str] | None
    reasons: tuple[Reason, ...]
    letter: dict[str, JsonValue]
    """What the letter tells: official values only."""
    sealed: dict[str, Sealed[str]]
    """What it tells of the person alone: names, and tokens for links."""
    planned_at: AwareDatetime


class NotificationHandedOver(OfNotification, name="notifications.NotificationHandedOver"):
    """The recipient's mail server, or the outbox, has taken it over."""

    message_id: str
    attempts: int
    handed_over_at: AwareDatetime


class NotificationFailed(OfNotification, name="notifications.NotificationFailed"):
    """It was not handed over, and will not be tried again."""

    cause: Cause
    attempts: int
    failed_at: AwareDatetime


class NotificationUnknown(OfNotification, name="notifications.NotificationUnknown"):
    """The line was lost twice while the last dot was on its way: it may have arrived, and trying once more might be one letter too many."""

    attempts: int
    given_up_at: AwareDatetime


class FeedbackGiven(Event, name="notifications.FeedbackGiven"):
    """Somebody says what is in the way, on which page, and perhaps where to answer."""

    text: Sealed[str]
    email: Sealed[str] | None
    page: Sealed[str] | None
    """The page it is about, by its address or its heading, as somebody wrote it."""
    given_at: AwareDatetime


class FeedbackErased(Event, name="notifications.FeedbackErased"):
    """What somebody said is readable no more."""

    reason: ErasedBecause
    erased_at: AwareDatetime


class FeedbackAnswered(Event, name="notifications.FeedbackAnswered"):
    """The office has dealt with it; what it noted before no longer counts."""

    note: Sealed[str]
    reason: Sealed[str] | None
    """Why what was noted before is replaced; None for what is noted first."""
    answered_at: AwareDatetime


RegisterEvent = (
    SubscriptionRequested
    | SubscriptionConfirmed
    | SubscriptionStopped
    | SubscriptionErased
    | MemberContactSet
    | MemberContactErased
    | NotificationsPlanned
)
NotificationEvent = NotificationPlanned | NotificationHandedOver | NotificationFailed | NotificationUnknown
FeedbackEvent = FeedbackGiven | FeedbackAnswered | FeedbackErased

EVENTS: tuple[type[Event], ...] = (
    SubscriptionRequested,
    SubscriptionConfirmed,
    SubscriptionStopped,
    SubscriptionErased,
    MemberContactSet,
    MemberContactErased,
    NotificationsPlanned,
    NotificationPlanned,
    NotificationHandedOver,
    NotificationFailed,
    NotificationUnknown,
    FeedbackGiven,
    FeedbackAnswered,
    FeedbackErased,
)
