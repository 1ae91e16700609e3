"""The city's own sign-in: an OpenID Connect provider, asked by authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636)."""

from __future__ import annotations

import hmac
import secrets
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from services.portal.discovery import Description, Discovery, SignInFailed, refused
from services.portal.language import Language
from shared.http.auth import LEEWAY_SECONDS, InvalidToken, Tokens, TokenVerifier
from shared.http.keys import KeysUnavailable
from shared.http.permissions import Principal

ATTEMPT_SECONDS = 600.0
"""How long one may take at the issuer."""
TOKEN_SECONDS = 5.0
CALLBACK = "/login/callback"


@dataclass(frozen=True)
class Client:
    """What the portal is at the issuer."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    scope: str
    portal_url: str
    """Where people reach the portal, without a slash at the end."""


@dataclass(frozen=True)
class Attempt:
    """A sign-in under way."""

    state: str
    nonce: str
    verifier: str
    language: Language
    back: str | None
    until: float


@dataclass(frozen=True)
class Session:
    """A sign-in that succeeded, or was renewed."""

    person: Principal
    token: str
    """For the services."""
    refresh: str | None
    id_token: str | None
    until: float | None
    """When the token ends, in seconds of real time, if the issuer says so."""


class Issuer:
    """The provider, as the portal speaks to it."""

    def __init__(self, client: Client, tokens: Tokens, *, real_time: Callable[[], float] = time.time) -> None:
        self.client = client
        self.real_time = real_time
        self._tokens = tokens
        self._discovery = Discovery(client.issuer, client.id, real_time)

    @property
    def place(self) -> str:
        """What people call it: its host."""
        return urlsplit(self.client.issuer).netloc

    async def begin(self, language: Language, back: str | None, *, again: bool = False) -> tuple[str, Attempt]:
        """Where to send a browser, and what it is to bring back; `again` asks for the password whoever is signed in there."""
        described, _ = await self._discovery.look()
        until = self.real_time() + ATTEMPT_SECONDS
        attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), language, back, until)
        more = {"prompt": "login"} if again else {}
        asking = OAuth2Client(None, self.client.id, scope=self.client.scope, redirect_uri=self._way_back, code_challenge_method="S256")
        address, _ = asking.create_authorization_url(
            described.authorization_endpoint, attempt.state, attempt.verifier, nonce=attempt.nonce, ui_locales=language, **more
        )
        return address, attempt

    async def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> Session:
        """The session that the issuer's answer to this attempt leads to."""
        if self.real_time() > attempt.until or not hmac.compare_digest(attempt.state.encode(), answer.get("state", "").encode()):
            raise SignInFailed("expired", "the answer belongs to no attempt of this browser")
        described, verifier = await self._discovery.look()
        # Which issuer answers (RFC 9207), so that no other one's answer is taken for it.
        if answer.get("iss", None if described.authorization_response_iss_parameter_supported else described.issuer) != described.issuer:
            raise SignInFailed("unfit", "the answer comes from another issuer")
        if "error" in answer:
            raise refused(answer["error"])
        async with self._asking(described) as asking:
            given = await _given(
                asking.fetch_token(
                    described.token_endpoint, grant_type="authorization_code", code=answer.get("code", ""), code_verifier=attempt.verifier
                )
            )
        id_token = given.get("id_token")
        if not isinstance(id_token, str):
            raise SignInFailed("unfit", "the issuer gave no id token: does the scope hold openid?")
        await self._must_be_meant(verifier, id_token, attempt.nonce)
        return await self._session(given, id_token)

    async def renew(self, sub: str, refresh: str, id_token: str | None) -> Session:
        """The session with a new token, of the same person."""
        described, _ = await self._discovery.look()
        async with self._asking(described) as asking:
            given = await _given(asking.refresh_token(described.token_endpoint, refresh_token=refresh))
        session = await self._session(given, id_token)
        if session.person.sub != sub:
            raise SignInFailed("unfit", "the renewed token is somebody else's")
        return session

    async def farewell(self, language: Language, id_token: str | None) -> str | None:
        """Where one signs out at the issuer, too (OpenID Connect RP-Initiated Logout 1.0); None if it has no such place, or is away."""
        try:
            described, _ = await self._discovery.look()
        except SignInFailed:
            return None
        if described.end_session_endpoint is None:
            return None
        asked = {"client_id": self.client.id, "post_logout_redirect_uri": f"{self.client.portal_url}/", "ui_locales": language}
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{described.end_session_endpoint}{'&' if '?' in described.end_session_endpoint else '?'}{urlencode(asked)}"

    @property
    def _way_back(self) -> str:
        return f"{self.client.portal_url}{CALLBACK}"

    def _asking(self, described: Description) -> Any:
        """A client for one exchange: it keeps what it was given."""
        methods = described.token_endpoint_auth_methods_supported
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return AsyncOAuth2Client(
            self.client.id, self.client.secret, method, redirect_uri=self._way_back, timeout=TOKEN_SECONDS, verify=_trusted()
        )

    async def _must_be_meant(self, verifier: TokenVerifier, id_token: str, nonce: str) -> None:
        """The id token is signed by the issuer, for us, now, and answers this attempt (OpenID Connect Core 1.0 section 3.1.3.7)."""
        try:
            claims = await verifier.claims(id_token)
            meant = CodeIDToken(claims, {}, params={"nonce": nonce, "client_id": self.client.id})
            meant.validate(int(self.real_time()), LEEWAY_SECONDS)
        except KeysUnavailable as error:
            raise SignInFailed("away", "the issuer's keys cannot be had") from error
        except (InvalidToken, JoseError) as error:
            raise SignInFailed("unfit", f"the id token does not hold: {error}") from error

    async def _session(self, given: Mapping[str, Any], id_token: str | None) -> Session:
        token, refresh, seconds = given.get("access_token"), given.get("refresh_token"), given.get("expires_in")
        if not isinstance(token, str):
            raise SignInFailed("unfit", "the issuer gave no access token")
        try:
            person = await self._tokens.verify(token)
        except KeysUnavailable as error:
            raise SignInFailed("away", "the issuer's keys cannot be had") from error
        except InvalidToken as error:
            raise SignInFailed("unfit", f"the services would not accept the access token: {error}") from error
        if not person.grants:
            raise SignInFailed("no-role", "the access token has no grants")
        until = self.real_time() + seconds if isinstance(seconds, int | float) else None
        return Session(person, token, refresh if isinstance(refresh, str) else None, id_token, until)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed: read once, which takes a while."""
    return httpx2.create_ssl_context()


async def _given(answer: Awaitable[Any]) -> Mapping[str, Any]:
    """What the token endpoint gives, or why it does not."""
    try:
        given = await answer
    except OAuthError as error:
        raise refused(str(error.error)) from error
    except (httpx2.HTTPError, OSError) as error:
        raise SignInFailed("away", f"the token endpoint does not answer: {type(error).__name__}") from error
    except ValueError as error:
        raise SignInFailed("unfit", "the token endpoint answers with something else than a token") from error
    return dict(given)
