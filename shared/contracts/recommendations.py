"""What the recommendations service publishes: from the resolution to the measure that was verified.

`public` follows the resolution: what a body resolved in a non-public sitting stays inside until it is issued to the public.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.matter import Matter
from shared.contracts.meetings.sittings import Instrument
from shared.domain import Contract


class AddresseeClass(StrEnum):
    """The five classes of addressee."""

    OFFICE = "office"
    """Amt."""
    DEPARTMENT_HEAD = "department_head"
    """Dezernentin, Dezernent."""
    MAGISTRAT = "magistrat"
    CITY_COUNCIL = "city_council"
    """Stadtverordnetenversammlung."""
    COMMITTEE = "committee"
    """A committee of the city council."""


class Verdict(StrEnum):
    """What an addressee answers."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"


class Addressee(BaseModel):
    """Whom a recommendation is issued to, and until when what is expected."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    body: UUID
    body_name: str
    address_class: AddresseeClass
    acknowledge_by: date
    answer_by: date


class Information(BaseModel):
    """Which committee is to be informed through which department."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    committee: UUID
    committee_name: str
    department: UUID
    department_name: str


class OfRecommendation(Contract):
    """What each message about a recommendation says of it. Its matter is
    `{"service": "recommendations", "kind": "recommendation", "id": <recommendation>}`."""

    recommendation: UUID
    title: str
    instrument: Instrument
    body: UUID
    """The body that gives it."""
    body_name: str
    public: bool


class RecommendationStarted(OfRecommendation, name="recommendations.RecommendationStarted"):
    """A resolution asks for it: it is to be drafted and issued."""

    resolution: UUID
    meeting: UUID
    item: UUID
    matter: Matter | None
    """What was deliberated: the results of a conference, for instance."""
    resolved_at: AwareDatetime


class RecommendationIssued(OfRecommendation, name="recommendations.RecommendationIssued", open_to_all=True):
    """The body recommends, or states, this to these addressees."""

    resolution: UUID
    matter: Matter | None
    text: str
    admissibility: str
    """Why it is of fundamental importance or concerns several target groups."""
    addressees: tuple[Addressee, ...]
    informs: tuple[Information, ...]
    issued_on: date


class RecommendationWithdrawn(OfRecommendation, name="recommendations.RecommendationWithdrawn", open_to_all=True):
    """The body no longer upholds it."""

    reason: str
    withdrawn_on: date


class CommitteeInformed(OfRecommendation, name="recommendations.CommitteeInformed", open_to_all=True):
    """A committee has taken note of it in its own sitting, put to it by the department: informed means proven."""

    committee: UUID
    committee_name: str
    through: UUID
    """The department (Dezernat) that put it to the committee."""
    through_name: str | None
    meeting: UUID
    item: UUID
    informed_at: AwareDatetime


class OfAnswer(OfRecommendation):
    """What each message about an addressee's answer says of it."""

    addressee: UUID
    addressee_name: str


class RecommendationAcknowledged(OfAnswer, name="recommendations.RecommendationAcknowledged", open_to_all=True):
    """The addressee has confirmed that it is there (Eingangsbestätigung)."""

    acknowledged_on: date


class RecommendationAnswered(OfAnswer, name="recommendations.RecommendationAnswered", open_to_all=True):
    """The addressee answers, with reasons."""

    verdict: Verdict
    reasons: str
    answered_on: date


class AnswerOverdue(OfAnswer, name="recommendations.AnswerOverdue", open_to_all=True):
    """No answer came by the last day for it."""

    was_due: date


class AcknowledgementOverdue(OfAnswer, name="recommendations.AcknowledgementOverdue", open_to_all=True):
    """No acknowledgement came by the last day for it."""

    was_due: date


class OfMeasure(OfAnswer):
    """What each message about a measure says of it: what an addressee does to follow the recommendation."""

    measure: UUID
    what: str


class MeasurePromised(OfMeasure, name="recommendations.MeasurePromised", open_to_all=True):
    """The addressee promises to do something by a day."""

    due_on: date


class MeasureReportedDone(OfMeasure, name="recommendations.MeasureReportedDone", open_to_all=True):
    """The addressee says that it is done, and by what that can be seen. Nobody has checked it yet."""

    evidence: str
    done_on: date


class MeasureVerified(OfMeasure, name="recommendations.MeasureVerified", open_to_all=True):
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
"""What people enter, and what a committee's note makes. Each has a field that no other has: issued_on, withdrawn_on, acknowledged_on,
answered_on, due_on, done_on, verified_on, informed_at."""


class RecommendationCorrected(OfRecommendation, name="recommendations.RecommendationCorrected", open_to_all=True):
    """What was entered was wrong. Whoever keeps what was told puts `entry` in the place of the message before it of the same kind, about
    the same addressee, measure or committee; or takes that message away, where `stands` is false: it never happened. Where another note
    of the same committee goes on standing, that is told anew after it."""

    entry: Entry
    """The message, whole, as it should have been."""
    stands: bool
    reason: str
    corrected_at: AwareDatetime


CONTRACTS: tuple[type[Contract], ...] = (
    RecommendationStarted,
    RecommendationIssued,
    RecommendationWithdrawn,
    CommitteeInformed,
    RecommendationAcknowledged,
    RecommendationAnswered,
    AnswerOverdue,
    AcknowledgementOverdue,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationCorrected,
)
