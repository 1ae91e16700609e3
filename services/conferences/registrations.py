"""All registrations of a conference: one stream, because who finds room among them is one rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never, get_args
from uuid import UUID, uuid5

from services.conferences.cancelling import ConferenceIsCancelled
from services.conferences.events.registrations import (
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationRequested,
    RegistrationsEvent,
)
from services.conferences.moving import FollowCorrection, follow
from services.conferences.opening import CloseRegistration, OpenRegistration, close, open_registration
from services.conferences.parts import Language, Part
from services.conferences.periods import CONFIRM_WITHIN, KEPT_AFTER_CONFERENCE, KEPT_UNCONFIRMED
from services.conferences.registered import (
    ConferenceIsFull,
    Registration,
    Registrations,
    evolve,
    is_granted,
    must_be_known,
    must_be_opened,
    named,
)
from services.conferences.stopping import StopRegistration, stop
from shared.domain import Command, Decider, Refusal
from shared.privacy.sealed import Sealed

SNAPSHOT_EVERY = 1000


def registrations_of(conference: UUID) -> UUID:
    """The stream of a conference's registrations."""
    return uuid5(conference, "registrations")


class Told(Part):
    """What somebody typed who registers, sealed for this registration, and the links of the mail."""

    email: Sealed[str]
    name: Sealed[str]
    access_needs: Sealed[str] | None
    confirm: str
    confirm_token: Sealed[str]
    manage: str
    manage_token: Sealed[str]


class RequestRegistration(Command):
    """Register; whoever asked for the mail today is not sent another."""

    registration: UUID
    person: UUID | None
    """Whose address it is; None where nothing is known of it."""
    language: Language
    told: Told | None
    """None where it was foreseen that nothing comes of the request: then no key was made for it."""


class ConfirmRegistration(Command):
    """Confirm the address and take a place; one taken before under the same address is given up."""

    registration: UUID


class CancelRegistration(Command):
    """Give the place back."""

    registration: UUID


class EraseRegistration(Command):
    """Enter that the data of whoever registered were erased, in this and in every other registration of theirs."""

    registration: UUID


class ForgetRegistration(Command):
    """Let what is personal of a registration be erased, once the time is over for which it is kept."""

    registration: UUID


RegistrationsCommand = (
    OpenRegistration
    | CloseRegistration
    | FollowCorrection
    | StopRegistration
    | RequestRegistration
    | ConfirmRegistration
    | CancelRegistration
    | EraseRegistration
    | ForgetRegistration
)


class TokenIsSpent(Refusal):
    """A confirmation link works once."""


class TokenHasExpired(Refusal):
    """A confirmation link works for 48 hours; register again for a new one."""


class RegistrationIsCancelled(Refusal):
    """A cancelled registration cannot be confirmed; register again."""


class RequestCameTooEarly(Refusal):
    """What could not be granted a moment ago can be now: send it once more."""


def decide(command: RegistrationsCommand, state: Registrations) -> Sequence[RegistrationsEvent]:
    """Grant or refuse a command."""
    match command:
        case OpenRegistration():
            return open_registration(command, state)
        case CloseRegistration():
            return close(command, state)
        case FollowCorrection():
            return follow(command, state)
        case StopRegistration():
            return stop(command, state)
        case RequestRegistration():
            return request(command, state)
        case ConfirmRegistration():
            return confirm(command, state)
        case CancelRegistration():
            registration = must_be_known(state, command.registration)
            return [] if registration.cancelled else [cancelled(state, registration, command.now)]
        case EraseRegistration():
            known = state.each.get(command.registration)
            return [RegistrationErased(**named(state, one), reason="asked") for one in state.of(known.person)] if known else []
        case ForgetRegistration():
            return forget(command, state)
        case _:
            assert_never(command)


def request(command: RequestRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """A request with its mail."""
    if not is_granted(state, command.person, command.now):
        return []
    opened = must_be_opened(state)
    if command.told is None or command.person is None:
        raise RequestCameTooEarly
    expires_at = command.now + CONFIRM_WITHIN
    requested = RegistrationRequested(
        conference=opened.conference,
        title=opened.title,
        registration=command.registration,
        person=command.person,
        language=command.language,
        **dict(command.told),
        starts_at=opened.starts_at,
        place=opened.place,
        requested_at=command.now,
        expires_at=expires_at,
        kept_until=expires_at + KEPT_UNCONFIRMED,
    )
    return [requested]


def confirm(command: ConfirmRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """The place, where there is one."""
    registration = must_be_known(state, command.registration)
    if registration.confirmed:
        raise TokenIsSpent
    to, opened = registration.addressee, must_be_opened(state)
    if to is None or registration.expires_at is None:
        raise RegistrationIsCancelled
    if state.called_off:
        raise ConferenceIsCancelled
    if command.now > registration.expires_at:
        raise TokenHasExpired(expires_at=registration.expires_at.isoformat())
    given_up = [one for one in state.of(registration.person) if one.takes_a_place]
    if state.is_full and not given_up:
        raise ConferenceIsFull
    confirmed = RegistrationConfirmed(
        **named(state, registration),
        language=to.language,
        email=to.email,
        name=to.name,
        manage_token=to.manage_token,
        starts_at=opened.starts_at,
        ends_at=opened.ends_at,
        place=opened.place,
        kept_until=opened.ends_at + KEPT_AFTER_CONFERENCE,
    )
    return [*(cancelled(state, one, command.now) for one in given_up), confirmed]


def cancelled(state: Registrations, registration: Registration, now: datetime) -> RegistrationCancelled:
    """The fact that a place is given back; what is personal is kept no longer than it would have been."""
    return RegistrationCancelled(**named(state, registration), kept_until=min(registration.kept_until, now + KEPT_UNCONFIRMED))


def forget(command: ForgetRegistration, state: Registrations) -> Sequence[RegistrationsEvent]:
    """The erasure, when its time has come; what is erased already, or is kept for longer now, is nothing to do."""
    registration = state.each.get(command.registration)
    if registration is None or command.now < registration.kept_until:
        return []
    return [RegistrationErased(**named(state, registration), reason="period")]


REGISTRATIONS: Decider[Registrations, RegistrationsCommand, RegistrationsEvent] = Decider(
    name="conferences.Registrations",
    initial=Registrations(),
    evolve=evolve,
    decide=decide,
    events=get_args(RegistrationsEvent),
    state_version=3,
    snapshot_every=SNAPSHOT_EVERY,
)
