"""Which bodies stand in the city, and what sort of body each is? What the meetings service says; for addressing, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts.meetings.bodies import BodyFounded
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = "create table known_bodies_v1 (body uuid primary key, body_name text not null, kind text not null);"
KNOW = """insert into known_bodies_v1 (body, body_name, kind) values ($1, $2, $3)
on conflict (body) do update set body_name = excluded.body_name, kind = excluded.kind"""


def project(received: Received[BodyFounded]) -> Iterable[Statement]:
    """One row for each body."""
    body = received.message
    yield Statement(KNOW, (body.body, body.body_name, body.kind))


KNOWN_BODIES = Projection(name="known_bodies_v1", folds={"meetings": (BodyFounded,)}, tables=TABLES, project=project)


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body of the city."""

    body: UUID
    body_name: str
    kind: str


async def known_bodies(db: Queryable, bodies: Sequence[UUID]) -> Mapping[UUID, KnownBody]:
    """Those of the bodies asked for that stand."""
    rows = await db.fetch("select body, body_name, kind from known_bodies_v1 where body = any($1::uuid[])", list(bodies))
    return {row["body"]: KnownBody(**row) for row in rows}
