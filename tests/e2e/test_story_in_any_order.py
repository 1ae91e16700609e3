"""The told story's facts, delivered twice and in any order across streams and sources: no read model of any service minds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bindeglied.embedded import SERVICES, Embedded
from shared.envelope import Cursor, Entry
from shared.projections.cursors import READ
from shared.projections.dump import dump
from shared.projections.projection import OWN, Projection
from shared.run import Running
from shared.sources.log import LogSource
from shared.testing import History, assert_order_independent

pytestmark = pytest.mark.timeout(900)

SEED = 20181024
SHUFFLES = 1
"""Of each read model, beside two fixed orders and the doubled delivery."""
LEFT_EMPTY = {"answer_deadlines_v2", "periods_v1", "feedback_v2", "called_v1"}
"""Read models in which the story need not leave anything: what was called off, what was to be forgotten, what nobody said,
and what bodies are called once somebody has corrected it."""
ALL = 1_000_000


async def test_no_read_model_minds_doubled_or_reordered_deliveries(told_city: Embedded) -> None:
    assert told_city.around.foreign is not None
    facts: dict[str, Sequence[Entry]] = {}
    for name, process in told_city.services.items():
        facts[f"{OWN} {name}"] = await LogSource(process.pool, process.signals, name).read(Cursor(), ALL)
        facts[name] = await told_city.around.foreign(name).read(Cursor(), ALL)
    empty: list[str] = []
    for service in SERVICES:
        process = told_city.services[service.name]
        for projection in [*service.projections, *(timers.projection for timers in service.timers)]:
            told = [told_by(source, facts[f"{OWN} {service.name}" if source == OWN else source]) for source in projection.folds]
            folded = await assert_order_independent(process.pool, projection, *told, seed=SEED, shuffles=SHUFFLES)
            assert folded == await live(process, projection), f"{service.name}: {projection.name} is what its sources say"
            if not folded:
                empty.append(projection.name)
    assert set(empty) <= LEFT_EMPTY, "the story reaches every read model"


def told_by(source: str, entries: Sequence[Entry]) -> History:
    """What a source has told, as it was recorded."""
    history = History(source)
    history.entries.extend(entries)
    return history


async def live(process: Running, projection: Projection) -> bytes:
    """The read model as the story has left it."""
    async with process.pool.acquire() as connection:
        tables = await connection.fetchval(f"select tables from {READ}.projection where name = $1", projection.name)
        return await dump(connection, READ, tables, projection.beside)
