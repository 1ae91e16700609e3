"""What has an addressee to do, and by when? To acknowledge, to answer, and to do what it promised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.recommendations.events import (
    MeasurePromised,
    MeasureReportedDone,
    OfRecommendation,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

Duty = Literal["acknowledge", "answer", "measure"]

TABLES = """
create table open_answers_v1 (
    recommendation uuid not null,
    duty text not null,
    concerns uuid not null,
    addressee uuid not null,
    title text not null,
    body uuid not null,
    body_name text not null,
    what text,
    due date not null,
    primary key (recommendation, duty, concerns)
);
comment on column open_answers_v1.concerns is 'The measure, where one is to be done; else the addressee.';
"""
INDEXES = "create index open_answers_v1_by_due on open_answers_v1 (addressee, due, recommendation, duty, concerns);"

OPEN = """insert into open_answers_v1 (recommendation, duty, concerns, addressee, title, body, body_name, what, due)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (recommendation, duty, concerns) do nothing"""
CLOSE = "delete from open_answers_v1 where recommendation = $1 and duty = $2 and concerns = $3"
CLOSE_ALL = "delete from open_answers_v1 where recommendation = $1"

Folded = (
    RecommendationIssued
    | RecommendationAcknowledged
    | RecommendationAnswered
    | RecommendationWithdrawn
    | MeasurePromised
    | MeasureReportedDone
)


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each thing that is still to be done; what is done, or not expected any more, has none."""
    event, stream = received.message, received.stream
    match event:
        case RecommendationIssued():
            for one in event.addressees:
                yield opened(stream, event, "acknowledge", one.body, one.body, None, one.acknowledge_by)
                yield opened(stream, event, "answer", one.body, one.body, None, one.answer_by)
        case RecommendationAcknowledged():
            yield Statement(CLOSE, (stream, "acknowledge", event.addressee))
        case RecommendationAnswered():
            yield Statement(CLOSE, (stream, "acknowledge", event.addressee))
            yield Statement(CLOSE, (stream, "answer", event.addressee))
        case MeasurePromised():
            yield opened(stream, event, "measure", event.measure, event.addressee, event.what, event.due_on)
        case MeasureReportedDone():
            yield Statement(CLOSE, (stream, "measure", event.measure))
        case RecommendationWithdrawn():
            yield Statement(CLOSE_ALL, (stream,))
        case _:
            assert_never(event)


def opened(
    recommendation: UUID, event: OfRecommendation, duty: Duty, concerns: UUID, addressee: UUID, what: str | None, due: date
) -> Statement:
    """The row of something to do."""
    return Statement(OPEN, (recommendation, duty, concerns, addressee, event.title, event.body, event.body_name, what, due))


OPEN_ANSWERS = Projection(
    name="open_answers_v1",
    folds={
        OWN: (
            RecommendationIssued,
            RecommendationAcknowledged,
            RecommendationAnswered,
            RecommendationWithdrawn,
            MeasurePromised,
            MeasureReportedDone,
        )
    },
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

QUERY = """select recommendation, duty, concerns, addressee, title, body, body_name, what, due, due < $2 as overdue
from open_answers_v1 where addressee = $1 and ($3::date is null or (due, recommendation, duty, concerns) > ($3, $4, $5, $6))
order by due, recommendation, duty, concerns limit $7"""


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """Something that an addressee has to do."""

    recommendation: UUID
    duty: Duty
    concerns: UUID
    """The measure, where one is to be done; else the addressee."""
    addressee: UUID
    title: str
    body: UUID
    body_name: str
    what: str | None
    """What was promised."""
    due: date
    """The last day on which it is in time."""
    overdue: bool


async def list_what_is_open(
    db: Queryable, addressee: UUID, today: date, after: tuple[date, UUID, str, UUID] | None, limit: int
) -> Sequence[OpenAnswer]:
    """What is due first comes first, behind the last one seen."""
    rows = await db.fetch(QUERY, addressee, today, *(after or (None, None, None, None)), limit)
    return [OpenAnswer(**row) for row in rows]
