"""A pool on a database of the test's own, and the whole service on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.meetings.conftest import pool
from tests.recommendations.city import City
from tests.recommendations.city import city as running_city
from tests.support.postgres import Database

__all__ = ["pool"]


@pytest.fixture
async def city(database: Database, keyring_database: Database, tmp_path: Path) -> AsyncIterator[City]:
    """The service at work, reached over HTTP."""
    async with running_city(database, keyring_database, tmp_path) as made:
        yield made
