"""Who is signed in: the cookie with the token, and the check that a form was sent from a page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from shared.http.auth import InvalidToken, Tokens
from shared.http.permissions import Principal

COOKIE = "bindeglied"
SECURE_COOKIE = "__Host-bindeglied"
"""Behind https: such a name is heeded by browsers only with Secure, for the whole of one host."""


def cookie_name(request: Request) -> str:
    """What the cookie is called on this way to us."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


async def person_of(tokens: Tokens, request: Request) -> tuple[Principal, str] | None:
    """Whoever is signed in, with the token; None for nobody, and for a token that is none any more."""
    token = request.cookies.get(cookie_name(request))
    if not token:
        return None
    try:
        return await tokens.verify(token), token
    except InvalidToken:
        return None


def remember(response: Response, request: Request, token: str) -> None:
    """Sign in until the browser is closed, or the token ends."""
    response.set_cookie(cookie_name(request), token, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")


def forget(response: Response, request: Request) -> None:
    """Sign out."""
    response.delete_cookie(cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")


def is_ours(request: Request) -> bool:
    """Whether a form was sent from a page of ours, or by a program that is no browser (every browser of today says where from)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def local_address(address: str | None) -> str | None:
    """The address if it is one of ours, so that nobody is sent elsewhere after signing in."""
    if address and address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable():
        return address
    return None
