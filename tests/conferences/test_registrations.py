"""Who may register until when, who finds room, how often a mail is sent, and what a link does."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from services.conferences.events.registrations import RegistrationRequested, RegistrationsEvent
from services.conferences.opening import CloseRegistration, OpenRegistration, RegistrationEndsInThePast, RegistrationEndsTooLate
from services.conferences.periods import CONFIRM_WITHIN, KEPT_AFTER_CONFERENCE, KEPT_UNCONFIRMED, MOST_WAITING
from services.conferences.registered import (
    ConferenceIsFull,
    RegistrationIsClosed,
    RegistrationIsNotOpenYet,
    RegistrationIsUnknown,
    Registrations,
    TooManyRegistrationsWait,
)
from services.conferences.registrations import (
    REGISTRATIONS,
    CancelRegistration,
    ConfirmRegistration,
    EraseRegistration,
    ForgetRegistration,
    RegistrationIsCancelled,
    RequestCameTooEarly,
    RequestRegistration,
    TokenHasExpired,
    TokenIsSpent,
    Told,
)
from shared.testing import Rules
from tests.conferences.examples import (
    CANCELLED,
    CAPACITY,
    CLOSED,
    CLOSES,
    CONFIRMED,
    ENDS,
    ERASED,
    NOW,
    OPENED,
    PERSON,
    REGISTRATION,
    REQUESTED,
    STARTS,
    sealed,
)

registrations = Rules(REGISTRATIONS)
OPEN = OpenRegistration(now=NOW, **dict(OPENED))
CLOSE = CloseRegistration(now=NOW)
TOMORROW = NOW + timedelta(days=1)
PERSONAL = ("email", "name", "access_needs", "confirm_token", "manage_token")


def requested(n: int, *, person: UUID | None = None, now: datetime = NOW) -> RegistrationRequested:
    """Somebody else's request, or another of the same person."""
    expires_at = now + CONFIRM_WITHIN
    changes: dict[str, Any] = {name: sealed(getattr(REQUESTED, name).purpose, UUID(int=1000 + n)) for name in PERSONAL}
    changes |= {"registration": UUID(int=n), "person": person or UUID(int=100_000 + n), "requested_at": now, "expires_at": expires_at}
    return REQUESTED.model_copy(update=changes | {"kept_until": expires_at + KEPT_UNCONFIRMED})


def request_of(event: RegistrationRequested, now: datetime = NOW) -> RequestRegistration:
    """The command that leads to this event."""
    told = Told(**{name: value for name, value in event if name in Told.model_fields})
    return RequestRegistration(now=now, registration=event.registration, person=event.person, language=event.language, told=told)


def place_of(event: RegistrationRequested) -> Any:
    """The confirmation of a request."""
    changes = {name: getattr(event, name) for name in ("registration", "email", "name", "manage_token")}
    return CONFIRMED.model_copy(update=changes)


def confirm(registration: UUID = REGISTRATION, now: datetime = NOW) -> ConfirmRegistration:
    return ConfirmRegistration(now=now, registration=registration)


def cancel(registration: UUID = REGISTRATION) -> CancelRegistration:
    return CancelRegistration(now=NOW, registration=registration)


def erase(registration: UUID = REGISTRATION) -> EraseRegistration:
    return EraseRegistration(now=NOW, registration=registration)


def forget(now: datetime) -> ForgetRegistration:
    return ForgetRegistration(now=now, registration=REGISTRATION)


OVER = ERASED.model_copy(update={"reason": "period"})
FULL = [event for n in range(CAPACITY) for event in (requested(n), place_of(requested(n)))]


def test_registration_is_opened() -> None:
    registrations.given().when(OPEN).then(OPENED).when(OPEN).then_nothing()


def test_opening_again_changes_until_when_and_how_many_also_after_the_end() -> None:
    larger = OPENED.model_copy(update={"capacity": 300})
    registrations.given(OPENED).when(OpenRegistration(now=NOW, **dict(larger))).then(larger)
    registrations.given(OPENED, CLOSED).when(OPEN).then(OPENED).when(request_of(REQUESTED)).then(REQUESTED)


def test_registration_is_opened_for_a_time_to_come_and_closes_before_the_conference_begins() -> None:
    registrations.given().when(OPEN.model_copy(update={"closes_at": NOW})).then_refused(RegistrationEndsInThePast)
    late = OPEN.model_copy(update={"closes_at": STARTS + timedelta(seconds=1)})
    registrations.given().when(late).then_refused(RegistrationEndsTooLate, starts_at=STARTS.isoformat())


def test_registration_is_closed_by_command_once() -> None:
    registrations.given(OPENED).when(CLOSE).then(CLOSED).when(CLOSE).then_nothing()


def test_what_its_time_has_closed_is_not_closed_again() -> None:
    registrations.given(OPENED).when(CloseRegistration(now=CLOSES)).then_nothing()


def test_what_was_never_opened_cannot_be_closed() -> None:
    registrations.given().when(CLOSE).then_refused(RegistrationIsNotOpenYet)


def test_somebody_registers_and_has_two_days_to_confirm() -> None:
    registrations.given(OPENED).when(request_of(REQUESTED)).then(REQUESTED)
    assert REQUESTED.expires_at - REQUESTED.requested_at == timedelta(hours=48)


def test_nobody_registers_before_it_is_open() -> None:
    registrations.given().when(request_of(REQUESTED)).then_refused(RegistrationIsNotOpenYet)


def test_nobody_registers_after_it_was_closed_by_command_or_by_time() -> None:
    registrations.given(OPENED, CLOSED).when(request_of(REQUESTED)).then_refused(RegistrationIsClosed, closed_at=NOW.isoformat())
    last = CLOSES - timedelta(microseconds=1)
    in_time = REQUESTED.model_copy(
        update={"requested_at": last, "expires_at": last + CONFIRM_WITHIN, "kept_until": last + CONFIRM_WITHIN + KEPT_UNCONFIRMED}
    )
    registrations.given(OPENED).when(request_of(REQUESTED, last)).then(in_time)
    registrations.given(OPENED).when(request_of(REQUESTED, CLOSES)).then_refused(RegistrationIsClosed, closed_at=CLOSES.isoformat())
    assert RegistrationIsClosed.rule() == "Nobody can register after registration has closed."


def test_a_person_is_sent_one_mail_a_day() -> None:
    again = requested(5, person=PERSON)
    registrations.given(OPENED, REQUESTED).when(request_of(again)).then_nothing()
    evening = NOW.replace(hour=21, minute=59)
    registrations.given(OPENED, REQUESTED).when(request_of(again, evening)).then_nothing()
    midnight = NOW.replace(hour=22)
    tomorrow = requested(5, person=PERSON, now=midnight)
    registrations.given(OPENED, REQUESTED).when(request_of(tomorrow, midnight)).then(tomorrow)


def test_others_are_sent_theirs_on_the_same_day() -> None:
    registrations.given(OPENED, REQUESTED).when(request_of(requested(5))).then(requested(5))


def test_who_registers_twice_a_day_is_answered_by_the_same_rules_as_everybody() -> None:
    again = request_of(requested(5, person=PERSON))
    registrations.given(OPENED, REQUESTED, CLOSED).when(again).then_refused(RegistrationIsClosed)
    registrations.given(OPENED, REQUESTED, *FULL).when(again).then_refused(ConferenceIsFull)


def test_room_is_counted_by_what_is_confirmed() -> None:
    registrations.given(OPENED, *(requested(n) for n in range(CAPACITY + 1))).when(request_of(REQUESTED)).then(REQUESTED)
    registrations.given(OPENED, *FULL).when(request_of(REQUESTED)).then_refused(ConferenceIsFull)


def test_a_place_is_taken_by_confirming() -> None:
    registrations.given(OPENED, REQUESTED).when(confirm()).then(CONFIRMED)


def test_a_confirmation_link_works_once() -> None:
    registrations.given(OPENED, REQUESTED, CONFIRMED).when(confirm()).then_refused(TokenIsSpent)
    registrations.given(OPENED, REQUESTED, CONFIRMED, CANCELLED).when(confirm()).then_refused(TokenIsSpent)
    assert TokenIsSpent.rule() == "A confirmation link works once."


def test_a_confirmation_link_works_for_two_days() -> None:
    registrations.given(OPENED, REQUESTED).when(confirm(now=NOW + CONFIRM_WITHIN)).then(CONFIRMED)
    late = confirm(now=NOW + CONFIRM_WITHIN + timedelta(microseconds=1))
    registrations.given(OPENED, REQUESTED).when(late).then_refused(TokenHasExpired, expires_at=REQUESTED.expires_at.isoformat())


def test_who_asked_in_time_confirms_after_the_end() -> None:
    registrations.given(OPENED, REQUESTED, CLOSED).when(confirm()).then(CONFIRMED)


def test_nobody_confirms_where_all_places_are_taken() -> None:
    registrations.given(OPENED, REQUESTED, *FULL).when(confirm()).then_refused(ConferenceIsFull)


def test_a_cancelled_place_is_free_again() -> None:
    free = CANCELLED.model_copy(update={"registration": UUID(int=0)})
    registrations.given(OPENED, REQUESTED, *FULL).when(cancel(UUID(int=0))).then(free).when(confirm()).then(CONFIRMED)


def test_cancelling_again_changes_nothing() -> None:
    registrations.given(OPENED, REQUESTED, CONFIRMED, CANCELLED).when(cancel()).then_nothing()


def test_what_was_cancelled_before_it_was_confirmed_frees_no_place_and_is_not_confirmed() -> None:
    cancelled = registrations.given(OPENED, REQUESTED).when(cancel()).then(CANCELLED)
    cancelled.when(confirm()).then_refused(RegistrationIsCancelled)
    assert cancelled.state.taken == 0


def test_a_person_has_one_place_the_last_confirmed() -> None:
    again = requested(5, person=PERSON, now=TOMORROW)
    given = registrations.given(OPENED, REQUESTED, CONFIRMED, again)
    given_up = CANCELLED.model_copy(update={"kept_until": TOMORROW + KEPT_UNCONFIRMED})
    moved = given.when(confirm(UUID(int=5), TOMORROW)).then(given_up, place_of(again))
    assert moved.state.taken == 1
    full = registrations.given(OPENED, again, REQUESTED, CONFIRMED, *FULL[:2])
    assert full.state.is_full
    full.when(confirm(UUID(int=5), TOMORROW)).then(given_up, place_of(again))


def test_an_erasure_is_entered_for_all_of_a_persons_registrations_once_and_counts_stay() -> None:
    again = requested(5, person=PERSON, now=TOMORROW)
    other = ERASED.model_copy(update={"registration": UUID(int=5)})
    given = registrations.given(OPENED, REQUESTED, CONFIRMED, requested(6), again)
    erased = given.when(erase()).then(ERASED, other)
    assert erased.state.taken == 1
    erased.when(erase()).then_nothing()


@pytest.mark.parametrize("command", [confirm(), cancel()])
def test_nothing_is_done_with_what_was_erased_and_its_place_stays_taken(command: Any) -> None:
    erased = registrations.given(OPENED, REQUESTED, CONFIRMED, ERASED)
    erased.when(command).then_refused(RegistrationIsUnknown)
    assert erased.state.taken == 1
    registrations.given(OPENED, REQUESTED, ERASED).when(command).then_refused(RegistrationIsUnknown)


def test_whoever_never_confirmed_is_forgotten_a_week_after_the_link_has_expired() -> None:
    due = REQUESTED.expires_at + KEPT_UNCONFIRMED
    asked = registrations.given(OPENED, REQUESTED)
    asked.when(forget(due - timedelta(microseconds=1))).then_nothing()
    asked.when(forget(due)).then(OVER).when(forget(due)).then_nothing()


def test_whoever_has_cancelled_is_forgotten_a_week_later() -> None:
    cancelled = registrations.given(OPENED, REQUESTED, CONFIRMED, CANCELLED)
    cancelled.when(forget(NOW + KEPT_UNCONFIRMED - timedelta(seconds=1))).then_nothing()
    cancelled.when(forget(NOW + KEPT_UNCONFIRMED)).then(OVER)


def test_cancelling_keeps_nothing_for_longer() -> None:
    late = REQUESTED.kept_until - timedelta(days=1)
    kept = CANCELLED.model_copy(update={"kept_until": REQUESTED.kept_until})
    registrations.given(OPENED, REQUESTED).when(cancel().model_copy(update={"now": late})).then(kept)


def test_whoever_came_is_forgotten_a_month_after_the_conference_and_counts_stay() -> None:
    came = registrations.given(OPENED, REQUESTED, CONFIRMED)
    came.when(forget(REQUESTED.kept_until)).then_nothing()
    came.when(forget(ENDS + KEPT_AFTER_CONFERENCE - timedelta(seconds=1))).then_nothing()
    forgotten = came.when(forget(ENDS + KEPT_AFTER_CONFERENCE)).then(OVER)
    assert forgotten.state.taken == 1


def test_what_is_forgotten_leaves_the_state_as_if_it_had_never_been() -> None:
    empty = registrations.given(OPENED).state
    again = requested(5, person=PERSON, now=TOMORROW)
    last = OVER.model_copy(update={"registration": UUID(int=5)})
    histories: list[list[RegistrationsEvent]] = [[REQUESTED, ERASED], [REQUESTED, CANCELLED, OVER], [REQUESTED, again, ERASED, last]]
    for history in histories:
        assert registrations.given(OPENED, *history).state == empty


def test_whoever_was_forgotten_may_ask_again_on_the_same_day() -> None:
    again = requested(5, person=PERSON)
    registrations.given(OPENED, REQUESTED, ERASED).when(request_of(again)).then(again)


def test_only_so_many_requests_wait_to_be_confirmed() -> None:
    waiting = [requested(n) for n in range(MOST_WAITING)]
    full = registrations.given(OPENED, *waiting)
    full.when(request_of(REQUESTED)).then_refused(TooManyRegistrationsWait)
    full.when(confirm(UUID(int=7))).then(place_of(waiting[7])).when(request_of(REQUESTED)).then(REQUESTED)
    cancelled = CANCELLED.model_copy(update={"registration": UUID(int=7)})
    full.when(cancel(UUID(int=7))).then(cancelled).when(request_of(REQUESTED)).then(REQUESTED)
    day_after = (NOW + CONFIRM_WITHIN + timedelta(days=1)).replace(hour=0)
    later = requested(MOST_WAITING, now=day_after)
    full.when(request_of(later, day_after)).then(later)


def test_who_asked_before_is_refused_like_everybody_while_too_many_wait() -> None:
    full = registrations.given(OPENED, REQUESTED, *(requested(n) for n in range(MOST_WAITING)))
    full.when(request_of(requested(MOST_WAITING, person=PERSON))).then_refused(TooManyRegistrationsWait)


def test_what_was_foreseen_to_lead_to_nothing_is_refused_or_nothing_and_never_half_granted() -> None:
    unsealed = request_of(REQUESTED).model_copy(update={"told": None})
    registrations.given(OPENED, CLOSED).when(unsealed).then_refused(RegistrationIsClosed)
    registrations.given(OPENED, requested(5, person=PERSON)).when(unsealed).then_nothing()
    registrations.given(OPENED).when(unsealed).then_refused(RequestCameTooEarly)


@pytest.mark.parametrize("command", [confirm(), cancel()])
def test_nothing_is_done_with_an_unknown_registration(command: Any) -> None:
    registrations.given(OPENED).when(command).then_refused(RegistrationIsUnknown)


def test_a_snapshot_of_the_state_is_the_state() -> None:
    history: list[RegistrationsEvent] = [OPENED, REQUESTED, CONFIRMED, *FULL, CANCELLED, ERASED, requested(9), CLOSED]
    state = reduce(REGISTRATIONS.evolve, history, REGISTRATIONS.initial)
    adapter = TypeAdapter(Registrations)
    kept = adapter.validate_json(adapter.dump_json(state))
    assert kept == state
    assert [one.registration for one in kept.of(requested(9).person)] == [UUID(int=9)]
