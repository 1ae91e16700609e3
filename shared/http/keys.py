"""The issuer's public keys: given as data, or fetched from its JWKS address and kept for a while."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO, Protocol
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

FETCH_SECONDS = 5.0
FETCH_BYTES = 256 * 1024
FRESH_SECONDS = 600.0
"""Keys are fetched again after this time."""
STALE_SECONDS = 3600.0
"""While the issuer cannot be reached, keys are believed for this long."""
RETRY_SECONDS = 15.0
"""Between two fetches, whatever a token's key id makes us wish for."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_PUBLIC_KEYS: dict[object, type[OKPKey | ECKey | RSAKey]] = {"OKP": OKPKey, "EC": ECKey, "RSA": RSAKey}


class KeysUnavailable(Exception):
    """The issuer's keys cannot be had at the moment, so no token can be judged."""


class KeySource(Protocol):
    """Where the verifier finds public keys."""

    async def keys(self, kid: str | None) -> KeySet:
        """The issuer's keys; if `kid` is not among those at hand, a source may look again first. May raise KeysUnavailable."""
        ...


def read_key_set(data: object) -> KeySet:
    """The signing keys of a JWKS document. Symmetric keys are left out: a public document cannot hold one. ValueError if it is none."""
    if not isinstance(data, dict) or not isinstance(data.get("keys"), list):
        raise ValueError("a JWKS document is an object with a list `keys`")
    keys: list[Key] = []
    for one in data["keys"]:
        kind = _PUBLIC_KEYS.get(one.get("kty")) if isinstance(one, dict) else None
        if kind is None or one.get("use", "sig") != "sig":
            continue
        try:
            keys.append(kind.import_key({name: value for name, value in one.items() if name != "d"}))
        except (JoseError, ValueError):  # A key of a curve that we do not know is no reason to refuse the others.
            continue
    return KeySet(keys)


def is_protected(url: str) -> bool:
    """Whether nobody on the way can read or change what is sent to an address: https, or this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


class StaticKeys:
    """Keys given as data: the embedded issuer's, or a test's."""

    def __init__(self, jwks: object) -> None:
        self._keys = read_key_set(jwks)

    async def keys(self, kid: str | None) -> KeySet:
        """Always the same keys."""
        return self._keys


class FetchedKeys:
    """Keys from the issuer's JWKS address: fetched when first needed, again when old or when a token names an unknown key."""

    def __init__(self, url: str, *, fetch: Callable[[str], bytes] | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        if not is_protected(url):
            raise ValueError("a JWKS address begins with https:// (or names this machine)")
        self._url = url
        self._fetch = fetch or fetch_document
        self._monotonic = monotonic
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def keys(self, kid: str | None) -> KeySet:
        """The keys at hand if they are fresh and know `kid`, else a new look, at most one every fifteen seconds."""
        if not self._usable(kid):
            async with self._lock:
                if not self._usable(kid) and self._may_try():
                    await self._refresh()
        if self._keys is None or self._monotonic() - self._fetched_at > STALE_SECONDS:
            raise KeysUnavailable
        return self._keys

    def _usable(self, kid: str | None) -> bool:
        if self._keys is None or self._monotonic() - self._fetched_at > FRESH_SECONDS:
            return False
        return kid is None or any(key.kid == kid for key in self._keys.keys)

    def _may_try(self) -> bool:
        return self._tried_at is None or self._monotonic() - self._tried_at >= RETRY_SECONDS

    async def _refresh(self) -> None:
        self._tried_at = self._monotonic()
        try:
            document = await asyncio.to_thread(self._fetch, self._url)
            self._keys = read_key_set(json.loads(document))
        except (OSError, ValueError):
            return  # The keys at hand stay good until they are stale; then `keys` says so.
        self._fetched_at = self._monotonic()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key set is where the configuration says it is, or nowhere."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """Go nowhere: the answer then counts as an error."""
        return None


def fetch_document(url: str) -> bytes:
    """The document at `url`, bounded in time and size. OSError when it cannot be had."""
    try:
        with urllib.request.build_opener(_NoRedirect).open(url, timeout=FETCH_SECONDS) as answer:
            document: bytes = answer.read(FETCH_BYTES + 1)
    except HTTPException as error:
        raise OSError("the answer breaks off, or is none of HTTP") from error
    if len(document) > FETCH_BYTES:
        raise OSError("the document is too large")
    return document
