"""What became of just this contribution? Asked by the hash of the receipt's token; nothing personal is kept, so erasure changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from services.portal.read_models.trace_graph import Branch, Graph, Link, graph_of, tree_of
from services.portal.read_models.trace_query import load_trace
from services.portal.read_models.viewer import EVERYBODY
from shared.contracts.conferences import ContributionPublished, ContributionReceived, ContributionSettled
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table receipts_v1 (
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
    recorded_at timestamptz not null
);
comment on column receipts_v1.receipt is 'SHA-256 of the token, in hex.';
"""
INDEXES = "create index receipts_v1_by_receipt on receipts_v1 (receipt);"

RECEIVED = """insert into receipts_v1 (contribution, receipt, conference, conference_title, group_key, group_name, kind, received_on,
recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (contribution) do nothing"""
PUBLISHED = "update receipts_v1 set group_name = $2, text = $3, published_on = $4, recorded_at = $5 where contribution = $1"
SETTLED = "update receipts_v1 set fate = $2, reason = $3, settled_on = $4, recorded_at = $5 where contribution = $1"

Folded = ContributionReceived | ContributionPublished | ContributionSettled


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each contribution, written by its own stream."""
    event, at = received.message, received.entry.recorded_at
    match event:
        case ContributionReceived():
            about = (event.conference, event.title, event.group, event.group_name, event.kind.value, event.received_on, at)
            yield Statement(RECEIVED, (event.contribution, event.receipt, *about))
        case ContributionPublished():
            yield Statement(PUBLISHED, (event.contribution, event.group_name, event.text, local_day(at), at))
        case ContributionSettled():
            yield Statement(SETTLED, (event.contribution, event.fate.value, event.reason, local_day(at), at))
        case _:
            assert_never(event)


RECEIPTS = Projection(
    name="receipts_v1",
    folds={"conferences": (ContributionReceived, ContributionPublished, ContributionSettled)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

QUERY = """select contribution, conference, conference_title, group_key, kind, received_on, group_name, text, published_on, fate, reason,
settled_on, recorded_at from receipts_v1 where receipt = $1"""
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
