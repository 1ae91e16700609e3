"""What is public keeps the sources' contract under numbers of its own, and says nothing of what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from shared.domain import Contract, Event
from shared.envelope import Cursor, Entry, Received
from shared.eventstore.signals import Signals
from shared.numbering import NAME, numbering
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.sources.log import LogSource
from shared.sources.public import PublicSource
from shared.sources.source import SourceDiverged, SourceUnavailable
from tests.infrastructure import Databases
from tests.sources import facts as of_notices
from tests.sources import posters as of_posters
from tests.sources.contract import SourceContract, World, at
from tests.sources.facts import NoticeGiven, read_to, store
from tests.sources.posters import PosterDrawn, PosterHung, log_of
from tests.support.postgres import Database


class NoticeShown(Contract, name="notices.NoticeShown", open_to_all=True):
    """What everybody hears of a notice."""

    text: str


def shown(received: Received[Event]) -> Contract | None:
    """Every notice is public."""
    return NoticeShown(text=received.message.text) if isinstance(received.message, NoticeGiven) else None


class PublicWorld:
    """A log whose public records are numbered as soon as they are there."""

    def __init__(self, database: Database, pool: asyncpg.Pool[asyncpg.Record], *, posters: bool = False) -> None:
        self.pool = pool
        self.signals = Signals(database.dsn)
        self.types = of_posters.TYPES if posters else of_notices.TYPES
        self.published = of_posters.published if posters else shown
        self.projector = self.numbering()

    def numbering(self) -> Projector:
        """Gives the numbers, by the mapping as it is now."""
        events = (PosterDrawn, NoticeGiven, of_notices.NotePencilled)
        return Projector(numbering(events, self.published), {OWN: self.log}, self.pool, self.signals)

    def log(self) -> LogSource:
        """The log as it is stored."""
        return LogSource(self.pool, self.signals, of_notices.SERVICE)

    async def source(self, generation: int = 1) -> PublicSource:
        """A reader's source."""
        await self.projector.start()
        service = of_notices.SERVICE
        return PublicSource(self.pool, self.signals, service, published=self.published, types=self.types, generation=generation)

    async def add(self, entries: Sequence[Entry]) -> None:
        """Append, and number what is public of it."""
        await store(self.pool, entries)
        await self.projector.start()
        async with self.pool.acquire() as connection:
            await self.projector.apply(connection, OWN, entries)
        self.signals.notify("read")


@pytest.fixture
async def pools() -> AsyncIterator[list[asyncpg.Pool[asyncpg.Record]]]:
    """Pools to close at the end."""
    opened: list[asyncpg.Pool[asyncpg.Record]] = []
    yield opened
    for pool in opened:
        await pool.close()


async def make_world(databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]], *, posters: bool = False) -> PublicWorld:
    database = await databases()
    pools.append(await asyncpg.create_pool(database.dsn, min_size=1, max_size=4))
    return PublicWorld(database, pools[-1], posters=posters)


class TestPublicSource(SourceContract):
    def yielded(self, entries: Sequence[Entry]) -> list[Entry]:
        return [
            entry._replace(type=NoticeShown.NAME, schema_version=1, actor="", causation_id=None, correlation_id=None) for entry in entries
        ]

    @pytest.fixture
    async def world(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> World:
        return await make_world(databases, pools)

    @pytest.fixture
    async def other_world(self, databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> World:
        return await make_world(databases, pools)


@pytest.fixture
async def posters(databases: Databases, pools: list[asyncpg.Pool[asyncpg.Record]]) -> PublicWorld:
    """A log of posters."""
    return await make_world(databases, pools, posters=True)


async def test_what_is_not_public_leaves_neither_a_gap_nor_a_place_nor_a_name(posters: PublicWorld) -> None:
    await posters.add(log_of("a1 b1 a2 a3 c1 a4", neighbours={"b1", "a2"}, nobody={"a3", "c1"}))
    entries = await read_to(await posters.source(), 2)
    assert [(entry.prev, entry.pos, entry.version, entry.actor, entry.causation_id, entry.correlation_id) for entry in entries] == [
        (0, 1, 1, "", None, None), (1, 2, 2, "", None, None),
    ]  # fmt: skip
    assert [entry.data for entry in entries] == [b'{"text":"Plakat a1","public":true}', b'{"text":"Plakat a4","public":true}']
    assert await (await posters.source()).tail() == 2
    assert list(await (await posters.source()).read(at(entries[-1]), 10, dense=True)) == []


async def test_a_matter_that_becomes_public_later_takes_the_next_number(posters: PublicWorld) -> None:
    await posters.add(log_of("a1 b1 c1", neighbours={"b1"}))
    before = await read_to(await posters.source(), 2)
    await posters.add(log_of("a1 b1 c1 b2", neighbours={"b1"})[3:])
    after = await read_to(await posters.source(), 3)
    assert after[:2] == before
    assert (after[2].pos, after[2].stream, after[2].version) == (3, log_of("b2")[0].stream, 1)


async def test_numbers_are_the_same_when_they_are_given_anew(posters: PublicWorld) -> None:
    entries = log_of("a1 b1 a2 b2 c1 a3 b3 a4", nobody={"b1", "c1"})
    for begin, end in ((0, 3), (3, 4), (4, 8)):
        await posters.add(entries[begin:end])
    before = await posters.pool.fetch(f"select * from read.{NAME} order by number")
    assert [row["number"] for row in before] == [1, 2, 3, 4, 5, 6]
    await posters.projector.rebuild()
    assert await posters.pool.fetch(f"select * from read.{NAME} order by number") == before
    assert (await posters.projector.verify()).difference is None


async def test_a_number_that_is_not_given_again_yet_is_waited_for(posters: PublicWorld) -> None:
    """The numbers may be lost: the log has them. Only when it is numbered to its end, something is missing."""
    entries = log_of("a1 b1 a2")
    await posters.add(entries)
    source = await posters.source()
    last = (await read_to(source, 3))[-1]
    await posters.pool.execute(f"drop table read.{NAME}")
    await posters.pool.execute("delete from read.projection; delete from read.cursor")
    await posters.projector.start()
    with pytest.raises(SourceUnavailable, match="numbered up to position 0 of 3"):
        await source.read(at(last), 10)
    with pytest.raises(SourceUnavailable, match="numbered up to position 0 of 3"):
        await source.event_id_at(3)
    async with posters.pool.acquire() as connection:
        await posters.projector.apply(connection, OWN, entries)
    assert list(await source.read(at(last), 10)) == []
    assert (await source.event_id_at(3), await source.event_id_at(4)) == (last.event_id, None)
    with pytest.raises(SourceDiverged, match="nothing at position 4"):
        await source.read(Cursor(1, 4, last.event_id), 10)


async def test_what_was_public_and_is_no_longer_is_not_told(posters: PublicWorld) -> None:
    await posters.add(log_of("a1 b1 a2"))

    def stricter(received: Received[Event]) -> Contract | None:
        contract = of_posters.published(received)
        assert isinstance(contract, PosterHung)
        return contract.model_copy(update={"public": contract.text != "Plakat b1"})

    posters.published = stricter
    source = await posters.source()
    [first] = await source.read(Cursor(), 10)
    with pytest.raises(SourceUnavailable, match="number 2 cannot be published: NoLongerPublic"):
        await source.read(at(first), 10)
    await posters.numbering().rebuild()
    with pytest.raises(SourceDiverged, match="another event"):
        await source.read(Cursor(1, 2, log_of("a1 b1")[1].event_id), 10)
    assert [entry.data for entry in await source.read(Cursor(), 10)] == [
        b'{"text":"Plakat a1","public":true}', b'{"text":"Plakat a2","public":true}',
    ]  # fmt: skip


async def test_numbers_of_another_log_are_noticed(posters: PublicWorld) -> None:
    await posters.add(log_of("a1 b1 a2"))
    await posters.pool.execute(f"update read.{NAME} set event_id = gen_random_uuid() where number = 2")
    with pytest.raises(SourceDiverged, match="rebuild public_v1"):
        await (await posters.source()).read(Cursor(), 10)


async def test_a_fact_that_cannot_be_read_is_waited_for_and_nothing_is_numbered_behind_it(posters: PublicWorld) -> None:
    entries = log_of("a1 b1 a2 c1")
    entries[2] = entries[2]._replace(schema_version=9)
    await store(posters.pool, entries)
    await posters.projector.start()
    async with posters.pool.acquire() as connection:
        moved = await posters.projector.apply(connection, OWN, entries)
        assert moved.pos == 2
        with pytest.raises(SourceUnavailable, match="public_v1 waits at position 3"):
            await posters.projector.apply(connection, OWN, entries[2:])
        assert await posters.projector.parked() == []
        await posters.projector.apply(connection, OWN, log_of("a1 b1 a2 c1")[2:])
    assert await posters.pool.fetchval(f"select array_agg(pos order by number) from read.{NAME}") == [1, 2, 3, 4]


def test_a_new_kind_of_fact_asks_for_no_new_table() -> None:
    one, other = numbering((PosterDrawn,), of_posters.published), numbering((PosterDrawn, NoticeGiven), of_posters.published)
    assert one.shape() == other.shape()
