"""Who is signed in: the cookie with the token, and the check that a form was sent from a page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from shared.http.auth import InvalidToken, Tokens
from shared.http.permissions import Principal

COOKIE = "bindeglied"
RENEWAL = "bindeglied-renewal"
"""What renews the token, and ends the session at the issuer."""
ATTEMPT = "bindeglied-attempt"
"""What a browser keeps between its way to the issuer and its way back."""
SECURE_PREFIX = "__Host-"
"""Behind https: such a name is heeded by browsers only with Secure, for the whole of one host."""
PIECE = 3_800
"""Browsers drop a cookie whose name and value have more than 4,096 bytes, so a long one comes in pieces."""
PIECES = 3


def cookie_name(request: Request, cookie: str = COOKIE) -> str:
    """What the cookie is called on this way to us."""
    return f"{SECURE_PREFIX}{cookie}" if request.url.scheme == "https" else cookie


def read_cookie(request: Request, cookie: str) -> str:
    """What was kept in a browser, out of its pieces; empty for nothing."""
    value = ""
    for name in _pieces(request, cookie):
        value += (piece := request.cookies.get(name, ""))
        if len(piece) < PIECE:
            break
    return value


def keep_cookie(response: Response, request: Request, cookie: str, value: str) -> None:
    """Keep this until the browser is closed, at most `PIECE * PIECES` characters of it."""
    for at, name in enumerate(_pieces(request, cookie)):
        if piece := value[at * PIECE : (at + 1) * PIECE]:
            response.set_cookie(name, piece, path="/", secure=_secure(request), httponly=True, samesite="lax")
        elif name in request.cookies:
            response.delete_cookie(name, path="/", secure=_secure(request), httponly=True, samesite="lax")


def drop_cookie(response: Response, request: Request, cookie: str) -> None:
    """Keep nothing any longer."""
    keep_cookie(response, request, cookie, "")


async def person_of(tokens: Tokens, request: Request) -> tuple[Principal, str] | None:
    """Whoever is signed in, with the token; None for nobody, and for a token that is none any more."""
    token = read_cookie(request, COOKIE)
    if not token:
        return None
    try:
        return await tokens.verify(token), token
    except InvalidToken:
        return None


def remember(response: Response, request: Request, token: str) -> None:
    """Sign in until the browser is closed, or the token ends."""
    keep_cookie(response, request, COOKIE, token)


def forget(response: Response, request: Request) -> None:
    """Sign out."""
    for cookie in (COOKIE, RENEWAL, ATTEMPT):
        drop_cookie(response, request, cookie)


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


def _pieces(request: Request, cookie: str) -> list[str]:
    name = cookie_name(request, cookie)
    return [name, *(f"{name}-{piece}" for piece in range(2, PIECES + 1))]


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"
