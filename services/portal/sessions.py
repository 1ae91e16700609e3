"""What a browser keeps of a sign-in at the city's issuer: the attempt, the token, and what renews it a moment before it ends."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.discovery import SignInFailed
from services.portal.issuer import Attempt, Client, Issuer, Session
from services.portal.seal import Seal
from services.portal.session import (
    ATTEMPT,
    PIECE,
    PIECES,
    RENEWAL,
    drop_cookie,
    keep_cookie,
    person_of,
    read_cookie,
    remember,
)
from shared.http.auth import Tokens
from shared.http.keys import is_protected
from shared.http.permissions import Principal
from shared.settings import PREFIX, Settings, UnusableSettings

logger = structlog.get_logger(__name__)

AHEAD_SECONDS = 30.0
"""So long before its end a token is renewed, lest it ends between us and a service."""
SHARED_SECONDS = 30.0
"""So long one renewal's outcome holds for whoever comes with the same refresh token: pages that were opened at the same moment."""


def client_of(settings: Settings) -> Client | None:
    """What the portal is at the issuer; None without BINDEGLIED_CLIENT_ID. UnusableSettings where something is missing or unsafe."""
    if settings.client_id is None:
        return None
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    if settings.client_secret_file:
        try:
            secret = settings.client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise UnusableSettings(f"{PREFIX}CLIENT_SECRET_FILE cannot be read: {type(error).__name__}") from None
    if not secret:
        raise UnusableSettings(f"{PREFIX}CLIENT_ID is set, and no secret: set {PREFIX}CLIENT_SECRET_FILE or {PREFIX}CLIENT_SECRET")
    for name, address in (("TOKEN_ISSUER", settings.token_issuer), ("PORTAL_URL", settings.portal_url)):
        if not is_protected(address):
            raise UnusableSettings(f"{PREFIX}{name} must begin with https:// for people to sign in: {address}")
    return Client(settings.token_issuer, settings.client_id, secret, settings.client_scope, settings.portal_url.removesuffix("/"))


@dataclass
class _Renewal:
    """One refresh token on its way to the issuer, and what came of it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    at: float = 0.0
    outcome: Session | SignInFailed | None = None


@dataclass
class _Change:
    """What an answer is to leave in the browser."""

    request: Request | None = None
    renewed: Session | None = None
    ended: bool = False


class Sessions:
    """The sign-in at one issuer, as browsers keep it."""

    def __init__(self, issuer: Issuer, tokens: Tokens) -> None:
        self.issuer = issuer
        self._tokens = tokens
        self._attempts = Seal(issuer.client.secret, "attempt")
        self._renewals = Seal(issuer.client.secret, "renewal")
        self._under_way: dict[bytes, _Renewal] = {}

    def begin(self, response: Response, request: Request, attempt: Attempt) -> None:
        """Have the browser keep its attempt: only its own way back is taken for an answer."""
        keep_cookie(response, request, ATTEMPT, self._attempts.seal(asdict(attempt)))

    def attempt(self, request: Request) -> Attempt | None:
        """The attempt that this browser began last."""
        kept = self._attempts.open(read_cookie(request, ATTEMPT))
        return Attempt(**kept) if kept else None

    def enter(self, response: Response, request: Request, session: Session) -> None:
        """Sign in."""
        remember(response, request, session.token)
        sealed = self._renewals.seal(
            {"sub": session.person.sub, "refresh": session.refresh, "id_token": session.id_token, "until": session.until}
        )
        # What is too long for cookies is not kept: then one signs in again when the token ends.
        keep_cookie(response, request, RENEWAL, sealed if len(sealed) <= PIECE * PIECES else "")
        drop_cookie(response, request, ATTEMPT)

    def id_token(self, request: Request) -> str | None:
        """Whose session it is that ends, for the issuer."""
        return (self._kept(request) or {}).get("id_token")

    async def person_of(self, request: Request) -> tuple[Principal, str] | None:
        """Whoever is signed in, with a token that holds for a while yet: renewed if it has to be and can be."""
        known, kept = await person_of(self._tokens, request), self._kept(request)
        if kept is None or not kept["refresh"]:
            return known
        if known and (kept["until"] is None or self.issuer.real_time() < kept["until"] - AHEAD_SECONDS):
            return known
        outcome = await self._renewed(kept)
        change: _Change = request.scope.get("session_change") or _Change()
        if isinstance(outcome, Session):
            change.request, change.renewed = request, outcome
            return outcome.person, outcome.token
        if outcome.reason != "away":
            change.request, change.ended = request, True
        return known

    def leave(self, response: Response, change: _Change) -> None:
        """Have the browser keep what a request changed."""
        if change.request and change.renewed:
            self.enter(response, change.request, change.renewed)
        elif change.request and change.ended:
            drop_cookie(response, change.request, RENEWAL)

    def _kept(self, request: Request) -> dict[str, Any] | None:
        return self._renewals.open(read_cookie(request, RENEWAL))

    async def _renewed(self, kept: dict[str, Any]) -> Session | SignInFailed:
        """What came of it, asked once for each refresh token: some issuers end a session whose refresh token comes twice."""
        now = self.issuer.real_time()
        for key in [key for key, one in self._under_way.items() if now - one.at > SHARED_SECONDS and not one.lock.locked()]:
            del self._under_way[key]
        one = self._under_way.setdefault(hashlib.sha256(kept["refresh"].encode()).digest(), _Renewal(at=now))
        async with one.lock:
            if one.outcome is None:
                try:
                    one.outcome = await self.issuer.renew(kept["sub"], kept["refresh"], kept["id_token"])
                except SignInFailed as failure:
                    logger.warning("sign_in.not_renewed", reason=failure.reason, said=str(failure))
                    one.outcome = failure
                one.at = self.issuer.real_time()
        return one.outcome


class SessionsLeft:
    """Has every answer, whatever becomes of its page, leave what its request changed; people come as they see us, behind a proxy too."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions
        self._scheme = sessions.issuer.client.portal_url.partition(":")[0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        change = _Change()

        async def left(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "set-cookie" not in headers:  # What a page says itself of the session holds.
                    response = Response()
                    self.sessions.leave(response, change)
                    for cookie in response.headers.getlist("set-cookie"):
                        headers.append("set-cookie", cookie)
            await send(message)

        await self.app({**scope, "scheme": self._scheme, "session_change": change}, receive, left)
