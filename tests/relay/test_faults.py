"""What a broker may do to a relay and its readers: be away, die, and lose what it had acknowledged."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.envelope import Cursor, Entry
from shared.relay import Relay
from shared.sources.source import SourceDiverged, SourceUnavailable
from shared.sources.topic import topic_of
from tests.infrastructure import Databases
from tests.relay.world import World, first, until
from tests.sources.facts import SERVICE, facts, read_to
from tests.support.kafka import KafkaServer

NOTES = range(20, 30)


@pytest.fixture
async def world(databases: Databases, own_kafka: KafkaServer, city: str) -> AsyncIterator[World]:
    """A log on the run's PostgreSQL and a broker of the test's own."""
    async with World.on(await databases(), own_kafka.bootstrap, city) as found:
        yield found


def segments(server: KafkaServer, world: World) -> Path:
    """Where the broker keeps the topic."""
    return server.log_dir / f"{topic_of(world.city, SERVICE, 1)}-0"


def cut_tail(server: KafkaServer, world: World, keep: float) -> None:
    """Leave only the first part of the last segment, as a power cut may."""
    directory = segments(server, world)
    last = max(directory.glob("*.log"))
    with last.open("r+b") as file:
        file.truncate(int(last.stat().st_size * keep))
    for index in directory.glob("*index"):
        index.unlink()
    (server.log_dir / ".kafka_cleanshutdown").unlink(missing_ok=True)


def wipe(server: KafkaServer, world: World) -> None:
    """Leave nothing of the topic."""
    shutil.rmtree(segments(server, world))
    (server.log_dir / ".kafka_cleanshutdown").unlink(missing_ok=True)


async def restart(server: KafkaServer) -> None:
    """Start the broker while the relay and the readers go on in this loop."""
    await asyncio.to_thread(server.start)


async def follow(world: World, entries: list[Entry]) -> None:
    """Go on from the last of `entries` to the end of the log, through whatever the source says meanwhile."""
    entries += await read_to(world.sources[0], world.last, Cursor().after(entries[-1]))


def published_ids(count: int) -> list[object]:
    return [fact.event_id for fact in facts(count) if fact.pos not in NOTES]


async def has_trouble(relay: Relay) -> bool:
    return first(relay).error is not None


async def test_commands_go_on_while_the_broker_is_away_and_the_lag_returns_to_0(world: World, own_kafka: KafkaServer) -> None:
    await world.append(10)
    async with world.relaying(world.relay(window=7)) as relay:
        await world.caught_up()
        entries = await read_to(world.source(), 10)
        await asyncio.to_thread(own_kafka.stop)
        await world.append(30, notes=NOTES)
        await until(lambda: has_trouble(relay))
        assert await world.saved() == 10
        await world.append(10)
        await restart(own_kafka)
        await world.caught_up()
        await follow(world, entries)
    assert [entry.event_id for entry in entries if entry.data] == published_ids(50)


async def test_a_broker_that_is_killed_again_and_again_loses_and_doubles_nothing(world: World, own_kafka: KafkaServer) -> None:
    await world.append(10)
    async with world.relaying(world.relay(window=3)):
        await world.caught_up()
        entries = await read_to(world.source(), 10)
        for _ in range(2):
            appending = asyncio.create_task(_append_slowly(world, 20))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(own_kafka.kill)
            await appending
            await restart(own_kafka)
        await world.caught_up()
        await follow(world, entries)
    assert [entry.event_id for entry in entries if entry.data] == published_ids(50)
    await world.must_be_whole([fact for fact in facts(50) if fact.pos not in NOTES])


async def _append_slowly(world: World, count: int) -> None:
    for _ in range(count):
        await world.append(1, notes=NOTES)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.95])
async def test_a_tail_that_the_broker_lost_is_made_whole_and_every_cursor_stays_good(
    world: World, own_kafka: KafkaServer, keep: float
) -> None:
    await world.append(60, notes=NOTES)
    async with world.relaying(world.relay(window=3)):
        await world.caught_up()
        entries = await read_to(world.source(), 60)
    before = await world.records()
    own_kafka.kill()
    cut_tail(own_kafka, world, keep)
    await restart(own_kafka)
    assert await world.records() < before
    with pytest.raises(SourceUnavailable, match="make it whole"):
        await world.source().read(Cursor().after(entries[-1]), 10)
    async with world.relaying(world.relay(window=4)) as relay:
        await world.append(20)
        await world.caught_up()
        assert first(relay).mended == 1
    read_before = [*entries]
    await follow(world, entries)
    assert [entry.event_id for entry in entries if entry.data] == published_ids(80)
    await world.must_be_whole([fact for fact in facts(80) if fact.pos not in NOTES])
    for entry in read_before[-30:]:
        assert (await read_to(world.source(), 80, Cursor().after(entry)))[-1].pos == 80


async def test_a_topic_that_was_wiped_under_a_running_relay_is_made_whole(world: World, own_kafka: KafkaServer) -> None:
    await world.append(40, notes=NOTES)
    async with world.relaying(world.relay(window=6)) as relay:
        await world.caught_up()
        entries = await read_to(world.source(), 40)
        await asyncio.to_thread(own_kafka.stop)
        wipe(own_kafka, world)
        await restart(own_kafka)
        await until(lambda: _is_mended(relay))
        await world.append(10)
        await world.caught_up()
        await follow(world, entries)
    assert [entry.event_id for entry in entries if entry.data] == published_ids(50)
    await world.must_be_whole([fact for fact in facts(50) if fact.pos not in NOTES])


async def _is_mended(relay: Relay) -> bool:
    return first(relay).mended == 1


async def test_without_a_relay_a_hole_stays_a_hole(world: World, own_kafka: KafkaServer) -> None:
    await world.append(30)
    async with world.relaying(world.relay(window=3)):
        await world.caught_up()
    last = (await read_to(world.source(), 30))[-1]
    own_kafka.kill()
    cut_tail(own_kafka, world, 0.5)
    await restart(own_kafka)
    with pytest.raises((SourceUnavailable, SourceDiverged)):
        await world.source().read(Cursor().after(last), 10)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await read_to(world.source(), 30)
