"""Answers what the bodies that stand are called; they are the meetings service's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts.meetings.bodies import BodyFounded
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = "create table known_bodies_v1 (body uuid primary key, body_name text not null);"

FOUND = """insert into known_bodies_v1 (body, body_name) values ($1, $2)
on conflict (body) do update set body_name = excluded.body_name"""


def project(received: Received[BodyFounded]) -> Iterable[Statement]:
    """One row for each body."""
    yield Statement(FOUND, (received.message.body, received.message.body_name))


KNOWN_BODIES = Projection(name="known_bodies_v1", folds={"meetings": (BodyFounded,)}, tables=TABLES, project=project)


async def names_of(db: Queryable, *bodies: UUID) -> Mapping[UUID, str]:
    """The names of those of these bodies that stand."""
    rows = await db.fetch("select body, body_name from known_bodies_v1 where body = any($1::uuid[])", list(bodies))
    return {row["body"]: row["body_name"] for row in rows}
