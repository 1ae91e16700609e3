"""A recommendation (or a statement): everything about it is one stream, begun by the resolution that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never, get_args
from uuid import UUID, uuid5

from services.recommendations.answering import (
    AcknowledgeRecommendation,
    AnswerRecommendation,
    NoteOverdue,
    acknowledge,
    answer,
    note_overdue,
)
from services.recommendations.correcting import CorrectEntry, correct
from services.recommendations.drafting import (
    DraftRecommendation,
    IssueRecommendation,
    NoteResolutionCorrection,
    StartRecommendation,
    WithdrawRecommendation,
    draft,
    issue,
    note_correction,
    start,
    withdraw,
)
from services.recommendations.events import RecommendationEvent
from services.recommendations.implementing import PromiseMeasure, ReportMeasureDone, VerifyMeasure, promise, report_done, verify
from services.recommendations.informing import CorrectNoteTaken, InformCommittee, RecordNoteTaken, correct_note, inform, record_note
from services.recommendations.standing import Recommendation, evolve
from shared.domain import Decider

RecommendationCommand = (
    StartRecommendation
    | NoteResolutionCorrection
    | DraftRecommendation
    | IssueRecommendation
    | WithdrawRecommendation
    | AcknowledgeRecommendation
    | AnswerRecommendation
    | CorrectEntry
    | NoteOverdue
    | RecordNoteTaken
    | CorrectNoteTaken
    | InformCommittee
    | PromiseMeasure
    | ReportMeasureDone
    | VerifyMeasure
)


def recommendation_of(resolution: UUID) -> UUID:
    """The stream of the recommendation that rests on a resolution."""
    return uuid5(resolution, "recommendation")


def decide(command: RecommendationCommand, state: Recommendation) -> Sequence[RecommendationEvent]:
    """Grant or refuse a command."""
    match command:
        case StartRecommendation():
            return start(command, state)
        case NoteResolutionCorrection():
            return note_correction(command, state)
        case DraftRecommendation():
            return draft(command, state)
        case IssueRecommendation():
            return issue(command, state)
        case WithdrawRecommendation():
            return withdraw(command, state)
        case AcknowledgeRecommendation():
            return acknowledge(command, state)
        case AnswerRecommendation():
            return answer(command, state)
        case CorrectEntry():
            return correct(command, state)
        case NoteOverdue():
            return note_overdue(command, state)
        case CorrectNoteTaken():
            return correct_note(command, state)
        case RecordNoteTaken():
            return record_note(command, state)
        case InformCommittee():
            return inform(command, state)
        case PromiseMeasure():
            return promise(command, state)
        case ReportMeasureDone():
            return report_done(command, state)
        case VerifyMeasure():
            return verify(command, state)
        case _:
            assert_never(command)


RECOMMENDATION: Decider[Recommendation, RecommendationCommand, RecommendationEvent] = Decider(
    name="recommendations.Recommendation", initial=Recommendation(), evolve=evolve, decide=decide, events=get_args(RecommendationEvent)
)
