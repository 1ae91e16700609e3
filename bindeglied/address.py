"""The embedded form's one address: the services' interfaces side by side, the portal's pages, and the readiness of all."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from bindeglied.embedded import Embedded
from shared.http.health import Finding, Probe, Readiness, health_routes
from shared.http.problems import install_problems

PAGES = "portal"
"""The service whose pages stand at `/`."""
APART = ("/api", "/health", "/ready", "/metrics")
"""What belongs to no page."""


class OneAddress:
    """Sends `/api/<service>/…` to the service and pages to the portal; answers for the process as a whole itself."""

    def __init__(self, embedded: Embedded) -> None:
        self._interfaces: dict[str, ASGIApp] = {f"/api/{name}": running.app for name, running in embedded.services.items()}
        self._pages: ASGIApp = embedded.services[PAGES].face
        self._rest: ASGIApp = _answers(embedded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path: str = scope.get("path", "")
        parts = path.split("/", 3)
        app = self._rest if "/".join(parts[:2]) in APART else self._pages
        await self._interfaces.get("/".join(parts[:3]), app)(scope, receive, send)


def _answers(embedded: Embedded) -> FastAPI:
    """Health, readiness and metrics of the process, and problems for whatever asks for a service that is not there."""
    routes = health_routes(Readiness(_probes(embedded)), embedded.around.metrics)
    answers = FastAPI(routes=[*routes], openapi_url=None, docs_url=None, redoc_url=None)
    install_problems(answers, "bindeglied")
    return answers


def _probes(embedded: Embedded) -> Mapping[str, Probe]:
    """Every service's readiness under its name."""

    def probe_of(name: str) -> Probe:
        readiness = embedded.services[name].readiness

        async def probe() -> Finding:
            findings = await readiness.look()
            return Finding(all(f.ok for f in findings.values()), "; ".join(f"{key} {f.says}" for key, f in findings.items()))

        return probe

    return {name: probe_of(name) for name in embedded.services}
