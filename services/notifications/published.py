"""What of the notifications service's facts the other services hear: of each letter to somebody what became of it, never to whom."""

from __future__ import annotations

from typing import Any

from services.notifications.events.notification import NotificationFailed, NotificationHandedOver, NotificationUnknown, OfNotification
from shared.contracts import notifications as contracts
from shared.contracts.matter import Matter
from shared.domain import Contract, Event
from shared.envelope import Received


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact. Whatever is not named here stays inside: publishing is a decision, never an accident."""
    match event := fact.message:
        case NotificationHandedOver():
            return contracts.NotificationHandedOver(
                **said_of(fact, event), message_id=event.message_id, handed_over_at=event.handed_over_at
            )
        case NotificationFailed():
            return contracts.NotificationFailed(**said_of(fact, event), cause=event.cause, failed_at=event.failed_at)
        case NotificationUnknown():
            return contracts.NotificationFailed(**said_of(fact, event), cause="unknown", failed_at=event.given_up_at)
        case _:
            return None


def said_of(fact: Received[Event], event: OfNotification) -> dict[str, Any]:
    """What each contract says of the notification."""
    return {
        "notification": fact.stream,
        "kind": event.kind,
        "about": Matter(service=event.about.service, kind=event.about.kind, id=event.about.id),
        "recipient": event.recipient,
        "member": event.member,
        "channel": event.channel,
    }
