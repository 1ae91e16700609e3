"""The trace: what came of what, from any thing in it, as one readable list and as data."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal import words
from services.portal.pages.lists import after_of, one_page
from services.portal.read_models.called import corrected_names
from services.portal.read_models.trace_graph import tree_of
from services.portal.read_models.trace_query import (
    find_contribution,
    first_contributions,
    list_contributions,
    load_document,
    load_trace,
)
from services.portal.read_models.viewer import viewer_of
from services.portal.routing import Pages
from services.portal.visit import PRIVATE, PUBLIC, Visit
from shared.called import with_names
from shared.http.paging import Listing

pages = Pages()
EACH = 3
"""So many contributions are shown with each result; the others have pages of their own."""
AT_ONCE = 50
CONTRIBUTIONS = Listing("portal.contributions", date, UUID)


@pages.get("/trace/{node:uuid}")
async def show_trace(visit: Visit) -> Response:
    """Everything that hangs together with this thing, from contributions to measures, and what is still open."""
    db, viewer, node = visit.portal.runtime.read, viewer_of(visit.person), visit.path["node"]
    graph = await load_trace(db, node, visit.portal.now(), viewer)
    if graph is None:
        raise HTTPException(404)
    graph = with_names(graph, await corrected_names(db))
    begun = await find_contribution(db, node, viewer)
    first = await first_contributions(db, list(graph.contributions), viewer, EACH)
    waiting = [(one, still) for one in graph.nodes for still in one.open]
    waiting.sort(key=lambda pair: (-pair[1].overdue_by, pair[1].since))
    return visit.show("trace.html", words=words, tree=tree_of(graph), asked=node, begun=begun, first=first, waiting=waiting, graph=graph)


@pages.get("/trace/{node:uuid}.json")
async def show_trace_as_data(visit: Visit) -> Response:
    """The same as data: nodes, edges with their events, what is open, and a hash that is equal from every node."""
    db, viewer = visit.portal.runtime.read, viewer_of(visit.person)
    found = await load_document(db, visit.path["node"], visit.portal.now(), viewer, await corrected_names(db))
    if found is None:
        raise HTTPException(404)
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return Response(body, 200, PUBLIC if visit.person is None else PRIVATE, "application/json")


@pages.get("/trace/{node:uuid}/contributions")
async def show_contributions(visit: Visit) -> Response:
    """The contributions that went into a result, or into none of a conference's, page by page."""
    db, viewer, node = visit.portal.runtime.read, viewer_of(visit.person), visit.path["node"]
    after = after_of(visit, CONTRIBUTIONS)
    rows = await list_contributions(db, node, viewer, after=after, limit=AT_ONCE + 1)
    if not rows and after is None:
        raise HTTPException(404)
    listed = one_page(visit, CONTRIBUTIONS, rows, AT_ONCE, lambda one: (one.received_on, one.contribution))
    return visit.show("contributions.html", words=words, node=node, listed=listed)
