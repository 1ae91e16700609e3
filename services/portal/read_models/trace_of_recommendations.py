"""The trace as far as recommendations tell it: issued, informed of, answered, followed by measures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, assert_never

from services.portal.read_models.trace_facts import (
    ACKNOWLEDGEMENT,
    ANSWER,
    INFORMING,
    ISSUING,
    MEASURE,
    VERIFICATION,
    Edge,
    Step,
    answer_of,
    informed_of,
)
from services.portal.read_models.trace_righted import corrected
from shared.contracts.recommendations import (
    CONTRACTS,
    AcknowledgementOverdue,
    AnswerOverdue,
    CommitteeInformed,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationIssued,
    RecommendationStarted,
    RecommendationWithdrawn,
)
from shared.envelope import Received
from shared.localday import local_day

FOLDED = CONTRACTS
OfWhole = RecommendationStarted | RecommendationIssued | RecommendationWithdrawn | CommitteeInformed
OfAnswer = RecommendationAcknowledged | RecommendationAnswered | AnswerOverdue | AcknowledgementOverdue
OfMeasure = MeasurePromised | MeasureReportedDone | MeasureVerified
SECRETARIAT, RULE, ADDRESSEE, COMMITTEE, CLOCK = "secretariat", "rule", "addressee", "committee", "clock"


def facts(received: Received[OfWhole | OfAnswer | OfMeasure | RecommendationCorrected]) -> Iterable[Step | Edge]:
    """Steps of a recommendation, of each addressee's answer, of each committee's being informed, and of each measure."""
    event = received.message
    match event:
        case RecommendationCorrected():
            for told in facts(Received(event.entry, received.entry)):
                if isinstance(told, Step):  # What led to what stays as it was told.
                    yield corrected(told, local_day(event.corrected_at), event.reason, stands=event.stands)
        case RecommendationStarted() | RecommendationIssued() | RecommendationWithdrawn():
            yield from _of_whole(event)
        case CommitteeInformed(informed_at=at):
            node, sight = informed_of(event.recommendation, event.committee), _sight(event, event.committee, event.through)
            yield Step(
                node=node, kind="informed", step="informed", title=event.title, body=event.committee, body_name=event.committee_name,
                role=COMMITTEE, day=local_day(at), at=at, within=event.recommendation, ends=(INFORMING,),
                facts={"through": event.through_name}, **sight,
            )  # fmt: skip
            yield Edge(origin=event.recommendation, target=node, how="informed", **sight)
            yield Edge(origin=event.item, target=node, how="noted", **sight)
        case MeasurePromised() | MeasureReportedDone() | MeasureVerified():
            yield from _of_measure(event, local_day(received.entry.recorded_at))
        case _:
            yield from _of_answer(event)


def _sight(event: OfWhole | OfAnswer | OfMeasure, *others: Any) -> dict[str, Any]:
    named = tuple(body for body in others if body)
    return {"public": event.public, "insiders": (event.body, *named), "acting": named}


def _of_whole(event: RecommendationStarted | RecommendationIssued | RecommendationWithdrawn) -> Iterable[Step | Edge]:
    node = event.recommendation
    others = (
        [*(one.body for one in event.addressees), *(one.department for one in event.informs), *(one.committee for one in event.informs)]
        if isinstance(event, RecommendationIssued)
        else []
    )
    sight = _sight(event, *dict.fromkeys(others))
    whole: dict[str, Any] = {
        "node": node, "kind": "recommendation", "title": event.title, "body": event.body, "body_name": event.body_name, **sight,
    }  # fmt: skip
    instrument = {"instrument": event.instrument.value}
    match event:
        case RecommendationStarted(resolved_at=at):
            yield Step(**whole, step="started", role=RULE, day=local_day(at), at=at, within=node, awaits=ISSUING, facts=instrument)
            yield Edge(origin=event.resolution, target=node, how="led_to", **sight)
        case RecommendationWithdrawn(withdrawn_on=day):
            ends = (ACKNOWLEDGEMENT, ANSWER, INFORMING, ISSUING, MEASURE, VERIFICATION)
            yield Step(**whole, step="withdrawn", role=SECRETARIAT, day=day, facts={"reason": event.reason}, ends=ends)
        case RecommendationIssued(issued_on=day):
            issued = instrument | {"admissibility": event.admissibility}
            yield Step(**whole, step="issued", role=SECRETARIAT, day=day, detail=event.text, facts=issued, ends=(ISSUING,))
            yield Edge(origin=event.resolution, target=node, how="led_to", **sight)
            if event.matter:
                yield Edge(origin=event.matter.id, target=node, how="about", **sight)
            common: dict[str, Any] = {"title": event.title, "role": SECRETARIAT, "day": day, "within": node}
            for one in event.addressees:
                answer, seen = answer_of(node, one.body), _sight(event, one.body)
                asked = common | {"node": answer, "kind": "answer", "body": one.body, "body_name": one.body_name, **seen}
                yield Step(**asked, step="asked_to_acknowledge", awaits=ACKNOWLEDGEMENT, due_on=one.acknowledge_by)
                yield Step(**asked, step="asked_to_answer", awaits=ANSWER, due_on=one.answer_by)
                yield Edge(origin=node, target=answer, how="asked", **seen)
            for one_more in event.informs:
                informed, seen = informed_of(node, one_more.committee), _sight(event, one_more.committee, one_more.department)
                yield Step(
                    **common, **seen, node=informed, kind="informed", step="to_be_informed", body=one_more.committee,
                    body_name=one_more.committee_name, awaits=INFORMING, facts={"through": one_more.department_name},
                )  # fmt: skip
                yield Edge(origin=node, target=informed, how="to_inform", **seen)
        case _:
            assert_never(event)


def _of_answer(event: OfAnswer) -> Iterable[Step]:
    answer: dict[str, Any] = {
        "node": answer_of(event.recommendation, event.addressee), "kind": "answer", "title": event.title, "body": event.addressee,
        "body_name": event.addressee_name, "within": event.recommendation, **_sight(event, event.addressee),
    }  # fmt: skip
    match event:
        case RecommendationAcknowledged(acknowledged_on=day):
            yield Step(**answer, step="acknowledged", role=ADDRESSEE, day=day, ends=(ACKNOWLEDGEMENT,))
        case RecommendationAnswered(answered_on=day):
            verdict = {"verdict": event.verdict.value}
            ends = (ACKNOWLEDGEMENT, ANSWER)
            yield Step(**answer, step="answered", role=ADDRESSEE, day=day, detail=event.reasons, facts=verdict, ends=ends)
        case AnswerOverdue(was_due=day):
            yield Step(**answer, step="answer_overdue", role=CLOCK, day=day)
        case AcknowledgementOverdue(was_due=day):
            yield Step(**answer, step="acknowledgement_overdue", role=CLOCK, day=day)
        case _:
            assert_never(event)


def _of_measure(event: OfMeasure, learned: date) -> Iterable[Step | Edge]:
    sight = _sight(event, event.addressee)
    measure: dict[str, Any] = {
        "node": event.measure, "kind": "measure", "title": event.what, "body": event.addressee, "body_name": event.addressee_name,
        "within": event.recommendation, **sight,
    }  # fmt: skip
    match event:
        case MeasurePromised():
            yield Step(**measure, step="promised", role=ADDRESSEE, day=learned, awaits=MEASURE, due_on=event.due_on)
            yield Edge(origin=answer_of(event.recommendation, event.addressee), target=event.measure, how="promised", **sight)
        case MeasureReportedDone(done_on=day):
            yield Step(
                **measure, step="reported_done", role=ADDRESSEE, day=day, detail=event.evidence, awaits=VERIFICATION, ends=(MEASURE,)
            )
        case MeasureVerified(verified_on=day):
            yield Step(**measure, step="verified", role=SECRETARIAT, day=day, detail=event.finding, ends=(VERIFICATION,))
        case _:
            assert_never(event)
