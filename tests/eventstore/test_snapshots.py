"""Snapshots are a cache: used where they fit, forgotten where they do not, never needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg
import pytest

from shared.domain import Decider
from shared.eventstore import store as store_module
from shared.eventstore.log import read_stream
from shared.eventstore.store import Store
from tests.eventstore.conftest import Nodes
from tests.eventstore.ledger import LEDGER, LONG_LEDGER, TYPES, Add, Ledger
from tests.eventstore.nodes import NOW, Node, origin

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def a_long_stream(one: Node, admin: Admin, decider: Decider[Ledger, Any, Any] = LONG_LEDGER) -> Any:
    """A stream of 24 events with its snapshot at version 21."""
    stream = uuid4()
    for _ in range(8):
        await one.store.execute(decider, stream, Add(now=NOW, command="x", parts=3), origin())
    await one.store.close()
    assert await admin.fetchval("select version from log.snapshot where stream = $1", stream) == 21
    return stream


def fresh(one: Node) -> Store:
    """A store whose cache is empty, as after a restart."""
    return Store(one.writer, one.pool, TYPES)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The versions behind which streams are read."""
    found: list[int] = []
    original = read_stream

    async def counted(db: Any, stream: Any, after: int = 0, schema: str = "log") -> Any:
        found.append(after)
        return await original(db, stream, after, schema)

    monkeypatch.setattr(store_module, "read_stream", counted)
    return found


async def test_a_long_stream_is_loaded_from_its_snapshot_on(nodes: Nodes, admin: Admin, reads: list[int]) -> None:
    one = await nodes()
    stream = await a_long_stream(one, admin)
    reads.clear()
    with_snapshot = await fresh(one).load(LONG_LEDGER, stream)
    assert reads == [21]
    await admin.execute("delete from log.snapshot")
    without = await fresh(one).load(LONG_LEDGER, stream)
    assert reads == [21, 0]
    assert with_snapshot == without == (24, Ledger(24, ("x",) * 5))


async def test_another_state_version_or_kind_forgets_the_snapshot(nodes: Nodes, admin: Admin, reads: list[int]) -> None:
    one = await nodes()
    stream = await a_long_stream(one, admin)
    for other in (replace(LONG_LEDGER, state_version=2), replace(LONG_LEDGER, name="ledger.Another")):
        reads.clear()
        assert await fresh(one).load(other, stream) == (24, Ledger(24, ("x",) * 5))
        assert reads == [0]
    newer = replace(LONG_LEDGER, state_version=2)
    store = fresh(one)
    for _ in range(2):
        await store.execute(newer, stream, Add(now=NOW, command="y", parts=3), origin())
    await store.close()
    row = await admin.fetchrow("select version, state_version from log.snapshot where stream = $1", stream)
    assert row is not None
    assert (row["version"], row["state_version"]) == (30, 2)


@pytest.mark.parametrize("state", [b"not JSON", b'{"total": "many"}', b"\xff"])
async def test_an_unreadable_snapshot_is_passed_over(nodes: Nodes, admin: Admin, reads: list[int], state: bytes) -> None:
    one = await nodes()
    stream = await a_long_stream(one, admin)
    await admin.execute("update log.snapshot set state = $1", state)
    reads.clear()
    assert await fresh(one).load(LONG_LEDGER, stream) == (24, Ledger(24, ("x",) * 5))
    assert reads == [0]


async def test_a_snapshot_is_believed_so_a_wrong_one_would_show(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    stream = await a_long_stream(one, admin)
    await admin.execute("update log.snapshot set state = $1", b'{"total": 1000, "commands": []}')
    assert (await fresh(one).load(LONG_LEDGER, stream))[1].total == 1003


async def test_a_decider_that_asks_for_none_gets_none(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    stream = uuid4()
    for _ in range(12):
        await one.store.execute(LEDGER, stream, Add(now=NOW, parts=12), origin())
    await one.store.close()
    assert (await one.store.load(LEDGER, stream))[0] == 144
    assert await admin.fetchval("select count(*) from log.snapshot") == 0


async def test_an_older_snapshot_does_not_replace_a_newer_one(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    stream = await a_long_stream(one, admin)
    one.store._snapshots.perhaps_take(LONG_LEDGER, stream, 9, 12, Ledger(12))
    await one.store.close()
    assert await admin.fetchval("select version from log.snapshot where stream = $1", stream) == 21
