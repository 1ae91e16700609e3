"""Outsiders read a topic of their own: in two worlds that differ in what is not public it has the same bytes, whatever happens to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from shared.domain import Contract, Event
from shared.envelope import Cursor, Received
from shared.failpoints import FailpointHit, set_failpoints
from shared.numbering import NAME
from shared.relay import start_generation
from tests.infrastructure import Databases
from tests.relay.public_world import PublicWorld, Raw
from tests.relay.world import until
from tests.sources.facts import read_to
from tests.sources.posters import log_of, published
from tests.support.postgres import Database

PUBLIC_ONES = "a1 b1 a2 c1 b2"
BUSY = "x1 a1 y1 y2 b1 a9 a2 b9 x2 c1 z1 b2 c9"
NEIGHBOURS, NOBODY = ("x1", "y2", "a9", "x2", "c9"), ("y1", "b9", "z1")


async def make_world(database: Database, kafka: str, city: str) -> AsyncIterator[PublicWorld]:
    async with PublicWorld.on(database, kafka, city) as found:
        assert isinstance(found, PublicWorld)
        yield found


@pytest.fixture
async def world(databases: Databases, kafka: str, city: str) -> AsyncIterator[PublicWorld]:
    """A log and a city's topics on the run's servers."""
    async for found in make_world(await databases(), kafka, city):
        yield found


@pytest.fixture
async def quiet(databases: Databases, kafka: str, city: str) -> AsyncIterator[PublicWorld]:
    """The same city, in another world, where nothing happens but what is public."""
    async for found in make_world(await databases(), kafka, f"{city}-quiet"):
        yield found


def as_told(records: list[Raw], world: PublicWorld) -> list[Raw]:
    """The records without the city's name, and the mark that a topic is filled without the time at which that was."""
    told: list[Raw] = []
    for key, value, headers in records:
        source = [(name, text.replace(world.city.encode(), b"city") if name == "ce_source" else text) for name, text in headers]
        told.append((key, value, tuple(one for one in source if key is not None or one[0] != "ce_time")))
    return told


async def test_two_worlds_that_differ_in_what_is_not_public_have_the_same_bytes(world: PublicWorld, quiet: PublicWorld) -> None:
    busy = log_of(BUSY, neighbours=NEIGHBOURS, nobody=NOBODY)
    await world.add(busy)
    await quiet.add(log_of(PUBLIC_ONES))
    for one in (world, quiet):
        numbers = one.numbers()
        await numbers.start()
        await numbers.rebuild()  # Else it is up to chance how much the relay finds at first.
        async with one.telling(window=2):
            await one.told(5)
            assert await start_generation(one.pool) == 2
            await one.told(5, generation=2)
    for generation in (1, 2):
        told = as_told(await world.raw(generation), world)
        assert told == as_told(await quiet.raw(generation), quiet)
        assert len([value for _, value, _ in told if value]) == 5
    everything = repr(await world.raw()).encode() + repr(await world.raw(2)).encode()
    hidden = [entry for entry in busy if entry.event_id not in {fact.event_id for fact in log_of(PUBLIC_ONES)}]
    assert len(hidden) == 8
    for entry in busy:
        for said in (entry.actor, str(entry.causation_id), str(entry.correlation_id)):
            assert said.encode() not in everything
    for entry in hidden:
        assert str(entry.event_id).encode() not in everything


async def test_records_are_numbered_from_1_and_a_reader_follows_them_as_any_others(world: PublicWorld) -> None:
    facts = log_of(f"{BUSY} d1 w1", neighbours=NEIGHBOURS, nobody=(*NOBODY, "w1"))
    await world.add(facts[:13])
    async with world.telling():
        source = world.public_source()
        entries = await read_to(source, 5)
        await world.add(facts[13:])
        entries += await read_to(source, 6, Cursor().after(entries[-1]))
        await world.told(6)
    assert [(entry.prev, entry.pos) for entry in entries] == [(n - 1, n) for n in range(1, 7)]
    wanted = {fact.event_id for fact in log_of(f"{PUBLIC_ONES} d1")}
    assert [entry.event_id for entry in entries] == [fact.event_id for fact in facts if fact.event_id in wanted]
    assert [entry.version for entry in entries] == [1, 1, 2, 1, 2, 1]


@pytest.mark.parametrize("point", ["relay.after_produce", "relay.before_save", "projector.before_commit", "projector.after_commit"])
async def test_whatever_fails_loses_and_doubles_nothing(world: PublicWorld, point: str) -> None:
    await world.add(log_of(BUSY, neighbours=NEIGHBOURS, nobody=NOBODY))
    numbers = world.numbers()
    await numbers.start()
    if point.startswith("relay"):
        await numbers.rebuild()
    failing = world.public_relay(window=2) if point.startswith("relay") else numbers
    set_failpoints(f"{point}:raise@1")
    try:
        with pytest.raises((FailpointHit, ExceptionGroup)):
            await failing.run()
    finally:
        set_failpoints("")
    async with world.telling(window=2):
        await world.told(5)
    entries = await read_to(world.public_source(), 5)
    assert [entry.pos for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.event_id for entry in entries] == [fact.event_id for fact in log_of(PUBLIC_ONES)]


async def test_lost_numbers_are_given_again_and_the_topic_goes_on(world: PublicWorld) -> None:
    """They are a read model: gone with a power cut or dropped, they come from the log as they were. The relay waits for that."""
    facts = log_of(f"{BUSY} d1", neighbours=NEIGHBOURS, nobody=NOBODY)
    await world.add(facts[:13])
    async with world.telling(window=2):
        await world.told(5)
    await world.pool.execute(f"drop table read.{NAME}")
    await world.pool.execute("delete from read.projection; delete from read.cursor")
    await world.numbers().start()
    relay = world.public_relay()
    async with world.relaying(relay):

        async def waits() -> bool:
            return bool(relay.status()) and "numbered up to position 0 of 13" in (relay.status()[0].error or "")

        await until(waits)
    await world.add(facts[13:])
    async with world.telling(window=2):
        await world.told(6)
    entries = await read_to(world.public_source(), 6)
    assert [entry.event_id for entry in entries] == [fact.event_id for fact in log_of(f"{PUBLIC_ONES} d1")]
    assert all(earlier.pos < later.pos for earlier, later in pairwise(entries))


async def test_a_restored_log_stops_the_topic_until_a_new_generation(world: PublicWorld) -> None:
    await world.add(log_of("a1 x1 b1 c1", nobody=("x1",)))
    async with world.telling():
        await world.told(3)
    await world.restore(after=2)
    await world.numbers().rebuild()
    other = log_of("a1 x1 d1 e1", nobody=("x1",))
    await world.add(other[2:])
    async with world.telling():
        assert "restored" in await world.must_stop()
        await start_generation(world.pool)
        await world.told(3, generation=2)
    entries = await read_to(world.public_source(2), 3, Cursor(generation=2))
    assert [entry.event_id for entry in entries] == [fact.event_id for fact in other if fact.pos != 2]


async def test_numbers_change_in_a_new_generation_only(world: PublicWorld) -> None:
    """Another mapping of old facts: what was told stays as it was told, and the new generation tells it anew."""
    facts = log_of("a1 b1 c1 d1")
    await world.add(facts[:3])
    async with world.telling():
        await world.told(3)

    def stricter(received: Received[Event]) -> Contract | None:
        contract = published(received)
        return contract.model_copy(update={"public": received.entry.pos != 1}) if contract else None

    world.mapping = stricter
    before = await world.raw()
    await world.add(facts[3:])
    async with world.telling():
        await world.told(4)
        assert (await world.raw())[: len(before)] == before
        await world.numbers().rebuild()
        assert "new generation" in await world.must_stop()
        await start_generation(world.pool)
        await world.told(3, generation=2)
    entries = await read_to(world.public_source(2), 3, Cursor(generation=2))
    assert [(entry.pos, entry.event_id) for entry in entries] == list(enumerate([fact.event_id for fact in facts[1:]], 1))
