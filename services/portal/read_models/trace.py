"""What came of what: each step of each thing, and what led to what, from contributions to measures.

One row a fact: a row is written once, by the event that it names, and never changed; only a contribution and a meeting are one row each,
written by their own streams. What is non-public is a row like any other: the questions ask who looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from services.portal.read_models import trace_of_conferences, trace_of_meetings, trace_of_recommendations
from services.portal.read_models.trace_facts import Edge, Step
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

TABLES = """
create table trace_v1 (
    node uuid not null,
    event_id uuid not null,
    step text not null,
    kind text not null,
    title text not null,
    detail text,
    facts jsonb not null,
    body uuid,
    body_name text,
    meeting uuid,
    within uuid,
    role text not null,
    event_type text not null,
    day date not null,
    at timestamptz,
    recorded_at timestamptz not null,
    version int not null,
    public boolean not null,
    insiders uuid[] not null,
    acting uuid[] not null,
    awaits text,
    due_on date,
    ends text[] not null,
    primary key (node, event_id, step)
);
comment on column trace_v1.meeting is 'Where it happened; what happened in a meeting that is not public is not public either.';
comment on column trace_v1.within is 'The recommendation whose withdrawal ends what is awaited here.';
comment on column trace_v1.awaits is 'What is open from this step on, until a step of the same thing (or of `within`) names it in `ends`.';
create table trace_v1_edge (
    origin uuid not null,
    target uuid not null,
    how text not null,
    event_id uuid not null,
    meeting uuid,
    public boolean not null,
    insiders uuid[] not null,
    acting uuid[] not null,
    primary key (origin, target, how, event_id)
);
create table trace_v1_contribution (
    contribution uuid primary key,
    conference uuid not null,
    group_key text not null,
    kind text not null,
    received_on date not null,
    event_id uuid not null,
    group_name text,
    text text,
    published_on date,
    published_by_event uuid,
    fate text,
    reason text,
    settled_on date,
    settled_by_event uuid
);
comment on table trace_v1_contribution is 'Thousands belong to one conference: they are leaves, and no walk goes through them.';
create table trace_v1_origin (
    result uuid not null,
    contribution uuid not null,
    how text not null,
    event_id uuid not null,
    primary key (result, contribution)
);
create table trace_v1_host (
    conference uuid primary key,
    host uuid not null
);
create table trace_v1_meeting (
    meeting uuid primary key,
    public boolean not null
);
"""
INDEXES = """create index trace_v1_edge_back on trace_v1_edge (target);
create index trace_v1_contribution_of on trace_v1_contribution (conference, received_on, contribution);
create index trace_v1_origin_of on trace_v1_origin (contribution);
create index trace_v1_host_of on trace_v1_host (host);"""

STEP = """insert into trace_v1 (node, event_id, step, kind, title, detail, facts, body, body_name, meeting, within, role, event_type,
day, at, recorded_at, version, public, insiders, acting, awaits, due_on, ends)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
on conflict (node, event_id, step) do nothing"""
EDGE = """insert into trace_v1_edge (origin, target, how, event_id, meeting, public, insiders, acting)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (origin, target, how, event_id) do nothing"""

OF: dict[str, Callable[[Received[Any]], Iterable[Step | Edge | Statement]]] = {
    "conferences": trace_of_conferences.facts,
    "meetings": trace_of_meetings.facts,
    "recommendations": trace_of_recommendations.facts,
}


def project(received: Received[Any]) -> Iterable[Statement]:
    """The steps and edges that a message tells of."""
    entry = received.entry
    service = received.message.NAME.partition(".")[0]
    for fact in OF[service](received):
        match fact:
            case Step():
                yield Statement(
                    STEP,
                    (
                        fact.node, entry.event_id, fact.step, fact.kind, fact.title, fact.detail, json.dumps(fact.facts, sort_keys=True),
                        fact.body, fact.body_name, fact.meeting, fact.within, fact.role, received.message.NAME, fact.day, fact.at,
                        entry.recorded_at, entry.version, fact.public, list(fact.insiders), list(fact.acting), fact.awaits, fact.due_on,
                        list(fact.ends),
                    ),
                )  # fmt: skip
            case Edge():
                sight = (fact.meeting, fact.public, list(fact.insiders), list(fact.acting))
                yield Statement(EDGE, (fact.origin, fact.target, fact.how, entry.event_id, *sight))
            case Statement():
                yield fact


TRACE = Projection(
    name="trace_v1",
    folds={
        "conferences": trace_of_conferences.FOLDED,
        "meetings": trace_of_meetings.FOLDED,
        "recommendations": trace_of_recommendations.FOLDED,
    },
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)
