"""A node of the duties service on a database of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.eventstore.writer import Writer
from tests.projector.conftest import no_failpoints, pool, signals
from tests.reactor.duties import EVENTS, NOW
from tests.support.postgres import Database

__all__ = ["no_failpoints", "pool", "signals", "store"]


@pytest.fixture
async def store(database: Database, pool: object, signals: Signals) -> AsyncIterator[Store]:
    """Its log, with a writer that runs."""
    writer = Writer(database.dsn, signals, lambda: NOW)
    await writer.start()
    made = Store(writer, pool, MessageTypes(EVENTS))  # type: ignore[arg-type]  # the fixture is a pool
    yield made
    await made.close()
    await writer.close()
