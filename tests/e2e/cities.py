"""The whole city in the test's own process, on a home where the story was told: who says what to whom, and what it keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import httpx2

from bindeglied.address import OneAddress
from bindeglied.embedded import Embedded, Home, embedded
from bindeglied.issuer import DemoIssuer, Persona
from bindeglied.outbox import Outbox
from bindeglied.story import Story
from bindeglied.world.read import read_world
from shared.projections.dump import rows_of
from shared.projections.tables import tables_of
from tests.e2e.canonical import HINTS

AFTER_THE_STORY = datetime.fromisoformat("2023-10-16T12:00:00+02:00")
HOST = "http://127.0.0.1:8000"
STRANGER = "stranger"
"""Somebody who has signed in and holds no role."""
_KEYS = UUID("0b0d1e00-0000-4000-8000-00000000c17e")
_STRANGERS = {STRANGER: Persona("somebody.else", "Jemand Anders", "", ())}


@dataclass
class City:
    """All services and the pages behind their one address."""

    everything: Embedded
    client: httpx2.AsyncClient
    story: Story
    names: dict[str, str]
    """The ids of the story's things and the tokens of its letters, by the names that the story gives them."""
    heard: list[httpx2.Response] = field(default_factory=list)
    """Every answer."""
    tokens: dict[str, str] = field(default_factory=dict)

    def signed_in(self, who: str | None) -> dict[str, str]:
        """The headers of a persona of the story, of a stranger, or of nobody."""
        if who is None:
            return {}
        if who not in self.tokens:
            issuer = DemoIssuer(self.everything.home.keys, {**self.everything.world.personas, **_STRANGERS})
            self.tokens[who] = issuer.token(who)
        return {"authorization": f"Bearer {self.tokens[who]}"}

    async def get(self, path: str, who: str | None = None) -> httpx2.Response:
        """Ask, once the services have heard of each other."""
        self.heard.append(await self.client.get(self.filled(path), headers=self.signed_in(who)))
        return self.heard[-1]

    async def post(self, path: str, wish: Any, who: str | None = None, key: str | None = None) -> httpx2.Response:
        """Tell; `{name}` stands for a thing of the story. Whoever gives a `key` gets the same ids in every world."""
        headers = self.signed_in(who) | ({"idempotency-key": str(uuid5(_KEYS, key))} if key else {})
        self.heard.append(await self.client.post(self.filled(path), json=self.filled(wish), headers=headers))
        return self.heard[-1]

    async def does(
        self, path: str, wish: Any, who: str | None = None, made: str = "", *, key: str | None = None, heard: bool = True
    ) -> httpx2.Response:
        """Tell, and go on when it was granted and, unless not `heard`, everybody has heard of it; what it made gets a name."""
        answer = await self.post(path, wish, who, key)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        if made:
            self.names[made] = answer.headers["location"].rsplit("/", 1)[1]
        if heard:
            await self.story.quiet()
        return answer

    def filled(self, value: Any) -> Any:
        """With the ids of the story's things for their names."""
        match value:
            case str():
                return value.format_map(self.names)
            case Mapping():
                return {name: self.filled(one) for name, one in value.items()}
            case list():
                return [self.filled(one) for one in value]
            case _:
                return value

    def at(self, time: str) -> None:
        """The story's time stands still here."""
        self.everything.home.clock.set(datetime.fromisoformat(time))

    def letter(self, to: str, link: str) -> str:
        """The token of a link in the newest letter to somebody."""
        token = Outbox(self.everything.home.outbox).token(to, link)
        assert token, f"{to} has no letter with a link to {link}"
        return token

    async def kept(self) -> dict[str, list[str]]:
        """Of each service, how far its log is and every row of its read models, cursors included, but for what no fact fills."""
        found = {}
        for name, service in self.everything.services.items():
            rows = [json.dumps({"tail": await service.readers.tail()})]
            async with service.pool.acquire() as connection, connection.transaction():
                for table in await tables_of(connection, "read"):
                    rows += [f"{table} {row.content}" async for row in rows_of(connection, "read", table, HINTS)]
            found[name] = rows
        return found


@asynccontextmanager
async def city_of(home: Home) -> AsyncIterator[City]:
    """The city on this home, when its whole story has been told; time stands still after its end."""
    async with (
        embedded(home) as everything,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=OneAddress(everything)), base_url=HOST, timeout=60) as client,
    ):
        story = Story(read_world(), everything.issuer, client, home.clock, Outbox(home.outbox), list(everything.services))
        await story.tell(lambda *_: None)
        home.clock.set(AFTER_THE_STORY)
        await story.quiet()
        yield City(everything, client, story, story.names)


def problem_of(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, type and sentence of a refusal."""
    body = answer.json() if answer.headers["content-type"] == "application/problem+json" else {}
    return answer.status_code, str(body.get("type")), str(body.get("detail"))
