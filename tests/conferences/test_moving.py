"""Whoever comes to a conference that was corrected is told of its right time and place, once; what is kept of them follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.conferences.moving import FollowCorrection
from services.conferences.opening import OpenRegistration, RegistrationEndsTooLate
from services.conferences.periods import KEPT_AFTER_CONFERENCE, KEPT_AFTER_CORRECTION
from services.conferences.registrations import REGISTRATIONS, CancelRegistration, ConfirmRegistration, ForgetRegistration
from shared.testing import Rules
from tests.conferences.examples import (
    CANCELLED,
    CAPACITY,
    CLOSES,
    CONFERENCE,
    CONFIRMED,
    ENDS,
    ERASED,
    MOVED,
    NOW,
    OPENED,
    PERIOD_CORRECTED,
    REGISTRATION,
    REQUESTED,
    STARTS,
    TITLE,
)

registrations = Rules(REGISTRATIONS)
RIGHT: dict[str, Any] = {"title": TITLE, "starts_at": MOVED.starts_at, "ends_at": MOVED.ends_at, "place": MOVED.place, "held": False}
OTHER = UUID(int=7)
OTHERS = {"registration": OTHER, "person": UUID(int=8)}
OTHERS_REQUEST, OTHERS_PLACE, OTHERS_MOVE = (
    event.model_copy(update={name: value for name, value in OTHERS.items() if name in type(event).model_fields})
    for event in (REQUESTED, CONFIRMED, MOVED)
)
COMING = (OPENED, REQUESTED, CONFIRMED)


def follow(now: datetime = NOW, **changes: Any) -> FollowCorrection:
    return FollowCorrection(now=now, conference=CONFERENCE, **RIGHT | changes)


def test_whoever_comes_is_told_once_each() -> None:
    both = registrations.given(*COMING, OTHERS_REQUEST, OTHERS_PLACE)
    both.when(follow()).then(PERIOD_CORRECTED, OTHERS_MOVE, MOVED).when(follow()).then_nothing()


def test_whoever_has_not_confirmed_is_told_by_the_confirmation() -> None:
    confirmed = CONFIRMED.model_copy(
        update={"starts_at": MOVED.starts_at, "ends_at": MOVED.ends_at, "place": MOVED.place, "kept_until": MOVED.kept_until}
    )
    asked = registrations.given(OPENED, REQUESTED).when(follow()).then(PERIOD_CORRECTED)
    asked.when(ConfirmRegistration(now=NOW, registration=REGISTRATION)).then(confirmed).when(follow()).then_nothing()


@pytest.mark.parametrize("gone", [CANCELLED, ERASED], ids=["cancelled", "erased"])
def test_whoever_comes_no_more_is_told_nothing(gone: Any) -> None:
    registrations.given(*COMING, gone).when(follow()).then(PERIOD_CORRECTED)


def test_whoever_confirmed_before_it_was_followed_is_told_of_what_they_had_read() -> None:
    opened_anew = OPENED.model_copy(update={name: RIGHT[name] for name in ("starts_at", "ends_at", "place")})
    registrations.given(*COMING, opened_anew).when(follow()).then(MOVED)


def test_whoever_opens_registration_while_the_conference_is_corrected_opens_it_for_the_right_time_and_place() -> None:
    had_read = OpenRegistration(now=NOW, **{name: value for name, value in OPENED if name != "capacity"}, capacity=CAPACITY)
    noted = PERIOD_CORRECTED.model_copy(update={"closes_at": None})
    right = OPENED.model_copy(update={name: RIGHT[name] for name in ("title", "starts_at", "ends_at", "place")})
    corrected = registrations.given().when(follow()).then(noted)
    corrected.when(follow()).then_nothing()
    corrected.when(had_read).then(right).when(had_read).then_nothing().when(follow()).then_nothing()
    registrations.given(*COMING, PERIOD_CORRECTED, MOVED).when(had_read).then_nothing()
    too_late = had_read.model_copy(update={"closes_at": RIGHT["starts_at"] + timedelta(minutes=1)})
    corrected.when(too_late).then_refused(RegistrationEndsTooLate, starts_at=RIGHT["starts_at"].isoformat())


def test_another_title_alone_is_told_to_nobody() -> None:
    same: dict[str, Any] = {"starts_at": STARTS, "ends_at": ENDS, "place": OPENED.place, "title": "Sechste Integrationskonferenz"}
    renamed = PERIOD_CORRECTED.model_copy(update={**{name: same[name] for name in same}})
    cancelled = CANCELLED.model_copy(update={"title": same["title"]})
    after = registrations.given(*COMING).when(follow(**same)).then(renamed)
    after.when(CancelRegistration(now=NOW, registration=REGISTRATION)).then(cancelled)


@pytest.mark.parametrize(
    ("now", "held", "told"),
    [
        (MOVED.ends_at - timedelta(minutes=1), False, True),
        (MOVED.ends_at, False, False),
        (NOW, True, False),
    ],
    ids=["still to come", "over", "held"],
)
def test_of_what_is_over_nobody_is_told_and_what_is_kept_follows_all_the_same(now: datetime, held: bool, told: bool) -> None:
    moved = MOVED.model_copy(update={"told": told})
    after = registrations.given(*COMING).when(follow(now, held=held)).then(PERIOD_CORRECTED, moved)
    due = MOVED.ends_at + KEPT_AFTER_CONFERENCE
    after.when(ForgetRegistration(now=due - timedelta(seconds=1), registration=REGISTRATION)).then_nothing()
    after.when(ForgetRegistration(now=due, registration=REGISTRATION)).then(ERASED.model_copy(update={"reason": "period"}))


def test_a_conference_that_was_believed_to_come_later_is_told_of_though_it_is_over() -> None:
    early = {"starts_at": NOW - timedelta(hours=5), "ends_at": NOW - timedelta(hours=1)}
    closed = PERIOD_CORRECTED.model_copy(update={**early, "closes_at": early["starts_at"]})
    moved = MOVED.model_copy(update={**early, "kept_until": early["ends_at"] + KEPT_AFTER_CONFERENCE})
    registrations.given(*COMING).when(follow(**early)).then(closed, moved)


def test_a_slip_that_would_end_the_time_for_which_something_is_kept_erases_nothing_at_once() -> None:
    slip = {"starts_at": STARTS - timedelta(days=365), "ends_at": ENDS - timedelta(days=365)}
    closed = PERIOD_CORRECTED.model_copy(update={**slip, "closes_at": slip["starts_at"]})
    kept = MOVED.model_copy(update={**slip, "kept_until": NOW + KEPT_AFTER_CORRECTION})
    after = registrations.given(*COMING).when(follow(**slip)).then(closed, kept)
    after.when(ForgetRegistration(now=NOW, registration=REGISTRATION)).then_nothing()
    former = {f"formerly_{name}": value for name, value in slip.items()} | {"formerly_place": MOVED.place}
    after.when(follow()).then(PERIOD_CORRECTED, MOVED.model_copy(update=former))


def test_what_was_to_be_erased_soon_is_kept_no_longer_for_a_correction() -> None:
    now = CONFIRMED.kept_until - timedelta(days=1)
    slip = {"starts_at": STARTS - timedelta(days=365), "ends_at": ENDS - timedelta(days=365)}
    closed = PERIOD_CORRECTED.model_copy(update={**slip, "closes_at": slip["starts_at"]})
    moved = MOVED.model_copy(update={**slip, "kept_until": CONFIRMED.kept_until, "told": False})
    registrations.given(*COMING).when(follow(now, **slip)).then(closed, moved)


def test_registration_closes_when_the_conference_begins_at_the_latest() -> None:
    early = {"starts_at": CLOSES - timedelta(days=1), "ends_at": CLOSES}
    corrected = PERIOD_CORRECTED.model_copy(update={**early, "closes_at": early["starts_at"]})
    moved = registrations.given(OPENED).when(follow(**early)).then(corrected)
    # Where that was a slip, it closes when it was to close.
    moved.when(follow()).then(PERIOD_CORRECTED)


def test_opening_registration_once_more_as_it_stands_is_nothing_to_do() -> None:
    stands = OpenRegistration(now=NOW, **dict(OPENED) | dict(PERIOD_CORRECTED))
    registrations.given(OPENED, PERIOD_CORRECTED).when(stands).then_nothing()
