"""The demo's token issuer: personas with grants, and the key that signs their tokens. Never for a real city."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

ISSUER = "urn:bindeglied:demo"
AUDIENCE = "bindeglied"
TOKEN_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person with a function in the demo city."""

    sub: str
    name: str
    function: str
    grants: tuple[str, ...]


class DemoIssuer:
    """Signs tokens with a key of its own, kept in `folder` (made on first use, readable by its owner only)."""

    def __init__(self, folder: Path, personas: Mapping[str, Persona]) -> None:
        self.personas = personas
        self.public_keys = folder / "issuer.public.json"
        """The JSON Web Key Set that verifies its tokens."""
        self._key = self._load(folder / "issuer.private.json")

    def _load(self, file: Path) -> OKPKey:
        if file.exists():
            key = OKPKey.import_key(json.loads(file.read_text(encoding="utf-8")))
        else:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            key = OKPKey.generate_key("Ed25519", auto_kid=True)
            partial = file.with_suffix(f".{os.getpid()}")
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
            partial.replace(file)
        self.public_keys.write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
        return key

    def token(self, persona: str) -> str:
        """A bearer token for a persona, valid for twelve hours of real time; KeyError for an unknown one."""
        who = self.personas[persona]
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": who.sub, "name": who.name, "grants": list(who.grants),
            "iat": now, "exp": now + TOKEN_SECONDS,
        }  # fmt: skip
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, algorithms=["Ed25519"])
