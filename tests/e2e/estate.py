"""The whole city in the scaled form: every service as an api and a worker of its own, over a real broker, and one way to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from bindeglied.embedded import SERVICES
from bindeglied.issuer import DemoIssuer
from bindeglied.outbox import Outbox
from bindeglied.story import Story
from bindeglied.world.read import World
from shared.clock import StoryClock
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from tests.faults.processes import ServiceProcess, Town, until
from tests.infrastructure import Databases
from tests.support.run import Run


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
    async def of_all_services(cls, run: Run, databases: Databases, kafka: str, city: str) -> Estate:
        """Each service on a database of its own."""
        first, *others = SERVICES
        town = Town(run, await databases(), await databases("keyring"), kafka, city, first.name)
        return cls({first.name: town, **{other.name: town.neighbour(await databases(), other.name) for other in others}})

    async def start(self) -> None:
        """Start every process and wait until each answers."""
        told: dict[str, Any] = {
            "BINDEGLIED_OUTBOX": str(self.outbox.folder),
            "BINDEGLIED_SERVICES": " ".join(f"{name}={api.url}" for name, api in self.apis.items()),
        }
        # Two at a time: each takes a second or two of a processor to start, and is to answer in bounded time.
        gate = asyncio.Semaphore(2)

        async def started(process: ServiceProcess) -> None:
            async with gate:
                await process.start(ready=False, **told)

        await asyncio.gather(*(started(process) for process in (*self.apis.values(), *self.workers.values())))

    def remove(self) -> None:
        """End every process."""
        for town in self.towns.values():
            town.remove()

    @asynccontextmanager
    async def story(self, world: World) -> AsyncIterator[Story]:
        """Somebody who can tell it to these processes."""
        issuer = DemoIssuer(self._first.folder / "keys", world.personas)
        async with httpx2.AsyncClient(
            transport=ByService({name: api.url for name, api in self.apis.items()}), base_url="http://city.test", timeout=60
        ) as client:
            yield Story(world, issuer, client, self.clock, self.outbox, list(self.apis))

    @asynccontextmanager
    async def keyring(self) -> AsyncIterator[Keyring]:
        """The city's keyring, for whoever may open what is sealed."""
        keyring = Keyring(self._first.keyring.dsn, FileKeyStore(self._first.folder / "keys" / "kek.json"), f"/{self._first.city}")
        await keyring.start()
        try:
            yield keyring
        finally:
            await keyring.close()

    async def quiet(self) -> None:
        """Wait until every reader of every service is at its end, with nothing parked, failed or stopped."""
        for name, api in self.apis.items():
            seen: list[Any] = []

            async def done(name: str = name, api: ServiceProcess = api, seen: list[Any] = seen) -> bool:
                seen[:] = await api.get(f"/api/{name}/operations/positions")
                return all(one["lag"] == 0 and not one["stopped"] for one in seen)

            try:
                await until(done, f"{name} has come to the end")
            except AssertionError as error:
                raise AssertionError(f"{error}: {seen}\n{self.workers[name].said()}") from None
            assert not [one for one in seen if one["parked"] or one.get("failed")], seen
