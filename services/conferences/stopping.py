"""What follows for the registrations when a conference was called off: whoever comes is told. Pure: a wish and a state in, facts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.events.registrations import RegistrationCalledOff, RegistrationStopped
from services.conferences.periods import KEPT_AFTER_CONFERENCE
from services.conferences.registered import Registrations
from shared.domain import Command


class StopRegistration(Command):
    """Let nobody register any more for a conference that was called off, also where nobody could so far."""

    conference: UUID
    title: str
    ends_at: AwareDatetime
    reason: str


def stop(command: StopRegistration, state: Registrations) -> Sequence[RegistrationStopped | RegistrationCalledOff]:
    """The end of it, and each place that was taken, once."""
    if state.called_off:
        return []
    stopped = RegistrationStopped(conference=command.conference, title=command.title, stopped_at=command.now)
    return [stopped, *called_off(command, state)]


def called_off(command: StopRegistration, state: Registrations) -> Iterator[RegistrationCalledOff]:
    """The places of those who wanted to come; what is kept of them is forgotten as if the conference had ended now, or sooner."""
    for one in sorted(state.each.values(), key=lambda registration: registration.registration):
        to, appointment = one.addressee, one.appointment
        if to is None or appointment is None:
            continue
        yield RegistrationCalledOff(
            conference=command.conference,
            title=command.title,
            registration=one.registration,
            language=to.language,
            email=to.email,
            manage_token=to.manage_token,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            place=appointment.place,
            reason=command.reason,
            told=max(appointment.ends_at, command.ends_at) > command.now,
            kept_until=min(one.kept_until, command.now + KEPT_AFTER_CONFERENCE),
        )
