"""What tests of the recorders share: a database of a test class's own and datastores on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
import pytest

from shared.dsn import with_database
from shared.eventstore.facade.datastore import LogDatastore


@contextmanager
def fresh_database(postgres: str) -> Iterator[str]:
    """An empty database, gone afterwards; for tests that are synchronous, as the library is."""
    name = f"recorder_{uuid4().hex[:12]}"
    execute(postgres, f"create database {name}")
    try:
        yield with_database(postgres, name)
    finally:
        execute(postgres, f"drop database {name} with (force)")


def execute(dsn: str, sql: str) -> None:
    """Execute SQL on a connection of its own."""

    async def work() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    asyncio.run(work())


class Datastores:
    """Mixed into the library's test cases: `self.datastore()` gives each test a log in a schema of its own."""

    @pytest.fixture(autouse=True)
    def _database(self, postgres: str) -> Iterator[None]:
        with fresh_database(postgres) as self.dsn:
            self._datastores: list[LogDatastore] = []
            yield
            for datastore in self._datastores:
                datastore.close()

    def datastore(self, schema: str | None = None) -> LogDatastore:
        """A datastore on a new schema, or another one on `schema`."""
        self._datastores.append(LogDatastore(self.dsn, schema or f"app_{len(self._datastores)}"))
        return self._datastores[-1]
