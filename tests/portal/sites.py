"""A portal of a test's own: its pages in this process, before services that answer what the test says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from bindeglied.issuer import AUDIENCE, ISSUER, DemoIssuer, Persona
from services.portal.app import pages
from services.portal.clients import Services
from services.portal.operator import read_operator
from services.portal.portal import Portal
from services.portal.sessions import Sessions
from shared.http.auth import TokenVerifier
from shared.http.keys import StaticKeys
from shared.http.metrics import Metrics

BODY = "6d6d1a62-8f0a-4d2c-9b57-3c1f0e0f4a11"
EVERY_ROLE = tuple(f"{BODY}:{role}" for role in ("secretariat", "chair", "organiser", "officer"))
PERSONAS = {
    "amt": Persona("office.amt", "Ada Amt", "Amt", ("city:registry",)),
    "alle": Persona("office.alle", "Alwine Alle", "Amt", ("city:registry", "city:feedback", *EVERY_ROLE)),
}
HOST = "http://portal.test"
NOW = datetime(2018, 11, 30, 9, tzinfo=UTC)
Said = tuple[int, Any]


@dataclass
class Site:
    """The pages, what the services were asked, and what they answer by method and path."""

    client: httpx2.AsyncClient
    answers: dict[str, Said] = field(default_factory=dict)
    """By `GET /api/<service>/…`; whatever is not here is unknown there."""
    asked: list[httpx2.Request] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=lambda: {"etag": '"7"'})
    away: bool = False

    async def sign_in(self, persona: str = "amt") -> None:
        """As one of the test's personas."""
        answer = await self.post("/de/login", persona=persona)
        assert answer.status_code == 303

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page."""
        return await self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def post(self, path: str, **form: str | list[str]) -> httpx2.Response:
        """Send a form from a page of ours."""
        return await self.client.post(path, data=form, headers={"sec-fetch-site": "same-origin"})

    def serve(self, request: httpx2.Request) -> httpx2.Response:
        """What a service answers."""
        self.asked.append(request)
        if self.away:
            raise httpx2.ConnectError("nobody listens")
        unknown = {"type": "urn:bindeglied:problem:not-found", "title": "Not Found", "detail": "There is no such thing."}
        status, body = self.answers.get(f"{request.method} {request.url.path}", (404, unknown))
        return httpx2.Response(status, json=body, headers=self.headers)


def new_site(folder: Path, host: str = HOST) -> Site:
    """Pages on the demo's issuer."""
    issuer = DemoIssuer(folder, PERSONAS)
    tokens = TokenVerifier(StaticKeys(json.loads(issuer.public_keys.read_text())), ISSUER, AUDIENCE)
    return site_of(tokens, host, demo=issuer)


def site_of(tokens: TokenVerifier, host: str, *, demo: DemoIssuer | None = None, sessions: Sessions | None = None) -> Site:
    """Pages with a sign-in: the demo's, or a real one, or none."""
    runtime: Any = SimpleNamespace(tokens=tokens, metrics=Metrics(), now=lambda: NOW)
    settings = SimpleNamespace(demo=demo is not None, clock_file=None, operator=None)
    around: Any = SimpleNamespace(settings=settings, sign_in=demo, apps=None)
    made: list[Site] = []

    def serve(request: httpx2.Request) -> httpx2.Response:
        return made[0].serve(request)

    transport = httpx2.MockTransport(serve)
    names = ("meetings", "conferences", "recommendations", "notifications")
    services = Services({name: httpx2.AsyncClient(transport=transport, base_url="http://inside") for name in names})
    app = pages(Portal(runtime, around, services, read_operator(None), sessions))
    made.append(Site(httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=host)))
    return made[0]


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(address.partition("?")[2]))
