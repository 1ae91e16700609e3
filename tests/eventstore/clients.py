"""Clients that repeat a command with the same id until it is answered, and record what they saw for the judge."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from shared.domain import Refusal
from shared.eventstore.errors import CommandReused, OutcomeUnknown, StoreBusy, Unstorable, VersionMismatch
from shared.eventstore.log import read_log
from tests.eventstore.ledger import stream_number
from tests.eventstore.nodes import Node, until
from tests.history.record import Answer, Attempt, History, Read, Row

ROOT = Path(__file__).parents[2]
ANSWER_SECONDS = 1.0
"""How long a client waits for an answer before it asks again, perhaps elsewhere."""

Said = tuple[Answer, int, int]
Ask = Callable[["Wish"], Awaitable[Said]]


class Wish:
    """A command of a client."""

    def __init__(self, random: Random) -> None:
        self.id = UUID(int=random.getrandbits(128))
        self.stream = stream_number(random.randint(1, 4))
        self.amount = random.choice([1, 2, -1])
        self.parts = random.choice([1, 1, 1, 3])


class ServiceProcess:
    """A `service` process; it may be killed and started again at any time."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.process: asyncio.subprocess.Process | None = None
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[Said]] = {}
        self._listener: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it takes commands."""
        return self.process is not None and self.process.returncode is None

    async def start(self, failpoints: str = "") -> None:
        """Start it, and wait until it takes commands."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.eventstore.service", self.dsn, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "FAILPOINT": failpoints},
        )  # fmt: skip
        assert process.stdout is not None
        assert await process.stdout.readline(), "the service did not start"
        self._listener = asyncio.create_task(self._listen(process))
        self.process = process

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still lives."""
        if self.process is not None and self.alive:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    async def gone(self) -> None:
        """Wait for its end."""
        assert self.process is not None
        assert self._listener is not None
        await self.process.wait()
        await self._listener

    async def kill(self) -> None:
        """End it as a power cut ends a process."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            await self.gone()
            transport = getattr(self.process, "_transport", None)
            if transport is not None:
                transport.close()

    async def ask(self, wish: Wish) -> Said:
        """One sending of a command; unknown where the process is away, dies or takes too long."""
        if self.process is None or not self.alive or self.process.stdin is None:
            return "unknown", 0, 0
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        line = {"number": number, "id": str(wish.id), "stream": str(wish.stream), "amount": wish.amount, "parts": wish.parts}
        try:
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            return await asyncio.wait_for(self._asked[number], ANSWER_SECONDS)
        except (OSError, TimeoutError):
            return "unknown", 0, 0
        finally:
            self._asked.pop(number, None)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            said: dict[str, Any] = json.loads(line)
            if (asked := self._asked.get(said["number"])) and not asked.done():
                asked.set_result((said["answer"], said.get("version", 0), said.get("position", 0)))
        for asked in self._asked.values():
            if not asked.done():
                asked.set_result(("unknown", 0, 0))


async def ask_node(one: Node, wish: Wish) -> Said:
    """One sending to a node of this process."""
    try:
        outcome = await one.add(wish.stream, wish.amount, id=wish.id, parts=wish.parts)
    except StoreBusy:
        return "busy", 0, 0
    except OutcomeUnknown:
        return "unknown", 0, 0
    except (Refusal, CommandReused, Unstorable, VersionMismatch):
        return "refused", 0, 0
    return "accepted", outcome.version, outcome.position


class Clients:
    """Some clients and a tailing reader at work; what they saw is `history`."""

    def __init__(self, asks: list[Ask], seed: int, *, clients: int, commands: int = 1_000_000) -> None:
        self.asks, self.seed, self.clients, self.commands = asks, seed, clients, commands
        self.history = History()
        self.done = 0
        """Commands that have their final answer."""
        self.enough = False
        """Tells the clients to send no new commands."""

    async def work(self) -> None:
        """Send all commands until each has its final answer."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.clients):
                group.create_task(self._client(Random(f"{self.seed} {number}")))

    async def after(self, commands: int) -> None:
        """Wait until so many commands have their final answer."""
        await until(lambda: self.done >= commands, f"{commands} commands answered (seed {self.seed})", within=60)

    async def _client(self, random: Random) -> None:
        for _ in range(self.commands):
            if self.enough:
                return
            wish = Wish(random)
            while True:
                begun = time.monotonic()
                answer, version, position = await random.choice(self.asks)(wish)
                self.history.attempts.append(
                    Attempt(str(wish.id), str(wish.stream), begun, time.monotonic(), answer, version, position, wish.parts)
                )
                if answer in ("accepted", "refused"):
                    break
                await asyncio.sleep(0.02)
            self.done += 1

    async def tail(self, dsn: str, name: str) -> None:
        """Follow the log from the start, also over outages, until cancelled; now and then look how far a stream has come."""
        met = self.history.tails.setdefault(name, [])
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                connection = await asyncpg.connect(dsn)
                try:
                    while True:
                        entries = await read_log(connection, len(met), 500)
                        met += [(entry.pos, str(entry.event_id)) for entry in entries]
                        stream, begun = stream_number(len(met) % 4 + 1), time.monotonic()
                        version = await connection.fetchval("select coalesce(max(version), 0) from log.log where stream = $1", stream)
                        self.history.reads.append(Read(str(stream), begun, time.monotonic(), version))
                        await asyncio.sleep(0.005)
                finally:
                    connection.terminate()
            await asyncio.sleep(0.05)

    async def finished(self, dsn: str) -> History:
        """The history with the log as it is now; the tailing readers get the time to come to its end."""
        connection = await asyncpg.connect(dsn)
        try:
            rows = await connection.fetch("select pos, stream, version, event_id, data from log.log order by pos")
        finally:
            await connection.close()
        for name, met in self.history.tails.items():
            await until(lambda met=met: len(met) >= len(rows), f"{name} at the end of the log")  # type: ignore[misc]  # Bound now.
        self.history.log = [
            Row(row["pos"], str(row["stream"]), row["version"], str(row["event_id"]), data["command"], data["part"], data["parts"])
            for row in rows
            for data in [json.loads(row["data"])]
        ]
        return self.history
