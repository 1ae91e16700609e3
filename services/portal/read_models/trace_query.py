"""Asks the trace: what hangs together with a node, as far as whoever asks may see it; contributions by the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal.read_models.trace_graph import Graph, Happened, Link, Node, document, graph_of
from services.portal.read_models.trace_righted import as_it_stands
from services.portal.read_models.viewer import Viewer
from shared.called import with_names
from shared.contracts.meetings.sittings import ItemTitleCorrected

if TYPE_CHECKING:
    import asyncpg

    from shared.eventstore.log import Queryable

MOST_NODES = 5_000
"""Of one graph, contributions not counted; no conference of a city comes near it."""


def shown(row: str) -> str:
    """The condition under which a row is everybody's to see."""
    met_in_public = f"exists (select from trace_v1_meeting m where m.meeting = {row}.meeting and m.public)"
    return f"({row}.public and ({row}.meeting is null or {met_in_public}))"


def visible(row: str) -> str:
    """The same for one person: $1 sees all, $2 is inside these bodies, $3 acts for those."""
    return f"({shown(row)} or $1::boolean or {row}.insiders && $2::uuid[] or {row}.acting && $3::uuid[])"


HERE = f"exists (select from trace_v1 s where s.node = next.node and {visible('s')})"
WALK = f"""with recursive walk (node) as (
    select distinct s.node from trace_v1 s where s.node = any($4::uuid[]) and {visible("s")}
    union
    select next.node from walk join lateral (
        select e.target as node from trace_v1_edge e where e.origin = walk.node and {visible("e")}
        union all select e.origin from trace_v1_edge e where e.target = walk.node and {visible("e")}
    ) next on true where {HERE}
) select node from walk limit $5"""
STEPS = f"""select s.*, {shown("s")} as shown from trace_v1 s where s.node = any($4::uuid[]) and {visible("s")}
order by s.node, s.day, s.recorded_at, s.version, s.step"""
LINKS = f"""select e.origin, e.target, e.how, e.event_id from trace_v1_edge e
where e.origin = any($4::uuid[]) and e.target = any($4::uuid[]) and {visible("e")}"""
READABLE = """(c.published_by_event is not null or $1::boolean
or exists (select from trace_v1_host h where h.conference = c.conference and (h.host = any($2::uuid[]) or h.host = any($3::uuid[]))))"""
"""A contribution is everybody's once it is published; before, the host's."""
CONFERENCE_OF = f"select c.conference from trace_v1_contribution c where c.contribution = $4 and {READABLE}"
INTO = f"""select o.result as node, count(*) as contributions from trace_v1_origin o join trace_v1_contribution c using (contribution)
where o.result = any($4::uuid[]) and {READABLE} group by o.result
union all
select c.conference, count(*) from trace_v1_contribution c where c.conference = any($4::uuid[]) and {READABLE}
and not exists (select from trace_v1_origin o where o.contribution = c.contribution) group by c.conference"""
COLUMNS = """c.contribution, c.conference, c.group_key, c.group_name, c.kind, c.received_on, c.text, c.published_on, c.fate, c.reason,
c.settled_on, c.event_id, c.published_by_event, c.settled_by_event"""
PAGE = f"""select {COLUMNS}, o.how from trace_v1_origin o join trace_v1_contribution c using (contribution)
where o.result = $4 and {READABLE} and ($5::date is null or (c.received_on, c.contribution) > ($5, $6::uuid))
union all
select {COLUMNS}, null from trace_v1_contribution c where c.conference = $4 and {READABLE}
and not exists (select from trace_v1_origin o where o.contribution = c.contribution)
and ($5::date is null or (c.received_on, c.contribution) > ($5, $6::uuid))
order by received_on, contribution limit $7"""
ONE = f"select {COLUMNS} from trace_v1_contribution c where c.contribution = $4 and {READABLE}"
FIRST = f"""select * from (
    select o.result as under, {COLUMNS}, o.how, row_number() over (partition by o.result order by c.received_on, c.contribution) as place
    from trace_v1_origin o join trace_v1_contribution c using (contribution) where o.result = any($4::uuid[]) and {READABLE}
    union all
    select c.conference, {COLUMNS}, null, row_number() over (partition by c.conference order by c.received_on, c.contribution)
    from trace_v1_contribution c where c.conference = any($4::uuid[]) and {READABLE}
    and not exists (select from trace_v1_origin o where o.contribution = c.contribution)
) ranked where place <= $5 order by under, place"""
LEAVES = f"select {COLUMNS} from trace_v1_contribution c where c.conference = any($4::uuid[]) and {READABLE}"
LEAF_LINKS = f"""select o.contribution, o.result, o.how, o.event_id from trace_v1_origin o join trace_v1_contribution c using (contribution)
where o.result = any($4::uuid[]) and {READABLE}"""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A contribution as the trace shows it; its text only once it is published."""

    contribution: UUID
    conference: UUID
    group_key: str
    group_name: str | None
    kind: str
    received_on: date
    text: str | None
    published_on: date | None
    fate: str | None
    reason: str | None
    settled_on: date | None
    event_id: UUID
    published_by_event: UUID | None
    settled_by_event: UUID | None
    how: str | None = None
    """How it went into the result that was asked for."""


async def load_trace(db: Queryable, node: UUID, now: datetime, viewer: Viewer) -> Graph | None:
    """Everything that hangs together with `node`, contributions counted; None where the viewer finds nothing."""
    sight = viewer.sight()
    conference = await db.fetchval(CONFERENCE_OF, *sight, node)
    found = [row["node"] for row in await db.fetch(WALK, *sight, [conference or node], MOST_NODES)]
    if not found:
        return None
    rows = await db.fetch(STEPS, *sight, found)
    links = [Link(**row) for row in await db.fetch(LINKS, *sight, found)]
    counted = {row["node"]: row["contributions"] for row in await db.fetch(INTO, *sight, found)}
    return graph_of(nodes_of(rows), links, now, counted)


def nodes_of(rows: Sequence[asyncpg.Record] | Sequence[Mapping[str, Any]]) -> list[Node]:
    """Steps brought together, in the order in which they happened; a thing is called what it was called last, and an item whose title was
    corrected what that says: its meeting keeps the words with which it was opened."""
    by_node: dict[UUID, list[Any]] = {}
    for row in rows:
        by_node.setdefault(row["node"], []).append(row)
    nodes = []
    for node, steps in by_node.items():
        last = max(steps, key=_recorded)
        called = max((row for row in steps if row["event_type"] == ItemTitleCorrected.NAME), key=_recorded, default=last)
        within = next((row["within"] for row in steps if row["within"]), None)
        held = sorted(as_it_stands([(row, _facts(row)) for row in steps]), key=_when)
        happened = tuple(_happened(row, facts, day) for row, facts, day in held)
        nodes.append(Node(node, last["kind"], called["title"], last["body"], last["body_name"], within, happened))
    return nodes


def _recorded(row: Any) -> tuple[Any, ...]:
    return row["recorded_at"], row["version"], row["event_id"]


def _when(step: tuple[Any, Mapping[str, Any], date]) -> tuple[Any, ...]:
    """By day and time, whenever it was entered or corrected; of what has a day alone, by when that was recorded."""
    row, _, day = step
    return day, row["at"] or row["recorded_at"], row["recorded_at"], row["version"], row["step"]


def _facts(row: Any) -> Mapping[str, Any]:
    facts = row["facts"]
    told: Mapping[str, Any] = json.loads(facts) if isinstance(facts, str) else facts
    return told


def _happened(row: Any, facts: Mapping[str, Any], day: date) -> Happened:
    return Happened(
        row["step"], row["event_id"], row["event_type"], row["role"], day, row["at"], row["title"], row["detail"],
        facts, row["meeting"], row["shown"], row["awaits"], row["due_on"],
        tuple(row["ends"]), row["recorded_at"],
    )  # fmt: skip


async def list_contributions(
    db: Queryable, under: UUID, viewer: Viewer, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Contribution]:
    """The contributions that went into a result, or into none of the conference `under`, behind the (day, id) of the last one seen."""
    day, last = after or (None, None)
    return [Contribution(**row) for row in await db.fetch(PAGE, *viewer.sight(), under, day, last, limit)]


async def find_contribution(db: Queryable, contribution: UUID, viewer: Viewer) -> Contribution | None:
    """One contribution, as far as the viewer may see it."""
    row = await db.fetchrow(ONE, *viewer.sight(), contribution)
    return Contribution(**row) if row else None


async def first_contributions(db: Queryable, under: Sequence[UUID], viewer: Viewer, each: int) -> dict[UUID, list[Contribution]]:
    """The first few contributions of each result, and of each conference those that went into none."""
    found: dict[UUID, list[Contribution]] = {}
    for row in await db.fetch(FIRST, *viewer.sight(), list(under), each):
        known = {name: value for name, value in row.items() if name not in ("under", "place")}
        found.setdefault(row["under"], []).append(Contribution(**known))
    return found


async def load_document(
    db: Queryable, node: UUID, now: datetime, viewer: Viewer, names: Mapping[UUID, str] | None = None
) -> dict[str, Any] | None:
    """The whole graph as data, contributions included, with these right `names` of bodies; None where the viewer finds nothing."""
    graph = await load_trace(db, node, now, viewer)
    if graph is None:
        return None
    graph = with_names(graph, names or {})
    sight = viewer.sight()
    conferences = [one.id for one in graph.nodes if one.kind == "conference"]
    results = [one.id for one in graph.nodes if one.kind == "result"]
    leaves = [Contribution(**row) for row in await db.fetch(LEAVES, *sight, conferences)]
    origins = await db.fetch(LEAF_LINKS, *sight, results)
    links = [Link(row["contribution"], row["result"], row["how"], row["event_id"]) for row in origins]
    links += [Link(leaf.contribution, leaf.conference, "handed_in", leaf.event_id) for leaf in leaves]
    return document(graph, [_leaf(leaf) for leaf in leaves], links)


def _leaf(leaf: Contribution) -> dict[str, Any]:
    told: tuple[tuple[str, UUID | None, str, date | None, str | None, dict[str, Any], str], ...] = (
        ("received", leaf.event_id, "ContributionReceived", leaf.received_on, None, {}, "contributor"),
        ("published", leaf.published_by_event, "ContributionPublished", leaf.published_on, leaf.text, {}, "organiser"),
        ("settled", leaf.settled_by_event, "ContributionSettled", leaf.settled_on, leaf.reason, {"fate": leaf.fate}, "organiser"),
    )
    steps = [
        {
            "step": step, "event": str(event), "type": f"conferences.{name}", "role": role, "day": day.isoformat(), "at": None,
            "detail": detail, "facts": facts, "due_on": None,
        }
        for step, event, name, day, detail, facts, role in told
        if event and day
    ]  # fmt: skip
    title = leaf.group_name or leaf.group_key
    return {"id": str(leaf.contribution), "kind": "contribution", "title": title, "body": None, "steps": steps}
