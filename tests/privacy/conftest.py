"""A keyring of each test's own, its key file, and clocks that stand still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.clock import ManualClock
from shared.failpoints import set_failpoints
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from tests.support.postgres import Database

SOURCE = "/bremen/conferences"
Keyrings = Callable[..., Awaitable[Keyring]]
"""`await keyrings()` starts one more client of this test's keyring, as another process would."""


async def until(done: Callable[[], bool]) -> None:
    """Give way to others until something is so; a minute at most."""
    async with asyncio.timeout(60):
        while not done():
            await asyncio.sleep(0.001)


@pytest.fixture
def clock() -> ManualClock:
    """The day on which the keyring begins."""
    return ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Where the key-encryption keys are."""
    return tmp_path / "keys" / "keyring.json"


@pytest.fixture
async def keyrings(keyring_database: Database, key_file: Path, clock: ManualClock) -> AsyncIterator[Keyrings]:
    """Starts clients of one keyring."""
    started: list[Keyring] = []

    async def start(**options: Any) -> Keyring:
        keyring = Keyring(keyring_database.dsn, FileKeyStore(key_file), SOURCE, clock=clock, **options)
        await keyring.start()
        started.append(keyring)
        return keyring

    yield start
    for keyring in started:
        await keyring.close()


@pytest.fixture
async def keyring(keyrings: Keyrings) -> Keyring:
    """One client of the keyring."""
    return await keyrings()


@pytest.fixture(autouse=True)
def _no_failpoint_stays() -> Iterator[None]:
    yield
    set_failpoints("")
