"""Who has registered for a conference, and what has to be so before anything is done about it. Pure: facts in, a state out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from services.conferences.events import (
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationOpened,
    RegistrationRequested,
    RegistrationsEvent,
)
from shared.domain import Refusal


class RegistrationIsNotOpenYet(Refusal):
    """Nobody can register before registration has been opened."""


class RegistrationIsUnknown(Refusal):
    """There is no such registration."""


@dataclass(frozen=True)
class Registration:
    """One registration as the rules see it."""

    requested: RegistrationRequested
    confirmed: bool = False
    cancelled: bool = False
    erased: bool = False

    @property
    def subject(self) -> UUID:
        """Whose registration it is; one for each address."""
        return self.requested.email.subject

    @property
    def takes_a_place(self) -> bool:
        """Whether it is confirmed and not cancelled."""
        return self.confirmed and not self.cancelled


@dataclass(frozen=True)
class Registrations:
    """All registrations of a conference, as the rules see them."""

    opened: RegistrationOpened | None = None
    closed_at: datetime | None = None
    each: dict[UUID, Registration] = field(default_factory=dict)
    """By id, in the order in which they came; never changed in place."""
    taken: int = 0
    """Places."""

    def closed_by(self, now: datetime) -> datetime | None:
        """Since when nobody can register: by command or by time; None as long as one can."""
        if self.opened is None:
            return None
        return self.closed_at or (self.opened.closes_at if now >= self.opened.closes_at else None)

    @property
    def is_full(self) -> bool:
        """Whether all places are taken."""
        return self.opened is not None and self.taken >= self.opened.capacity

    def of(self, subject: UUID) -> Iterator[Registration]:
        """A person's registrations, the oldest first."""
        return (one for one in self.each.values() if one.subject == subject)


def evolve(state: Registrations, event: RegistrationsEvent) -> Registrations:
    """Fold one fact into the state."""
    match event:
        case RegistrationOpened():
            return replace(state, opened=event, closed_at=None)
        case RegistrationClosed():
            return replace(state, closed_at=event.closed_at)
        case RegistrationRequested():
            return replace(state, each={**state.each, event.registration: Registration(event)})
        case RegistrationConfirmed():
            return changed(state, replace(state.each[event.registration], confirmed=True))
        case RegistrationCancelled():
            return changed(state, replace(state.each[event.registration], cancelled=True))
        case RegistrationErased():
            return changed(state, replace(state.each[event.registration], erased=True))
        case _:
            assert_never(event)


def changed(state: Registrations, after: Registration) -> Registrations:
    """The state with one registration as it is now."""
    registration = after.requested.registration
    taken = state.taken + after.takes_a_place - state.each[registration].takes_a_place
    return replace(state, each={**state.each, registration: after}, taken=taken)


def must_be_opened(state: Registrations) -> RegistrationOpened:
    """The period as it was set last; the refusal where there was none."""
    if state.opened is None:
        raise RegistrationIsNotOpenYet
    return state.opened


def must_be_known(state: Registrations, registration: UUID) -> Registration:
    """The registration of this id, or the refusal."""
    if (found := state.each.get(registration)) is None:
        raise RegistrationIsUnknown
    return found


def named(registration: Registration) -> dict[str, Any]:
    """What each fact about one registration says of it."""
    requested = registration.requested
    return {"conference": requested.conference, "title": requested.title, "registration": requested.registration}
