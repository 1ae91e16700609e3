"""The log source keeps the contract, with and without a published mapping, and says where unpublished facts end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from shared.domain import Contract, Event
from shared.envelope import WATERMARK, Cursor, Entry, Received
from shared.eventstore.signals import Signals
from shared.sources.log import LogSource
from shared.sources.source import SourceDiverged, SourceUnavailable
from tests.infrastructure import Databases
from tests.sources.contract import SourceContract, World, at, seen
from tests.sources.facts import SERVICE, TYPES, contracts, facts, forget, published, read_to, store
from tests.support.postgres import Database, PostgresServer


class LogWorld:
    """A log in a database of its own."""

    def __init__(self, database: Database, pool: asyncpg.Pool[asyncpg.Record], *, mapped: bool) -> None:
        self.database, self.pool, self.mapped = database, pool, mapped
        self.signals = Signals(database.dsn)

    async def source(self, generation: int = 1) -> LogSource:
        """A source of the log."""
        if self.mapped:
            return LogSource(self.pool, self.signals, SERVICE, published=published, types=TYPES, generation=generation)
        return LogSource(self.pool, self.signals, SERVICE, generation=generation)

    async def add(self, entries: Sequence[Entry]) -> None:
        """Append, and tell readers as the writer does."""
        await store(self.pool, entries)
        self.signals.notify("log")


@pytest.fixture
async def pools() -> AsyncIterator[list[asyncpg.Pool[asyncpg.Record]]]:
    """Pools to close at the end."""
    opened: list[asyncpg.Pool[asyncpg.Record]] = []
    yield opened
    for pool in opened:
        await pool.close()


async def make_world(databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]], *, mapped: bool) -> LogWorld:
    database = await databases()
    pools.append(await asyncpg.create_pool(database.dsn, min_size=1, max_size=3))
    return LogWorld(database, pools[-1], mapped=mapped)


class TestLogSource(SourceContract):
    def yielded(self, entries: Sequence[Entry]) -> list[Entry]:
        return list(entries)

    @pytest.fixture
    async def world(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> World:
        return await make_world(databases, pools, mapped=False)

    @pytest.fixture
    async def other_world(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> World:
        return await make_world(databases, pools, mapped=False)

    async def test_a_log_restored_from_an_older_copy_is_noticed(
        self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]
    ) -> None:
        world = await make_world(databases, pools, mapped=False)
        await world.add(facts(5))
        source = await world.source()
        last = (await read_to(source, 5))[-1]
        admin = await asyncpg.connect(world.database.admin_dsn)
        await forget(admin, after=3)
        with pytest.raises(SourceDiverged, match="nothing at position 5"):
            await source.read(at(last), 10)
        await world.add(facts(4, after=3, seed="after the restore"))
        with pytest.raises(SourceDiverged, match="another event at position 5"):
            await source.read(at(last), 10)
        await admin.close()

    async def test_a_gap_in_the_log_is_noticed(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> None:
        world = await make_world(databases, pools, mapped=False)
        await world.add([fact for fact in facts(5) if fact.pos != 3])
        with pytest.raises(SourceDiverged, match="gap"):
            await (await world.source()).read(Cursor(), 10)

    async def test_a_database_that_is_away_is_unavailable_and_comes_back(self, own_postgres: PostgresServer) -> None:
        database = await own_postgres.create_database()
        pool = await asyncpg.create_pool(database.dsn, min_size=1, max_size=2)
        world = LogWorld(database, pool, mapped=False)
        await world.add(facts(3))
        source = await world.source()
        own_postgres.stop("immediate")
        with pytest.raises(SourceUnavailable):
            await source.read(Cursor(), 10)
        own_postgres.start()
        assert len(await read_to(source, 3)) == 3
        await pool.close()


async def test_a_mapping_that_fails_does_not_tell_what_it_met(databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> None:
    def fails(received: Received[Event]) -> Contract | None:
        raise ValueError(f"cannot publish {received.message}")

    world = await make_world(databases, pools, mapped=True)
    await world.add(facts(1))
    with pytest.raises(SourceUnavailable, match=r"at position 1 cannot be published: ValueError$"):
        await LogSource(world.pool, world.signals, SERVICE, published=fails, types=TYPES).read(Cursor(), 10)


class TestPublishedLogSource(SourceContract):
    def yielded(self, entries: Sequence[Entry]) -> list[Entry]:
        return contracts(entries)

    @pytest.fixture
    async def world(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> World:
        return await make_world(databases, pools, mapped=True)

    @pytest.fixture
    async def other_world(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> World:
        return await make_world(databases, pools, mapped=True)

    async def test_a_window_that_ends_in_unpublished_facts_ends_with_a_watermark(
        self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]
    ) -> None:
        world = await make_world(databases, pools, mapped=True)
        await world.add(facts(6, notes=(2, 5, 6)))
        source = await world.source()
        entries = await source.read(Cursor(), 10)
        assert [(entry.prev, entry.pos, entry.type == WATERMARK) for entry in entries] == [
            (0, 1, False), (1, 3, False), (3, 4, False), (4, 6, True),
        ]  # fmt: skip
        watermark = entries[-1]
        assert watermark.event_id == facts(6)[5].event_id
        assert (watermark.data, watermark.actor, watermark.version) == (b"", "", 0)
        assert watermark.stream != facts(6)[5].stream
        assert list(await source.read(at(watermark), 10)) == []

    async def test_a_dense_window_has_a_record_at_every_position(
        self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]
    ) -> None:
        world = await make_world(databases, pools, mapped=True)
        await world.add(facts(5, notes=(2, 3)))
        entries = await (await world.source()).read(Cursor(), 10, dense=True)
        assert [(entry.prev, entry.pos) for entry in entries] == [(n - 1, n) for n in range(1, 6)]
        assert [entry.pos for entry in entries if entry.type == WATERMARK] == [2, 3]

    async def test_a_fact_that_cannot_be_published_holds_up_only_what_follows(
        self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]
    ) -> None:
        world = await make_world(databases, pools, mapped=True)
        whole = facts(5, notes=(3,))
        await world.add([fact._replace(schema_version=9) if fact.pos == 4 else fact for fact in whole])
        source = await world.source()
        entries = await source.read(Cursor(), 10)
        assert [entry.pos for entry in entries] == [1, 2, 3]
        with pytest.raises(SourceUnavailable, match="position 4 cannot be published"):
            await source.read(at(entries[-1]), 10)

    async def test_a_mapping_with_a_bug_skips_nothing(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> None:
        world = await make_world(databases, pools, mapped=True)
        await world.add(facts(4))

        def buggy(received: Received[Event]) -> Contract | None:
            if received.entry.pos == 2:
                raise ZeroDivisionError
            return published(received)

        broken = LogSource(world.pool, world.signals, SERVICE, published=buggy, types=TYPES)
        entries = await broken.read(Cursor(), 10)
        assert [entry.pos for entry in entries] == [1]
        with pytest.raises(SourceUnavailable, match="ZeroDivisionError"):
            await broken.read(at(entries[-1]), 10)
        mended = await world.source()
        assert seen(await mended.read(at(entries[-1]), 10)) == contracts(facts(4))[1:]
