"""What can be put to a body? The results that a conference handed over, and the recommendations that were issued and still stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from services.meetings.items import RESULTS, Matter
from shared.contracts.conferences import ConferenceCorrected, ConferenceHeld
from shared.contracts.recommendations import RecommendationCorrected, RecommendationIssued, RecommendationWithdrawn
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

RECOMMENDATION = ("recommendations", "recommendation")
"""The service and kind of a recommendation that was issued; the id is its own."""

TABLES = """
create table known_matters_v1 (
    service text not null,
    kind text not null,
    id uuid not null,
    title text not null,
    public boolean not null,
    withdrawn boolean not null,
    primary key (service, kind, id)
);
"""
PUT = """insert into known_matters_v1 (service, kind, id, title, public, withdrawn) values ($1, $2, $3, $4, $5, $6)
on conflict (service, kind, id) do update set title = excluded.title, public = excluded.public, withdrawn = excluded.withdrawn"""
TITLE = "update known_matters_v1 set title = $4 where (service, kind, id) = ($1, $2, $3)"
WITHDRAWN = "update known_matters_v1 set withdrawn = $4 where (service, kind, id) = ($1, $2, $3)"

Folded = ConferenceHeld | ConferenceCorrected | RecommendationIssued | RecommendationWithdrawn | RecommendationCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each matter, written by the stream of the thing itself."""
    match told := received.message:
        case ConferenceHeld():
            yield Statement(PUT, (*RESULTS, told.conference, told.title, True, False))
        case ConferenceCorrected():
            if told.held_on:  # Before that there are no results that could be a matter.
                yield Statement(PUT, (*RESULTS, told.conference, told.title, True, False))
        case RecommendationIssued() | RecommendationWithdrawn():
            withdrawn = isinstance(told, RecommendationWithdrawn)
            yield Statement(PUT, (*RECOMMENDATION, told.recommendation, told.title, told.public, withdrawn))
        case RecommendationCorrected():
            yield Statement(TITLE, (*RECOMMENDATION, told.recommendation, told.title))
            if isinstance(told.entry, RecommendationWithdrawn):
                yield Statement(WITHDRAWN, (*RECOMMENDATION, told.recommendation, told.stands))
        case _:
            assert_never(told)


KNOWN_MATTERS = Projection(
    name="known_matters_v1",
    folds={
        "conferences": (ConferenceHeld, ConferenceCorrected),
        "recommendations": (RecommendationIssued, RecommendationWithdrawn, RecommendationCorrected),
    },
    tables=TABLES,
    project=project,
)


@dataclass(frozen=True, slots=True)
class KnownMatter:
    """What other services have told of a matter."""

    title: str
    public: bool
    withdrawn: bool


async def known_matter(db: Queryable, matter: Matter) -> KnownMatter | None:
    """What is known of it; None where nobody has told of it yet."""
    query = "select title, public, withdrawn from known_matters_v1 where service = $1 and kind = $2 and id = $3"
    row = await db.fetchrow(query, matter.service, matter.kind, matter.id)
    return KnownMatter(**row) if row else None
