"""The story told to processes that are killed around its steps and started again at once, by a plan that a seed gives."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx2
import pytest

from bindeglied.story import Story, Told
from bindeglied.world.read import World
from tests.e2e.estate import Estate
from tests.faults.processes import PATIENCE, ServiceProcess

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

AT_ONCE = 2
"""How many processes may be down at the same time."""
LATEST = 0.25
"""Seconds after a step has begun at which a process is killed at the latest: before, while and after its request is answered."""
TRIES = 60
"""How often the story asks for what follows by itself: whoever makes it follow may have to be started first."""
SHORT_LEASES = """update work.notification set leased_until = now()
where leased_until > now() and leased_until < now() + interval '165 seconds'"""
"""A letter in the hands of a killed worker is free after fifteen seconds, not only after three minutes."""


@dataclass(frozen=True)
class Killing:
    """Which process dies, and how many seconds after the step has begun."""

    name: str
    after: float


Plan = Mapping[int, Killing]
"""The killings, by the number of the part of the story that they fall into."""


def plan_of(seed: int, estate: Estate, parts: int, every: int) -> Plan:
    """Around each `every`th part one process, each as often as any other, in an order that the seed gives."""
    chance, waiting = random.Random(seed), list[str]()
    plan = {}
    for part in range(chance.randrange(every), parts, every):
        if not waiting:
            waiting = sorted(process_names(estate))
            chance.shuffle(waiting)
        plan[part] = Killing(waiting.pop(), chance.uniform(0, LATEST))
    return plan


def plan_of_turn(turn: int, seed: int, estate: Estate, parts: int) -> Plan:
    """Around every part one process; as many turns as there are processes kill each of them around each part."""
    chance, names = random.Random(seed), sorted(process_names(estate))
    return {part: Killing(names[(part + turn) % len(names)], chance.uniform(0, LATEST)) for part in range(parts)}


def process_names(estate: Estate) -> dict[str, ServiceProcess]:
    """Every process of the estate by its name, as in `meetings worker`."""
    return {f"{name} {role}": one for role, some in (("api", estate.apis), ("worker", estate.workers)) for name, one in some.items()}


class Persistent(httpx2.AsyncBaseTransport):
    """Sends a request again while nobody answers. All that the story sends can be sent again: it bears an Idempotency-Key."""

    def __init__(self, way: httpx2.AsyncBaseTransport) -> None:
        self._way = way

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, answered in full."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    answer = await self._way.handle_async_request(request)
                    await answer.aread()
                    return answer
                await asyncio.sleep(0.05)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._way.aclose()


class Killer:
    """Carries a plan out while the story is told."""

    def __init__(self, estate: Estate, plan: Plan) -> None:
        self.estate, self.plan = estate, plan
        self.killed: list[str] = []
        """What has died in which part, for a failing test."""
        self._processes = process_names(estate)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._turns = {name: asyncio.Lock() for name in self._processes}
        self._under_way: list[asyncio.Task[None]] = []

    def around(self, parts: list[Told]) -> list[Told]:
        """The same parts, each with what is planned for it."""
        return [replace(part, do=self._with(number, part.do)) for number, part in enumerate(parts)]

    def _with(self, number: int, do: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def done() -> None:
            if killing := self.plan.get(number):
                await self._places.acquire()
                self._under_way.append(asyncio.create_task(self._kill(number, killing)))
            await do()

        return done

    async def _kill(self, number: int, killing: Killing) -> None:
        try:
            async with self._turns[killing.name]:
                await asyncio.sleep(killing.after)
                await self._processes[killing.name].kill()
                self.killed.append(f"{number}: {killing.name} after {killing.after:.3f} s")
                await self.estate.start_again(self._processes[killing.name])
        finally:
            self._places.release()

    async def settled(self) -> None:
        """Everybody runs again."""
        await asyncio.gather(*self._under_way)


class Troubled(Story):
    """The story, with what is done to the processes meanwhile."""

    killer: Killer

    def parts(self) -> list[Told]:
        """Everything in the order in which it is told."""
        return self.killer.around(super().parts())


async def tell_while_killing(estate: Estate, world: World, plan: Plan) -> list[str]:
    """Tell the story to its end by the plan; answers what was killed. A failure bears it as a note."""
    killer = Killer(estate, plan)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bindeglied.story.TRIES", TRIES)
        try:
            async with estate.story(world, Troubled, Persistent) as story, short_leases(estate):
                story.killer = killer
                await story.tell(silent)
                await killer.settled()
                await estate.quiet()
        except BaseException as error:
            error.add_note("killed: " + ", ".join(killer.killed))
            raise
    return killer.killed


def silent(done: int, total: int, at: datetime, tells: str) -> None:
    """Nobody listens."""


@contextlib.asynccontextmanager
async def short_leases(estate: Estate) -> AsyncIterator[None]:
    """Let letters in the hands of the dead go soon."""

    async def let_go(pool: Pool) -> None:
        while True:
            with contextlib.suppress(asyncpg.UndefinedTableError):
                await pool.execute(SHORT_LEASES)
            await asyncio.sleep(1)

    async with asyncpg.create_pool(estate.towns["notifications"].database.dsn, min_size=1, max_size=1) as pool:
        task: asyncio.Task[Any] = asyncio.create_task(let_go(pool))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
