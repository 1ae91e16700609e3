"""The one PostgreSQL that everything is measured on: the embedded one, with its own settings, in a folder that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bindeglied.postgres import start_postgres
from shared.dsn import database_of, with_database, with_role
from shared.migrate import ensure_database, migrate

ROLE = "bindeglied_bench"


class Server:
    """A running PostgreSQL, and fresh databases on it."""

    def __init__(self, admin: str) -> None:
        self.admin = admin
        self._made = 0

    async def database(self) -> str:
        """A fresh database with a log; answers its address as the runtime role."""
        self._made += 1
        admin = await ensure_database(self.admin, f"bench_{self._made}")
        await migrate(admin, "log", ROLE)
        return with_role(admin, ROLE)

    def owner_of(self, dsn: str) -> str:
        """The same database as its owner."""
        return with_database(self.admin, database_of(dsn))

    async def empty_database(self) -> str:
        """A fresh database without anything; answers its address as its owner."""
        self._made += 1
        return await ensure_database(self.admin, f"bench_{self._made}")


@asynccontextmanager
async def running_server() -> AsyncIterator[Server]:
    """A server with fsync on, ended and deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bindeglied-bench-"))
    folder.chmod(0o755)
    postgres = start_postgres(folder / "postgres")
    try:
        yield Server(postgres.get_uri())
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
