"""An OpenID Connect provider of a test's own, on a port of this machine: it signs with real keys, and lies where a test tells it to."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "portal", "a secret of forty characters, or so it is"
AUDIENCE = "bindeglied"
GRANTS = ["city:registry"]
WAY_BACK = "https://portal.test/login/callback"
FAREWELL = "https://portal.test/"


@dataclass
class Provider:
    """What it does, and what it was asked. Everything but its keys and its address is new for each test."""

    address: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    grants: list[str] | None = field(default_factory=lambda: list(GRANTS))
    denies: str | None = None
    """An error instead of a code."""
    away: set[str] = field(default_factory=set)
    """Paths that answer with 503."""
    described: dict[str, Any] = field(default_factory=dict)
    """What its description says otherwise; None: not at all."""
    id_claims: dict[str, Any] = field(default_factory=dict)
    access_claims: dict[str, Any] = field(default_factory=dict)
    """Claims that its tokens have otherwise; None: not at all."""
    id_key: ECKey | OKPKey | None = None
    """Another key, for the id tokens alone."""
    answer: dict[str, str] = field(default_factory=dict)
    """What else it says on the way back."""
    token_answer: dict[str, Any] | None = None
    """What its token endpoint says instead."""
    later: float = 0.0
    """So many seconds have passed, here and in the portal."""
    seconds: int = 300
    refreshes: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    """The authorization requests."""
    exchanged: list[dict[str, str]] = field(default_factory=list)
    """The token requests."""
    farewells: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)

    def app(self) -> Starlette:
        """Its addresses."""
        posts = [Route("/token", self.token, methods=["POST"])]
        gets = [
            Route("/.well-known/openid-configuration", self.description),
            Route("/keys", self.keys),
            Route("/authorize", self.authorize),
        ]
        return Starlette(routes=[*posts, *gets, Route("/logout", self.logout)])

    async def description(self, request: Request) -> Response:
        """What it says of itself."""
        said = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/logout",
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        }
        return self._said(request, JSONResponse(_but(said, self.described)))

    async def keys(self, request: Request) -> Response:
        """Its public keys."""
        return self._said(request, JSONResponse(KeySet([self.key]).as_dict(private=False)))

    async def authorize(self, request: Request) -> Response:
        """Whoever comes is signed in already."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        if (asked["client_id"], asked["redirect_uri"], asked["response_type"]) != (CLIENT, WAY_BACK, "code"):
            return PlainTextResponse("this is no client of ours", 400)
        if "openid" not in asked["scope"].split() or asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return self._back(asked, error="invalid_request")
        if self.denies:
            return self._back(asked, error=self.denies, error_description="<b>no</b>")
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return self._back(asked, code=code)

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for tokens; each is good once."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.exchanged.append(form)
        if request.url.path in self.away:
            return PlainTextResponse("later", 503)
        if self.token_answer is not None:
            return JSONResponse(self.token_answer, 400 if "error" in self.token_answer else 200)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self._refresh:
                return JSONResponse({"error": "invalid_grant"}, 400)
            self._refresh.discard(form["refresh_token"])
            return JSONResponse(self._tokens(None))
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(self._tokens(asked["nonce"]))

    async def logout(self, request: Request) -> Response:
        """Where one signs out here."""
        self.farewells.append(dict(request.query_params))
        return PlainTextResponse("goodbye")

    def real_time(self) -> float:
        """What the clocks say."""
        return time.time() + self.later

    def access_token(self, **claims: Any) -> str:
        """A token for the services."""
        now = int(self.real_time())
        said = {"iss": self.address, "aud": AUDIENCE, "sub": "5d0c0a5e", "name": "Ada Amt", "iat": now, "exp": now + self.seconds}
        return self._signed(_but({**said, "grants": self.grants, "jti": secrets.token_hex(4)}, {**self.access_claims, **claims}), self.key)

    def _tokens(self, nonce: str | None) -> dict[str, Any]:
        now = int(self.real_time())
        given: dict[str, Any] = {"access_token": self.access_token(), "token_type": "Bearer", "expires_in": self.seconds}
        if self.refreshes:
            given["refresh_token"] = secrets.token_urlsafe(16)
            self._refresh.add(given["refresh_token"])
        if nonce is not None:
            said = {"iss": self.address, "aud": CLIENT, "sub": "5d0c0a5e", "iat": now, "exp": now + 300, "nonce": nonce}
            given["id_token"] = self._signed(_but(said, self.id_claims), self.id_key or self.key)
        return given

    def _signed(self, claims: dict[str, Any], key: ECKey | OKPKey) -> str:
        algorithm = "ES256" if isinstance(key, ECKey) else "Ed25519"
        return jwt.encode({"alg": algorithm, "kid": self.key.kid}, claims, key, algorithms=[algorithm])

    def _back(self, asked: dict[str, str], **said: str) -> Response:
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], **said, **self.answer})}", 302)

    def _said(self, request: Request, response: Response) -> Response:
        return PlainTextResponse("later", 503) if request.url.path in self.away else response


def _but(said: dict[str, Any], otherwise: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**said, **otherwise}.items() if value is not None}


class Listening:
    """A port of this machine on which one provider after the other answers."""

    def __init__(self) -> None:
        self.provider = Provider()
        self.address = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        await self.provider.app()(scope, receive, send)

    def new(self) -> Provider:
        """The next provider."""
        self.provider = Provider(self.address)
        return self.provider


@contextmanager
def listening() -> Iterator[Listening]:
    """The port, with a server in a thread of its own."""
    one = Listening()
    server = uvicorn.Server(uvicorn.Config(one, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, name="provider")
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        one.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield one
    finally:
        server.should_exit = True
        thread.join(30)
