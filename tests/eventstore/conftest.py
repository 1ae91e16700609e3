"""Nodes and raw connections on a test's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest

from tests.eventstore.nodes import Node, node
from tests.support.postgres import Database

Nodes = Callable[..., Awaitable[Node]]


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[Nodes]:
    """Makes as many nodes on the test's database as it wants; each stands for a process."""
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> Node:
            return await stack.enter_async_context(node(database.dsn, **options))

        yield make


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection of the superuser."""
    connection = await asyncpg.connect(database.admin_dsn)
    yield connection
    await connection.close()
