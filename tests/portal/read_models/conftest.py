"""A pool on a database of the test's own, and the portal's pages on it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.portal.service import SERVICE
from shared.clock import ManualClock
from shared.run import running
from shared.settings import Settings
from shared.sources.memory import MemorySource
from shared.surroundings import surroundings
from tests.portal.read_models.story import NOW
from tests.support.postgres import Database

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

ISSUER = "https://issuer.test"
SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """As the portal's runtime role, looking at its read models."""
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=4, server_settings={"search_path": "read"}) as made:
        yield made


def cookie_of(*grants: str) -> dict[str, str]:
    """The header of someone with these grants who has signed in."""
    claims = {
        "iss": ISSUER,
        "aud": "bindeglied",
        "sub": "someone",
        "name": "Jemand",
        "grants": list(grants),
        "exp": int(time.time()) + 86_400,
    }
    token = jwt.encode({"alg": "Ed25519", "kid": "test"}, claims, SIGNING_KEY, algorithms=["Ed25519"])
    return {"cookie": f"bindeglied={token}"}


@dataclass(frozen=True)
class Front:
    """The pages, on the clock of the test."""

    client: httpx2.AsyncClient
    clock: ManualClock
    pool: Pool = field(repr=False)

    async def get(self, path: str, *grants: str) -> httpx2.Response:
        """Look at a page, signed in if there are grants."""
        return await self.client.get(path, headers=cookie_of(*grants) if grants else {})


@pytest.fixture
async def front(database: Database, tmp_path: Path) -> AsyncIterator[Front]:
    """The portal's pages; what it hears is put into its read models by the test."""
    async with fronted(database, tmp_path) as made:
        yield made


@pytest.fixture
async def demo(database: Database, tmp_path: Path) -> AsyncIterator[Front]:
    """The same as a demonstration, with an outbox."""
    async with fronted(database, tmp_path, demo=True, outbox=tmp_path / "outbox") as made:
        yield made


@asynccontextmanager
async def fronted(database: Database, tmp_path: Path, **changes: Any) -> AsyncIterator[Front]:
    """The pages in a process of their own."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [SIGNING_KEY.as_dict(private=False)]}), encoding="utf-8")
    settings = Settings(
        database_url=database.dsn,
        token_issuer=ISSUER,
        token_keys=str(keys),
        **changes,
    )
    clock = ManualClock(NOW)
    async with (
        surroundings(settings, "api", lambda name: MemorySource(name=name)) as around,
        running(SERVICE, replace(around, now=clock), "api") as process,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=process.face), base_url="http://city.test") as client,
    ):
        yield Front(client, clock, process.pool)
