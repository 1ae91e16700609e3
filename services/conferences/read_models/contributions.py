"""Answers what was contributed to a conference, and what became of it; what nobody published yet stands here sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, assert_never, get_args
from uuid import UUID

from services.conferences.events.contribution import (
    ContributionCorrected,
    ContributionPublished,
    ContributionReceived,
    ContributionReleased,
    ContributionSettled,
    ContributionUsed,
)
from services.conferences.parts import ContributionKind, Fate, Lineage
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table contributions_v1 (
    contribution uuid primary key,
    conference uuid not null,
    group_key text not null,
    group_name text not null,
    kind text not null,
    received_on date not null,
    sealed_text text,
    sealed_name text,
    sealed_email text,
    published_text text,
    fate text,
    reason text
);
create table contributions_v1_use (
    contribution uuid not null,
    result uuid not null,
    how text not null,
    primary key (contribution, result)
);
"""
INDEXES = """create index contributions_v1_of on contributions_v1 (conference, received_on, contribution);
create index contributions_v1_public on contributions_v1 (conference, received_on, contribution) where published_text is not null;"""

RECEIVED = """insert into contributions_v1
(contribution, conference, group_key, group_name, kind, received_on, sealed_text, sealed_name, sealed_email)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (contribution) do nothing"""
PUBLISHED = "update contributions_v1 set published_text = $2 where contribution = $1"
SETTLED = "update contributions_v1 set fate = $2, reason = $3 where contribution = $1"
CORRECTED = """update contributions_v1 set group_key = $2, group_name = $3, kind = $4, received_on = $5, published_text = $6, fate = $7,
reason = $8 where contribution = $1"""
USED = """insert into contributions_v1_use (contribution, result, how) values ($1, $2, $3)
on conflict (contribution, result) do update set how = excluded.how"""
RELEASED = "delete from contributions_v1_use where contribution = $1 and result = $2"

Folded = (
    ContributionReceived | ContributionPublished | ContributionUsed | ContributionReleased | ContributionSettled | ContributionCorrected
)


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each contribution and one for each result that it went into."""
    event = received.message
    match event:
        case ContributionReceived():
            sealed = (one.model_dump_json() if one else None for one in (event.text, event.name, event.email))
            told = (event.conference, event.group, event.group_name, event.kind.value, event.received_on)
            yield Statement(RECEIVED, (received.stream, *told, *sealed))
        case ContributionPublished():
            yield Statement(PUBLISHED, (received.stream, event.text))
        case ContributionUsed():
            yield Statement(USED, (received.stream, event.result, event.how.value))
        case ContributionReleased():
            yield Statement(RELEASED, (received.stream, event.result))
        case ContributionSettled():
            yield Statement(SETTLED, (received.stream, event.fate.value, event.reason))
        case ContributionCorrected():
            now = (event.group, event.group_name, event.kind.value, event.received_on, event.text, event.fate, event.fate_reason)
            yield Statement(CORRECTED, (received.stream, *now))
        case _:
            assert_never(event)


CONTRIBUTIONS = Projection(
    name="contributions_v1",
    folds={OWN: get_args(Folded)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)


@dataclass(frozen=True, slots=True)
class Use:
    """A result that a contribution went into, and how."""

    result: UUID
    how: Lineage


@dataclass(frozen=True, slots=True)
class ListedContribution:
    """A contribution; without a published text only its conference's organisers may know of it."""

    contribution: UUID
    group: str
    group_name: str
    kind: ContributionKind
    received_on: date
    text: str | None
    fate: Fate | None
    reason: str | None
    used: tuple[Use, ...]
    sealed_text: str | None
    sealed_name: str | None
    sealed_email: str | None


COLUMNS = """select contribution, group_key as group, group_name, kind, received_on, published_text as text, fate, reason,
sealed_text, sealed_name, sealed_email from contributions_v1"""
QUERY = f"""{COLUMNS} where conference = $1 and (published_text is not null or $2) and ($3::text is null or group_key = $3)
and ($4::date is null or (received_on, contribution) > ($4, $5)) order by received_on, contribution limit $6"""
USES = "select contribution, result, how from contributions_v1_use where contribution = any($1::uuid[]) order by contribution, result"


async def list_of_conference(
    db: Queryable, conference: UUID, *, sees_all: bool, group: str | None, after: tuple[date, UUID] | None, limit: int
) -> Sequence[ListedContribution]:
    """Contributions by the day on which they were received, behind the (day, id) of the last one seen; else published ones only."""
    day, contribution = after or (None, None)
    return await _with_uses(db, await db.fetch(QUERY, conference, sees_all, group, day, contribution, limit))


async def one_contribution(db: Queryable, contribution: UUID) -> ListedContribution | None:
    """One contribution, published or not."""
    found = await _with_uses(db, await db.fetch(f"{COLUMNS} where contribution = $1", contribution))
    return found[0] if found else None


async def published_among(db: Queryable, contributions: Collection[UUID]) -> Mapping[UUID, str]:
    """Of these contributions the published ones, with their texts."""
    query = "select contribution, published_text from contributions_v1 where contribution = any($1::uuid[]) and published_text is not null"
    return {row["contribution"]: row["published_text"] for row in await db.fetch(query, list(contributions))}


async def _with_uses(db: Queryable, rows: Sequence[Any]) -> list[ListedContribution]:
    uses: dict[UUID, list[Use]] = {row["contribution"]: [] for row in rows}
    for use in await db.fetch(USES, list(uses)):
        uses[use["contribution"]].append(Use(use["result"], Lineage(use["how"])))
    return [
        ListedContribution(
            **{
                **row,
                "kind": ContributionKind(row["kind"]),
                "fate": Fate(row["fate"]) if row["fate"] else None,
                "used": tuple(uses[row["contribution"]]),
            }
        )
        for row in rows
    ]  # fmt: skip
