"""What was decided by recommendations, and what became of them, as the timeline tells it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.portal.read_models.trace_facts import answer_of, informed_of
from shared.contracts.recommendations import (
    AnswerOverdue,
    CommitteeInformed,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import Statement

FOLDED = (
    RecommendationIssued,
    RecommendationWithdrawn,
    CommitteeInformed,
    RecommendationAnswered,
    AnswerOverdue,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    RecommendationCorrected,
)
DECIDED, CAME = "decided", "came"
NEWS = """insert into timeline_v1 (thing, topic, news, node, title, body, body_name, detail, verdict, day, version, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (thing, topic, news) do update set title = excluded.title,
detail = excluded.detail, verdict = excluded.verdict, day = excluded.day, version = excluded.version, recorded_at = excluded.recorded_at"""
RIGHT = """update timeline_v1 set detail = $4, verdict = $5, day = coalesce($6, day), recorded_at = $7
where thing = $1 and topic = $2 and news = $3"""
TITLE = "update timeline_v1 set title = $2 where thing = $1"
FORGET = "delete from timeline_v1 where thing = $1 and topic = $2 and news = $3"
NOT_OVERDUE = "delete from timeline_v1 where thing = $1 and news = 'overdue' and day <> $2"


def corrected(event: RecommendationCorrected, received: Received[Any]) -> Iterable[Statement]:
    """The same news as they should have been, in their old place, or without those that never were."""
    entry, at = event.entry, received.entry.recorded_at
    if isinstance(entry, RecommendationAcknowledged):
        return  # It is no news.
    if isinstance(entry, RecommendationIssued):
        for one in entry.addressees:
            yield Statement(TITLE, (answer_of(event.recommendation, one.body), event.title))
            yield Statement(NOT_OVERDUE, (answer_of(event.recommendation, one.body), one.answer_by))
        for told in entry.informs:
            yield Statement(TITLE, (informed_of(event.recommendation, told.committee), event.title))
        yield Statement(TITLE, (event.recommendation, event.title))
    for one_news in news(entry, at, received.entry.version):
        thing, topic, what, _, title, _, _, detail, verdict, day, *_ = one_news.args
        if not event.stands:
            yield Statement(FORGET, (thing, topic, what))
            continue
        if isinstance(entry, CommitteeInformed):
            yield one_news  # Another note of the committee may have been told before and been taken back.
            continue
        yield Statement(TITLE, (thing, title))
        # A promise bears the day on which it was entered.
        yield Statement(RIGHT, (thing, topic, what, detail, verdict, None if isinstance(entry, MeasurePromised) else day, at))


def news(event: Any, at: datetime, version: int) -> Iterable[Statement]:
    """What was decided by a recommendation, or came of it."""
    node: UUID = event.recommendation

    def said(
        thing: UUID,
        topic: str,
        what: str,
        day: date,
        detail: str | None = None,
        by: tuple[UUID, str] | None = None,
        title: str | None = None,
        verdict: str | None = None,
    ) -> Statement:
        body, name = by or (event.body, event.body_name)
        return Statement(NEWS, (thing, topic, what, thing, title or event.title, body, name, detail, verdict, day, version, at))

    match event:
        case RecommendationIssued(issued_on=day):
            yield said(node, DECIDED, event.instrument.value, day, event.text)
        case RecommendationWithdrawn(withdrawn_on=day):
            yield said(node, CAME, "withdrawn", day, event.reason)
        case CommitteeInformed(informed_at=when):
            committee = (event.committee, event.committee_name)
            yield said(informed_of(node, event.committee), CAME, "informed", local_day(when), by=committee)
        case RecommendationAnswered(answered_on=day):
            answer, by = answer_of(node, event.addressee), (event.addressee, event.addressee_name)
            yield said(answer, CAME, "answered", day, event.reasons, by, verdict=event.verdict.value)
        case AnswerOverdue(was_due=day):
            answer, by = answer_of(node, event.addressee), (event.addressee, event.addressee_name)
            yield said(answer, CAME, "overdue", day, by=by)
        case MeasurePromised(due_on=due):
            by = (event.addressee, event.addressee_name)
            yield said(event.measure, CAME, "promised", local_day(at), due.isoformat(), by, event.what)
        case MeasureReportedDone(done_on=day):
            by = (event.addressee, event.addressee_name)
            yield said(event.measure, CAME, "done", day, event.evidence, by, event.what)
        case MeasureVerified(verified_on=day):
            by = (event.addressee, event.addressee_name)
            yield said(event.measure, CAME, "verified", day, event.finding, by, event.what)
        case _:
            raise TypeError(f"nothing is said of {event.NAME}")
