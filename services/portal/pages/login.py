"""Signing in and out. In the demo one chooses a persona; a real city's issuer has its own pages (`sign_in.py` leads there)."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.language import preferred
from services.portal.portal import Portal
from services.portal.routing import Pages
from services.portal.session import forget, is_ours, local_address, remember
from services.portal.visit import PRIVATE, Visit
from shared.http.problems import kit_problem

pages = Pages()
MOST_BYTES = 2_000


@pages.get("/login")
async def choose(visit: Visit) -> Response:
    """The personas to choose from, or the way to the city's issuer."""
    back, sessions = local_address(visit.query.get("next")), visit.portal.sessions
    if sessions is not None:
        return visit.show("sign_in.html", issuer=sessions.issuer.place, next=back)
    return _personas(visit, 200, back, unknown=False)


@pages.post("/login")
async def enter(visit: Visit) -> Response:
    """Sign the chosen persona in, and go back to where they came from."""
    sent, sign_in = await visit.sent(), visit.portal.sign_in
    persona, back = sent.get("persona", [""])[-1], local_address(sent.get("next", [""])[-1])
    if sign_in is None or persona not in sign_in.personas:
        return _personas(visit, 422, back, unknown=True)
    response = RedirectResponse(back or f"/{visit.language}/", 303, PRIVATE)
    remember(response, visit.request, sign_in.token(persona))
    return response


@pages.get("/login/done")
async def show_signed_in(visit: Visit) -> Response:
    """For whoever signed in beside a page that keeps what they typed: on with it there."""
    return visit.show("signed_in.html", kept=False) if visit.person else RedirectResponse(f"/{visit.language}/login", 303, PRIVATE)


@pages.post("/logout", on="/")
async def leave(visit: Visit) -> Response:
    """Sign out; with a real issuer a page leads on to sign out there, too."""
    sessions = visit.portal.sessions
    if sessions is None:
        response = visit.go("/")
    else:
        there = await sessions.issuer.farewell(visit.language, sessions.id_token(visit.request))
        visit.person, visit.place = None, "/"
        response = visit.show("signed_out.html", issuer=sessions.issuer.place, there=there)
    forget(response, visit.request)
    return response


def _personas(visit: Visit, status: int, back: str | None, *, unknown: bool) -> Response:
    sign_in = visit.portal.sign_in
    people = [(key, one.name, one.function) for key, one in sign_in.personas.items()] if sign_in else None
    return visit.show("login.html", status if sign_in else 503, people=people, next=back, unknown=unknown)


def plain_routes(portal: Portal) -> list[BaseRoute]:
    """`/login` without a language: on to the page, and for programs the persona's token as JSON."""

    async def to_page(request: Request) -> Response:
        """On to the page in the language that the browser asks for."""
        return RedirectResponse(f"/{preferred(request.headers.get('accept-language'))}/login", 302, PRIVATE)

    async def token(request: Request) -> Response:
        """A token for the chosen persona of the demo."""
        sent = parse_qs((await request.body())[:MOST_BYTES].decode("ascii", "replace"))
        persona = sent.get("persona", [""])[-1]
        if not is_ours(request) or portal.sign_in is None or persona not in portal.sign_in.personas:
            problem = kit_problem(422, "bad-input", "There is no such persona.", title="Bad input")
            body = {"type": problem.type, "title": problem.title, "status": 422, "detail": problem.detail}
            return JSONResponse(body, 422, PRIVATE, "application/problem+json")
        return JSONResponse({"access_token": portal.sign_in.token(persona), "token_type": "Bearer"}, headers=PRIVATE)

    return [Route("/login", to_page), Route("/login", token, methods=["POST"])]
