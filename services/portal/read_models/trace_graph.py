"""The graph as everybody who may see it gets it: nodes with their steps, edges, what is still open, one hash, and one readable tree."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.portal.read_models.trace_facts import PLACING
from shared.localday import local_day


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of a node, as stored."""

    step: str
    event_id: UUID
    event_type: str
    role: str
    day: date
    at: datetime | None
    title: str
    detail: str | None
    facts: Mapping[str, Any]
    meeting: UUID | None
    public: bool
    awaits: str | None
    due_on: date | None
    ends: tuple[str, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """What a node still waits for."""

    what: str
    since: date
    days: int
    """Since when, counted in days of the city until now."""
    due_on: date | None
    overdue_by: int
    """Days after the due one; 0 while there is time."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing, with everything that happened to it, oldest first."""

    id: UUID
    kind: str
    title: str
    body: UUID | None
    body_name: str | None
    within: UUID | None
    steps: tuple[Happened, ...]
    open: tuple[Open, ...] = ()

    @property
    def public(self) -> bool:
        """Whether everybody sees something of it."""
        return any(step.public for step in self.steps)

    @property
    def meeting(self) -> UUID | None:
        """The meeting in which it was last spoken of."""
        return next((step.meeting for step in reversed(self.steps) if step.meeting), None)


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """One node led to another; the event proves it."""

    origin: UUID
    target: UUID
    how: str
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Graph:
    """All that hangs together, without the contributions, which are counted."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    contributions: Mapping[UUID, int] = field(default_factory=dict)
    """How many went into each result; under a conference's own id, how many went into none."""

    @property
    def as_of(self) -> datetime | None:
        """When the newest of what is shown was recorded."""
        return max((step.recorded_at for node in self.nodes for step in node.steps), default=None)


def graph_of(nodes: Iterable[Node], links: Iterable[Link], now: datetime, contributions: Mapping[UUID, int] | None = None) -> Graph:
    """In canonical order, with what is open as of `now`; links whose ends are not both here are left out."""
    by_id = {node.id: node for node in nodes}
    kept = sorted({link for link in links if link.origin in by_id and link.target in by_id})
    today = local_day(now)
    opened = (replace(node, open=tuple(still_open(node, by_id, kept, today))) for _, node in sorted(by_id.items()))
    return Graph(tuple(opened), tuple(kept), contributions or {})


def still_open(node: Node, by_id: Mapping[UUID, Node], links: Sequence[Link], today: date) -> Iterable[Open]:
    """What some step awaits and no later one has ended, here or in what the node belongs to."""
    ended = {end for step in node.steps for end in step.ends}
    if node.within and node.within in by_id:
        ended |= {end for step in by_id[node.within].steps for end in step.ends}
    put = [step for step in node.steps if step.awaits == PLACING]
    waiting = put[-1:] if len(put) > sum(step.step == "declined" for step in node.steps) else []
    for step in node.steps:
        if step.awaits is None or (step not in waiting if step.awaits == PLACING else step.awaits in ended):
            continue  # What was declined can be put to the body anew, so that its decline ends one waiting alone.
        since = step.day
        if step.awaits == PLACING:
            items = [by_id[link.target] for link in links if link.origin == node.id]
            returned = [returned_on(item) for item in items]
            if None in returned:
                continue
            since = max([since, *(day for day in returned if day)])
        late = (today - step.due_on).days if step.due_on else 0
        yield Open(step.awaits, since, max(0, (today - since).days), step.due_on, max(0, late))


def returned_on(item: Node) -> date | None:
    """When an item left its agenda the last time; None where it stands there, be it again."""
    returned = [step.day for step in item.steps if step.step == "returned"]
    return max(returned) if len(returned) >= max(1, sum(step.step == "placed" for step in item.steps)) else None


@dataclass(frozen=True, slots=True)
class Branch:
    """A node, below the one that led to it."""

    node: Node
    how: str | None
    """How the one above led to it; None at the root."""
    also_from: tuple[Node, ...]
    """Others that led to it, which stand elsewhere in the tree."""
    contributions: int
    below: tuple[Branch, ...]


ORDER = ("result", "duty", "proposal", "item", "resolution", "recommendation", "informed", "answer", "measure")


def tree_of(graph: Graph) -> tuple[Branch, ...]:
    """Every node once, below the farthest from the beginning of those that led to it; results stand below their conference."""
    by_id = {node.id: node for node in graph.nodes}
    parents: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for link in graph.links:
        origin, target = (link.target, link.origin) if link.how == "result_of" else (link.origin, link.target)
        parents[target].setdefault(origin, link.how)
    depth = _depths(by_id, parents)
    chosen = {node: max(above, key=lambda one: (depth[one], one)) for node, above in parents.items() if depth[node]}
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    for node in by_id:
        below[chosen.get(node)].append(node)

    def rank(node: UUID) -> tuple[Any, ...]:
        one = by_id[node]
        place = ORDER.index(one.kind) if one.kind in ORDER else -1
        return (place, one.steps[0].facts.get("number", 0), one.steps[0].day, one.steps[0].recorded_at, str(node))

    def branch(node: UUID) -> Branch:
        above = chosen.get(node)
        others = tuple(by_id[one] for one in sorted(parents[node], key=rank) if one != above)
        how = parents[node][above] if above else None
        nested = tuple(branch(one) for one in sorted(below[node], key=rank))
        return Branch(by_id[node], how, others, graph.contributions.get(node, 0), nested)

    return tuple(branch(root) for root in sorted(below[None], key=rank))


def _depths(by_id: Mapping[UUID, Node], parents: Mapping[UUID, Mapping[UUID, str]]) -> dict[UUID, int]:
    """The longest way from a root to each node; where the links go round in circles, the circle begins at its smallest id."""
    depth: dict[UUID, int] = {}
    left = sorted(by_id)
    while left:
        ready = [node for node in left if all(above in depth for above in parents.get(node, ()))]
        if not ready:
            depth[left[0]] = 0
            left = left[1:]
            continue
        for node in ready:
            depth[node] = max((depth[above] + 1 for above in parents.get(node, ())), default=0)
        left = [node for node in left if node not in depth]
    return depth


def document(graph: Graph, leaves: Iterable[dict[str, Any]], leaf_links: Iterable[Link]) -> dict[str, Any]:
    """The whole graph as data, contributions included, with a hash that is the same whichever node it was asked from."""
    nodes = [_plain(node) for node in graph.nodes] + list(leaves)
    nodes.sort(key=lambda node: str(node["id"]))
    links = sorted({*graph.links, *leaf_links})
    edges = [{"from": str(one.origin), "to": str(one.target), "how": one.how, "event": str(one.event_id)} for one in links]
    said = json.dumps({"nodes": nodes, "edges": edges}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    still = [
        {"node": str(node.id), "awaits": one.what, "since": one.since.isoformat(), "days": one.days, "overdue_by": one.overdue_by}
        for node in graph.nodes
        for one in node.open
    ]
    return {"hash": hashlib.sha256(said.encode()).hexdigest(), "nodes": nodes, "edges": edges, "open": still}


def _plain(node: Node) -> dict[str, Any]:
    steps = [
        {
            "step": step.step, "event": str(step.event_id), "type": step.event_type, "role": step.role, "day": step.day.isoformat(),
            "at": step.at.isoformat() if step.at else None, "detail": step.detail, "facts": dict(step.facts),
            "due_on": step.due_on.isoformat() if step.due_on else None,
        }
        for step in node.steps
    ]  # fmt: skip
    return {"id": str(node.id), "kind": node.kind, "title": node.title, "body": node.body_name, "steps": steps}
