"""The notifications service as it runs, in one process on a database of the test's own; other services speak from memory."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx2

from services.notifications.service import SERVICE
from shared.clock import ManualClock
from shared.domain import Named
from shared.privacy.keyring import Keyring
from shared.run import Running, running
from shared.settings import Settings
from shared.sources.memory import MemorySource
from shared.surroundings import surroundings
from shared.testing import History
from tests.faults.processes import until
from tests.meetings.city import ISSUER, NOBODY, SIGNING_KEY, signed_in
from tests.notifications.examples import BOARD, NOW
from tests.support.caught_up import caught_up
from tests.support.postgres import Database

PREFIX = "/api/notifications"
PORTAL = "https://integration.stadt.example"
SECRETARY = signed_in("secretary", f"{BOARD}:secretariat")
OPERATOR = signed_in("operator", "city:operator")
FEEDBACK = signed_in("feedback", "city:feedback")
STRANGER = signed_in("stranger")
TOKEN = re.compile(r"token=([\w-]+)")


@dataclass(frozen=True)
class City:
    """The running service, its clock, its outbox, and ways to speak to it."""

    client: httpx2.AsyncClient
    clock: ManualClock
    process: Running
    keyring: Keyring
    others: dict[str, tuple[History, MemorySource]]
    folder: Path

    async def post(self, path: str, body: Any, who: dict[str, str] = NOBODY, **headers: str) -> httpx2.Response:
        """Send a wish; header names have underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(PREFIX + path, json=body, headers={**who, **named})

    async def get(self, path: str, who: dict[str, str] = NOBODY, **query: Any) -> httpx2.Response:
        """Ask, once the read models hold all that was written."""
        await caught_up(self.process.readers)
        return await self.client.get(PREFIX + path, params=query, headers=who)

    def tell(self, service: str, stream: UUID, *messages: Named) -> list[UUID]:
        """Another service publishes; answers the events' ids."""
        history, source = self.others[service]
        before = len(history.entries)
        history.add(stream, *messages)
        source.add(*history.entries[before:])
        return [entry.event_id for entry in history.entries[before:]]

    @property
    def outbox(self) -> Path:
        """Where the letters are."""
        return self.folder / "outbox"

    def letters(self) -> list[EmailMessage]:
        """What was handed over so far, the oldest first."""
        files = sorted(self.outbox.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    async def quiet(self) -> None:
        """Wait until every reader has read everything, and every letter has its outcome."""

        async def heard() -> bool:
            tails = {name: await source.tail() for name, (_, source) in self.others.items()}
            return all(one.position >= tails.get(one.source, 0) for one in await self.process.readers.positions())

        async def settled() -> bool:
            # An outcome is itself a fact that is read: nothing may have come while it was looked.
            tail = await self.process.readers.tail()
            found = await self.process.readers.positions()
            return all(one.lag == 0 for one in found) and tail == await self.process.readers.tail()

        await until(heard, "all that the others said is heard")
        await until(settled, "everything is read and handed over")

    async def letter(self, count: int) -> EmailMessage:
        """The newest letter, when there are so many."""
        await until(lambda: _true(lambda: len(self.letters()) >= count), f"{count} letters are there")
        await self.quiet()
        found = self.letters()
        assert len(found) == count, [letter["Subject"] for letter in found]
        return found[-1]

    async def subscribe(self, email: str, about: Any = "everything", language: str = "de") -> httpx2.Response:
        """Ask to be told."""
        return await self.post("/subscriptions", {"email": email, "language": language, "about": about})

    async def subscribed(self, email: str, about: Any = "everything", language: str = "de") -> str:
        """Subscribe and confirm; answers the token that ends it."""
        count = len(self.letters())
        asked = await self.subscribe(email, about, language)
        assert asked.status_code == 202, asked.text
        confirm, stop = tokens(await self.letter(count + 1))
        confirmed = await self.post("/subscriptions/confirmation", {"token": confirm})
        assert confirmed.status_code == 200, confirmed.text
        return stop


async def _true(holds: Callable[[], bool]) -> bool:
    return holds()


def text_of(letter: EmailMessage) -> str:
    """The plain words of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return cast(str, body.get_content())


def tokens(letter: EmailMessage) -> list[str]:
    """The tokens in a letter's links, in their order."""
    return TOKEN.findall(text_of(letter))


def settings_of(database: Database, keyring: Database, folder: Path, **changes: Any) -> Settings:
    """What the service is told."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"keys": [SIGNING_KEY.as_dict(private=False)]}), encoding="utf-8")
    values: dict[str, Any] = {
        "database_url": database.dsn,
        "keyring_url": keyring.dsn,
        "key_file": folder / "kek" / "keyring.json",
        "token_issuer": ISSUER,
        "token_keys": str(keys),
        "portal_url": PORTAL,
        "outbox": folder / "outbox",
        "anonymous_seconds": 0,
    }
    return Settings(**values | changes)


@asynccontextmanager
async def city(database: Database, keyring: Database, folder: Path, **changes: Any) -> AsyncIterator[City]:
    """Api and worker together, on the clock of the test."""
    settings = settings_of(database, keyring, folder, **changes)
    clock = ManualClock(NOW)
    others = {name: (History(name), MemorySource(name=name)) for name in SERVICE.hears}
    async with (
        surroundings(settings, "all", lambda name: others[name][1]) as around,
        running(SERVICE, replace(around, now=clock), "all") as process,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=process.app), base_url="http://city.test") as client,
    ):
        assert around.keyring
        yield City(client, clock, process, around.keyring, others, folder)
