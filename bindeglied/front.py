"""What stands before the services in the embedded form: one address for all of them, the first page, and the demo's sign-in."""

from __future__ import annotations

import html
from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bindeglied.embedded import Embedded
from shared.http.health import Finding, Probe, Readiness, health_routes
from shared.http.problems import install_problems

STORY_TIME = "Vorführung: Die Personen sind erfunden, angemeldet wird ohne Passwort, und es gilt die Zeit der Geschichte."
NOTHING_TOLD = (
    "Vorführung: Die Personen sind erfunden, und angemeldet wird ohne Passwort. "
    "Ihre Gremien gibt es hier erst, wenn die Geschichte erzählt ist: mit `bindeglied demo`."
)
PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title></head>
<body><header><p role="note"><strong>{banner}</strong></p></header><main><h1>{title}</h1>{content}</main></body></html>
"""
PLACES = (
    ("Kommende Sitzungen (JSON)", "/api/meetings/meetings"),
    ("Gremien (JSON)", "/api/meetings/bodies"),
    ("Anmelden als …", "/login"),
    ("Bereitschaft", "/ready"),
    ("Metriken", "/metrics"),
)
MOST_BYTES = 2_000
HEADERS = {
    "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class Front:
    """Sends `/api/<service>/…` to the service, and answers the rest itself."""

    def __init__(self, embedded: Embedded) -> None:
        self._services: dict[str, ASGIApp] = {f"/api/{name}": running.app for name, running in embedded.services.items()}
        self._rest: ASGIApp = _front_pages(embedded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path: str = scope.get("path", "")
        prefix = "/".join(path.split("/", 3)[:3])
        await self._services.get(prefix, self._rest)(scope, receive, send)


def _front_pages(embedded: Embedded) -> FastAPI:
    def page(title: str, content: str, status: int = 200) -> HTMLResponse:
        banner = STORY_TIME if embedded.home.clock.file.exists() else NOTHING_TOLD
        filled = PAGE.format(title=html.escape(title), banner=html.escape(banner), content=content)
        return HTMLResponse(filled, status, headers=HEADERS)

    async def home(_: Request) -> Response:
        """Where to go from here."""
        services = "".join(f'<li>{name}: <a href="/api/{name}/openapi.json">OpenAPI</a></li>' for name in embedded.services)
        places = "".join(f'<li><a href="{path}">{what}</a></li>' for what, path in PLACES)
        return page("Bindeglied", f"<ul>{places}</ul><h2>Schnittstellen</h2><ul>{services}</ul>")

    async def choose(_: Request) -> Response:
        """The personas to choose from."""
        choices = "".join(
            f'<li><button name="persona" value="{html.escape(key)}">{html.escape(one.name)}</button> {html.escape(one.function)}</li>'
            for key, one in embedded.world.personas.items()
        )
        return page("Anmelden als …", f'<form method="post" action="/login"><ul>{choices}</ul></form>')

    async def sign_in(request: Request) -> Response:
        """A token for the chosen persona."""
        body = (await request.body())[:MOST_BYTES].decode("ascii", "replace")
        [key] = parse_qs(body).get("persona", [""])[-1:]
        if key not in embedded.world.personas:
            return page("Unbekannte Person", '<p><a href="/login">Zur Auswahl</a></p>', 422)
        token = embedded.issuer.token(key)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"access_token": token, "token_type": "Bearer"}, headers=HEADERS)
        name = html.escape(embedded.world.personas[key].name)
        return page(f"Angemeldet als {name}", f"<p>Für Anfragen an die Schnittstellen:</p><pre>Authorization: Bearer {token}</pre>")

    routes: list[BaseRoute] = [
        Route("/", home),
        Route("/login", choose),
        Route("/login", sign_in, methods=["POST"]),
        *health_routes(Readiness(_probes(embedded)), embedded.around.metrics),
    ]
    pages = FastAPI(routes=routes, openapi_url=None, docs_url=None, redoc_url=None)
    install_problems(pages, "front")
    return pages


def _probes(embedded: Embedded) -> Mapping[str, Probe]:
    """Every service's readiness under its name."""

    def probe_of(name: str) -> Probe:
        readiness = embedded.services[name].readiness

        async def probe() -> Finding:
            findings = await readiness.look()
            return Finding(all(f.ok for f in findings.values()), "; ".join(f"{key} {f.says}" for key, f in findings.items()))

        return probe

    return {name: probe_of(name) for name in embedded.services}
