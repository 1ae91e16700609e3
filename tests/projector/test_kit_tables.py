"""The kit's own tables: what was refused and what failed becomes ever more, and is found without reading all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.firing import LATEST_FAILED
from shared.projections.tables import ensure_tables
from shared.reactor import REFUSED_BY
from shared.readers import LATEST_REFUSED

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

LOOKED_FOR: dict[str, tuple[str, tuple[Any, ...]]] = {
    "refused_reaction_latest": (LATEST_REFUSED, (100,)),
    "refused_reaction_by_event": (REFUSED_BY, ("reaction:duties", [uuid4()])),
    "fired_timer_failed": (LATEST_FAILED, ("timer:duty_deadlines", 100)),
}


@pytest.mark.parametrize("index", LOOKED_FOR)
async def test_what_was_refused_or_failed_is_found_by_an_index(pool: Pool, index: str) -> None:
    await ensure_tables(pool)
    query, arguments = LOOKED_FOR[index]
    async with pool.acquire() as connection, connection.transaction():
        # So few rows would be read one after the other; what is asked is how many would be.
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
        plan = await connection.fetch(f"explain {query}", *arguments)
    assert index in str(plan)
    assert "Sort" not in str(plan)


async def test_a_database_of_an_earlier_release_gets_the_indexes_that_it_lacks(pool: Pool) -> None:
    await ensure_tables(pool)
    await pool.execute(";".join(f"drop index read.{index}" for index in LOOKED_FOR))
    await ensure_tables(pool)
    found = await pool.fetch("select indexname from pg_indexes where schemaname = 'read'")
    assert set(LOOKED_FOR) <= {row["indexname"] for row in found}
