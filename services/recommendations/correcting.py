"""What was entered wrongly is put right with a reason, or taken back; judged by how everything stands afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, assert_never
from uuid import UUID

from pydantic import Field

from services.recommendations.drafting import must_stand
from services.recommendations.events import (
    CommitteeInformed,
    Entry,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationEvent,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from services.recommendations.holding import broken
from services.recommendations.parts import AnswerRule, Part, Succeeded, Verdict
from services.recommendations.standing import Recommendation, evolve, must_be_issued
from shared.domain import Command, Refusal
from shared.localday import Day, local_day
from shared.text import Prose

Kind = Literal["issue", "withdrawal", "acknowledgement", "answer", "promise", "completion", "verification", "note"]
KINDS: dict[type[Entry], Kind] = {
    RecommendationIssued: "issue",
    RecommendationWithdrawn: "withdrawal",
    RecommendationAcknowledged: "acknowledgement",
    RecommendationAnswered: "answer",
    MeasurePromised: "promise",
    MeasureReportedDone: "completion",
    MeasureVerified: "verification",
    CommitteeInformed: "note",
}
"""A note is corrected in the meeting in which it was taken; it is one of the entries that a recommendation shows."""


class RightIssue(Part):
    """On which day, and under which title, it was issued; the last days follow from the rule that held on that day."""

    kind: Literal["issue"]
    title: str
    issued_on: date
    acknowledge_by: date
    answer_by: date
    rule: AnswerRule
    succeeded: tuple[Succeeded, ...] = ()


class RightWithdrawal(Part):
    """Since when, and why, the body no longer upholds it."""

    kind: Literal["withdrawal"]
    reason: Prose
    withdrawn_on: Day


class RightAcknowledgement(Part):
    """When the addressee acknowledged it."""

    kind: Literal["acknowledgement"]
    addressee: UUID
    acknowledged_on: Day


class RightAnswer(Part):
    """What the addressee answered, and when."""

    kind: Literal["answer"]
    addressee: UUID
    verdict: Verdict
    reasons: Prose
    answered_on: Day


class RightPromise(Part):
    """What was promised, and by when."""

    kind: Literal["promise"]
    measure: UUID
    what: Prose
    due_on: Day


class RightCompletion(Part):
    """When the measure was done, and by what that can be seen."""

    kind: Literal["completion"]
    measure: UUID
    evidence: Prose
    done_on: Day


class RightVerification(Part):
    """When the measure was seen to be done, and what was found."""

    kind: Literal["verification"]
    measure: UUID
    finding: Prose
    verified_on: Day


class NeverHappened(Part):
    """This should never have been entered. What was issued can be withdrawn, and stays."""

    kind: Literal["never_happened"]
    entry: Literal["withdrawal", "acknowledgement", "answer", "promise", "completion", "verification"]
    of: Annotated[UUID | None, Field(description="The addressee, or the measure; nothing for a withdrawal.")] = None


Right = (
    RightIssue
    | RightWithdrawal
    | RightAcknowledgement
    | RightAnswer
    | RightPromise
    | RightCompletion
    | RightVerification
    | NeverHappened
)  # fmt: skip


class CorrectEntry(Command):
    """What was entered was wrong: this is how it was, or it never was."""

    right: Annotated[Right, Field(discriminator="kind")]
    reason: str


class NothingWasEntered(Refusal):
    """Only what was entered can be corrected."""


class PromiseIsReportedDone(Refusal):
    """A promise is taken back after the report that it was kept."""


def correct(command: CorrectEntry, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The entry as it should have been; what is recorded just so, or was taken back before, is nothing to do."""
    issued, right, today = must_be_issued(state), command.right, local_day(command.now)
    kind, of = (right.entry, right.of) if isinstance(right, NeverHappened) else (right.kind, whose(right))
    recorded, stands = entered(state, kind, of), not isinstance(right, NeverHappened)
    if recorded is None:
        if not stands and any(key_of(one.entry) == (kind, of) for one in state.corrections):
            return []
        raise NothingWasEntered
    changes = changes_of(right, issued)
    if stands and all(getattr(recorded, name) == value for name, value in changes.items()):
        return []
    if isinstance(right, RightIssue):
        must_stand(issued.addressees, issued.informs, right.succeeded)
    if not stands and isinstance(recorded, MeasurePromised) and (measure := state.measure(recorded.measure)) and measure.done:
        raise PromiseIsReportedDone(done_on=measure.done.done_on.isoformat())
    named = state.named() | {name: value for name, value in changes.items() if name == "title"}
    corrected = RecommendationCorrected(
        **named,
        entry=recorded.model_copy(update=named | changes),
        stands=stands,
        reason=command.reason,
        corrected_at=command.now,
        expects=(),
    )
    after = evolve(state, corrected)
    broken_before = {(key, type(rule)) for key, rule in broken(state, today)}
    for key, rule in broken(after, today):
        if (key, type(rule)) not in broken_before:  # What does not hold anyway is not this correction's.
            raise rule
    owed = tuple(one for one in after.owed() if one not in tuple(state.owed()))
    return [corrected.model_copy(update={"expects": owed})]


def changes_of(right: Right, issued: RecommendationIssued) -> dict[str, Any]:
    """The fields of the entry as they should have been."""
    match right:
        case NeverHappened():
            return {}
        case RightIssue():
            days = {"acknowledge_by": right.acknowledge_by, "answer_by": right.answer_by}
            addressees = tuple(one.model_copy(update=days) for one in issued.addressees)
            return {"title": right.title, "issued_on": right.issued_on, "rule": right.rule, "addressees": addressees}
        case _:
            return {name: value for name, value in right if name not in ("kind", "addressee", "measure")}


def whose(part: Right | Entry) -> UUID | None:
    """The measure, the addressee or the committee that it is about."""
    of: UUID | None = getattr(part, "measure", None) or getattr(part, "addressee", None) or getattr(part, "committee", None)
    return of


def key_of(entry: Entry) -> tuple[Kind, UUID | None]:
    """Which entry of its recommendation it is."""
    return KINDS[type(entry)], whose(entry)


def entered(state: Recommendation, kind: Kind, of: UUID | None) -> Entry | None:
    """The entry as it is recorded now."""
    answer, measure = (state.answer_of(of), state.measure(of)) if of else (None, None)
    match kind:
        case "issue":
            return state.issued
        case "withdrawal":
            return state.withdrawn
        case "acknowledgement":
            return answer.acknowledged if answer else None
        case "answer":
            return answer.given if answer else None
        case "promise":
            return measure.promised if measure else None
        case "completion":
            return measure.done if measure else None
        case "verification":
            return measure.verified if measure else None
        case "note":
            return next((one for one in state.informed if one.committee == of), None)
        case _:
            assert_never(kind)
