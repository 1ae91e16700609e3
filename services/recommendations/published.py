"""What of the recommendations service's facts the other services hear."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

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
    events.AcknowledgementOverdue: contracts.AcknowledgementOverdue,
    events.AnswerOverdue: contracts.AnswerOverdue,
    events.MeasurePromised: contracts.MeasurePromised,
    events.MeasureReportedDone: contracts.MeasureReportedDone,
    events.MeasureVerified: contracts.MeasureVerified,
    events.RecommendationCorrected: contracts.RecommendationCorrected,
}
"""Each contract takes of its fact what it declares. Drafts, and what was corrected beneath them, stay inside."""


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact. Whatever is not named above stays inside: publishing is a decision, never an accident."""
    return told(fact.stream, fact.message)


def told(recommendation: UUID, fact: Event) -> contracts.OfRecommendation | None:
    """The same for a fact, or for the entry that a correction tells."""
    contract = TOLD.get(type(fact))
    if contract is None:
        return None
    values = fact.model_dump()
    if isinstance(fact, events.RecommendationCorrected):
        values["entry"] = told(recommendation, fact.entry)
    return contract(recommendation=recommendation, **values)
