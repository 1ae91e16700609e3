"""What became of just this contribution? Asked by the hash of the receipt's token; nothing personal is kept, so erasure changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from services.portal.read_models.trace_graph import Branch, Graph, Link, graph_of, tree_of
from services.portal.read_models.trace_query import load_trace
from services.portal.read_models.viewer import EVERYBODY
from shared.contracts.conferences import (
    ConferenceCancelled,
    ConferenceCorrected,
    ContributionCorrected,
    ContributionPublished,
    ContributionReceived,
    ContributionSettled,
)
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table receipts_v4 (
    contribution uuid primary key,
    receipt text not null,
    conference uuid not null,
    conference_title text not null,
    group_key text not null,
    kind text not null,
    received_on date not null,
    group_name text,
    text text,
    published_on date,
    fate text,
    reason text,
    settled_on date,
    righted_on date,
    righted_because text,
    recorded_at timestamptz not null
);
comment on column receipts_v4.receipt is 'SHA-256 of the token, in hex.';
create table receipts_v4_conference (
    conference uuid primary key,
    title text not null,
    cancelled_because text,
    cancelled_on date,
    recorded_at timestamptz not null
);
comment on table receipts_v4_conference is 'Conferences that were corrected or called off, written by their own streams.';
"""
INDEXES = "create index receipts_v4_by_receipt on receipts_v4 (receipt);"

RECEIVED = """insert into receipts_v4 (contribution, receipt, conference, conference_title, group_key, group_name, kind, received_on,
recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (contribution) do nothing"""
PUBLISHED = "update receipts_v4 set group_name = $2, text = $3, published_on = $4, recorded_at = $5 where contribution = $1"
SETTLED = "update receipts_v4 set fate = $2, reason = $3, settled_on = $4, recorded_at = $5 where contribution = $1"

CORRECTED = """update receipts_v4 set group_key = $2, group_name = $3, kind = $4, received_on = $5, text = $6, fate = $7, reason = $8,
settled_on = case when $7::text is not null then settled_on end, righted_on = $9, righted_because = $10, recorded_at = $11
where contribution = $1"""

RIGHT = """insert into receipts_v4_conference (conference, title, cancelled_because, recorded_at) values ($1, $2, $3, $4)
on conflict (conference) do update set title = excluded.title, cancelled_because = excluded.cancelled_because,
recorded_at = excluded.recorded_at"""
CANCELLED = """insert into receipts_v4_conference (conference, title, cancelled_because, recorded_at, cancelled_on)
values ($1, $2, $3, $4, $5) on conflict (conference) do update set title = excluded.title,
cancelled_because = excluded.cancelled_because, recorded_at = excluded.recorded_at, cancelled_on = excluded.cancelled_on"""

OfContribution = ContributionReceived | ContributionPublished | ContributionSettled | ContributionCorrected
Folded = OfContribution | ConferenceCancelled | ConferenceCorrected


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each contribution, written by its own stream, and one for each conference that was corrected or called off."""
    event, at = received.message, received.entry.recorded_at
    match event:
        case ContributionReceived():
            about = (event.conference, event.title, event.group, event.group_name, event.kind.value, event.received_on, at)
            yield Statement(RECEIVED, (event.contribution, event.receipt, *about))
        case ContributionPublished():
            yield Statement(PUBLISHED, (event.contribution, event.group_name, event.text, local_day(at), at))
        case ContributionSettled():
            yield Statement(SETTLED, (event.contribution, event.fate.value, event.reason, local_day(at), at))
        case ContributionCorrected():
            now = (event.group, event.group_name, event.kind.value, event.received_on, event.text, event.fate, event.fate_reason)
            yield Statement(CORRECTED, (event.contribution, *now, local_day(at), event.reason, at))
        case ConferenceCancelled():
            yield Statement(CANCELLED, (event.conference, event.title, event.reason, at, local_day(at)))
        case ConferenceCorrected():
            yield Statement(RIGHT, (event.conference, event.title, event.cancelled_because, at))
        case _:
            assert_never(event)


RECEIPTS = Projection(
    name="receipts_v4",
    folds={"conferences": get_args(Folded)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

QUERY = """select contribution, conference, coalesce(c.title, conference_title) as conference_title, group_key, kind, received_on,
group_name, text, published_on, fate, reason, settled_on, righted_on, righted_because, c.cancelled_because, c.cancelled_on,
greatest(r.recorded_at, c.recorded_at) as recorded_at
from receipts_v4 r left join receipts_v4_conference c using (conference) where receipt = $1"""
INTO = "select result, how, event_id from trace_v1_origin where contribution = $1 order by result"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a contribution."""

    contribution: UUID
    conference: UUID
    conference_title: str
    group_key: str
    kind: str
    received_on: date
    group_name: str | None
    text: str | None
    """As published; None before that."""
    published_on: date | None
    fate: str | None
    reason: str | None
    settled_on: date | None
    righted_on: date | None
    """When the organisers corrected what was entered of it, the last time."""
    righted_because: str | None
    cancelled_because: str | None
    """Why its conference does not take place; None where it does."""
    cancelled_on: date | None
    as_of: datetime
    results: tuple[tuple[str, Branch], ...]
    """How it went into which result."""
    onwards: tuple[Branch, ...]
    """What became of the conference's results: received, deliberated, resolved, recommended, answered, done."""


def receipt_of(token: str) -> str:
    """The hash by which a token is found; whatever was sent is hashed, so nothing has to be well formed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def find_fate(db: Queryable, token: str, now: datetime) -> Fate | None:
    """What became of the contribution of this token, as far as it is public; None for a token that opens nothing."""
    row = await db.fetchrow(QUERY, receipt_of(token))
    if row is None:
        return None
    into = {one["result"]: one["how"] for one in await db.fetch(INTO, row["contribution"])}
    # Its conference's graph, whether the contribution was published or not: the walk begins at the conference.
    graph = await load_trace(db, row["conference"], now, EVERYBODY) if into else None
    results, onwards = fate_in(graph, row["conference"], into, now) if graph else ((), ())
    newest = max(row["recorded_at"], graph.as_of) if graph and graph.as_of else row["recorded_at"]
    known = {name: value for name, value in row.items() if name != "recorded_at"}
    return Fate(**known, as_of=newest, results=results, onwards=onwards)


def fate_in(
    graph: Graph, conference: UUID, into: dict[UUID, str], now: datetime
) -> tuple[tuple[tuple[str, Branch], ...], tuple[Branch, ...]]:
    """Of the conference's graph: the results that the contribution went into, and all that follows from handing them over."""
    results = tuple((into[node.id], Branch(node, into[node.id], (), 0, ())) for node in graph.nodes if node.id in into)
    links = [Link(one.origin, one.target, one.how, one.event_id) for one in graph.links if one.how != "result_of"]
    reached, going = set[UUID](), [conference]
    while going:
        here = going.pop()
        if here not in reached:
            reached.add(here)
            going += [one.target for one in links if one.origin == here]
    onwards = tree_of(graph_of([node for node in graph.nodes if node.id in reached], links, now))
    return results, onwards
