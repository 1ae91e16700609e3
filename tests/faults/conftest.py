"""Each test's own city: its databases, its topics, and processes that end with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faults.processes import Town
from tests.infrastructure import Databases
from tests.support.run import Run


@pytest.fixture
async def town(run: Run, databases: Databases, kafka: str, city: str) -> AsyncIterator[Town]:
    """On the run's servers."""
    made = Town(run, await databases(), await databases("keyring"), kafka, city)
    yield made
    made.remove()
