"""The whole city in the scaled form: every service as an api and a worker of its own, over a real broker, and one way to all of them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import httpx2

from bindeglied.embedded import SERVICES, Embedded
from bindeglied.issuer import DemoIssuer
from bindeglied.outbox import Outbox
from bindeglied.story import Story
from bindeglied.world.read import World
from services.notifications.events.notification import NotificationPlanned
from shared.clock import StoryClock
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from tests.e2e.canonical import city_rows
from tests.e2e.lives import Life, letters_in
from tests.faults.processes import ServiceProcess, Town, until
from tests.infrastructure import Databases
from tests.support.postgres import Database
from tests.support.run import Run

S = TypeVar("S", bound=Story)
Way = Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport]


class ByService(httpx2.AsyncBaseTransport):
    """Sends `/api/<service>/…` to that service's process, as whatever stands in front of them does."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = {name: httpx2.URL(url) for name, url in urls.items()}
        self._way = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request."""
        there = self._urls[request.url.path.split("/")[2]]
        request.url = request.url.copy_with(host=there.host, port=there.port)
        return await self._way.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._way.aclose()


class Estate:
    """The processes of every service of one city."""

    def __init__(self, towns: Mapping[str, Town]) -> None:
        self.towns = towns
        self._first = next(iter(towns.values()))
        self.clock = StoryClock(self._first.clock)
        self.outbox = Outbox(self._first.folder / "outbox")
        self.outbox.folder.mkdir()
        self.apis = {name: town.process("api") for name, town in towns.items()}
        self.workers = {name: town.process("worker") for name, town in towns.items()}

    @classmethod
    async def of_all_services(cls, run: Run, databases: Databases, kafka: str, city: str, like: Embedded) -> Estate:
        """Each service on a database of its own. All take the keyring of a city that lives in one process, so that both know the same
        people by the same names."""
        first, *others = SERVICES
        url, key_file = like.around.settings.keyring_place()
        keyring = Database("bindeglied_keyring", "", url, "bindeglied_keyring")
        town = Town(run, await databases(), keyring, kafka, city, first.name)
        shutil.copy(key_file, town.folder / "keys" / "kek.json")
        return cls({first.name: town, **{other.name: town.neighbour(await databases(), other.name) for other in others}})

    async def start(self) -> None:
        """Start every process and wait until each answers."""
        # Two at a time: each takes a second or two of a processor to start, and is to answer in bounded time.
        gate = asyncio.Semaphore(2)

        async def started(process: ServiceProcess) -> None:
            async with gate:
                await self.start_again(process)

        await asyncio.gather(*(started(process) for process in (*self.apis.values(), *self.workers.values())))

    async def start_again(self, process: ServiceProcess) -> None:
        """Start one process and wait until it answers."""
        services = " ".join(f"{name}={api.url}" for name, api in self.apis.items())
        await process.start(ready=False, BINDEGLIED_OUTBOX=str(self.outbox.folder), BINDEGLIED_SERVICES=services)

    def remove(self) -> None:
        """End every process."""
        for town in self.towns.values():
            town.remove()

    @asynccontextmanager
    async def story(self, world: World, teller: type[S], way: Way = lambda plain: plain) -> AsyncIterator[S]:
        """Somebody who can tell it to these processes; `way` leads there."""
        issuer = DemoIssuer(self._first.folder / "keys", world.personas)
        transport = way(ByService({name: api.url for name, api in self.apis.items()}))
        async with httpx2.AsyncClient(transport=transport, base_url="http://city.test", timeout=60) as client:
            yield teller(world, issuer, client, self.clock, self.outbox, list(self.apis))

    @asynccontextmanager
    async def keyring(self) -> AsyncIterator[Keyring]:
        """The city's keyring, for whoever may open what is sealed."""
        keyring = Keyring(self._first.keyring.dsn, FileKeyStore(self._first.folder / "keys" / "kek.json"), f"/{self._first.city}")
        await keyring.start()
        try:
            yield keyring
        finally:
            await keyring.close()

    @asynccontextmanager
    async def pools(self) -> AsyncIterator[dict[str, asyncpg.Pool[asyncpg.Record]]]:
        """Connections to the database of every service."""
        async with AsyncExitStack() as stack:
            yield {
                name: await stack.enter_async_context(asyncpg.create_pool(town.database.dsn, min_size=1, max_size=4))
                for name, town in self.towns.items()
            }

    async def life(self) -> Life:
        """What it has lived so far."""
        async with self.pools() as pools, self.keyring() as keyring:
            return Life(await city_rows(SERVICES, pools, keyring), letters_in(self.outbox))

    async def letters_unaccounted_for(self) -> list[str]:
        """What was planned was handed over or has failed; what was handed over is in the outbox once, and nothing else is."""
        async with self.pools() as pools:
            log, read = pools["notifications"], "select notification::text, standing from read.outcomes_v4"
            planned = {
                str(row["stream"]) for row in await log.fetch("select stream from log.log where type = $1", NotificationPlanned.NAME)
            }
            outcomes = {row["notification"]: row["standing"] for row in await log.fetch(read)}
        letters = {file.stem for file in self.outbox.folder.glob("*.eml")}
        handed_over = {one for one, standing in outcomes.items() if standing == "handed_over"}
        return [
            *(f"{one} was planned and is in no read model" for one in planned - outcomes.keys()),
            *(f"{one} was never planned" for one in outcomes.keys() - planned),
            *(f"{one} is {standing}" for one, standing in outcomes.items() if standing not in {"handed_over", "failed"}),
            *(f"{one} was handed over and is not in the outbox" for one in handed_over - letters),
            *(f"{one} is in the outbox and was not handed over" for one in letters - handed_over),
        ]

    async def quiet(self) -> None:
        """Wait until all readers are at their ends, twice without a change between, with nothing parked, failed or stopped."""
        seen: dict[str, list[Any]] = {}

        async def done() -> bool:
            before, now = dict(seen), {name: await api.get(f"/api/{name}/operations/positions") for name, api in self.apis.items()}
            seen.update(now)
            # What one service has heard another may still be told of: only where nothing moves between two looks nothing is on its way.
            return not _behind(now) and now == before

        try:
            await until(done, "all services have come to the end")
        except AssertionError as error:
            said = "\n".join(self.workers[name].said() for name in _behind(seen))
            raise AssertionError(f"{error}: {_behind(seen) or seen}\n{said}") from None
        assert not [one for rows in seen.values() for one in rows if one["parked"] or one.get("failed")], seen


def _behind(positions: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The readers that have not come to the end, by service."""
    found = {name: [one for one in rows if one["lag"] != 0 or one["stopped"]] for name, rows in positions.items()}
    return {name: rows for name, rows in found.items() if rows}
