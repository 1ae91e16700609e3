"""A pool and signals on a database of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from shared.eventstore.signals import Signals
from shared.failpoints import set_failpoints
from tests.support.postgres import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.projections.cursors import Pool


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """As the runtime role."""
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=10) as made:
        yield made


@pytest.fixture
async def signals(database: Database) -> AsyncIterator[Signals]:
    """Listening."""
    made = Signals(database.dsn)
    await made.start()
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def no_failpoints() -> Iterator[None]:
    """Whatever a test sets is cleared after it."""
    yield
    set_failpoints("")
