"""Answers what a body is called since its name was corrected; what is told of it keeps the name of its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts.meetings.bodies import BodyCorrected
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = "create table called_v1 (body uuid primary key, body_name text not null);"
PUT = "insert into called_v1 (body, body_name) values ($1, $2) on conflict (body) do update set body_name = excluded.body_name"


def project(received: Received[BodyCorrected]) -> Iterable[Statement]:
    """One row for each body that was corrected."""
    yield Statement(PUT, (received.message.body, received.message.body_name))


CALLED = Projection(name="called_v1", folds={"meetings": (BodyCorrected,)}, tables=TABLES, project=project)


async def corrected_names(db: Queryable) -> Mapping[UUID, str]:
    """The right names of all bodies that were corrected: a few, for every page that tells names of bodies."""
    return {row["body"]: row["body_name"] for row in await db.fetch("select body, body_name from called_v1")}
