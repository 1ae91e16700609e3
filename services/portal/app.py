"""The portal's application: every page in every language, its failures as pages, and its interface for programs behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.portal import assets
from services.portal.clients import ServiceAway, ServiceProblem, services
from services.portal.issuer import Issuer
from services.portal.kept import KEPT_FOR, Kept, keep
from services.portal.language import LANGUAGES, Language, preferred
from services.portal.operator import read_operator
from services.portal.pages import (
    bodies,
    conferences,
    contributions,
    feedback,
    home,
    login,
    meetings,
    notices,
    operations,
    organisation,
    outbox,
    past_meetings,
    receipt,
    recommendations,
    registration,
    seat,
    sign_in,
    subscription,
    tasks,
    trace,
)
from services.portal.portal import Portal
from services.portal.routing import PageRoute, Pages
from services.portal.session import is_ours, local_address, person_of
from services.portal.sessions import Sessions, SessionsLeft, client_of
from services.portal.visit import PRIVATE, Visit
from shared.http.app import MOST_BYTES
from shared.http.edge import MOST_AT_ONCE, Edge
from shared.http.keys import KeysUnavailable
from shared.http.permissions import Principal
from shared.http.problems import is_away, unexpected_problem
from shared.http.runtime import Runtime
from shared.surroundings import Surroundings

PAGES: tuple[Pages, ...] = tuple(
    module.pages
    for module in (
        *(home, conferences, registration, contributions, organisation, bodies, seat, past_meetings, meetings, recommendations),
        *(subscription, receipt, trace, tasks, feedback, outbox, operations, login, sign_in, notices),
    )
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        # Forms lead to our own pages alone, and browsers hold their redirections to that, too: the way to an issuer is a link.
        # The style sheet draws its icons from data: addresses of its own.
        b"; ".join(
            (
                *(b"default-src 'none'", b"style-src 'self'", b"font-src 'self'", b"img-src 'self' data:", b"script-src 'self'"),
                *(b"connect-src 'self'", b"form-action 'self'", b"frame-ancestors 'none'", b"base-uri 'none'"),
            )
        ),
    ),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
MOST_FORM_BYTES = 3 * MOST_BYTES
"""What a service takes is up to three times as long as a form's body. What is longer than that is refused unread."""
MOST_FORM_CHARACTERS = MOST_FORM_BYTES // 6 // 10_000 * 10_000
"""Of a text full of umlauts, which are the longest in a form."""
ERRORS = {400, 401, 403, 404, 405, 413, 503}
"""What has sentences of its own in `error.html`; any other failure is our mistake (500)."""
APART = ("/health", "/ready", "/metrics", "/api")
"""What is no page."""


@asynccontextmanager
async def face(interface: ASGIApp, runtime: Runtime, around: Surroundings) -> AsyncIterator[ASGIApp]:
    """All that the portal serves."""
    async with services(around) as ways:
        client = None if around.sign_in else client_of(around.settings)
        sessions = Sessions(Issuer(client, runtime.tokens), runtime.tokens) if client else None
        yield _Face(
            interface, pages(Portal(runtime, around, ways, read_operator(around.settings.operator), sessions), around.settings.max_requests)
        )


class _Face:
    """Sends programs to the interface and people to the pages."""

    def __init__(self, interface: ASGIApp, shown: ASGIApp) -> None:
        self._interface, self._shown = interface, shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        first = "/" + scope.get("path", "").partition("/")[2].partition("/")[0]
        await (self._interface if first in APART else self._shown)(scope, receive, send)


def pages(portal: Portal, most_at_once: int = MOST_AT_ONCE) -> ASGIApp:
    """The pages; so many requests at once."""
    shown = Shown(portal)
    bounds = {"most_bytes": MOST_FORM_BYTES, "most_at_once": most_at_once}
    app = Starlette(
        routes=[Route("/", to_language), *login.plain_routes(portal), *sign_in.plain_routes(portal), assets.ROUTE, *shown.routes()],
        exception_handlers={HTTPException: shown.failed_soon},
        middleware=[
            *([Middleware(SessionsLeft, portal.sessions)] if portal.sessions else []),
            Middleware(Edge, service="portal", metrics=portal.runtime.metrics, answer=shown.failed, headers=HEADERS, **bounds),
        ],
    )
    app.router.redirect_slashes = False
    return app


async def to_language(request: Request) -> Response:
    """On to the home page in the language that the browser asks for."""
    headers = {"vary": "Accept-Language", "cache-control": "no-cache"}
    return RedirectResponse(f"/{preferred(request.headers.get('accept-language'))}/", 302, headers)


class Shown:
    """The pages as routes, and what is shown where one fails."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[BaseRoute]:
        """Every page and every form's address, in every language."""
        all_of_them = [route for module in PAGES for route in module.routes]
        found: list[BaseRoute] = []
        for language in LANGUAGES:
            pages_with_address = {route.path for route in all_of_them if route.method == "GET"}
            for route in all_of_them:
                found.append(Route(f"/{language}{route.path}", self._endpoint(route, language), methods=[route.method]))
                if route.on is not None and route.path not in pages_with_address:
                    found.append(Route(f"/{language}{route.path}", _back_to(route.on, language)))
        return found

    def _endpoint(self, route: PageRoute, language: Language) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            request.scope["route"] = route  # What the metrics call this request.
            if route.method == "POST" and not is_ours(request):
                return self.failed(request, HTTPException(403))
            visit = Visit(self._portal, request, language)
            if route.on is not None:
                visit.place = _filled(route.on, request)
            sent = await visit.sent() if route.method == "POST" else None
            try:
                if known := await self._known(request):
                    visit.person, visit.token = request.scope["known"] = known  # Pages about failures are for the same person.
                return await route.handler(visit)
            except Exception as error:
                status = _status(error)
                if sent is None and status == 401:
                    return to_login(request, language)
                if sent is not None and status in KEPT_FOR:
                    return self.failed(request, error, keep(request.url.path, sent, visit.sending))
                raise

        return answered

    async def _known(self, request: Request) -> tuple[Principal, str] | None:
        """Whoever is signed in, with the token."""
        portal = self._portal
        return await (portal.sessions.person_of(request) if portal.sessions else person_of(portal.runtime.tokens, request))

    async def failed_soon(self, request: Request, error: Exception) -> Response:
        """The page for a failure, where the framework waits for it."""
        return self.failed(request, error)

    def failed(self, request: Request, error: Exception, kept: Kept | None = None) -> Response:
        """The page for a failure, with what was typed if it was to be sent."""
        status, incident = _status(error), None
        if status == 500:
            incident = unexpected_problem(error).extras.get("incident")
        first = request.url.path.split("/", 2)[1]
        language: Language = "en" if first == "en" else "de" if first == "de" else preferred(request.headers.get("accept-language"))
        visit = Visit(self._portal, request, language, None if status == 401 else request.scope.get("known"))
        if first != language:
            visit.place = "/"
        response = visit.show(
            "error.html", status, shown_status=status, incident=incident, waiting=kept, most_characters=MOST_FORM_CHARACTERS
        )
        if status == 503:
            response.headers["retry-after"] = "2"
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response


def _status(error: Exception) -> int:
    match error:
        case HTTPException(status_code=status) | ServiceProblem(status=status) if status in ERRORS:
            return status
        case ServiceProblem(status=422):
            return 404  # The address holds what the service cannot read: there is no such page.
        case ServiceAway() | KeysUnavailable() | asyncio.TimeoutError():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE if is_away(error) else HTTPStatus.INTERNAL_SERVER_ERROR


def to_login(request: Request, language: Language) -> Response:
    """On to the sign-in, and back to this page after it."""
    query = f"?{request.url.query}" if request.url.query else ""
    back = local_address(f"{request.url.path}{query}")
    asked = f"?{urlencode({'next': back})}" if back else ""
    return RedirectResponse(f"/{language}/login{asked}", 303, PRIVATE)


def _filled(path: str, request: Request) -> str:
    for name, value in request.path_params.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


def _back_to(path: str, language: Language) -> Callable[[Request], Awaitable[Response]]:
    async def back(request: Request) -> Response:
        return RedirectResponse(f"/{language}{_filled(path, request)}", 303, PRIVATE)

    return back
