"""The tasks that recommendations begin and end: to be issued, acknowledged, answered, put to committees, done and verified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import assert_never

from services.portal.read_models.tasks_begun import OFFICER, SECRETARIAT, begin, end
from services.portal.read_models.trace_facts import (
    ACKNOWLEDGEMENT,
    ANSWER,
    INFORMING,
    ISSUING,
    MEASURE,
    VERIFICATION,
    answer_of,
    informed_of,
)
from shared.contracts.recommendations import (
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
from shared.projections.projection import Statement

FOLDED = (
    RecommendationStarted,
    RecommendationIssued,
    RecommendationWithdrawn,
    CommitteeInformed,
    RecommendationAcknowledged,
    RecommendationAnswered,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationCorrected,
)
OfWhole = RecommendationStarted | RecommendationIssued | RecommendationWithdrawn | CommitteeInformed
OfAnswer = RecommendationAcknowledged | RecommendationAnswered
OfMeasure = MeasurePromised | MeasureReportedDone | MeasureVerified
Folded = OfWhole | OfAnswer | OfMeasure | RecommendationCorrected

DUE = "update tasks_v1 set due_on = $2 where task = $1 and what = 'measure'"
TITLE = "update tasks_v1 set title = $2 where task = $1"
FORGET = "delete from tasks_v1 where task = $1 and what = any($2::text[])"
WITHDRAWN = "insert into tasks_v1_withdrawn (recommendation) values ($1) on conflict (recommendation) do nothing"
UPHELD = "delete from tasks_v1_withdrawn where recommendation = $1"


def tasks(received: Received[Folded]) -> Iterable[Statement]:
    """Tasks that this message begins or ends."""
    event = received.message
    match event:
        case RecommendationStarted() | RecommendationIssued() | RecommendationWithdrawn() | CommitteeInformed():
            yield from _of_whole(event)
        case RecommendationAcknowledged():
            yield end(answer_of(event.recommendation, event.addressee), ACKNOWLEDGEMENT)
        case RecommendationAnswered():
            yield end(answer_of(event.recommendation, event.addressee), ANSWER)
        case MeasurePromised() | MeasureReportedDone() | MeasureVerified():
            yield from _of_measure(event, local_day(received.entry.recorded_at))
        case RecommendationCorrected():
            yield from _corrected(event, received)
        case _:
            assert_never(event)


def _of_whole(
    event: RecommendationStarted | RecommendationIssued | RecommendationWithdrawn | CommitteeInformed,
) -> Iterable[Statement]:
    node, body = event.recommendation, (event.body, event.body_name)
    match event:
        case RecommendationStarted():
            yield begin(node, ISSUING, SECRETARIAT, body, event.title, node, local_day(event.resolved_at), within=node)
        case RecommendationWithdrawn():
            yield Statement(WITHDRAWN, (node,))
        case CommitteeInformed():
            yield end(informed_of(node, event.committee), INFORMING)
        case RecommendationIssued(issued_on=day):
            yield end(node, ISSUING)
            for one in event.addressees:
                task, addressee = answer_of(node, one.body), (one.body, one.body_name)
                yield begin(task, ACKNOWLEDGEMENT, OFFICER, addressee, event.title, node, day, within=node, due_on=one.acknowledge_by)
                yield begin(task, ANSWER, OFFICER, addressee, event.title, node, day, within=node, due_on=one.answer_by)
            for told in event.informs:
                department, committee = (told.department, told.department_name), (told.committee, told.committee_name)
                task = informed_of(node, told.committee)
                yield begin(task, INFORMING, OFFICER, department, event.title, node, day, within=node, other=committee)


def _of_measure(event: MeasurePromised | MeasureReportedDone | MeasureVerified, learned: date) -> Iterable[Statement]:
    node, addressee = event.recommendation, (event.addressee, event.addressee_name)
    match event:
        case MeasurePromised():
            yield begin(event.measure, MEASURE, OFFICER, addressee, event.what, node, learned, within=node, due_on=event.due_on)
        case MeasureReportedDone():
            body, done = (event.body, event.body_name), event.done_on
            yield end(event.measure, MEASURE)
            yield begin(event.measure, VERIFICATION, SECRETARIAT, body, event.what, node, done, within=node, other=addressee)
        case MeasureVerified():
            yield end(event.measure, VERIFICATION)


def _corrected(event: RecommendationCorrected, received: Received[Folded]) -> Iterable[Statement]:
    """The task as it should have been, or what was to be done before somebody entered that it was done."""
    match event.entry:
        case MeasurePromised(measure=measure) as promised if event.stands:
            yield Statement(TITLE, (measure, promised.what))
            yield Statement(DUE, (measure, promised.due_on))
        case told if event.stands:
            yield from tasks(Received(told, received.entry))
        case RecommendationWithdrawn():
            yield Statement(UPHELD, (event.recommendation,))
        case RecommendationAcknowledged(addressee=addressee):
            yield end(answer_of(event.recommendation, addressee), ACKNOWLEDGEMENT, done=False)
        case RecommendationAnswered(addressee=addressee):
            yield end(answer_of(event.recommendation, addressee), ANSWER, done=False)
        case MeasurePromised(measure=measure):
            yield Statement(FORGET, (measure, [MEASURE]))
        case MeasureReportedDone(measure=measure):
            yield Statement(FORGET, (measure, [VERIFICATION]))
            yield end(measure, MEASURE, done=False)
        case MeasureVerified(measure=measure):
            yield end(measure, VERIFICATION, done=False)
        case CommitteeInformed(committee=committee):
            yield end(informed_of(event.recommendation, committee), INFORMING, done=False)
        case RecommendationIssued():
            pass  # What was issued stays.
        case never:
            assert_never(never)
