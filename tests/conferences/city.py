"""The conferences service as it runs, in one process on a database of the test's own, and the people who use it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.conferences.events.registrations import RegistrationRequested
from services.conferences.reactions import REACTIONS
from services.conferences.service import SERVICE
from shared.clock import ManualClock
from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded, BodySucceeded
from shared.domain import Contract, Named
from shared.eventstore.log import log_tail, read_log
from shared.http.permissions import CITY_SCOPE
from shared.privacy.keyring import Keyring
from shared.run import Running, running
from shared.settings import Settings
from shared.sources.memory import MemorySource
from shared.sources.source import Source
from shared.surroundings import surroundings
from shared.testing import History
from tests.conferences.examples import (
    BOARD,
    BOARD_NAME,
    GROUP,
    HELD_ON,
    NOW,
    OFFICE,
    OFFICE_NAME,
    PLACE,
    RESULT_TEXT,
    RESULT_TITLE,
    TEXT,
    TITLE,
)
from tests.support.caught_up import caught_up
from tests.support.postgres import Database

ISSUER = "https://issuer.test"
SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})
PREFIX = "/api/conferences"
NOBODY: dict[str, str] = {}
PATIENCE = 60
"""Seconds within which everything is read even where much else runs."""
CLOSES = "2018-11-24T00:00:00+01:00"


def signed_in(sub: str, *grants: str) -> dict[str, str]:
    """The header of someone with these grants."""
    claims = {"iss": ISSUER, "aud": "bindeglied", "sub": sub, "name": "Jemand", "grants": list(grants), "exp": int(time.time()) + 86_400}
    token = jwt.encode({"alg": "Ed25519", "kid": "test"}, claims, SIGNING_KEY, algorithms=["Ed25519"])
    return {"authorization": f"Bearer {token}"}


ORGANISER = signed_in("organiser", f"{OFFICE}:organiser")
OTHER_ORGANISER = signed_in("other", f"{BOARD}:organiser", f"{CITY_SCOPE}:organiser")
STRANGER = signed_in("stranger")


COUNCIL = UUID("0b0d1e00-0000-4000-8000-0000000000c0")
COUNCIL_NAME = "Rat ausländischer Mitbürger"
SUCCEEDED = BodySucceeded(
    body=COUNCIL, body_name=COUNCIL_NAME, successor=BOARD, successor_name=BOARD_NAME, on=date(2019, 1, 1), reason="Neu geordnet."
)


def renamed(body: UUID, formerly: str, name: str) -> BodyCorrected:
    """What the meetings service tells of a body whose name was wrong."""
    return BodyCorrected(
        body=body, formerly_name=formerly, body_name=name, kind="office", legal_nature="administration", secretariat=None,
        lead_office=None, reports_to=None, founded_on=HELD_ON, reason="Falsch abgeschrieben.", corrected_at=NOW,
    )  # fmt: skip


def bodies() -> History:
    """What the meetings service tells of the bodies: two stand, the third has been succeeded."""
    told = History("meetings")
    for body, name, kind in (
        (OFFICE, OFFICE_NAME, "office"),
        (BOARD, BOARD_NAME, "advisory_board"),
        (COUNCIL, COUNCIL_NAME, "representation"),
    ):
        told.add(
            body,
            BodyFounded(
                body=body,
                body_name=name,
                kind=kind,
                legal_nature="administration",
                secretariat=None,
                lead_office=None,
                reports_to=None,
                founded_on=HELD_ON,
            ),
        )
    return told.add(COUNCIL, SUCCEEDED)


@dataclass(frozen=True)
class City:
    """The running service, its clock, and ways to speak to it."""

    client: httpx2.AsyncClient
    clock: ManualClock
    process: Running
    keyring: Keyring
    meetings: MemorySource
    heard: History

    async def hear(self, stream: UUID, *messages: Contract) -> None:
        """This happened in meetings, and whoever follows it here has taken it in."""
        self.meetings.add(*self.heard.add(stream, *messages).entries)
        [known] = [projector for projector in self.process.readers.projectors if "meetings" in projector.projection.folds]
        assert await known.reached("meetings", len(self.heard.entries), PATIENCE)

    async def post(self, path: str, body: Any, who: dict[str, str] = NOBODY, /, **headers: str) -> httpx2.Response:
        """Send a wish; header names have underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(PREFIX + path, json=body, headers={**who, **named})

    async def get(self, path: str, who: dict[str, str] = NOBODY, **query: Any) -> httpx2.Response:
        """Ask, once the read models hold all that was written."""
        await caught_up(self.process.readers)
        return await self.client.get(PREFIX + path, params=query, headers=who)

    async def plan(self, who: dict[str, str] = ORGANISER, /, key: str | None = None, **changes: Any) -> httpx2.Response:
        """Plan the conference."""
        wish = {
            "title": TITLE,
            "host": str(OFFICE),
            "starts_at": "2018-11-30T14:00:00+01:00",
            "ends_at": "2018-11-30T19:00:00+01:00",
            "place": PLACE,
            "partners": ["Volkshochschule"],
            "groups": [GROUP.model_dump(), {"key": "arbeit", "name": "Arbeit und Ausbildung"}],
            "results_go_to": str(BOARD),
        }
        return await self.post("/conferences", wish | changes, who, **({"Idempotency_Key": key} if key else {}))

    async def conference(self, capacity: int = 100, key: str | None = None) -> str:
        """A conference with its registration open."""
        planned = await self.plan(key=key)
        assert planned.status_code == 201, planned.text
        conference: str = planned.json()["id"]
        opened = await self.post(f"/conferences/{conference}/registration-period", {"closes_at": CLOSES, "capacity": capacity}, ORGANISER)
        assert opened.status_code == 200, opened.text
        return conference

    async def register(self, conference: str, email: str = "ada@example.org", /, key: str | None = None, **changes: Any) -> httpx2.Response:
        """Register without an account, a second after whoever came before."""
        self.clock.now += timedelta(seconds=1)
        wish = {"name": "Ada Beispiel", "email": email, "language": "de"}
        return await self.post(f"/conferences/{conference}/registrations", wish | changes, **({"Idempotency_Key": key} if key else {}))

    async def registered(self, conference: str, email: str = "ada@example.org", **changes: Any) -> tuple[str, str]:
        """Register, and look into the mail: the tokens that confirm and manage."""
        answer = await self.register(conference, email, **changes)
        assert answer.status_code == 201, answer.text
        await self.tail()
        return await self.last_mail()

    async def last_mail(self) -> tuple[str, str]:
        """The tokens of the last request."""
        requested = (await self.requests())[-1]
        confirm, manage = await self.keyring.open_many([requested.confirm_token, requested.manage_token])
        assert isinstance(confirm, str)
        assert isinstance(manage, str)
        return confirm, manage

    async def facts(self) -> list[Named]:
        """Every fact in the log."""
        entries = await read_log(self.process.pool, 0, 10_000)
        return [self.process.types.decode(entry.type, entry.schema_version, entry.data) for entry in entries]

    async def requests(self) -> list[RegistrationRequested]:
        """Every request in the log."""
        return [event for event in await self.facts() if isinstance(event, RegistrationRequested)]

    async def confirm(self, token: str, **headers: str) -> httpx2.Response:
        """Follow the link that confirms."""
        return await self.post("/registrations/confirmation", {"token": token}, **headers)

    async def coming(self, conference: str, email: str = "ada@example.org", **changes: Any) -> str:
        """Somebody who registered and confirmed; the token that manages."""
        confirm, manage = await self.registered(conference, email, **changes)
        assert (await self.confirm(confirm)).status_code == 200
        return manage

    async def hand_in(self, conference: str, /, key: str | None = None, **changes: Any) -> httpx2.Response:
        """Hand in a contribution without an account."""
        wish = {"group": "sprache", "kind": "suggestion", "text": TEXT, "language": "de"}
        return await self.post(f"/conferences/{conference}/contributions", wish | changes, **({"Idempotency_Key": key} if key else {}))

    async def enter(self, conference: str, /, key: str | None = None, **changes: Any) -> httpx2.Response:
        """Enter what a working group handed in."""
        wish = {"group": "sprache", "kind": "suggestion", "text": TEXT}
        headers = {"Idempotency_Key": key} if key else {}
        return await self.post(f"/conferences/{conference}/group-contributions", wish | changes, ORGANISER, **headers)

    async def record(self, conference: str, *origins: str, key: str | None = None, **changes: Any) -> httpx2.Response:
        """Record a result that comes from these contributions."""
        comes_from = [{"contribution": one, "how": "merged"} for one in origins]
        wish = {"title": RESULT_TITLE, "text": RESULT_TEXT, "group": "sprache", "level": "city", "comes_from": comes_from}
        headers = {"Idempotency_Key": key} if key else {}
        return await self.post(f"/conferences/{conference}/results", wish | changes, ORGANISER, **headers)

    async def tail(self) -> int:
        """Where the log stands, once every reader has come as far and nothing follows any more."""
        async with asyncio.timeout(PATIENCE):
            while True:
                tail, _ = await log_tail(self.process.pool)
                for projector in self.process.readers.projectors:
                    if "own" in projector.projection.folds:
                        assert await projector.reached("own", tail, PATIENCE)
                for reaction in REACTIONS:
                    while await self.process.readers.position(reaction.principal) < tail:
                        await asyncio.sleep(0.01)
                if (await log_tail(self.process.pool))[0] == tail:
                    return tail


@asynccontextmanager
async def city(database: Database, keyring: Database, folder: Path, anonymous_seconds: float = 0) -> AsyncIterator[City]:
    """Api and worker together, on the clock of the test."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"keys": [SIGNING_KEY.as_dict(private=False)]}), encoding="utf-8")
    settings = Settings(
        database_url=database.dsn,
        keyring_url=keyring.dsn,
        key_file=folder / "kek" / "keyring.json",
        token_issuer=ISSUER,
        token_keys=str(keys),
        anonymous_seconds=anonymous_seconds,
    )
    clock = ManualClock(NOW)
    told = bodies()

    meetings = MemorySource(name="meetings")

    def foreign(name: str) -> Source:
        assert name == "meetings"
        return meetings

    async with (
        surroundings(settings, "all", foreign) as around,
        running(SERVICE, replace(around, now=clock), "all") as process,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=process.app), base_url="http://city.test") as client,
    ):
        assert around.keyring
        city = City(client, clock, process, around.keyring, meetings, told)
        await city.hear(COUNCIL)
        yield city
