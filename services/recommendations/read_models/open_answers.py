"""What has an addressee to do, and by when? To acknowledge, to answer, and to do what it promised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.recommendations.events import (
    CommitteeInformed,
    MeasurePromised,
    MeasureReportedDone,
    MeasureVerified,
    OfRecommendation,
    RecommendationAcknowledged,
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationIssued,
    RecommendationWithdrawn,
)
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

Duty = Literal["acknowledge", "answer", "measure"]

TABLES = """
create table open_answers_v2 (
    recommendation uuid not null,
    duty text not null,
    concerns uuid not null,
    addressee uuid not null,
    title text not null,
    body uuid not null,
    body_name text not null,
    what text,
    due date not null,
    done boolean not null default false,
    primary key (recommendation, duty, concerns)
);
comment on column open_answers_v2.concerns is 'The measure, where one is to be done; else the addressee.';
create table open_answers_v2_withdrawn (recommendation uuid primary key);
"""
INDEXES = "create index open_answers_v2_by_due on open_answers_v2 (addressee, due, recommendation, duty, concerns) where not done;"

OPEN = """insert into open_answers_v2 (recommendation, duty, concerns, addressee, title, body, body_name, what, due)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (recommendation, duty, concerns) do update set title = excluded.title,
what = excluded.what, due = excluded.due"""
TITLE = "update open_answers_v2 set title = $2 where recommendation = $1"
CLOSE = "update open_answers_v2 set done = $4 where recommendation = $1 and duty = $2 and concerns = $3"
FORGET = "delete from open_answers_v2 where recommendation = $1 and duty = 'measure' and concerns = $2"
WITHDRAWN = "insert into open_answers_v2_withdrawn (recommendation) values ($1) on conflict (recommendation) do nothing"
UPHELD = "delete from open_answers_v2_withdrawn where recommendation = $1"

FOLDED = (
    *(RecommendationIssued, RecommendationAcknowledged, RecommendationAnswered, RecommendationWithdrawn),
    *(MeasurePromised, MeasureReportedDone, RecommendationCorrected),
)
Told = (
    RecommendationIssued
    | RecommendationAcknowledged
    | RecommendationAnswered
    | RecommendationWithdrawn
    | MeasurePromised
    | MeasureReportedDone
    | MeasureVerified
    | CommitteeInformed
)


def project(received: Received[Told | RecommendationCorrected]) -> Iterable[Statement]:
    """One row for each thing that is or was to be done. A correction tells it anew, or that it never was."""
    event, stream = received.message, received.stream
    if not isinstance(event, RecommendationCorrected):
        yield from told(event, stream)
        return
    yield Statement(TITLE, (stream, event.title))
    yield from told(event.entry, stream, stands=event.stands)


def told(event: Told, stream: UUID, *, stands: bool = True) -> Iterable[Statement]:
    """What this begins and ends, or, where it does not stand, what was begun and ended by nothing."""
    match event:
        case RecommendationIssued():
            for one in event.addressees:
                yield opened(stream, event, "acknowledge", one.body, one.body, None, one.acknowledge_by)
                yield opened(stream, event, "answer", one.body, one.body, None, one.answer_by)
        case RecommendationAcknowledged():
            yield Statement(CLOSE, (stream, "acknowledge", event.addressee, stands))
        case RecommendationAnswered():
            yield Statement(CLOSE, (stream, "answer", event.addressee, stands))
        case MeasurePromised():
            promised = opened(stream, event, "measure", event.measure, event.addressee, event.what, event.due_on)
            yield promised if stands else Statement(FORGET, (stream, event.measure))
        case MeasureReportedDone():
            yield Statement(CLOSE, (stream, "measure", event.measure, stands))
        case RecommendationWithdrawn():
            yield Statement(WITHDRAWN if stands else UPHELD, (stream,))
        case MeasureVerified() | CommitteeInformed():
            pass
        case _:
            assert_never(event)


def opened(
    recommendation: UUID, event: OfRecommendation, duty: Duty, concerns: UUID, addressee: UUID, what: str | None, due: date
) -> Statement:
    """The row of something to do."""
    return Statement(OPEN, (recommendation, duty, concerns, addressee, event.title, event.body, event.body_name, what, due))


OPEN_ANSWERS = Projection(
    name="open_answers_v2",
    folds={OWN: FOLDED},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

OPEN_STILL = """not done and not exists (select from open_answers_v2_withdrawn w where w.recommendation = o.recommendation)
and (duty <> 'acknowledge' or not exists (select from open_answers_v2 a
    where a.recommendation = o.recommendation and a.duty = 'answer' and a.concerns = o.concerns and a.done))"""
"""Whoever answers need not acknowledge any more, and what was withdrawn asks for nothing."""
QUERY = f"""select recommendation, duty, concerns, addressee, title, body, body_name, what, due, due < $2 as overdue
from open_answers_v2 o where addressee = $1 and {OPEN_STILL}
and ($3::date is null or (due, recommendation, duty, concerns) > ($3, $4, $5, $6))
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
