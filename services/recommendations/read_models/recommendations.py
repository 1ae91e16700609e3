"""Answers which recommendations and statements there are, and how far each has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.recommendations.events import (
    RecommendationAnswered,
    RecommendationCorrected,
    RecommendationDrafted,
    RecommendationIssued,
    RecommendationStarted,
    RecommendationWithdrawn,
)
from services.recommendations.parts import Instrument
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

Standing = Literal["started", "drafted", "issued", "withdrawn"]

TABLES = """
create table recommendations_v1 (
    recommendation uuid primary key,
    resolution uuid not null,
    body uuid not null,
    body_name text not null,
    title text not null,
    instrument text not null,
    public boolean not null,
    standing text not null,
    newest date not null,
    issued_on date,
    withdrawn_on date
);
comment on column recommendations_v1.newest is 'The day of its issue; until then that of the resolution.';
create table recommendations_v1_concerned (
    recommendation uuid not null,
    body uuid not null,
    addressed boolean not null,
    answered boolean not null default false,
    primary key (recommendation, body)
);
comment on table recommendations_v1_concerned is 'Addressees, and the departments through which committees are informed.';
"""
INDEXES = """create index recommendations_v1_newest on recommendations_v1 (newest desc, recommendation desc);
create index recommendations_v1_concerned_by on recommendations_v1_concerned (body);"""

START = """insert into recommendations_v1 (recommendation, resolution, body, body_name, title, instrument, public, standing, newest)
values ($1, $2, $3, $4, $5, $6, $7, 'started', $8) on conflict (recommendation) do nothing"""
TITLED = "update recommendations_v1 set title = $2, newest = $3, issued_on = $3 where recommendation = $1"
DRAFT = "update recommendations_v1 set title = $2, standing = 'drafted' where recommendation = $1"
ISSUE = "update recommendations_v1 set title = $2, standing = 'issued', newest = $3, issued_on = $3 where recommendation = $1"
CONCERN = """insert into recommendations_v1_concerned (recommendation, body, addressed) values ($1, $2, $3)
on conflict (recommendation, body) do nothing"""
ANSWER = "update recommendations_v1_concerned set answered = $3 where recommendation = $1 and body = $2"
WITHDRAW = "update recommendations_v1 set standing = $2, withdrawn_on = $3 where recommendation = $1"

FOLDED = (
    *(RecommendationStarted, RecommendationDrafted, RecommendationIssued, RecommendationAnswered, RecommendationWithdrawn),
    RecommendationCorrected,
)
Folded = (
    RecommendationStarted
    | RecommendationDrafted
    | RecommendationIssued
    | RecommendationAnswered
    | RecommendationWithdrawn
    | RecommendationCorrected
)


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each recommendation and one for each body that it concerns, all written by its own stream."""
    event, stream = received.message, received.stream
    match event:
        case RecommendationStarted():
            told = (event.resolution, event.body, event.body_name, event.title, event.instrument.value, event.public)
            yield Statement(START, (stream, *told, local_day(event.resolved_at)))
        case RecommendationDrafted():
            yield Statement(DRAFT, (stream, event.title))
        case RecommendationIssued():
            yield Statement(ISSUE, (stream, event.title, event.issued_on))
            for addressee in event.addressees:
                yield Statement(CONCERN, (stream, addressee.body, True))
            for information in event.informs:
                yield Statement(CONCERN, (stream, information.department, False))
        case RecommendationAnswered():
            yield Statement(ANSWER, (stream, event.addressee, True))
        case RecommendationWithdrawn():
            yield Statement(WITHDRAW, (stream, "withdrawn", event.withdrawn_on))
        case RecommendationCorrected():
            yield from put_right(stream, event)
        case _:
            assert_never(event)


def put_right(stream: UUID, corrected: RecommendationCorrected) -> Iterable[Statement]:
    """The same row with what was so; what the list does not tell changes nothing in it."""
    stands = corrected.stands
    match corrected.entry:
        case RecommendationIssued() as issued:
            yield Statement(TITLED, (stream, issued.title, issued.issued_on))
        case RecommendationAnswered() as answered:
            yield Statement(ANSWER, (stream, answered.addressee, stands))
        case RecommendationWithdrawn() as withdrawn:
            yield Statement(WITHDRAW, (stream, *(("withdrawn", withdrawn.withdrawn_on) if stands else ("issued", None))))
        case _:
            pass


RECOMMENDATIONS = Projection(
    name="recommendations_v1",
    folds={OWN: FOLDED},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

QUERY = """select r.recommendation, r.resolution, r.body, r.body_name, r.title, r.instrument, r.public, r.standing, r.newest,
r.issued_on, r.withdrawn_on,
(select count(*) from recommendations_v1_concerned c where c.recommendation = r.recommendation and addressed) as addressees,
(select count(*) from recommendations_v1_concerned c where c.recommendation = r.recommendation and addressed and answered) as answered
from recommendations_v1 r where ($1::text is null or r.standing = $1) and ($2::uuid is null or r.body = $2)
and (r.body = any($3::uuid[]) or (r.issued_on is not null and (r.public or exists (
    select from recommendations_v1_concerned c where c.recommendation = r.recommendation and c.body = any($4::uuid[])))))
and ($5::date is null or (r.newest, r.recommendation) < ($5, $6)) order by r.newest desc, r.recommendation desc limit $7"""


@dataclass(frozen=True, slots=True)
class ListedRecommendation:
    """A recommendation or statement in one line."""

    recommendation: UUID
    resolution: UUID
    """What it rests on."""
    body: UUID
    body_name: str
    title: str
    instrument: Instrument
    public: bool
    standing: Standing
    newest: date
    """The day of its issue; until then that of the resolution."""
    issued_on: date | None
    withdrawn_on: date | None
    addressees: int
    answered: int
    """How many of the addressees have answered."""


async def list_by_standing(
    db: Queryable,
    *,
    standing: Standing | None,
    body: UUID | None,
    sees_bodies: Sequence[UUID],
    acts_for: Sequence[UUID],
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[ListedRecommendation]:
    """The newest first, behind the last one seen: all of `sees_bodies`; of others what was issued, and is public or concerns `acts_for`."""
    newest, recommendation = after or (None, None)
    rows = await db.fetch(QUERY, standing, body, list(sees_bodies), list(acts_for), newest, recommendation, limit)
    return [ListedRecommendation(**{**row, "instrument": Instrument(row["instrument"])}) for row in rows]
