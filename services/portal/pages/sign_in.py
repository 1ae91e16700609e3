"""The way to the city's issuer and back, and the pages for whoever does not get through."""

from __future__ import annotations

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.discovery import Reason, SignInFailed
from services.portal.issuer import CALLBACK
from services.portal.language import preferred
from services.portal.portal import Portal
from services.portal.routing import Pages
from services.portal.session import ATTEMPT, drop_cookie, local_address
from services.portal.visit import PRIVATE, Visit

logger = structlog.get_logger(__name__)
pages = Pages()
STATUS: dict[Reason, int] = {"denied": 403, "expired": 400, "away": 503, "unfit": 502, "no-role": 403}


@pages.get("/login/issuer")
async def begin(visit: Visit) -> Response:
    """On to the issuer. A link leads here and no form: forms may lead to our own pages alone, wherever an issuer sends people on to."""
    sessions = visit.portal.sessions
    if sessions is None:
        raise HTTPException(404)
    back = local_address(visit.query.get("next"))
    try:
        address, attempt = await sessions.issuer.begin(visit.language, back, again=visit.query.get("again") == "1")
    except SignInFailed as failure:
        return failed(visit, failure, back)
    response = RedirectResponse(address, 303, PRIVATE)
    sessions.begin(response, visit.request, attempt)
    return response


def failed(visit: Visit, failure: SignInFailed, back: str | None) -> Response:
    """Why nobody was signed in."""
    logger.warning("sign_in.failed", reason=failure.reason, said=str(failure))
    response = visit.show("sign_in_failed.html", STATUS[failure.reason], reason=failure.reason, next=back)
    if failure.reason == "away":
        response.headers["retry-after"] = "5"
    return response


def plain_routes(portal: Portal) -> list[BaseRoute]:
    """Where the issuer sends people back to, whatever their language: one address, which the issuer knows."""

    async def finish(request: Request) -> Response:
        """Sign in, and go back to where they came from."""
        sessions = portal.sessions
        if sessions is None:
            raise HTTPException(404)
        attempt = sessions.attempt(request)
        language = attempt.language if attempt else preferred(request.headers.get("accept-language"))
        back = attempt.back if attempt else None
        visit = Visit(portal, request, language, None)
        visit.place = "/login"
        try:
            if attempt is None:
                raise SignInFailed("expired", "this browser began no attempt")
            session = await sessions.issuer.finish(attempt, request.query_params)
        except SignInFailed as failure:
            if failure.reason == "expired" and await sessions.person_of(request):
                return RedirectResponse(back or f"/{language}/", 303, PRIVATE)  # An old page was opened again, which did its work.
            response = failed(visit, failure, back)
            if failure.reason != "expired":  # Another page may have begun anew.
                drop_cookie(response, request, ATTEMPT)
            return response
        response = RedirectResponse(back or f"/{language}/", 303, PRIVATE)
        sessions.enter(response, request, session)
        return response

    return [Route(CALLBACK, finish)]
