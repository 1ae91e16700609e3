"""Who has registered for a conference, and what has to be so before anything is done about it. Pure: facts in, a state out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, assert_never
from uuid import UUID

from services.conferences.cancelling import ConferenceIsCancelled
from services.conferences.events.registrations import (
    RegistrationCalledOff,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationMoved,
    RegistrationOpened,
    RegistrationPeriodCorrected,
    RegistrationRequested,
    RegistrationsEvent,
    RegistrationStopped,
)
from services.conferences.parts import Language
from services.conferences.periods import MOST_WAITING
from shared.domain import Refusal
from shared.frozenmap import FrozenMap
from shared.localday import local_day
from shared.privacy.sealed import Sealed


class RegistrationIsNotOpenYet(Refusal):
    """Nobody can register before registration has been opened."""


class RegistrationIsUnknown(Refusal):
    """There is no such registration, or what was kept of it is erased."""


class RegistrationIsClosed(Refusal):
    """Nobody can register after registration has closed."""


class ConferenceIsFull(Refusal):
    """Nobody can register while all places are taken."""


class TooManyRegistrationsWait(Refusal):
    """Nobody can register while too many registrations wait to be confirmed; try again tomorrow."""


@dataclass(frozen=True)
class Addressee:
    """To whom the letters about a registration go."""

    language: Language
    email: Sealed[str]
    name: Sealed[str]
    manage_token: Sealed[str]


@dataclass(frozen=True)
class Appointment:
    """When and where a conference is, as whoever registered was told."""

    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True)
class Registration:
    """One registration as the rules see it, until it is erased: then nothing is known of it."""

    registration: UUID
    person: UUID
    subject: UUID
    """What it is sealed under."""
    asked_on: date
    kept_until: datetime
    addressee: Addressee | None
    """None once it is cancelled."""
    expires_at: datetime | None
    """Until when it can be confirmed, as long as it is neither confirmed nor cancelled."""
    appointment: Appointment | None = None
    """As its confirmation told, or what was told after that."""
    confirmed: bool = False
    cancelled: bool = False

    def standing(self, now: datetime) -> Literal["waiting", "expired", "confirmed", "cancelled"]:
        """What can be said of it, and from which follows what can still be done."""
        if self.cancelled:
            return "cancelled"
        if self.confirmed:
            return "confirmed"
        return "expired" if self.expires_at is None or now > self.expires_at else "waiting"

    @property
    def takes_a_place(self) -> bool:
        """Whether it is confirmed and not cancelled."""
        return self.confirmed and not self.cancelled


@dataclass(frozen=True)
class Registrations:
    """All registrations of a conference, as the rules see them."""

    opened: RegistrationOpened | None = None
    righted: RegistrationPeriodCorrected | None = None
    """What was said last of a conference that was corrected, be it before registration was opened."""
    wished_end: datetime | None = None
    """Until when one may register, wherever the conference is moved to: never beyond its beginning."""
    closed_at: datetime | None = None
    called_off: bool = False
    """Whether the conference does not take place."""
    each: FrozenMap[UUID, Registration] = field(default_factory=FrozenMap)
    of_person: FrozenMap[UUID, tuple[UUID, ...]] = field(default_factory=FrozenMap)
    """The registrations of each person, the oldest first."""
    expiring: Mapping[date, int] = field(default_factory=dict)
    """How many requests wait to be confirmed, by the day (UTC) on which that becomes too late."""
    taken: int = 0
    """Places, those of whoever was erased since among them."""

    def closed_by(self, now: datetime) -> datetime | None:
        """Since when nobody can register: by command or by time; None as long as one can."""
        if self.opened is None:
            return None
        return self.closed_at or (self.opened.closes_at if now >= self.opened.closes_at else None)

    @property
    def is_full(self) -> bool:
        """Whether all places are taken."""
        return self.opened is not None and self.taken >= self.opened.capacity

    def of(self, person: UUID | None) -> Iterator[Registration]:
        """A person's registrations, the oldest first."""
        return (self.each[one] for one in self.of_person.get(person, ())) if person else iter(())

    def waiting_on(self, day: date) -> int:
        """How many requests can still be confirmed on this day (UTC)."""
        return sum(count for last, count in self.expiring.items() if last >= day)


def evolve(state: Registrations, event: RegistrationsEvent) -> Registrations:
    """Fold one fact into the state."""
    match event:
        case RegistrationOpened():
            return replace(state, opened=event, wished_end=event.closes_at, closed_at=None)
        case RegistrationClosed():
            return replace(state, closed_at=event.closed_at)
        case RegistrationPeriodCorrected():
            return replace(state, righted=event, opened=state.opened and state.opened.model_copy(update=dict(event)))
        case RegistrationStopped():
            return replace(state, closed_at=state.closed_at or event.stopped_at, called_off=True)
        case RegistrationRequested():
            asked_on = local_day(event.requested_at)
            to = Addressee(event.language, event.email, event.name, event.manage_token)
            made = Registration(event.registration, event.person, event.email.subject, asked_on, event.kept_until, to, event.expires_at)
            theirs = (*state.of_person.get(event.person, ()), event.registration)
            return replace(entered(state, None, made), of_person=state.of_person.with_entry(event.person, theirs))
        case RegistrationConfirmed() | RegistrationMoved():
            before = state.each[event.registration]
            told = Appointment(event.starts_at, event.ends_at, event.place)
            after = replace(before, confirmed=True, expires_at=None, appointment=told, kept_until=event.kept_until)
            return entered(state, before, after)
        case RegistrationCalledOff():
            before = state.each[event.registration]
            return entered(state, before, replace(before, kept_until=event.kept_until))
        case RegistrationCancelled():
            before = state.each[event.registration]
            after = replace(before, cancelled=True, addressee=None, expires_at=None, kept_until=event.kept_until)
            return entered(state, before, after)
        case RegistrationErased():
            return forgotten(state, state.each[event.registration])
        case _:
            assert_never(event)


def entered(state: Registrations, before: Registration | None, after: Registration) -> Registrations:
    """The state with one registration as it is now."""
    taken = state.taken + after.takes_a_place - (before.takes_a_place if before else 0)
    each = state.each.with_entry(after.registration, after)
    return replace(state, each=each, taken=taken, expiring=counted(state.expiring, before, after))


def forgotten(state: Registrations, gone: Registration) -> Registrations:
    """The state without a registration; the place that it took stays taken."""
    left = tuple(one for one in state.of_person[gone.person] if one != gone.registration)
    of_person = state.of_person.with_entry(gone.person, left) if left else state.of_person.without(gone.person)
    expiring = counted(state.expiring, gone, None)
    return replace(state, each=state.each.without(gone.registration), of_person=of_person, expiring=expiring)


def counted(expiring: Mapping[date, int], before: Registration | None, after: Registration | None) -> Mapping[date, int]:
    """How many wait, when one of them is no more what it was."""
    changed = dict(expiring)
    for one, by in ((before, -1), (after, 1)):
        if one and one.expires_at:
            day = one.expires_at.date()
            changed[day] = changed.get(day, 0) + by
    return {day: count for day, count in changed.items() if count}


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


def is_granted(state: Registrations, person: UUID | None, now: datetime) -> bool:
    """Whether a request leads to a mail, one a day for each person; the refusal where nobody's would.

    What everybody may know is judged first: no answer tells who asked before."""
    if state.called_off:
        raise ConferenceIsCancelled
    must_be_opened(state)
    if closed_at := state.closed_by(now):
        raise RegistrationIsClosed(closed_at=closed_at.isoformat())
    if state.is_full:
        raise ConferenceIsFull
    if state.waiting_on(now.astimezone(UTC).date()) >= MOST_WAITING:
        raise TooManyRegistrationsWait
    today = local_day(now)
    return all(earlier.asked_on != today for earlier in state.of(person))


def named(state: Registrations, registration: Registration) -> dict[str, Any]:
    """What each fact about one registration says of it."""
    opened = must_be_opened(state)
    return {"conference": opened.conference, "title": opened.title, "registration": registration.registration}
