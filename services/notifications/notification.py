"""A notification: one letter to one recipient by one channel, planned once, with one outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never, get_args
from uuid import UUID

from pydantic import JsonValue

from services.notifications.events.notification import (
    Cause,
    NotificationEvent,
    NotificationFailed,
    NotificationHandedOver,
    NotificationPlanned,
    NotificationUnknown,
)
from services.notifications.events.parts import Channel, Language, Reason, Topic
from shared.domain import Command, Decider, Refusal
from shared.privacy.sealed import Sealed


class PlanNotification(Command):
    """Let a letter be handed over."""

    cause: UUID
    kind: str
    about: Topic
    body: UUID | None
    recipient: UUID
    member: UUID | None
    channel: Channel
    language: Language
    email: Sealed[str] | None
    reasons: tuple[Reason, ...]
    letter: dict[str, JsonValue]
    sealed: dict[str, Sealed[str]]


class RecordHandOver(Command):
    """It was taken over by the mail server or the outbox."""

    message_id: str
    attempts: int


class RecordFailure(Command):
    """It cannot be handed over."""

    cause: Cause
    attempts: int


class RecordUnknown(Command):
    """Nobody can tell whether it was handed over."""

    attempts: int


NotificationCommand = PlanNotification | RecordHandOver | RecordFailure | RecordUnknown


class NotificationIsNotPlanned(Refusal):
    """Only what was planned has an outcome."""


@dataclass(frozen=True)
class Notification:
    """A notification as its rules see it."""

    planned: NotificationPlanned | None = None
    done: bool = False
    """Whether it has its outcome."""


def evolve(state: Notification, event: NotificationEvent) -> Notification:
    """Fold one fact into the state."""
    match event:
        case NotificationPlanned():
            return replace(state, planned=event)
        case NotificationHandedOver() | NotificationFailed() | NotificationUnknown():
            return replace(state, done=True)
        case _:
            assert_never(event)


def decide(command: NotificationCommand, state: Notification) -> Sequence[NotificationEvent]:
    """Grant or refuse a command. The first outcome stands."""
    if isinstance(command, PlanNotification):
        return plan(command) if state.planned is None else []
    if state.planned is None:
        raise NotificationIsNotPlanned
    if state.done:
        return []
    of = {name: getattr(state.planned, name) for name in ("kind", "about", "recipient", "member", "channel")}
    match command:
        case RecordHandOver():
            return [NotificationHandedOver(**of, message_id=command.message_id, attempts=command.attempts, handed_over_at=command.now)]
        case RecordFailure():
            return [NotificationFailed(**of, cause=command.cause, attempts=command.attempts, failed_at=command.now)]
        case RecordUnknown():
            return [NotificationUnknown(**of, attempts=command.attempts, given_up_at=command.now)]
        case _:
            assert_never(command)


def plan(command: PlanNotification) -> Sequence[NotificationEvent]:
    """The plan; without an address it has failed at once, for everybody to see whom it concerns."""
    values = {name: value for name, value in dict(command).items() if name != "now"}
    planned = NotificationPlanned(**values, planned_at=command.now)
    if command.email is not None:
        return [planned]
    of = {name: getattr(command, name) for name in ("kind", "about", "recipient", "member", "channel")}
    return [planned, NotificationFailed(**of, cause="no_address", attempts=0, failed_at=command.now)]


NOTIFICATION: Decider[Notification, NotificationCommand, NotificationEvent] = Decider(
    name="notifications.Notification", initial=Notification(), evolve=evolve, decide=decide, events=get_args(NotificationEvent)
)
