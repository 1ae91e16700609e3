"""What a browser keeps for us without being able to read or change it: JSON, encrypted under a key that only the portal can derive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

HEADER = {"alg": "dir", "enc": "A256GCM"}


class Seal:
    """A key for one purpose, the same in all processes that know the secret; what was sealed for another purpose does not open."""

    def __init__(self, secret: str, purpose: str) -> None:
        derived = HKDF(hashes.SHA256(), 32, None, f"bindeglied portal {purpose}".encode()).derive(secret.encode())
        self._key = OctKey.import_key(derived)

    def seal(self, value: Mapping[str, Any]) -> str:
        """The value as a compact JWE (RFC 7516)."""
        return jwe.encrypt_compact(HEADER, json.dumps(value, separators=(",", ":")).encode(), self._key)

    def open(self, sealed: str) -> dict[str, Any] | None:
        """The value; None for whatever this key has not sealed."""
        try:
            value = json.loads(jwe.decrypt_compact(sealed, self._key, algorithms=list(HEADER.values())).plaintext or b"")
        except (JoseError, ValueError):
            return None
        return value if isinstance(value, dict) else None
