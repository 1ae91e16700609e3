"""A service as processes of its own: started, killed, frozen, ended and started again, with everything they stand on."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from bindeglied.issuer import AUDIENCE, ISSUER, DemoIssuer, Persona
from shared.settings import Settings
from shared.surroundings import Role
from tests.support.ports import free_port
from tests.support.postgres import Database
from tests.support.run import Process, Run

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds after which what was to happen has not happened, also on a machine with much else to do."""
ANSWER_SECONDS = 60.0
"""For one answer, there."""
STORY_TIME = "2018-09-03T09:00:00+00:00"
PERSONA = "gremienbuero"
PERSONAS = {PERSONA: Persona("registry", "Gremienbüro", "Registratur", ("city:registry", "city:operator"))}
PRINCIPAL = "user:registry"


class Town:
    """What all processes of one test share: the databases, the broker, the keys, the clock, and a folder for their logs."""

    def __init__(self, run: Run, database: Database, keyring: Database, kafka: str, city: str, name: str = "meetings") -> None:
        self.run, self.database, self.keyring, self.kafka, self.city, self.name = run, database, keyring, kafka, city, name
        self.folder = run.fresh_directory("faults")
        self.clock = self.folder / "clock"
        self.clock.write_text(STORY_TIME, encoding="ascii")
        self._issuer = DemoIssuer(self.folder / "keys", PERSONAS)
        self.headers = {"authorization": f"Bearer {self._issuer.token(PERSONA)}"}
        self.processes: list[ServiceProcess] = []

    def neighbour(self, database: Database, name: str) -> Town:
        """Another service of the same city: its own database, and everything else shared."""
        other = copy.copy(self)
        other.database, other.name, other.processes = database, name, []
        return other

    def environment(self) -> dict[str, str]:
        """The settings of every process; the portal's opens nothing that is sealed."""
        keys = {"BINDEGLIED_KEYRING_URL": self.keyring.dsn, "BINDEGLIED_KEY_FILE": str(self.folder / "keys" / "kek.json")}
        return ({} if self.name == "portal" else keys) | {
            "BINDEGLIED_CITY": self.city,
            "BINDEGLIED_DATABASE_URL": self.database.dsn,
            "BINDEGLIED_TOKEN_ISSUER": ISSUER,
            "BINDEGLIED_TOKEN_AUDIENCE": AUDIENCE,
            "BINDEGLIED_TOKEN_KEYS": str(self._issuer.public_keys),
            "BINDEGLIED_DEMO": "true",
            "BINDEGLIED_CLOCK_FILE": str(self.clock),
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
        }

    def settings(self) -> Settings:
        """The same for what a test runs in its own process."""
        return Settings.from_environment(self.environment())

    def process(self, role: Role, module: str | None = None) -> ServiceProcess:
        """A process of the service, not yet started."""
        self.processes.append(ServiceProcess(self, role, module or f"services.{self.name}", len(self.processes)))
        return self.processes[-1]

    async def command_line(self, *arguments: str) -> str:
        """What `bindeglied` with these arguments says; it must end well."""
        environment = {**os.environ, **self.environment()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bindeglied", *arguments, cwd=ROOT, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(process.communicate(), 2 * PATIENCE)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, said.decode()
        return said.decode()

    def remove(self) -> None:
        """End every process that still runs."""
        for process in self.processes:
            process.end()


class ServiceProcess:
    """One process; its address stays the same over restarts."""

    def __init__(self, town: Town, role: Role, module: str, number: int) -> None:
        self.town, self.role, self.module = town, role, module
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = town.folder / f"{town.name}.{number}.{role}.log"
        """What it says, over all its lives."""
        self._process: Process | None = None

    async def start(self, failpoints: str = "", *, ready: bool = True, may_end: bool = False, **environment: str) -> None:
        """Start it and wait until it is ready, or else until it answers; only one that `may_end` may have ended before."""
        given = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            **self.town.environment(),
            "BINDEGLIED_PORT": str(self.port),
            "BINDEGLIED_LOG_LEVEL": "debug",
            "FAILPOINT": failpoints,
            **environment,
        }
        command = [sys.executable, "-m", self.module, self.role]
        self._process = await asyncio.to_thread(self.town.run.start, command, self.log, end="kill -s KILL $server", env=given)
        async with asyncio.timeout(PATIENCE):
            while not await self._answers(ready=ready):
                if not self.alive:
                    assert may_end, f"{self.role} ended while starting:\n{self.said()}"
                    return
                await asyncio.sleep(0.05)

    async def _answers(self, *, ready: bool) -> bool:
        with contextlib.suppress(httpx2.TransportError):
            return (await self.findings())["ready"] is True or not ready
        return False

    @property
    def alive(self) -> bool:
        """Whether it runs (or is frozen)."""
        return self._process is not None and self._process.alive

    def said(self) -> str:
        """The end of its log, for a failing test."""
        return self.log.read_text(errors="replace")[-4000:]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    async def gone(self, within: float = PATIENCE) -> int:
        """Wait for its end; its exit status as a shell tells it (137: killed, 0: in good order)."""
        assert self._process is not None
        async with asyncio.timeout(within):
            while self._process.alive:
                await asyncio.sleep(0.02)
        status: int = self._process._supervisor.returncode
        return status

    async def kill(self) -> None:
        """End it as a power cut ends a process."""
        self.signal(signal.SIGKILL)
        await self.gone()

    def end(self) -> None:
        """Kill it if it runs, also a frozen one."""
        if self._process is not None and self._process.alive:
            self.signal(signal.SIGKILL)
            self._process.wait(30)

    async def findings(self) -> dict[str, Any]:
        """What it says about its readiness."""
        found: dict[str, Any] = await self.get("/ready")
        return found

    async def get(self, path: str) -> Any:
        """Ask it as the operator; any answer's JSON."""
        async with httpx2.AsyncClient(base_url=self.url, headers=self.town.headers, timeout=ANSWER_SECONDS) as client:
            return (await client.get(path)).json()


async def until(holds: Any, what: str) -> None:
    """Wait until the coroutine function `holds` answers true; say what did not come where it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < deadline, f"it did not come to this: {what}"
        await asyncio.sleep(0.05)


def spoken(log: Path) -> list[dict[str, Any]]:
    """The lines of a process's log that are JSON."""
    lines = []
    for line in log.read_text(errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            lines.append(json.loads(line))
    return [line for line in lines if isinstance(line, dict)]
