"""Informed means proven: a committee is informed when it has taken note in its own sitting, and by nothing else."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.recommendations.events import RecommendationEvent
from services.recommendations.informing import (
    CommitteeIsInformedByTakingNote,
    CorrectNoteTaken,
    InformCommittee,
    NoteCameAfterTheWithdrawal,
    RecordNoteTaken,
)
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.standing import RecommendationIsNotIssued
from shared.testing import Rules
from tests.recommendations.examples import (
    COMMITTEE,
    COMMITTEE_ITEM,
    COMMITTEE_MEETING,
    COMMITTEE_NAME,
    CORRECTION,
    DAY,
    DEPARTMENT,
    DEPARTMENT_NAME,
    DRAFTED,
    INFORMED,
    ISSUED,
    ITEM,
    LATER,
    MEETING,
    NOTE_CORRECTED_AT,
    NOTED_AT,
    OTHER_COMMITTEE,
    OTHER_COMMITTEE_NAME,
    STARTED,
    WITHDRAWN,
    note_corrected,
)

recommendation = Rules(RECOMMENDATION)

NOTE = RecordNoteTaken(
    now=LATER,
    committee=COMMITTEE,
    committee_name=COMMITTEE_NAME,
    through=DEPARTMENT,
    through_name=DEPARTMENT_NAME,
    meeting=COMMITTEE_MEETING,
    item=COMMITTEE_ITEM,
    public=True,
    noted_at=NOTED_AT,
)


def correct(really_at: datetime | None) -> CorrectNoteTaken:
    return CorrectNoteTaken(**dict(NOTE), really_at=really_at, reason=CORRECTION, corrected_at=NOTE_CORRECTED_AT)


INFORM = InformCommittee(now=LATER, committee=COMMITTEE)


def test_a_note_informs_the_committee_once() -> None:
    recommendation.given(STARTED, DRAFTED, ISSUED).when(NOTE).then(INFORMED).when(NOTE).then_nothing()


def test_another_note_of_the_same_committee_is_another_fact() -> None:
    again = {"meeting": MEETING, "item": ITEM}
    informed = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED)
    informed.when(NOTE.model_copy(update=again)).then(INFORMED.model_copy(update=again))


def test_a_committee_of_which_nobody_thought_is_informed_just_the_same() -> None:
    other = {"committee": OTHER_COMMITTEE, "committee_name": OTHER_COMMITTEE_NAME}
    recommendation.given(STARTED, DRAFTED, ISSUED).when(NOTE.model_copy(update=other)).then(INFORMED.model_copy(update=other))


def test_what_was_noted_behind_closed_doors_is_not_public() -> None:
    hidden = INFORMED.model_copy(update={"public": False})
    recommendation.given(STARTED, DRAFTED, ISSUED).when(NOTE.model_copy(update={"public": False})).then(hidden)
    inside = [event.model_copy(update={"public": False}) for event in (STARTED, DRAFTED, ISSUED)]
    recommendation.given(*inside).when(NOTE).then(hidden)


def test_nobody_takes_note_of_what_was_not_issued() -> None:
    recommendation.given().when(NOTE).then_refused(RecommendationIsNotIssued)
    recommendation.given(STARTED, DRAFTED).when(NOTE).then_refused(RecommendationIsNotIssued)


def test_a_note_taken_until_the_day_of_the_withdrawal_still_informs() -> None:
    withdrawn = recommendation.given(STARTED, DRAFTED, ISSUED, WITHDRAWN)
    withdrawn.when(NOTE).then(INFORMED)
    withdrawn.when(NOTE.model_copy(update={"noted_at": LATER})).then(INFORMED.model_copy(update={"informed_at": LATER}))
    withdrawn.when(NOTE.model_copy(update={"now": LATER + DAY, "noted_at": LATER + DAY})).then_refused(
        NoteCameAfterTheWithdrawal, withdrawn_on="2019-03-20"
    )


def test_a_corrected_note_informs_at_its_right_time_and_one_that_never_was_informs_nobody() -> None:
    informed = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED)
    informed.when(correct(None)).then(note_corrected(stands=False)).when(INFORM).then_refused(CommitteeIsInformedByTakingNote)
    informed.when(correct(NOTED_AT)).then_nothing()
    right = informed.when(correct(LATER)).then(note_corrected(informed_at=LATER))
    right.when(correct(LATER)).then_nothing()
    right.when(INFORM).then_nothing()
    recommendation.given(STARTED, DRAFTED, ISSUED).when(correct(None)).then_nothing()


def test_another_note_of_the_committee_is_told_anew_when_one_is_taken_back() -> None:
    other = INFORMED.model_copy(update={"meeting": MEETING, "item": ITEM, "informed_at": NOTED_AT + DAY})
    both = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED, other)
    anew = note_corrected().model_copy(update={"entry": other})
    both.when(correct(None)).then(note_corrected(stands=False), anew).when(INFORM).then_nothing()
    both.when(correct(LATER)).then(note_corrected(informed_at=LATER))


def test_a_note_that_really_came_after_the_withdrawal_informs_nobody_and_one_that_came_before_does() -> None:
    withdrawn = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED, WITHDRAWN)
    withdrawn.when(correct(LATER + DAY)).then(note_corrected(stands=False))
    unknown = recommendation.given(STARTED, DRAFTED, ISSUED, WITHDRAWN)
    unknown.when(correct(NOTED_AT)).then(INFORMED)
    unknown.when(correct(LATER + DAY)).then_refused(NoteCameAfterTheWithdrawal)


def test_the_correction_of_a_note_behind_closed_doors_is_as_hidden_as_the_note() -> None:
    hidden = INFORMED.model_copy(update={"public": False})
    told = note_corrected(stands=False).model_copy(update={"entry": hidden, "public": False})
    recommendation.given(STARTED, DRAFTED, ISSUED, hidden).when(correct(None)).then(told)


@pytest.mark.parametrize("past", [(STARTED, DRAFTED), (STARTED, DRAFTED, ISSUED), (STARTED, DRAFTED, ISSUED, WITHDRAWN)])
def test_saying_that_a_committee_was_informed_does_not_inform_it(past: tuple[RecommendationEvent, ...]) -> None:
    recommendation.given(*past).when(INFORM).then_refused(CommitteeIsInformedByTakingNote)
    assert CommitteeIsInformedByTakingNote.rule() == "A committee is informed by taking note in its own sitting, and by nothing else."


def test_saying_it_of_a_committee_that_took_note_changes_nothing() -> None:
    informed = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED)
    informed.when(INFORM).then_nothing()
    informed.when(INFORM.model_copy(update={"committee": OTHER_COMMITTEE})).then_refused(CommitteeIsInformedByTakingNote)
