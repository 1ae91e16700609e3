"""The others hear of each letter what became of it, and nothing else."""

from __future__ import annotations

import pytest

from services.notifications.published import published
from services.notifications.service import SERVICE
from shared.contracts import notifications as contracts
from shared.domain import Event
from shared.envelope import Entry, Received
from shared.eventstore.mapper import encode
from tests.notifications.examples import EVENT_EXAMPLES, FAILED, HANDED_OVER, MESSAGE_ID, NOTIFICATION_ID, NOW, TOLD, UNKNOWN, some


def told(event: Event) -> object:
    entry = Entry(1, 0, some("event"), NOTIFICATION_ID, 1, event.NAME, event.VERSION, NOW, "office:test", None, None, b"")
    return published(Received(event, entry))


def test_an_outcome_is_published() -> None:
    assert told(HANDED_OVER) == contracts.NotificationHandedOver(**TOLD, message_id=MESSAGE_ID, handed_over_at=NOW)
    assert told(FAILED) == contracts.NotificationFailed(**TOLD, cause="refused", failed_at=NOW)
    assert told(UNKNOWN) == contracts.NotificationFailed(**TOLD, cause="unknown", failed_at=NOW)


@pytest.mark.parametrize("event", [one for one in EVENT_EXAMPLES if one not in (HANDED_OVER, FAILED, UNKNOWN)], ids=lambda one: one.NAME)
def test_everything_else_stays_inside(event: Event) -> None:
    assert told(event) is None


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EVENT_EXAMPLES} == set(SERVICE.events)


def test_no_contract_has_a_sealed_value() -> None:
    for event in (HANDED_OVER, FAILED, UNKNOWN):
        contract = told(event)
        assert isinstance(contract, contracts.OfNotification)
        assert b"sealed" not in encode(contract)
