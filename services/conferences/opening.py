"""Until when everybody may register for a conference, and how many. Pure: a wish and what stands in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.cancelling import ConferenceIsCancelled
from services.conferences.events.registrations import RegistrationClosed, RegistrationOpened
from services.conferences.registered import Registrations, must_be_opened
from shared.domain import Command, Refusal


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


class RegistrationEndsInThePast(Refusal):
    """Registration is opened for a time that is still to come."""


class RegistrationEndsTooLate(Refusal):
    """Registration closes before the conference begins."""


def open_registration(command: OpenRegistration, state: Registrations) -> Sequence[RegistrationOpened]:
    """The period and the room; the same ones are nothing to do while registration is open. What was corrected of the conference counts, and
    not what somebody read of it before."""
    right = state.righted.model_dump(include={"title", "starts_at", "ends_at", "place"}) if state.righted else {}
    opened = RegistrationOpened(**{name: value for name, value in command if name != "now"} | right)
    if state.called_off:
        raise ConferenceIsCancelled
    if state.opened == opened and state.closed_at is None:
        return []
    if command.closes_at <= command.now:
        raise RegistrationEndsInThePast
    if opened.closes_at > opened.starts_at:
        raise RegistrationEndsTooLate(starts_at=opened.starts_at.isoformat())
    return [opened]


def close(command: CloseRegistration, state: Registrations) -> Sequence[RegistrationClosed]:
    """The end before its time; nothing to do where it has come."""
    opened = must_be_opened(state)
    if state.closed_by(command.now):
        return []
    return [RegistrationClosed(conference=opened.conference, title=opened.title, closed_at=command.now)]
