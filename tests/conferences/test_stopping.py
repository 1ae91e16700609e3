"""Whoever wanted to come to a conference that was called off is told so, once; nobody registers any more; what is kept is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.conferences.cancelling import ConferenceIsCancelled
from services.conferences.opening import CloseRegistration, OpenRegistration
from services.conferences.periods import KEPT_AFTER_CONFERENCE
from services.conferences.registrations import (
    REGISTRATIONS,
    CancelRegistration,
    ConfirmRegistration,
    EraseRegistration,
    ForgetRegistration,
    RegistrationIsCancelled,
    RequestRegistration,
    TokenIsSpent,
)
from services.conferences.stopping import StopRegistration
from shared.testing import Rules
from tests.conferences.examples import (
    CALLED_OFF,
    CANCELLED,
    CONFERENCE,
    CONFIRMED,
    ENDS,
    ERASED,
    MOVED,
    NOW,
    OPENED,
    PERSON,
    REGISTRATION,
    REQUESTED,
    STOPPED,
    TITLE,
    WHY_NOT,
)
from tests.conferences.test_moving import COMING, OTHER, OTHERS_PLACE, OTHERS_REQUEST, follow

registrations = Rules(REGISTRATIONS)
STOP = StopRegistration(now=NOW, conference=CONFERENCE, title=TITLE, ends_at=ENDS, reason=WHY_NOT)
CONFIRM = ConfirmRegistration(now=NOW, registration=REGISTRATION)
REQUEST = RequestRegistration(now=NOW, registration=OTHER, person=None, language="de", told=None)
OPEN = OpenRegistration(now=NOW, **dict(OPENED))


def test_whoever_comes_is_told_once_each() -> None:
    others = CALLED_OFF.model_copy(update={"registration": OTHER})
    both = registrations.given(*COMING, OTHERS_REQUEST, OTHERS_PLACE)
    both.when(STOP).then(STOPPED, others, CALLED_OFF).when(STOP).then_nothing()


def test_whoever_was_told_of_another_time_is_told_that_this_one_is_off() -> None:
    told = {name: getattr(MOVED, name) for name in ("starts_at", "ends_at", "place")}
    registrations.given(*COMING, MOVED).when(STOP).then(STOPPED, CALLED_OFF.model_copy(update=told))


@pytest.mark.parametrize("gone", [CANCELLED, ERASED], ids=["cancelled", "erased"])
def test_whoever_comes_no_more_is_told_nothing(gone: Any) -> None:
    registrations.given(*COMING, gone).when(STOP).then(STOPPED)


def test_whoever_has_not_confirmed_is_told_nothing_and_cannot_any_more() -> None:
    stopped = registrations.given(OPENED, REQUESTED).when(STOP).then(STOPPED)
    stopped.when(CONFIRM).then_refused(ConferenceIsCancelled)
    registrations.given(OPENED, REQUESTED, CANCELLED, STOPPED).when(CONFIRM).then_refused(RegistrationIsCancelled)
    registrations.given(*COMING, STOPPED, CALLED_OFF).when(CONFIRM).then_refused(TokenIsSpent)


@pytest.mark.parametrize("before", [(), (OPENED,)], ids=["never opened", "open"])
def test_nobody_registers_and_it_is_not_opened_any_more(before: tuple[Any, ...]) -> None:
    stopped = registrations.given(*before).when(STOP).then(STOPPED)
    stopped.when(REQUEST).then_refused(ConferenceIsCancelled)
    stopped.when(REQUEST.model_copy(update={"person": PERSON})).then_refused(ConferenceIsCancelled)
    stopped.when(OPEN).then_refused(ConferenceIsCancelled)


def test_closing_it_is_nothing_to_do_and_what_was_corrected_before_is_told_to_nobody() -> None:
    stopped = registrations.given(*COMING, STOPPED, CALLED_OFF)
    stopped.when(CloseRegistration(now=NOW)).then_nothing()
    stopped.when(follow()).then_nothing()


def test_a_place_can_still_be_given_back_and_erased() -> None:
    stopped = registrations.given(*COMING, STOPPED, CALLED_OFF)
    stopped.when(CancelRegistration(now=NOW, registration=REGISTRATION)).then(CANCELLED)
    stopped.when(EraseRegistration(now=NOW, registration=REGISTRATION)).then(ERASED)


@pytest.mark.parametrize(
    ("now", "told"), [(ENDS - timedelta(minutes=1), True), (ENDS, False)], ids=["still to come", "would be over"]
)  # fmt: skip
def test_of_what_would_be_over_nobody_is_told(now: datetime, told: bool) -> None:
    due = min(now, ENDS) + KEPT_AFTER_CONFERENCE
    stopped, off = STOPPED.model_copy(update={"stopped_at": now}), CALLED_OFF.model_copy(update={"told": told, "kept_until": due})
    after = registrations.given(*COMING).when(STOP.model_copy(update={"now": now})).then(stopped, off)
    after.when(ForgetRegistration(now=due - timedelta(seconds=1), registration=REGISTRATION)).then_nothing()
    after.when(ForgetRegistration(now=due, registration=REGISTRATION)).then(ERASED.model_copy(update={"reason": "period"}))


def test_what_is_kept_is_kept_no_longer_than_if_the_conference_had_been_held() -> None:
    late = STOP.model_copy(update={"now": ENDS + timedelta(days=20)})
    off = CALLED_OFF.model_copy(update={"told": False, "kept_until": CONFIRMED.kept_until})
    registrations.given(*COMING).when(late).then(STOPPED.model_copy(update={"stopped_at": late.now}), off)
