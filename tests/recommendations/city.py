"""The recommendations service as it runs, hearing what the test says that happened in meetings, and the people who use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from services.recommendations.service import SERVICE
from shared.clock import ManualClock
from shared.domain import Contract
from shared.eventstore.log import read_log
from shared.run import Running, running
from shared.settings import Settings
from shared.sources.memory import MemorySource
from shared.surroundings import surroundings
from shared.testing import History
from tests.meetings.city import ISSUER, NOBODY, SIGNING_KEY, signed_in
from tests.recommendations.examples import (
    ADMISSIBILITY,
    BOARD,
    BODIES_FOUNDED,
    COMMITTEE,
    DEPARTMENT,
    MEETING,
    NOW,
    OFFICE,
    RECOMMENDATION,
    RESOLUTION_PASSED,
    SCHOOLS,
    TEXT,
    TITLE,
)
from tests.support.caught_up import caught_up
from tests.support.postgres import Database

PREFIX = "/api/recommendations"
PATH = f"/recommendations/{RECOMMENDATION}"
SECRETARY = signed_in("secretary", f"{BOARD}:secretariat")
MEMBER = signed_in("member", f"{BOARD}:member")
CLERK = signed_in("clerk", f"{OFFICE}:officer")
TEACHER = signed_in("teacher", f"{SCHOOLS}:officer")
DEPARTMENT_CLERK = signed_in("department", f"{DEPARTMENT}:officer")
STRANGER = signed_in("stranger")
OTHER_SECRETARY = signed_in("elsewhere", f"{COMMITTEE}:secretariat", f"{COMMITTEE}:officer")

DRAFT: dict[str, Any] = {
    "title": TITLE,
    "text": TEXT,
    "admissibility": ADMISSIBILITY,
    "addressees": [{"body": str(OFFICE), "address_class": "office"}, {"body": str(SCHOOLS), "address_class": "office"}],
    "informs": [{"committee": str(COMMITTEE), "department": str(DEPARTMENT)}],
}


@dataclass(frozen=True)
class City:
    """The running service, its clock, what it hears, and ways to speak to it."""

    client: httpx2.AsyncClient
    clock: ManualClock
    process: Running
    meetings: MemorySource
    heard: History = field(default_factory=lambda: History("meetings"))

    async def post(self, path: str, body: Any, who: dict[str, str], **headers: str) -> httpx2.Response:
        """Send a wish; header names have underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(PREFIX + path, json=body, headers={**who, **named})

    async def get(self, path: str, who: dict[str, str] = NOBODY, **query: Any) -> httpx2.Response:
        """Ask, once the read models hold all that was written."""
        await caught_up(self.process.readers)
        return await self.client.get(PREFIX + path, params=query, headers=who)

    async def hear(self, stream: UUID, *messages: Contract, again: bool = False) -> None:
        """This happened in meetings; waits until everybody here has taken it in. `again` delivers all of it once more."""
        before = len(self.heard.entries)
        self.heard.add(stream, *messages)
        if again:  # The broker's offset is new, and so is the position: the messages and their ids are the same.
            known = {entry.data: entry for entry in self.heard.entries[:before]}
            self.heard.entries[before:] = [
                entry._replace(event_id=known[entry.data].event_id) if entry.data in known else entry
                for entry in self.heard.entries[before:]
            ]
        self.meetings.add(*self.heard.entries[before:])
        async with asyncio.timeout(60):
            while await self.behind():
                await asyncio.sleep(0.02)

    async def behind(self) -> bool:
        """Whether somebody here has not yet taken in all that happened in meetings."""
        query = "select min(pos) from read.cursor where source = 'meetings'"
        taken_in: int = await self.process.pool.fetchval(query)
        return taken_in < await self.meetings.tail()

    async def facts(self) -> list[str]:
        """The types of all facts of this service, in order."""
        return [fact.type.removeprefix("recommendations.") for fact in await read_log(self.process.pool, 0, 1000)]

    async def until(self, *types: str) -> None:
        """Wait until these are the last facts."""
        async with asyncio.timeout(60):
            while (await self.facts())[-len(types) :] != list(types):
                await asyncio.sleep(0.05)

    async def started(self, *, public: bool = True) -> None:
        """The bodies stand, and the board has resolved."""
        await self.hear(BOARD, *BODIES_FOUNDED)
        await self.hear(MEETING, RESOLUTION_PASSED.model_copy(update={"public": public}))

    async def drafted(self, *, public: bool = True) -> None:
        """It is drafted as well."""
        await self.started(public=public)
        assert (await self.post(f"{PATH}/draft", DRAFT, SECRETARY)).status_code == 200

    async def issued(self, *, public: bool = True) -> None:
        """It is issued as well."""
        await self.drafted(public=public)
        response = await self.post(f"{PATH}/issue", {}, SECRETARY)
        assert response.status_code == 200, response.text


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
    clock = ManualClock(NOW)
    meetings = MemorySource(name="meetings")
    async with (
        surroundings(settings, "all", lambda name: {"meetings": meetings}[name]) as around,
        running(SERVICE, replace(around, now=clock), "all") as process,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=process.app), base_url="http://city.test") as client,
    ):
        yield City(client, clock, process, meetings)
