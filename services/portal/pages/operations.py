"""What the operator sees of every service: how far its readers are, what is parked, and the buttons to go on."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from services.portal.clients import SERVICES, ServiceAway
from services.portal.pages.outbox import must_be_operator
from services.portal.routing import Pages
from services.portal.visit import PRIVATE, Visit

pages = Pages()
OWN = "portal"
MOST = 500
SECONDS = 2.0
"""Between two looks for whoever watches."""
LOOKS = 300
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
    states = await look(visit)
    said, now = visit.query.get("said"), visit.portal.now()
    return visit.show("operations.html", states=states, digest=digest_of(states), said=said, now=now)


async def look(visit: Visit) -> list[State]:
    """All services as they are now."""
    return await asyncio.gather(*(state_of(visit, service) for service in (*SERVICES, OWN)))


def digest_of(states: Sequence[State]) -> str:
    """Equal as long as nothing has changed."""
    return hashlib.sha256(json.dumps([asdict(one) for one in states], sort_keys=True).encode()).hexdigest()[:16]


@pages.get("/operations/changes")
async def tell_changes(visit: Visit) -> Response:
    """Server-sent events: the state's digest, whenever it has become another (WHATWG HTML section 9.2)."""
    must_be_operator(visit)

    async def digest() -> str:
        return digest_of(await look(visit))

    async def pause() -> None:
        await asyncio.sleep(SECONDS)

    return StreamingResponse(changes(digest, pause, LOOKS), headers=PRIVATE, media_type="text/event-stream")


async def changes(digest: Callable[[], Awaitable[str]], pause: Callable[[], Awaitable[None]], looks: int) -> AsyncIterator[str]:
    """A message at first and at each change, a comment in between; it ends after so many looks, and the browser comes again."""
    last = None
    for _ in range(looks):
        now = await digest()
        yield ": nothing new\n\n" if now == last else f"event: state\ndata: {now}\n\n"
        last = now
        await pause()


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
