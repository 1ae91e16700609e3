"""Answers which bodies there are, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from services.meetings.events import BodyFounded, BodyKind, LegalNature
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
    founded_on date not null
);
"""
INDEXES = "create index bodies_v1_by_name on bodies_v1 (sort_key, body);"

FOUND = """insert into bodies_v1 (body, body_name, sort_key, kind, legal_nature, secretariat, founded_on)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (body) do update set body_name = excluded.body_name, sort_key = excluded.sort_key,
kind = excluded.kind, legal_nature = excluded.legal_nature, secretariat = excluded.secretariat, founded_on = excluded.founded_on"""

COLUMNS = """select b.body, b.body_name, b.kind, b.legal_nature, b.secretariat, s.body_name as secretariat_name, b.founded_on
from bodies_v1 b left join bodies_v1 s on s.body = b.secretariat"""
BEHIND = "($1::uuid is null or (b.sort_key, b.body) > (select l.sort_key, l.body from bodies_v1 l where l.body = $1))"


def project(received: Received[BodyFounded]) -> Iterable[Statement]:
    """One row for each body."""
    body = received.message
    yield Statement(
        FOUND,
        (
            received.stream, body.body_name, sort_key(body.body_name), body.kind.value, body.legal_nature.value,
            body.secretariat, body.founded_on,
        ),
    )  # fmt: skip


BODIES = Projection(name="bodies_v1", folds={OWN: (BodyFounded,)}, tables=TABLES, project=project, indexes=INDEXES)


@dataclass(frozen=True, slots=True)
class ListedBody:
    """A body of the city, with the name of the office that manages its affairs."""

    body: UUID
    body_name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    secretariat_name: str | None
    founded_on: date


async def list_bodies(db: Queryable, after: UUID | None, limit: int) -> Sequence[ListedBody]:
    """Bodies in the order of their names, behind the last one seen."""
    rows = await db.fetch(f"{COLUMNS} where {BEHIND} order by b.sort_key, b.body limit $2", after, limit)
    return [ListedBody(**{**row, "kind": BodyKind(row["kind"]), "legal_nature": LegalNature(row["legal_nature"])}) for row in rows]
