"""A pool on a database of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.support.postgres import Database

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """As the portal's runtime role, looking at its read models."""
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=4, server_settings={"search_path": "read"}) as made:
        yield made
