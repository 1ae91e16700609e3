"""What of the recommendations service's facts the other services hear."""

from __future__ import annotations

from collections.abc import Mapping

from services.recommendations import events
from shared.contracts import recommendations as contracts
from shared.domain import Contract, Event
from shared.envelope import Received

TOLD: Mapping[type[Event], type[contracts.OfRecommendation]] = {
    events.RecommendationStarted: contracts.RecommendationStarted,
    events.RecommendationIssued: contracts.RecommendationIssued,
    events.RecommendationWithdrawn: contracts.RecommendationWithdrawn,
    events.CommitteeInformed: contracts.CommitteeInformed,
    events.RecommendationAcknowledged: contracts.RecommendationAcknowledged,
    events.RecommendationAnswered: contracts.RecommendationAnswered,
    events.AnswerCorrected: contracts.AnswerCorrected,
    events.AcknowledgementOverdue: contracts.AcknowledgementOverdue,
    events.AnswerOverdue: contracts.AnswerOverdue,
    events.MeasurePromised: contracts.MeasurePromised,
    events.MeasureReportedDone: contracts.MeasureReportedDone,
    events.MeasureVerified: contracts.MeasureVerified,
}
"""Each contract takes of its fact what it declares. Drafts, and what was corrected beneath them, stay inside."""


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact. Whatever is not named above stays inside: publishing is a decision, never an accident."""
    told = TOLD.get(type(fact.message))
    return told(recommendation=fact.stream, **fact.message.model_dump()) if told else None
