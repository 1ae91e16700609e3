"""What the operator sees of every service: how far its readers are, what is parked, and the buttons to go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.clients import SERVICES, ServiceAway
from services.portal.pages.outbox import must_be_operator
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()
OWN = "portal"
MOST = 500
QUESTIONS = ("positions", "parked", "refused")


@dataclass(frozen=True)
class State:
    """One service."""

    name: str
    positions: list[Any]
    parked: list[Any]
    refused: list[Any]
    away: bool = False


async def state_of(visit: Visit, service: str) -> State:
    """What the service says of its readers; the portal's own are asked in this process."""
    if service == OWN:
        own = visit.portal.runtime.operations
        positions, parked, refused = await own.positions(), await own.parked(MOST), await own.refused(MOST)
        return State(service, plain(positions), plain(parked), plain(refused))
    try:
        positions, parked, refused = [await visit.ask(service, f"/operations/{question}") for question in QUESTIONS]
    except ServiceAway:
        return State(service, [], [], [], away=True)
    return State(service, positions, parked, refused)


def plain(rows: Sequence[BaseModel]) -> list[Any]:
    """As the services answer it over HTTP."""
    return [row.model_dump(mode="json") for row in rows]


@pages.get("/operations")
async def show_operations(visit: Visit) -> Response:
    """All services at once; one that does not answer is shown as away."""
    must_be_operator(visit)
    states = await asyncio.gather(*(state_of(visit, service) for service in (*SERVICES, OWN)))
    return visit.show("operations.html", states=states, said=visit.query.get("said"), now=visit.portal.now())


@pages.post("/operations/{service}/{reader}/{source}/{stream:uuid}/{what}", on="/operations")
async def go_on(visit: Visit) -> Response:
    """Try a parked stream again, or give up its first event, in the operator's name."""
    must_be_operator(visit)
    service, reader, source, stream, what = (visit.path[name] for name in ("service", "reader", "source", "stream", "what"))
    if service not in (*SERVICES, OWN) or what not in ("retry", "skip"):
        raise HTTPException(404)
    if service != OWN:
        path = f"/operations/parked/{reader}/{source}/{stream}/{what}"
        released = (await visit.portal.services.tell(service, path, {}, visit.token, key=str(uuid4()))).body["released"]
    else:
        assert visit.person is not None
        own = visit.portal.runtime.operations
        released = await (own.retry(reader, source, stream) if what == "retry" else own.skip(reader, source, stream, visit.person.id))
        if released is None:
            raise HTTPException(404)
    return visit.go("/operations", said="released" if released else "parked")
