"""Answers which bodies there are, what they are called, and which of them stand in relation to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from services.meetings.events.body import BodyCorrected, BodyFounded, BodyKind, BodySucceeded, LegalNature, SuccessionCorrected
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement
from shared.sorting import sort_key

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table bodies_v1 (
    body uuid primary key,
    body_name text not null,
    sort_key text collate "C" not null,
    kind text not null,
    legal_nature text not null,
    secretariat uuid,
    lead_office uuid,
    reports_to uuid,
    founded_on date not null,
    successor uuid,
    succeeded_on date
);
"""
INDEXES = "create index bodies_v1_by_name on bodies_v1 (sort_key, body);"

FOUND = """insert into bodies_v1 (body, body_name, sort_key, kind, legal_nature, secretariat, lead_office, reports_to, founded_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (body) do update set body_name = excluded.body_name, sort_key = excluded.sort_key,
kind = excluded.kind, legal_nature = excluded.legal_nature, secretariat = excluded.secretariat, lead_office = excluded.lead_office,
reports_to = excluded.reports_to, founded_on = excluded.founded_on"""
SUCCEEDED = "update bodies_v1 set successor = $2, succeeded_on = $3 where body = $1"

COLUMNS = """select b.body, b.body_name, b.kind, b.legal_nature, b.secretariat, s.body_name as secretariat_name, b.lead_office,
l.body_name as lead_office_name, b.reports_to, r.body_name as reports_to_name, b.founded_on, b.successor, n.body_name as successor_name,
b.succeeded_on
from bodies_v1 b left join bodies_v1 s on s.body = b.secretariat left join bodies_v1 l on l.body = b.lead_office
left join bodies_v1 r on r.body = b.reports_to left join bodies_v1 n on n.body = b.successor"""
BEHIND = "($1::uuid is null or (b.sort_key, b.body) > (select v.sort_key, v.body from bodies_v1 v where v.body = $1))"


Folded = BodyFounded | BodySucceeded | BodyCorrected | SuccessionCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each body."""
    match event := received.message:
        case BodyFounded() | BodyCorrected():
            yield Statement(
                FOUND,
                (
                    received.stream, event.body_name, sort_key(event.body_name), event.kind.value, event.legal_nature.value,
                    event.secretariat, event.lead_office, event.reports_to, event.founded_on,
                ),
            )  # fmt: skip
        case BodySucceeded() | SuccessionCorrected():
            yield Statement(SUCCEEDED, (received.stream, event.successor, event.on))
        case _:
            assert_never(event)


BODIES = Projection(name="bodies_v1", folds={OWN: get_args(Folded)}, tables=TABLES, project=project, indexes=INDEXES)


@dataclass(frozen=True, slots=True)
class ListedBody:
    """A body of the city, with the names of the bodies that it stands in relation to."""

    body: UUID
    body_name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    secretariat_name: str | None
    lead_office: UUID | None
    lead_office_name: str | None
    reports_to: UUID | None
    reports_to_name: str | None
    founded_on: date
    successor: UUID | None
    successor_name: str | None
    succeeded_on: date | None
    """The first day on which the successor stands in its place."""


async def list_bodies(db: Queryable, after: UUID | None, limit: int) -> Sequence[ListedBody]:
    """Bodies in the order of their names, behind the last one seen."""
    rows = await db.fetch(f"{COLUMNS} where {BEHIND} order by b.sort_key, b.body limit $2", after, limit)
    return [ListedBody(**{**row, "kind": BodyKind(row["kind"]), "legal_nature": LegalNature(row["legal_nature"])}) for row in rows]


async def names_of(db: Queryable, bodies: Iterable[UUID]) -> Mapping[UUID, str]:
    """What these bodies are called, with what was put right of their names."""
    rows = await db.fetch("select body, body_name from bodies_v1 where body = any($1::uuid[])", list(set(bodies)))
    return {row["body"]: row["body_name"] for row in rows}


async def first_succession_by(db: Queryable, body: UUID) -> date | None:
    """The first day on which it took another body's place."""
    day: date | None = await db.fetchval("select min(succeeded_on) from bodies_v1 where successor = $1", body)
    return day
