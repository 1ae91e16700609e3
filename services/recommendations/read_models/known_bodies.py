"""Which bodies stand in the city, and what sort of body each is? What the meetings service says; for addressing, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from services.recommendations.parts import Succeeded
from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded, BodySucceeded, SuccessionCorrected
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """create table known_bodies_v3 (
    body uuid primary key,
    body_name text not null,
    kind text not null,
    succeeded_on date,
    successor uuid,
    successor_name text
);"""
KNOW = """insert into known_bodies_v3 (body, body_name, kind) values ($1, $2, $3)
on conflict (body) do update set body_name = excluded.body_name, kind = excluded.kind"""
SUCCEEDED = "update known_bodies_v3 set succeeded_on = $2, successor = $3, successor_name = $4 where body = $1"


Folded = BodyFounded | BodyCorrected | BodySucceeded | SuccessionCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each body."""
    match body := received.message:
        case BodyFounded() | BodyCorrected():
            yield Statement(KNOW, (body.body, body.body_name, body.kind))
        case BodySucceeded() | SuccessionCorrected():
            yield Statement(SUCCEEDED, (body.body, body.on, body.successor, body.successor_name))
        case _:
            assert_never(body)


KNOWN_BODIES = Projection(name="known_bodies_v3", folds={"meetings": get_args(Folded)}, tables=TABLES, project=project)


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body of the city."""

    body: UUID
    body_name: str
    kind: str


async def known_bodies(db: Queryable, bodies: Sequence[UUID], day: date) -> Mapping[UUID, KnownBody]:
    """Those of the bodies asked for whose place no other has taken by that day."""
    standing = "body = any($1::uuid[]) and (succeeded_on is null or $2 < succeeded_on)"
    rows = await db.fetch(f"select body, body_name, kind from known_bodies_v3 where {standing}", list(bodies), day)
    return {row["body"]: KnownBody(**row) for row in rows}


async def succeeded_bodies(db: Queryable, day: date) -> tuple[Succeeded, ...]:
    """All bodies whose place another has taken by that day."""
    rows = await db.fetch(
        """select b.body, b.body_name, b.successor, coalesce(s.body_name, b.successor_name) as successor_name
        from known_bodies_v3 b left join known_bodies_v3 s on s.body = b.successor where b.succeeded_on <= $1 order by b.body""",
        day,
    )
    return tuple(Succeeded(**row) for row in rows)


async def names_by_now(db: Queryable, bodies: Iterable[UUID]) -> Mapping[UUID, str]:
    """What these bodies are called by now, whether or not they stand."""
    rows = await db.fetch("select body, body_name from known_bodies_v3 where body = any($1::uuid[])", list(set(bodies)))
    return {row["body"]: row["body_name"] for row in rows}
