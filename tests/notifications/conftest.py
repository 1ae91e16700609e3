"""A pool on a database of the test's own, and the whole service on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.notifications.city import City
from tests.notifications.city import city as running_city
from tests.support.postgres import Database

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """As the service's runtime role, looking at its read models."""
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=4, server_settings={"search_path": "read"}) as made:
        yield made


@pytest.fixture
async def city(database: Database, keyring_database: Database, tmp_path: Path) -> AsyncIterator[City]:
    """The service at work, reached over HTTP."""
    async with running_city(database, keyring_database, tmp_path) as made:
        yield made
