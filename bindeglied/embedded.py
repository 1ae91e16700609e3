"""The embedded form: PostgreSQL from the wheel, one database a service, and all services in this one process."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bindeglied.issuer import AUDIENCE, ISSUER, DemoIssuer
from bindeglied.postgres import start_postgres
from bindeglied.world.read import World, read_world
from services.conferences.service import SERVICE as CONFERENCES
from services.meetings.service import SERVICE as MEETINGS
from services.notifications.service import SERVICE as NOTIFICATIONS
from services.portal.service import SERVICE as PORTAL
from services.recommendations.service import SERVICE as RECOMMENDATIONS
from shared.clock import StoryClock
from shared.dsn import with_role
from shared.ground import Ground, ground
from shared.migrate import ensure_database, migrate
from shared.run import KEYRING_ROLE, Running, running
from shared.service import Service
from shared.settings import Settings
from shared.sources.source import Source
from shared.surroundings import Role, Surroundings, surroundings

SERVICES: tuple[Service, ...] = (MEETINGS, CONFERENCES, RECOMMENDATIONS, NOTIFICATIONS, PORTAL)
DEFAULT_HOME = ".bindeglied"
PORTAL_URL = "http://127.0.0.1:8000"
CONNECTIONS = 8
"""Of each service to its database: one process that serves all of them has less to do for each."""
IN_USE = "process {process} serves from {folder} already: stop it first"


class HomeInUse(Exception):
    """Another process runs on this home."""


@dataclass(frozen=True)
class Home:
    """Where the embedded form keeps everything: `postgres/` the data, `keys/` what must not lie beside it, `clock` the story's time."""

    folder: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "postgres"

    @property
    def keys(self) -> Path:
        """The key-encryption key and the demo issuer's keys."""
        return self.folder / "keys"

    @property
    def key_file(self) -> Path:
        """The file with the key-encryption key."""
        return self.keys / "kek.json"

    @property
    def outbox(self) -> Path:
        """The letters that are sent, one file each."""
        return self.folder / "outbox"

    @property
    def clock(self) -> StoryClock:
        """The story's clock; real time as long as no story was told here."""
        return StoryClock(self.folder / "clock")

    @contextmanager
    def held(self, refusal: str = IN_USE) -> Iterator[None]:
        """Be the only one that serves from this home; HomeInUse, with the text of `refusal`, if another process does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file: IO[str]
        with (self.folder / "lock").open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise HomeInUse(refusal.format(process=file.read().strip() or "?", folder=self.folder)) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def home_of(environment: Mapping[str, str] = os.environ) -> Home:
    """BINDEGLIED_HOME, or `.bindeglied` in the working directory."""
    return Home(Path(environment.get("BINDEGLIED_HOME", DEFAULT_HOME)).expanduser().resolve())


@dataclass(frozen=True)
class Embedded:
    """Everything that runs in this process."""

    home: Home
    world: World
    issuer: DemoIssuer
    around: Surroundings
    services: Mapping[str, Running]


@asynccontextmanager
async def embedded(
    home: Home, role: Role = "all", services: Sequence[Service] = SERVICES, portal_url: str = PORTAL_URL
) -> AsyncIterator[Embedded]:
    """All services on the home's PostgreSQL; with the role `api` nothing reads in the background, as command-line tools want it.

    `portal_url` is where the links in letters lead."""
    server = await asyncio.to_thread(start_postgres, home.postgres)
    admin = server.get_uri()
    world = read_world()
    issuer = DemoIssuer(home.keys, world.personas)
    urls = await asyncio.gather(*(_database(admin, service.name) for service in services))
    settings = Settings(
        database_url=urls[0],
        keyring_url=await keyring_database(admin),
        key_file=home.key_file,
        token_issuer=ISSUER,
        token_audience=AUDIENCE,
        token_keys=str(issuer.public_keys),
        demo=True,
        clock_file=home.clock.file,
        outbox=home.outbox,
        portal_url=portal_url,
    )
    by_name = {service.name: service for service in services}
    grounds: dict[str, Ground] = {}
    started: dict[str, Running] = {}

    def foreign(name: str) -> Source:
        return grounds[name].published(by_name[name])

    async with AsyncExitStack() as stack:
        for service, url in zip(services, urls, strict=True):
            grounds[service.name] = await stack.enter_async_context(ground(service, url, CONNECTIONS))
        around = await stack.enter_async_context(surroundings(settings, role, foreign, apps=lambda name: started[name].app, sign_in=issuer))
        for service in services:
            started[service.name] = await stack.enter_async_context(running(service, around, role, grounds[service.name]))
        yield Embedded(home, world, issuer, around, started)


async def _database(admin: str, service: str) -> str:
    role = f"bindeglied_{service}"
    owned = await ensure_database(admin, role)
    await migrate(owned, "log", role)
    return with_role(owned, role)


async def keyring_database(admin: str) -> str:
    """The keyring's database, made and current; answers its address."""
    owned = await ensure_database(admin, KEYRING_ROLE)
    await migrate(owned, "keyring", KEYRING_ROLE)
    return with_role(owned, KEYRING_ROLE)
