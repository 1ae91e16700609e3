"""The facts of one letter: planned, and what became of it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime, JsonValue

from services.notifications.events.parts import Channel, Language, Reason, Topic
from shared.domain import Event
from shared.privacy.sealed import Sealed

Cause = Literal["no_address", "refused", "erased", "given_up", "stopped", "too_many"]
"""Why a letter was not handed over; `stopped`: every subscription that it was planned for had ended before it left; `too_many`: that day
enough letters had gone to this mailbox that anybody can have sent there."""


def notification_of(cause: UUID, recipient: UUID, channel: Channel = "email") -> UUID:
    """The one notification of a recipient by a channel that an event causes, however often and in whatever order it is heard."""
    return uuid5(cause, f"{recipient}:{channel}")


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


NotificationEvent = NotificationPlanned | NotificationHandedOver | NotificationFailed | NotificationUnknown
