"""The facts of the recommendations service: drafted, issued, answered, noted, followed; all of one recommendation in one stream."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from services.recommendations.parts import Addressed, Addressee, AnswerRule, Information, Instrument, Matter, Owed, Verdict
from shared.domain import Event


class OfRecommendation(Event):
    """What each fact about a recommendation says of it, so that it can be understood, and published, alone."""

    title: str
    instrument: Instrument
    body: UUID
    """The body that gives it."""
    body_name: str
    public: bool


class RecommendationStarted(OfRecommendation, name="recommendations.RecommendationStarted"):
    """A body resolved that it be given; it bears the title of the agenda item until it is drafted."""

    resolution: UUID
    meeting: UUID
    item: UUID
    matter: Matter | None
    resolution_text: str
    resolved_at: AwareDatetime


class ResolutionCorrectionNoted(OfRecommendation, name="recommendations.ResolutionCorrectionNoted"):
    """What was recorded of the resolution was wrong: whoever drafts has to look at it again."""

    resolution_text: str
    reason: str
    corrected_at: AwareDatetime


class RecommendationDrafted(OfRecommendation, name="recommendations.RecommendationDrafted"):
    """The secretariat has written it, or written it anew."""

    revision: int
    """From 1."""
    text: str
    admissibility: str
    """Why it is of fundamental importance or concerns several target groups."""
    addressees: tuple[Addressed, ...]
    informs: tuple[Information, ...]


class RecommendationIssued(OfRecommendation, name="recommendations.RecommendationIssued"):
    """The body recommends, or states, this to these addressees."""

    resolution: UUID
    matter: Matter | None
    text: str
    admissibility: str
    addressees: tuple[Addressee, ...]
    informs: tuple[Information, ...]
    issued_on: date
    rule: AnswerRule


class RecommendationWithdrawn(OfRecommendation, name="recommendations.RecommendationWithdrawn"):
    """The body no longer upholds it."""

    reason: str
    withdrawn_on: date
    addressees: tuple[UUID, ...]
    """From whom nothing is expected any more."""


class CommitteeInformed(OfRecommendation, name="recommendations.CommitteeInformed"):
    """A committee has taken note of it in its own sitting (Kenntnisnahme). `public`: of the recommendation and the note together."""

    committee: UUID
    committee_name: str
    through: UUID
    """The department that put it to the committee."""
    through_name: str | None
    meeting: UUID
    item: UUID
    informed_at: AwareDatetime


class OfAnswer(OfRecommendation):
    """What each fact about an addressee's answer says of it."""

    addressee: UUID
    addressee_name: str


class RecommendationAcknowledged(OfAnswer, name="recommendations.RecommendationAcknowledged"):
    """The addressee has confirmed that it is there (Eingangsbestätigung)."""

    acknowledged_on: date


class RecommendationAnswered(OfAnswer, name="recommendations.RecommendationAnswered"):
    """The addressee answers, with reasons."""

    verdict: Verdict
    reasons: str
    answered_on: date


class AcknowledgementOverdue(OfAnswer, name="recommendations.AcknowledgementOverdue"):
    """The last day for acknowledging is over, and nothing came."""

    was_due: date


class AnswerOverdue(OfAnswer, name="recommendations.AnswerOverdue"):
    """The last day for answering is over, and no answer came."""

    was_due: date


class OfMeasure(OfAnswer):
    """What each fact about a measure (Maßnahme) says of it."""

    measure: UUID
    what: str


class MeasurePromised(OfMeasure, name="recommendations.MeasurePromised"):
    """The addressee promises to do something by a day."""

    due_on: date


class MeasureReportedDone(OfMeasure, name="recommendations.MeasureReportedDone"):
    """The addressee says that it is done, and by what that can be seen. Nobody has checked it yet."""

    evidence: str
    done_on: date


class MeasureVerified(OfMeasure, name="recommendations.MeasureVerified"):
    """The secretariat of the body has seen that it is done."""

    verified_on: date
    finding: str


Entry = (
    RecommendationIssued
    | RecommendationWithdrawn
    | RecommendationAcknowledged
    | RecommendationAnswered
    | MeasurePromised
    | MeasureReportedDone
    | MeasureVerified
    | CommitteeInformed
)
"""What people enter, here or as a committee's note in its meeting, and can enter wrongly. Each has a field that no other has, so that it is
known again when it is read."""


class RecommendationCorrected(OfRecommendation, name="recommendations.RecommendationCorrected"):
    """What was entered was wrong. Whoever folds facts folds the entry in the place of the one before it, or takes that away."""

    entry: Entry
    """The entry, whole, as it should have been; one that should never have been, as it was."""
    stands: bool
    """False: it never happened."""
    reason: str
    corrected_at: AwareDatetime
    expects: tuple[Owed, ...]
    """What is expected from now on that was not expected before, or by another day."""


RecommendationEvent = (
    RecommendationStarted
    | ResolutionCorrectionNoted
    | RecommendationDrafted
    | RecommendationIssued
    | RecommendationWithdrawn
    | CommitteeInformed
    | RecommendationAcknowledged
    | RecommendationAnswered
    | AcknowledgementOverdue
    | AnswerOverdue
    | MeasurePromised
    | MeasureReportedDone
    | MeasureVerified
    | RecommendationCorrected
)

EVENTS: tuple[type[Event], ...] = (
    RecommendationStarted,
    ResolutionCorrectionNoted,
    RecommendationDrafted,
    RecommendationIssued,
    RecommendationWithdrawn,
    CommitteeInformed,
    RecommendationAcknowledged,
    RecommendationAnswered,
    AcknowledgementOverdue,
    AnswerOverdue,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationCorrected,
)
