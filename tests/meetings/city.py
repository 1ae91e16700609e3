"""The meetings service as it runs, in one process on a database of the test's own, and the people who use it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.meetings.service import SERVICE
from shared.clock import ManualClock
from shared.domain import Contract
from shared.run import Running, running
from shared.settings import Settings
from shared.sources.memory import MemorySource
from shared.surroundings import surroundings
from shared.testing import History
from tests.meetings.examples import BOARD_NAME, NOW, PLACE, SOURCE, TITLE
from tests.support.caught_up import caught_up
from tests.support.postgres import Database

ISSUER = "https://issuer.test"
SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})
PREFIX = "/api/meetings"
NOBODY: dict[str, str] = {}


def signed_in(sub: str, *grants: str) -> dict[str, str]:
    """The header of someone with these grants."""
    claims = {"iss": ISSUER, "aud": "bindeglied", "sub": sub, "name": "Jemand", "grants": list(grants), "exp": int(time.time()) + 86_400}
    token = jwt.encode({"alg": "Ed25519", "kid": "test"}, claims, SIGNING_KEY, algorithms=["Ed25519"])
    return {"authorization": f"Bearer {token}"}


REGISTRY = signed_in("registry", "city:registry")
STRANGER = signed_in("stranger")


class Others:
    """What the other services have told so far: nothing, until a test lets them."""

    def __init__(self) -> None:
        self._histories: dict[str, History] = {}
        self._sources: dict[str, MemorySource] = {}

    def open(self, service: str) -> MemorySource:
        """The contracts of a service, as the readers open them."""
        return self._sources.setdefault(service, MemorySource(name=service))

    def tell(self, service: str, stream: UUID, *messages: Contract, at: datetime | None = None) -> None:
        """A service publishes these messages about one of its streams."""
        history = self._histories.setdefault(service, History(service))
        self.open(service).add(*history.add(stream, *messages, at=at).entries)


@dataclass(frozen=True)
class City:
    """The running service, its clock, the other services, and ways to speak to it."""

    client: httpx2.AsyncClient
    clock: ManualClock
    process: Running
    others: Others

    async def post(self, path: str, body: Any, who: dict[str, str], **headers: str) -> httpx2.Response:
        """Send a wish; header names have underscores. A meeting that was opened has its sitting by then, however busy the machine is."""
        answer = await self.post_only(path, body, who, **headers)
        if path.endswith("/opening"):
            await caught_up(self.process.readers)
        return answer

    async def post_only(self, path: str, body: Any, who: dict[str, str], **headers: str) -> httpx2.Response:
        """Send a wish, and wait for nothing but its answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(PREFIX + path, json=body, headers={**who, **named})

    async def get(self, path: str, who: dict[str, str] = NOBODY, **query: Any) -> httpx2.Response:
        """Ask, once the read models hold all that was written."""
        await caught_up(self.process.readers)
        return await self.client.get(PREFIX + path, params=query, headers=who)

    async def found(self, name: str = BOARD_NAME, **changes: Any) -> httpx2.Response:
        """Found a body that has to meet twice a year."""
        wish = {
            "name": name,
            "kind": "advisory_board",
            "legal_nature": "advisory",
            "founded_on": "2013-04-25",
            "cadence": {"minimum_per_year": 2, "source": SOURCE},
        }
        return await self.post("/bodies", wish | changes, REGISTRY)

    async def board(self) -> tuple[str, dict[str, str]]:
        """A body that stands, and the header of its secretariat."""
        body: str = (await self.found()).json()["id"]
        return body, signed_in("secretary", f"{body}:secretariat")

    async def schedule(self, body: str, who: dict[str, str], /, **changes: Any) -> httpx2.Response:
        """Schedule a public meeting of the body."""
        wish = {
            "body": body,
            "title": TITLE,
            "starts_at": "2018-11-06T16:00:00+01:00",
            "ends_at": "2018-11-06T18:00:00+01:00",
            "place": PLACE,
            "public": True,
        }
        return await self.post("/meetings", wish | changes, who)


@asynccontextmanager
async def city(database: Database, keyring: Database, folder: Path) -> AsyncIterator[City]:
    """Api and worker together, on the clock of the test."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"keys": [SIGNING_KEY.as_dict(private=False)]}), encoding="utf-8")
    settings = Settings(
        database_url=database.dsn,
        keyring_url=keyring.dsn,
        key_file=folder / "kek" / "keyring.json",
        token_issuer=ISSUER,
        token_keys=str(keys),
    )
    clock, others = ManualClock(NOW), Others()
    async with (
        surroundings(settings, "all", others.open) as around,
        running(SERVICE, replace(around, now=clock), "all") as process,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=process.app), base_url="http://city.test") as client,
    ):
        yield City(client, clock, process, others)
