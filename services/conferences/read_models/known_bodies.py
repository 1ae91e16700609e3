"""Answers what the bodies that stand are called; they are the meetings service's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded, BodySucceeded, SuccessionCorrected
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = "create table known_bodies_v2 (body uuid primary key, body_name text not null, succeeded_on date);"

FOUND = """insert into known_bodies_v2 (body, body_name) values ($1, $2)
on conflict (body) do update set body_name = excluded.body_name"""
SUCCEEDED = "update known_bodies_v2 set succeeded_on = $2 where body = $1"


Folded = BodyFounded | BodyCorrected | BodySucceeded | SuccessionCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each body."""
    match body := received.message:
        case BodyFounded() | BodyCorrected():
            yield Statement(FOUND, (body.body, body.body_name))
        case BodySucceeded() | SuccessionCorrected():
            yield Statement(SUCCEEDED, (body.body, body.on))
        case _:
            assert_never(body)


KNOWN_BODIES = Projection(name="known_bodies_v2", folds={"meetings": get_args(Folded)}, tables=TABLES, project=project)


async def names_of(db: Queryable, day: date, *bodies: UUID) -> Mapping[UUID, str]:
    """The names of those of these bodies whose place no other has taken by that day."""
    standing = "body = any($1::uuid[]) and (succeeded_on is null or $2 < succeeded_on)"
    rows = await db.fetch(f"select body, body_name from known_bodies_v2 where {standing}", list(bodies), day)
    return {row["body"]: row["body_name"] for row in rows}


async def names_by_now(db: Queryable, bodies: Iterable[UUID]) -> Mapping[UUID, str]:
    """What these bodies are called by now, whether or not they stand."""
    rows = await db.fetch("select body, body_name from known_bodies_v2 where body = any($1::uuid[])", list(set(bodies)))
    return {row["body"]: row["body_name"] for row in rows}
