"""What the city's issuer says of itself: where it signs people in, hands out tokens and keeps its keys (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from shared.http.auth import TokenVerifier
from shared.http.keys import FetchedKeys, fetch_document, is_protected

FRESH_SECONDS = 3600.0
"""The description is fetched again after this time."""
RETRY_SECONDS = 5.0
"""Between two fetches, after one that failed."""

Reason = Literal["denied", "expired", "away", "unfit", "no-role"]
_REFUSED: dict[str, Reason] = {
    "access_denied": "denied", "consent_required": "denied", "interaction_required": "denied", "login_required": "denied",
    "invalid_grant": "expired", "server_error": "away", "temporarily_unavailable": "away",
}  # fmt: skip
"""What the issuer's own words mean for a person (RFC 6749 sections 4.1.2.1 and 5.2); any other is a mistake in somebody's settings."""
_CODE = re.compile(r"[a-z_]{1,40}")


class SignInFailed(Exception):
    """Nobody was signed in. The reason is what the page tells, the text is the log's; neither repeats anything secret."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason: Reason = reason


def refused(error: str) -> SignInFailed:
    """The issuer's no."""
    return SignInFailed(_REFUSED.get(error, "unfit"), f"the issuer says {error if _CODE.fullmatch(error) else 'no'}")


def must_be_protected(address: str) -> str:
    """The address, if it begins with https:// or names this machine; else ValueError."""
    if not is_protected(address):
        raise ValueError("an endpoint begins with https://")
    return address


Protected = Annotated[str, AfterValidator(must_be_protected)]


class Description(BaseModel):
    """What we read in the issuer's description of itself (OpenID Connect Discovery 1.0 section 3)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: Protected
    token_endpoint: Protected
    jwks_uri: Protected
    end_session_endpoint: Protected | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Discovery:
    """The description, fetched when it is first needed and again when it is old; an old one stays good while the issuer is away."""

    def __init__(self, issuer: str, client: str, real_time: Callable[[], float]) -> None:
        self._issuer, self._client, self._real_time = issuer, client, real_time
        self._found: tuple[Description, TokenVerifier] | None = None
        self._failure: tuple[Reason, str] = ("away", "the issuer was not asked yet")
        self._next_look = 0.0
        self._lock = asyncio.Lock()

    async def look(self) -> tuple[Description, TokenVerifier]:
        """The issuer's description, and what verifies its id tokens. Raises SignInFailed where there is none."""
        async with self._lock:
            if time.monotonic() >= self._next_look:
                try:
                    self._found = await self._fetch()
                    self._next_look = time.monotonic() + FRESH_SECONDS
                except (OSError, ValueError) as error:
                    said = f"the issuer's description of itself: {type(error).__name__}"
                    self._failure = ("away" if isinstance(error, OSError) else "unfit", said)
                    self._next_look = time.monotonic() + RETRY_SECONDS
            if self._found is None:
                raise SignInFailed(*self._failure)
            return self._found

    async def _fetch(self) -> tuple[Description, TokenVerifier]:
        address = f"{self._issuer.removesuffix('/')}/.well-known/openid-configuration"
        described = Description.model_validate(json.loads(await asyncio.to_thread(fetch_document, address)))
        if described.issuer != self._issuer:
            raise ValueError("the description is another issuer's")
        known = self._found
        if known and known[0].jwks_uri == described.jwks_uri:
            return described, known[1]
        return described, TokenVerifier(FetchedKeys(described.jwks_uri), self._issuer, self._client, real_time=self._real_time)
