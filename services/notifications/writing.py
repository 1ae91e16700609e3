"""Letters that follow by themselves: to whoever registers, contributes or subscribes, and to each recipient of an announcement."""

from __future__ import annotations

from collections.abc import Iterable

from services.notifications.events.notification import notification_of
from services.notifications.events.parts import Reason, Topic
from services.notifications.events.register import NotificationsPlanned, SubscriptionRequested
from services.notifications.notification import NOTIFICATION, PlanNotification
from shared.contracts import conferences
from shared.envelope import Received
from shared.privacy.sealed import Sealed
from shared.reactor import Send

OfOnePerson = (
    conferences.RegistrationRequested
    | conferences.RegistrationConfirmed
    | conferences.RegistrationMoved
    | conferences.RegistrationCalledOff
    | conferences.ContributionReceived
)


def write_to_one(received: Received[OfOnePerson]) -> Iterable[Send]:
    """A letter to whoever registers or contributes; its address and tokens are moved as they came."""
    told = received.message
    match told:
        case conferences.RegistrationRequested():
            about = Topic(service="conferences", kind="registration", id=told.registration)
            sealed = {"confirm_token": told.confirm_token, "manage_token": told.manage_token}
            yield direct(received, "registration_requested", about, told.email, sealed)
        case conferences.RegistrationConfirmed():
            about = Topic(service="conferences", kind="registration", id=told.registration)
            sealed = {"name": told.name, "manage_token": told.manage_token}
            yield direct(received, "registration_confirmed", about, told.email, sealed)
        case conferences.RegistrationMoved():
            about = Topic(service="conferences", kind="registration", id=told.registration)
            yield direct(received, "registration_moved", about, told.email, {"manage_token": told.manage_token})
        case conferences.RegistrationCalledOff():
            about = Topic(service="conferences", kind="registration", id=told.registration)
            yield direct(received, "registration_called_off", about, told.email, {"manage_token": told.manage_token})
        case conferences.ContributionReceived():
            if told.email is not None:
                about = Topic(service="conferences", kind="contribution", id=told.contribution)
                sealed = {"receipt_token": told.receipt_token}
                if told.erasure_token:
                    sealed["erasure_token"] = told.erasure_token
                yield direct(received, "contribution_received", about, told.email, sealed)


PERSONAL = {"email", "name", "confirm_token", "manage_token", "receipt", "receipt_token", "erasure_token"}
"""What of a message never stands in a letter's official values."""


def direct(received: Received[OfOnePerson], kind: str, about: Topic, email: Sealed[str], sealed: dict[str, Sealed[str]]) -> Send:
    """The plan of a letter to one person."""
    told, entry = received.message, received.entry
    command = PlanNotification(
        now=entry.recorded_at,
        cause=entry.event_id,
        kind=kind,
        about=about,
        body=None,
        recipient=email.subject,
        member=None,
        channel="email",
        language=told.language,
        email=email,
        reasons=(Reason(why="asked", title=""),),
        letter=told.model_dump(mode="json", exclude=PERSONAL),
        sealed=sealed,
    )
    return Send(NOTIFICATION, notification_of(entry.event_id, email.subject), command)


def ask_to_confirm(received: Received[SubscriptionRequested]) -> Iterable[Send]:
    """Whoever subscribes is asked by mail whether the address is theirs."""
    asked, entry = received.message, received.entry
    command = PlanNotification(
        now=entry.recorded_at,
        cause=entry.event_id,
        kind="subscription_requested",
        about=Topic(service="notifications", kind="subscription", id=asked.subscription),
        body=None,
        recipient=asked.email.subject,
        member=None,
        channel="email",
        language=asked.language,
        email=asked.email,
        reasons=(Reason(why="asked", title=""),),
        letter={"title": asked.about.title if asked.about else None, "expires_at": asked.expires_at.isoformat()},
        sealed={"confirm_token": asked.confirm_token, "stop_token": asked.stop_token},
    )
    yield Send(NOTIFICATION, notification_of(entry.event_id, asked.email.subject), command)


def plan_each(received: Received[NotificationsPlanned]) -> Iterable[Send]:
    """One notification for each recipient of an announcement."""
    planned = received.message
    for one in planned.recipients:
        command = PlanNotification(
            now=planned.planned_at,
            cause=planned.cause,
            kind=planned.kind,
            about=planned.about,
            body=planned.body,
            recipient=one.recipient,
            member=one.member,
            channel="email",
            language=one.language,
            email=one.email,
            reasons=one.reasons,
            letter=planned.letter,
            sealed={},
        )
        yield Send(NOTIFICATION, notification_of(planned.cause, one.recipient), command)
