"""The way to the services: questions and commands over HTTP, in the name of whoever is signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2

from shared.surroundings import Surroundings

SECONDS = 10.0
FORWARDED_FOR = "x-forwarded-for"
INSIDE = "http://portal.internal"
"""The host of requests that never leave the process."""


class ServiceAway(Exception):
    """The service does not answer."""


@dataclass
class ServiceProblem(Exception):
    """The service says no, as a problem document (RFC 9457)."""

    status: int
    type: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    """For bad input: which field (`where`), and the rule (`what`)."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    retry_after: str | None = None
    """When to come again, in seconds."""


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    body: Any
    etag: str | None


class Services:
    """All services that the portal speaks to."""

    def __init__(self, clients: Mapping[str, httpx2.AsyncClient]) -> None:
        self._clients = clients

    async def ask(self, service: str, path: str, query: Mapping[str, Any], token: str | None) -> Answer:
        """Read `/api/<service><path>`. Raises ServiceProblem or ServiceAway."""
        return await self._send(service, "GET", path, {}, token, params={name: value for name, value in query.items() if value is not None})

    async def tell(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        token: str | None,
        *,
        key: str | None = None,
        seen: str | None = None,
        sender: str | None = None,
    ) -> Answer:
        """Send a command under an Idempotency-Key, with the ETag of what was seen, and of somebody who is not signed in with the address it
        comes from (`sender`). Raises ServiceProblem or ServiceAway."""
        named = (("idempotency-key", key), ("if-match", seen), (FORWARDED_FOR, None if token else sender))
        headers = {name: value for name, value in named if value}
        return await self._send(service, "POST", path, headers, token, json=dict(body))

    async def _send(self, service: str, method: str, path: str, headers: dict[str, str], token: str | None, **parts: Any) -> Answer:
        client = self._clients.get(service)
        if client is None:
            raise ServiceAway(service)
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            answer = await client.request(method, f"/api/{service}{path}", headers=headers, **parts)
        except (httpx2.TransportError, OSError) as error:
            raise ServiceAway(service) from error
        if answer.is_error:
            raise _problem(answer)
        return Answer(answer.json() if answer.content else None, answer.headers.get("etag"))


def _problem(answer: httpx2.Response) -> ServiceProblem:
    try:
        told = dict(answer.json())
    except (ValueError, TypeError):
        told = {}
    known = {"type", "title", "status", "detail", "errors"}
    return ServiceProblem(
        answer.status_code,
        str(told.get("type", "about:blank")),
        str(told.get("detail", HTTPStatus(answer.status_code).phrase)),
        list(told.get("errors", ())),
        {name: value for name, value in told.items() if name not in known},
        answer.headers.get("retry-after"),
    )


class _Late(httpx2.AsyncBaseTransport):
    """Finds a service's application when it is first asked: the services of one process start one after the other."""

    def __init__(self, around: Surroundings, service: str) -> None:
        self._around, self._service = around, service

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert self._around.apps
        try:
            app = self._around.apps(self._service)
        except KeyError:
            raise httpx2.ConnectError(f"{self._service} does not run here") from None
        # Between two applications of one process nobody else puts the sender in its place.
        sender = request.headers.get(FORWARDED_FOR, "")
        return await httpx2.ASGITransport(app=app, client=(sender, 0)).handle_async_request(request)


SERVICES = ("meetings", "conferences", "recommendations", "notifications")


@asynccontextmanager
async def services(around: Surroundings) -> AsyncIterator[Services]:
    """In-process where the services are in this process, else at the addresses that the settings name."""
    if around.apps:
        clients = {name: httpx2.AsyncClient(transport=_Late(around, name), base_url=INSIDE, timeout=SECONDS) for name in SERVICES}
    else:
        clients = {name: httpx2.AsyncClient(base_url=url, timeout=SECONDS) for name, url in around.settings.services.items()}
    try:
        yield Services(clients)
    finally:
        for client in clients.values():
            await client.aclose()
