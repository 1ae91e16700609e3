"""A notification is planned once and has one outcome."""

from __future__ import annotations

from typing import Any

import pytest

from services.notifications.events.notification import NotificationFailed, notification_of
from services.notifications.notification import (
    NOTIFICATION,
    NotificationCommand,
    NotificationIsNotPlanned,
    PlanNotification,
    RecordFailure,
    RecordHandOver,
    RecordUnknown,
)
from shared.testing import Rules
from tests.notifications.examples import ADA, BEA, CAUSE, FAILED, HANDED_OVER, MESSAGE_ID, NOW, OF, PLANNED, UNKNOWN, some

notification = Rules(NOTIFICATION)
VALUES = {name: value for name, value in dict(PLANNED).items() if name != "planned_at"}
PLAN = PlanNotification(now=NOW, **VALUES)
HAND_OVER = RecordHandOver(now=NOW, message_id=MESSAGE_ID, attempts=1)
FAIL = RecordFailure(now=NOW, cause="refused", attempts=1)
GIVE_UP = RecordUnknown(now=NOW, attempts=2)


def test_a_letter_is_planned_once_whatever_comes_again() -> None:
    notification.given().when(PLAN).then(PLANNED).when(PLAN).then_nothing()
    notification.given(PLANNED, HANDED_OVER).when(PLAN).then_nothing()


def test_without_an_address_it_has_failed_at_once() -> None:
    nobody = PLANNED.model_copy(update={"email": None})
    failed = NotificationFailed(**OF, cause="no_address", attempts=0, failed_at=NOW)
    notification.given().when(PLAN.model_copy(update={"email": None})).then(nobody, failed).when(HAND_OVER).then_nothing()


@pytest.mark.parametrize(("command", "outcome"), [(HAND_OVER, HANDED_OVER), (FAIL, FAILED), (GIVE_UP, UNKNOWN)])
def test_the_first_outcome_stands(command: NotificationCommand, outcome: Any) -> None:
    done = notification.given(PLANNED).when(command).then(outcome)
    for later in (HAND_OVER, FAIL, GIVE_UP):
        done.when(later).then_nothing()


@pytest.mark.parametrize("command", [HAND_OVER, FAIL, GIVE_UP])
def test_only_what_was_planned_has_an_outcome(command: NotificationCommand) -> None:
    notification.given().when(command).then_refused(NotificationIsNotPlanned)


def test_cause_and_recipient_make_the_notification() -> None:
    ids = {notification_of(cause, recipient) for cause in (CAUSE, some("other cause")) for recipient in (ADA, BEA)}
    assert len(ids) == 4
    assert notification_of(CAUSE, ADA) in ids
