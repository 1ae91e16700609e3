"""Bearer tokens: from a JWT to a principal, or to the reason why not."""

from __future__ import annotations

import hashlib
import re
import time
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning

from shared.http.keys import KeySource
from shared.http.permissions import CITY_SCOPE, Principal

ALGORITHMS = ("Ed25519", "EdDSA", "ES256", "RS256", "PS256")
"""Signatures of public keys only: neither `none` nor an HMAC, whose secret would be the public key, is ever looked at."""
LEEWAY_SECONDS = 10
CACHE_SECONDS = 60.0
"""How long a verified token is not verified again, so that a withdrawn key stops working within a minute."""
CACHE_SIZE = 4096
TOKEN_BYTES = 8192

_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SUB = re.compile(r"[\x21-\x7e]{1,255}")


class InvalidToken(Exception):
    """The token is not one that we accept; the message says why, without repeating any of it."""


class Tokens(Protocol):
    """What turns a bearer token into a principal."""

    async def verify(self, token: str) -> Principal:
        """The token's principal. Raises InvalidToken, or KeysUnavailable when it cannot be judged."""
        ...


@dataclass
class TokenVerifier:
    """Verifies signature, issuer, audience and times (real time, whatever the story's clock says) and remembers for a minute."""

    keys: KeySource
    issuer: str
    audience: str
    algorithms: Collection[str] = ALGORITHMS
    real_time: Callable[[], float] = time.time
    _verified: dict[bytes, tuple[float, Principal]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._registry = jws.JWSRegistry(algorithms=list(self.algorithms))

    async def verify(self, token: str) -> Principal:
        """The token's principal. Raises InvalidToken, or KeysUnavailable when it cannot be judged."""
        digest = hashlib.blake2b(token.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        now = self.real_time()
        remembered = self._verified.get(digest)
        if remembered is not None:
            if now < remembered[0]:
                return remembered[1]
            del self._verified[digest]
        claims = await self.claims(token)
        principal = read_principal(claims)
        while len(self._verified) >= CACHE_SIZE:
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = (min(now + CACHE_SECONDS, claims["exp"]), principal)
        return principal

    async def claims(self, token: str) -> dict[str, Any]:
        """What a token says whose signature, issuer, audience and times hold. Raises InvalidToken, or KeysUnavailable."""
        if len(token) > TOKEN_BYTES:
            raise InvalidToken("the token is too long")
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
        except (JoseError, ValueError) as error:
            raise InvalidToken("this is no signed JWT") from error
        if header.get("alg") not in self.algorithms:
            raise InvalidToken("the token is signed in a way that is not accepted here")
        kid = header.get("kid")
        if kid is not None and not isinstance(kid, str):
            raise InvalidToken("the token's key id is no text")
        keys = await self.keys.keys(kid)
        try:
            with warnings.catch_warnings():
                # RFC 9864 renames EdDSA to Ed25519, and joserfc warns of the old name, which most issuers still write.
                warnings.simplefilter("ignore", SecurityWarning)
                claims = jwt.decode(token, keys, registry=self._registry).claims
        except (JoseError, ValueError) as error:
            raise InvalidToken("the token's signature does not hold") from error
        expected = jwt.JWTClaimsRegistry(
            now=lambda: int(self.real_time()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            expected.validate(claims)
        except (JoseError, ValueError) as error:
            raise InvalidToken("the token is expired, not yet valid, or meant for someone else") from error
        return claims


def read_principal(claims: dict[str, Any]) -> Principal:
    """The principal that verified claims describe. InvalidToken if `sub`, `name` or `grants` are not what we agreed on."""
    sub, name, grants = claims["sub"], claims.get("name", ""), claims.get("grants", [])
    if not (isinstance(sub, str) and _SUB.fullmatch(sub)):
        raise InvalidToken("the claim `sub` is no reference of 1 to 255 visible characters")
    if not isinstance(name, str) or len(name) > 255:
        raise InvalidToken("the claim `name` is no short text")
    if not isinstance(grants, list):
        raise InvalidToken("the claim `grants` is no list")
    return Principal(sub, name, frozenset(read_grant(grant) for grant in grants))


def read_grant(grant: object) -> tuple[str, str]:
    """`<body uuid>:<role>` or `city:<role>` in its two parts."""
    scope, colon, name = grant.partition(":") if isinstance(grant, str) else ("", "", "")
    if not (colon and _ROLE.fullmatch(name)):
        raise InvalidToken("a grant is `<body>:<role>` or `city:<role>`")
    if scope == CITY_SCOPE:
        return scope, name
    try:
        return str(UUID(scope)), name
    except ValueError as error:
        raise InvalidToken("a grant names a body by its id") from error
