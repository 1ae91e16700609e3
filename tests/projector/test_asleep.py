"""A process that falls asleep at any moment of a transaction gives its cursor back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from shared.eventstore.signals import Signals
from shared.projections import cursors
from shared.projections.cursors import READ
from shared.projections.projection import OWN
from tests.projector.rooms import ROOMS
from tests.projector.running import projector

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


async def test_a_session_that_has_prepared_and_says_no_more_loses_its_lock(
    pool: Pool, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    await projector(pool, signals, []).start()
    asleep = await pool.acquire()
    transaction = asleep.transaction()
    await transaction.start()
    with monkeypatch.context() as short:  # For this session alone: the one that waits for it has all of its time.
        short.setattr(cursors, "TRANSACTION_SECONDS", 2)
        await cursors.enter(asleep, READ)
    await cursors.lock(asleep, ROOMS.name, OWN)
    await asleep.prepare("select 1 from cursor")  # To PostgreSQL the session is active now: it waits for the rest of the question.
    async with asyncio.timeout(60), pool.acquire() as awake, awake.transaction():
        await cursors.enter(awake, READ)
        await cursors.lock(awake, ROOMS.name, OWN)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
        await asleep.fetchval("select 1")
    await pool.release(asleep)
