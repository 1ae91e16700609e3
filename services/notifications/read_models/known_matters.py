"""Answers what a thing of another service is called, if the public may know of it: whoever subscribes to it wants its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from services.notifications.events.parts import Wanted
from shared.contracts.conferences import ConferenceCorrected, ConferencePlanned
from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded
from shared.contracts.recommendations import RecommendationCorrected, RecommendationIssued
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table known_matters_v1 (
    id uuid primary key,
    service text not null,
    kind text not null,
    title text not null
);
"""
PUT = """insert into known_matters_v1 (id, service, kind, title) values ($1, $2, $3, $4)
on conflict (id) do update set service = excluded.service, kind = excluded.kind, title = excluded.title"""
ALSO_CALLED = {("conferences", "results"): "conference"}
"""The results of a conference are followed with it."""

RIGHT = "update known_matters_v1 set title = $2 where id = $1"

Folded = ConferencePlanned | ConferenceCorrected | BodyFounded | BodyCorrected | RecommendationIssued | RecommendationCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each thing that is public."""
    told = received.message
    match told:
        case ConferencePlanned() | ConferenceCorrected():
            yield Statement(PUT, (told.conference, "conferences", "conference", told.title))
        case BodyFounded() | BodyCorrected():
            yield Statement(PUT, (told.body, "meetings", "body", told.body_name))
        case RecommendationIssued():
            if told.public:
                yield Statement(PUT, (told.recommendation, "recommendations", "recommendation", told.title))
        case RecommendationCorrected():
            yield Statement(RIGHT, (told.recommendation, told.title))
        case _:
            assert_never(told)


KNOWN_MATTERS = Projection(
    name="known_matters_v1",
    folds={
        "conferences": (ConferencePlanned, ConferenceCorrected),
        "meetings": (BodyFounded, BodyCorrected),
        "recommendations": (RecommendationIssued, RecommendationCorrected),
    },
    tables=TABLES,
    project=project,
)


async def known_matter(db: Queryable, service: str, kind: str, id: UUID) -> Wanted | None:
    """The thing with its name; None where the public knows of none."""
    kind = ALSO_CALLED.get((service, kind), kind)
    rows = await db.fetch("select title from known_matters_v1 where id = $1 and service = $2 and kind = $3", id, service, kind)
    return Wanted(service=service, kind=kind, id=id, title=rows[0]["title"]) if rows else None
