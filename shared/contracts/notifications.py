"""What the notifications service publishes: of each message to somebody, what became of it. Never to whom in clear."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.matter import Matter
from shared.domain import Contract


class OfNotification(Contract):
    """What each message about a notification says of it."""

    notification: UUID
    kind: str
    """Which letter it is: `meeting_invited`, `registration_confirm`, …"""
    about: Matter
    recipient: UUID
    """A random reference; whose it is, nobody can tell from here."""
    member: UUID | None
    """The member of a body it was sent to in public office, where it was: that is how an invitation is proven."""
    channel: Literal["email"]


class NotificationHandedOver(OfNotification, name="notifications.NotificationHandedOver"):
    """The recipient's mail server, or the outbox, has taken it over."""

    message_id: str
    handed_over_at: AwareDatetime


class NotificationFailed(OfNotification, name="notifications.NotificationFailed"):
    """It was not handed over, and will not be tried again."""

    cause: Literal["no_address", "refused", "erased", "given_up", "stopped", "too_many", "unknown"]
    failed_at: AwareDatetime


CONTRACTS: tuple[type[Contract], ...] = (NotificationHandedOver, NotificationFailed)
