"""When a body has resolved, a recommendation starts; when a committee has taken note of one, it is informed: once, however often told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.meetings.events.body import BodyKind
from services.recommendations.informing import RecordNoteTaken
from services.recommendations.reactions import (
    WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED,
    WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION,
)
from services.recommendations.recommendation import RECOMMENDATION as RULES
from services.recommendations.recommendation import recommendation_of
from shared.contracts.matter import Matter
from shared.contracts.meetings import sittings
from shared.contracts.meetings.sittings import Instrument, NoteTaken, ResolutionCorrected, ResolutionPassed, SittingCorrected
from shared.envelope import Received
from shared.reactor import Reaction, Send
from shared.testing import History, Rules
from tests.recommendations.examples import (
    CORRECTION_NOTED,
    DRAFTED,
    INFORMED,
    ISSUED,
    NOTE_CORRECTED,
    NOTE_TAKEN,
    RECOMMENDATION,
    RESOLUTION,
    RESOLUTION_CORRECTED,
    RESOLUTION_PASSED,
    STARTED,
    note_corrected,
)

SITTING = UUID(int=9)
recommendation: Rules[Any, Any, Any] = Rules(RULES)


def sent_for(reaction: Reaction, message: ResolutionPassed | ResolutionCorrected | NoteTaken | SittingCorrected) -> list[Send]:
    entry = History("meetings").add(SITTING, message).entries[-1]
    return list(reaction.react(Received(message, entry)))


def test_when_a_body_has_resolved_then_a_recommendation_starts_once() -> None:
    (sent,) = sent_for(WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION, RESOLUTION_PASSED)
    assert (sent.decider, sent.stream) == (RULES, recommendation_of(RESOLUTION))
    recommendation.given().when(sent.command).then(STARTED).when(sent.command).then_nothing()


def test_a_statement_starts_as_one_and_without_a_matter() -> None:
    passed = RESOLUTION_PASSED.model_copy(update={"instrument": Instrument.STATEMENT, "matter": None})
    (sent,) = sent_for(WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION, passed)
    (started,) = sent.decider.decide(sent.command, RULES.initial)
    assert started.model_dump() == STARTED.model_dump() | {"instrument": "statement", "matter": None}


def test_a_resolution_that_stands_for_itself_starts_nothing() -> None:
    alone = RESOLUTION_PASSED.model_copy(update={"instrument": Instrument.NONE})
    assert sent_for(WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION, alone) == []


def test_a_correction_of_the_resolution_follows_it() -> None:
    (sent,) = sent_for(WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION, RESOLUTION_CORRECTED)
    assert sent.stream == recommendation_of(RESOLUTION)
    recommendation.given(STARTED).when(sent.command).then(CORRECTION_NOTED).when(sent.command).then_nothing()


def test_when_a_committee_has_taken_note_then_it_is_informed_once() -> None:
    (sent,) = sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_TAKEN)
    assert sent.stream == RECOMMENDATION
    recommendation.given(STARTED, DRAFTED, ISSUED).when(sent.command).then(INFORMED).when(sent.command).then_nothing()


def test_when_a_note_was_corrected_then_what_it_informed_follows_and_all_else_is_not_ours() -> None:
    (sent,) = sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_CORRECTED)
    assert sent.stream == RECOMMENDATION
    known = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED).when(sent.command)
    known.then(note_corrected(informed_at=NOTE_CORRECTED.at)).when(sent.command).then_nothing()
    right = INFORMED.model_copy(update={"informed_at": NOTE_CORRECTED.at})
    recommendation.given(STARTED, DRAFTED, ISSUED).when(sent.command).then(right)
    (back,) = sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_CORRECTED.model_copy(update={"at": None}))
    taken_back = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED).when(back.command).then(note_corrected(stands=False))
    (noted,) = sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_TAKEN)
    taken_back.when(back.command).then_nothing().when(noted.command).then(INFORMED)
    for other in ({"what": sittings.Corrected.RECEIPT}, {"body_kind": "office"}, {"proposed_by_kind": None}):
        assert sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_CORRECTED.model_copy(update=other)) == []


def test_a_note_behind_closed_doors_is_told_as_such() -> None:
    (sent,) = sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_TAKEN.model_copy(update={"public": False}))
    assert isinstance(sent.command, RecordNoteTaken)
    assert not sent.command.public


def test_the_city_council_is_informed_as_its_committees_are() -> None:
    assert sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_TAKEN.model_copy(update={"body_kind": "city_council"}))


@pytest.mark.parametrize(
    "otherwise",
    [
        *({"body_kind": kind} for kind in BodyKind if kind not in {BodyKind.COMMITTEE, BodyKind.CITY_COUNCIL}),
        {"proposed_by_kind": "office"},
        {"proposed_by": None, "proposed_by_name": None, "proposed_by_kind": None},
    ],
    ids=lambda otherwise: " ".join(map(str, otherwise.values())),
)
def test_no_other_body_and_no_other_way_informs(otherwise: dict[str, Any]) -> None:
    assert sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_TAKEN.model_copy(update=otherwise)) == []


@pytest.mark.parametrize(
    "matter",
    [
        None,
        Matter(service="conferences", kind="results", id=RECOMMENDATION),
        Matter(service="recommendations", kind="measure", id=RECOMMENDATION),
    ],
)
def test_a_note_of_another_matter_is_not_ours(matter: Matter | None) -> None:
    assert sent_for(WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED, NOTE_TAKEN.model_copy(update={"matter": matter})) == []
