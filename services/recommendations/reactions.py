"""What follows here by itself from what bodies resolve and take note of in their meetings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from services.recommendations.drafting import NoteResolutionCorrection, StartRecommendation
from services.recommendations.informing import CorrectNoteTaken, RecordNoteTaken
from services.recommendations.parts import Instrument, Matter
from services.recommendations.recommendation import RECOMMENDATION, recommendation_of
from shared.contracts.meetings import sittings
from shared.envelope import Received
from shared.reactor import Reaction, Send

MEETINGS = "meetings"
COMMITTEES = {"committee", "city_council"}
"""What is informed: the political committees, and the city council that they belong to."""


def start_recommendation(received: Received[sittings.ResolutionPassed | sittings.ResolutionCorrected]) -> Iterable[Send]:
    """A resolution that asks for an instrument starts it; its correction follows it there, in this order."""
    told, recorded_at = received.message, received.entry.recorded_at
    stream = recommendation_of(told.resolution)
    match told:
        case sittings.ResolutionPassed():
            if told.instrument == sittings.Instrument.NONE:
                return
            start = StartRecommendation(
                now=recorded_at,
                title=told.item_title,
                instrument=Instrument(told.instrument),
                body=told.body,
                body_name=told.body_name,
                public=told.public,
                resolution=told.resolution,
                meeting=told.meeting,
                item=told.item,
                matter=Matter(**told.matter.model_dump()) if told.matter else None,
                resolution_text=told.text,
                resolved_at=told.resolved_at,
            )
            yield Send(RECOMMENDATION, stream, start)
        case sittings.ResolutionCorrected():
            correction = NoteResolutionCorrection(
                now=recorded_at, resolution_text=told.text, reason=told.reason, corrected_at=told.corrected_at
            )
            yield Send(RECOMMENDATION, stream, correction)
        case _:
            assert_never(told)


def record_committee_informed(received: Received[sittings.NoteTaken | sittings.SittingCorrected]) -> Iterable[Send]:
    """A committee's note of a recommendation that a department put to it (über das jeweilige Dezernat) is recorded with it, and its
    correction follows it there, in this order.

    What is noted of other matters, by another body, or at nobody's or another office's instance informs no committee: it is not ours.
    """
    told = received.message
    if isinstance(told, sittings.SittingCorrected) and told.what != sittings.Corrected.NOTE:
        return
    if told.matter is None or (told.matter.service, told.matter.kind) != ("recommendations", "recommendation"):
        return
    if told.body_kind not in COMMITTEES or told.proposed_by is None or told.proposed_by_kind != "department":
        return
    noted: dict[str, Any] = {
        "now": received.entry.recorded_at,
        "committee": told.body,
        "committee_name": told.body_name,
        "through": told.proposed_by,
        "through_name": told.proposed_by_name,
        "meeting": told.meeting,
        "item": told.item,
        "public": told.public,
    }
    match told:
        case sittings.NoteTaken():
            yield Send(RECOMMENDATION, told.matter.id, RecordNoteTaken(**noted, noted_at=told.noted_at))
        case sittings.SittingCorrected():
            correction = CorrectNoteTaken(
                **noted, noted_at=told.formerly, really_at=told.at, reason=told.reason, corrected_at=told.corrected_at
            )
            yield Send(RECOMMENDATION, told.matter.id, correction)
        case _:
            assert_never(told)


WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION = Reaction(
    name="when_resolution_passed_then_start_recommendation",
    source=MEETINGS,
    reacts_to=(sittings.ResolutionPassed, sittings.ResolutionCorrected),
    react=start_recommendation,
)
WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED = Reaction(
    name="when_note_taken_then_record_committee_informed",
    source=MEETINGS,
    reacts_to=(sittings.NoteTaken, sittings.SittingCorrected),
    react=record_committee_informed,
)
