"""The scaled form's processes, as the fault tests start them, and the city of the story in both forms."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bindeglied.embedded import Embedded, embedded
from tests.e2e.estate import Estate
from tests.e2e.homes import told_home
from tests.faults.conftest import town
from tests.infrastructure import Databases
from tests.support.run import Run

__all__ = ["town"]


@pytest.fixture
async def told_city(run: Run) -> AsyncIterator[Embedded]:
    """The city as the told story leaves it in one process; nothing reads there any more."""
    with told_home(run) as operator:
        async with embedded(operator.home, role="api") as everything:
            yield everything


@pytest.fixture
async def estate(run: Run, databases: Databases, kafka: str, city: str, told_city: Embedded) -> AsyncIterator[Estate]:
    """All services of a city as processes of their own, started; they share the told city's keyring."""
    made = await Estate.of_all_services(run, databases, kafka, city, told_city)
    try:
        await made.start()
        yield made
    finally:
        made.remove()
