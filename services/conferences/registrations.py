"""All registrations of a conference: one stream, because who finds room among them is one rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.conferences.events import (
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationOpened,
    RegistrationRequested,
    RegistrationsEvent,
)
from services.conferences.parts import Language
from services.conferences.registered import Registrations, evolve, must_be_known, must_be_opened, named
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day
from shared.privacy.sealed import Sealed

CONFIRM_WITHIN = timedelta(hours=48)
"""Our decision: as long as a confirmation link can be used."""
SNAPSHOT_EVERY = 1000


def registrations_of(conference: UUID) -> UUID:
    """The stream of a conference's registrations."""
    return uuid5(conference, "registrations")


class OpenRegistration(Command):
    """Let everybody register until `closes_at`, as long as there is room; once more changes until when and how many."""

    conference: UUID
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    closes_at: AwareDatetime
    capacity: int


class CloseRegistration(Command):
    """Let nobody register any more."""


class RequestRegistration(Command):
    """Register; whoever asked for the mail today is not sent another."""

    registration: UUID
    language: Language
    email: Sealed[str]
    name: Sealed[str]
    access_needs: Sealed[str] | None
    confirm: str
    confirm_token: Sealed[str]
    manage: str
    manage_token: Sealed[str]


class ConfirmRegistration(Command):
    """Confirm the address and take a place; one taken before under the same address is given up."""

    registration: UUID


class CancelRegistration(Command):
    """Give the place back."""

    registration: UUID


class EraseRegistration(Command):
    """Enter that the data of whoever registered were erased, in this and in every other registration of theirs."""

    registration: UUID


RegistrationsCommand = (
    OpenRegistration | CloseRegistration | RequestRegistration | ConfirmRegistration | CancelRegistration | EraseRegistration
)


class RegistrationIsClosed(Refusal):
    """Nobody can register after registration has closed."""


class RegistrationEndsInThePast(Refusal):
    """Registration is opened for a time that is still to come."""


class RegistrationEndsTooLate(Refusal):
    """Registration closes before the conference begins."""


class ConferenceIsFull(Refusal):
    """Nobody can register while all places are taken."""


class TokenIsSpent(Refusal):
    """A confirmation link works once."""


class TokenHasExpired(Refusal):
    """A confirmation link works for 48 hours; register again for a new one."""


class RegistrationIsCancelled(Refusal):
    """A cancelled registration cannot be confirmed; register again."""


class RegistrationIsErased(Refusal):
    """A registration whose data were erased cannot be confirmed; register again."""


def decide(command: RegistrationsCommand, state: Registrations) -> Sequence[RegistrationsEvent]:
    """Grant or refuse a command."""
    match command:
        case OpenRegistration():
            return open_registration(command, state)
        case CloseRegistration():
            return close(command, state)
        case RequestRegistration():
            return request(command, state)
        case ConfirmRegistration():
            return confirm(command, state)
        case CancelRegistration():
            registration = must_be_known(state, command.registration)
            return [] if registration.cancelled else [RegistrationCancelled(**named(registration))]
        case EraseRegistration():
            registration = must_be_known(state, command.registration)
            return [RegistrationErased(**named(one)) for one in state.of(registration.subject) if not one.erased]
        case _:
            assert_never(command)


def open_registration(command: OpenRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """The period and the room; the same ones are nothing to do while registration is open."""
    opened = RegistrationOpened(**{name: value for name, value in command if name != "now"})
    if state.opened == opened and state.closed_at is None:
        return []
    if command.closes_at <= command.now:
        raise RegistrationEndsInThePast
    if command.closes_at > command.starts_at:
        raise RegistrationEndsTooLate(starts_at=command.starts_at.isoformat())
    return [opened]


def close(command: CloseRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """The end before its time; nothing to do where it has come."""
    opened = must_be_opened(state)
    if state.closed_by(command.now):
        return []
    return [RegistrationClosed(conference=opened.conference, title=opened.title, closed_at=command.now)]


def request(command: RequestRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """A request with its mail, one a day for each person. What everybody may know is judged first: no answer tells who asked before."""
    opened = must_be_opened(state)
    if closed_at := state.closed_by(command.now):
        raise RegistrationIsClosed(closed_at=closed_at.isoformat())
    if state.is_full:
        raise ConferenceIsFull
    today = local_day(command.now)
    if any(local_day(earlier.requested.requested_at) == today for earlier in state.of(command.email.subject)):
        return []
    requested = RegistrationRequested(
        conference=opened.conference,
        title=opened.title,
        starts_at=opened.starts_at,
        place=opened.place,
        requested_at=command.now,
        expires_at=command.now + CONFIRM_WITHIN,
        **{name: value for name, value in command if name != "now"},
    )
    return [requested]


def confirm(command: ConfirmRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """The place, where there is one."""
    registration = must_be_known(state, command.registration)
    if registration.confirmed:
        raise TokenIsSpent
    if registration.erased:
        raise RegistrationIsErased
    if registration.cancelled:
        raise RegistrationIsCancelled
    requested = registration.requested
    if command.now > requested.expires_at:
        raise TokenHasExpired(expires_at=requested.expires_at.isoformat())
    given_up = [one for one in state.of(registration.subject) if one.takes_a_place]
    if state.is_full and not given_up:
        raise ConferenceIsFull
    confirmed = RegistrationConfirmed(
        **named(registration),
        language=requested.language,
        email=requested.email,
        name=requested.name,
        manage_token=requested.manage_token,
        starts_at=requested.starts_at,
        place=requested.place,
    )
    return [*(RegistrationCancelled(**named(one)) for one in given_up), confirmed]


REGISTRATIONS: Decider[Registrations, RegistrationsCommand, RegistrationsEvent] = Decider(
    name="conferences.Registrations",
    initial=Registrations(),
    evolve=evolve,
    decide=decide,
    events=get_args(RegistrationsEvent),
    snapshot_every=SNAPSHOT_EVERY,
)
