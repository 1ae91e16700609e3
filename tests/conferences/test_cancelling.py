"""A conference that does not take place: called off once, with a reason that can be put right, and nothing comes of it any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.conferences.cancelling import (
    CancelConference,
    ConferenceIsCancelled,
    ConferenceIsNotCancelled,
    ConferenceWasHeld,
    CorrectCancellation,
)
from services.conferences.conference import CONFERENCE, ConferenceCommand, ConferenceIsUnknown, HoldConference, PlanConference
from services.conferences.correcting import CorrectConference
from services.conferences.parts import Level
from services.conferences.results import CorrectResult, RecordResult
from shared.testing import Rules
from tests.conferences.examples import (
    CONFERENCE_CANCELLED,
    CONFERENCE_CORRECTED,
    CORRECTED,
    ENDS,
    HELD,
    HELD_ON,
    NOW,
    PLACE,
    PLANNED,
    RECORDED,
    RESULT,
    RESULT_TEXT,
    RESULT_TITLE,
    WHY_NOT,
)

conference = Rules(CONFERENCE)
CANCEL = CancelConference(now=NOW, reason=WHY_NOT)
OTHERWISE = "Der Saal ist gesperrt."
RIGHT = CorrectCancellation(now=NOW, cancelled_because=OTHERWISE, reason="Es ist nicht die Stadthalle.")
RIGHTED = CONFERENCE_CORRECTED.model_copy(
    update={
        "place": PLACE, "held_on": None, "attendance": None, "cancelled_because": OTHERWISE, "reason": RIGHT.reason, "corrected_at": NOW,
    }
)  # fmt: skip
RECORD = RecordResult(
    now=NOW, result=RESULT, result_title=RESULT_TITLE, text=RESULT_TEXT, group=None, level=Level.CITY, comes_from=()
)  # fmt: skip
CORRECT = CorrectConference(
    now=NOW, **{name: value for name, value in PLANNED if name not in ("host", "host_name", "place")}, place="Stadthalle", held_on=None,
    attendance=None, reason="Verschrieben.",
)  # fmt: skip


@pytest.mark.parametrize("now", [NOW, ENDS + timedelta(days=3)], ids=["before", "when it would have been over"])
def test_a_conference_is_called_off_as_long_as_it_was_not_held_and_once(now: object) -> None:
    cancel = CANCEL.model_copy(update={"now": now})
    conference.given(PLANNED).when(cancel).then(CONFERENCE_CANCELLED).when(cancel).then_nothing()


def test_a_conference_that_was_put_right_is_called_off_as_it_stands() -> None:
    moved = CONFERENCE_CORRECTED.model_copy(update={"held_on": None, "attendance": None})
    conference.given(PLANNED, moved).when(CANCEL).then(CONFERENCE_CANCELLED.model_copy(update={"place": moved.place}))


def test_what_was_held_or_never_planned_is_not_called_off() -> None:
    conference.given(PLANNED, RECORDED, HELD).when(CANCEL).then_refused(ConferenceWasHeld)
    conference.given().when(CANCEL).then_refused(ConferenceIsUnknown)


@pytest.mark.parametrize(
    "command",
    [
        CANCEL.model_copy(update={"reason": OTHERWISE}),
        RECORD,
        HoldConference(now=ENDS, held_on=HELD_ON, attendance=12),
        CORRECT,
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_was_called_off_is_changed_no_more(command: ConferenceCommand) -> None:
    conference.given(PLANNED, CONFERENCE_CANCELLED).when(command).then_refused(ConferenceIsCancelled)


def test_planning_it_once_more_as_it_was_entered_brings_nothing_back() -> None:
    plan = PlanConference(now=NOW, **dict(PLANNED))
    conference.given(PLANNED, CONFERENCE_CANCELLED).when(plan).then_nothing()


def test_a_result_that_was_recorded_before_is_still_put_right() -> None:
    told = {name: getattr(CORRECTED, name) for name in ("result", "result_title", "text", "group", "level", "comes_from", "reason")}
    conference.given(PLANNED, RECORDED, CONFERENCE_CANCELLED).when(CorrectResult(now=NOW, **told)).then(CORRECTED)


def test_why_it_was_called_off_is_put_right_with_a_reason_and_the_plan_stays() -> None:
    called_off = conference.given(PLANNED, CONFERENCE_CANCELLED)
    called_off.when(RIGHT).then(RIGHTED).when(RIGHT).then_nothing()
    same = RIGHT.model_copy(update={"cancelled_because": WHY_NOT})
    called_off.when(same).then_nothing()
    conference.given(PLANNED, CONFERENCE_CANCELLED, RIGHTED).when(same).then(
        RIGHTED.model_copy(update={"cancelled_because": WHY_NOT})
    )  # fmt: skip
    conference.given(PLANNED, CONFERENCE_CANCELLED, RIGHTED).when(CORRECT).then_refused(ConferenceIsCancelled)


def test_nothing_is_put_right_of_a_cancellation_that_never_was() -> None:
    conference.given(PLANNED).when(RIGHT).then_refused(ConferenceIsNotCancelled)
    conference.given(PLANNED, RECORDED, HELD).when(RIGHT).then_refused(ConferenceIsNotCancelled)
