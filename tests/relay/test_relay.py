"""The relay publishes every fact once, in order, whatever becomes of relays and generations."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from functools import partialmethod
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.domain import Contract, Event
from shared.envelope import WATERMARK, Cursor, Entry, Received
from shared.eventstore.errors import UnsafeSettings
from shared.failpoints import FailpointHit, set_failpoints
from shared.generation import GenerationStatus
from shared.relay import Relay, start_generation
from shared.sources.cloudevents import is_filled
from shared.sources.log import LogSource
from shared.sources.reader import TopicReader
from shared.sources.source import NewGeneration
from shared.sources.tail import last_whole
from shared.sources.topic import KEEPS_EVERYTHING, Brokers, must_keep_everything, topic_of
from shared.sources.writer import TopicWriter
from tests.infrastructure import Databases
from tests.relay.world import World, first, signal_to, until
from tests.sources.facts import SERVICE, TYPES, NoticeHeard, contracts, facts, published, read_to

POINTS = ["relay.before_produce", "relay.after_produce", "relay.before_save", "relay.after_save"]


@pytest.fixture
async def world(databases: Databases, kafka: str, city: str) -> AsyncIterator[World]:
    """A log and a city's topics on the run's servers."""
    async with World.on(await databases(), kafka, city) as found:
        yield found


async def test_what_is_published_arrives_and_what_is_not_moves_the_cursor(world: World) -> None:
    await world.append(6, notes=(2, 5, 6))
    async with world.relaying() as relay:
        await world.caught_up()
        entries = await read_to(world.source(), 6)
        await world.append(2)
        entries += await read_to(world.sources[0], 8, Cursor().after(entries[-1]))
        await until(lambda: _has_come(relay, 8))
        assert (first(relay).filled, first(relay).error) == (True, None)
    assert [entry.event_id for entry in entries if entry.type == NoticeHeard.NAME] == [
        fact.event_id for fact in facts(8) if fact.pos not in (2, 5, 6)
    ]
    assert [entry.pos for entry in entries if entry.type == WATERMARK][-1] == 6
    assert [entry.prev for entry in entries] == [0] + [entry.pos for entry in entries[:-1]]


async def _has_come(relay: Relay, pos: int) -> bool:
    return first(relay).pos == pos


@pytest.mark.parametrize("point", POINTS)
async def test_a_relay_that_fails_anywhere_loses_and_doubles_nothing(world: World, point: str) -> None:
    await world.append(40, notes=range(10, 20))
    set_failpoints(f"{point}:raise@3")
    try:
        with pytest.raises(FailpointHit):
            await world.relay(window=7).run()
    finally:
        set_failpoints("")
    async with world.relaying(world.relay(window=9)):
        await world.caught_up()
    await world.must_be_whole([fact for fact in facts(40) if fact.pos not in range(10, 20)])


@pytest.mark.parametrize("point", POINTS)
async def test_a_relay_that_is_killed_anywhere_loses_and_doubles_nothing(world: World, point: str) -> None:
    await world.append(40, notes=range(10, 20))
    for hit in (1, 3):
        killed = await world.process(window=7, failpoint=f"{point}:kill@{hit}")
        assert await killed.wait() == -signal.SIGKILL
    async with world.relaying(world.relay(window=9)):
        await world.caught_up()
    await world.must_be_whole([fact for fact in facts(40) if fact.pos not in range(10, 20)])


async def test_relays_side_by_side_take_turns(world: World) -> None:
    async with world.relaying(world.relay(window=5)), world.relaying(world.relay(window=8)), world.relaying(world.relay(window=3)):
        for _ in range(20):
            await world.append(10)
            await asyncio.sleep(0.02)
        await world.caught_up()
    await world.must_be_whole(facts(200))


async def test_a_zombie_loses_its_lock_and_harms_nothing(world: World) -> None:
    await world.append(30)
    # It is met between its producing and its saving, for as long as the database lets it idle there.
    zombie = await world.process(window=4, idle=3.0, failpoint="relay.after_produce:sleep=5@2")
    await until(lambda: _holds_a_lock(world))
    signal_to(zombie, signal.SIGSTOP)
    async with world.relaying(world.relay(window=4)):
        await world.caught_up()
        await world.append(30)
        await world.caught_up()
        signal_to(zombie, signal.SIGCONT)
        for _ in range(10):
            await world.append(5)
            await asyncio.sleep(0.1)
        await world.caught_up()
    await world.append(10)
    await world.caught_up()
    assert zombie.returncode is None
    await world.must_be_whole(facts(120))


async def _holds_a_lock(world: World) -> bool:
    idle = await world.pool.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
    )
    return bool(idle) and await world.saved() == 4


async def test_a_new_generation_is_filled_beside_the_old_and_readers_move_over(world: World) -> None:
    await world.append(50)

    def renamed(received: Received[Event]) -> Contract | None:
        contract = published(received)
        return NoticeHeard(text="neu: " + contract.text) if isinstance(contract, NoticeHeard) else None

    async with world.relaying():
        await world.caught_up()
    reader = world.source()
    old = await read_to(reader, 50)
    assert await start_generation(world.pool) == 2
    async with world.relaying(world.relay(window=7, mapping=renamed)) as relay:
        await world.caught_up(2)
        await until(lambda: _is_filled(relay, 2))
        with pytest.raises(NewGeneration) as told:
            await world.source().read(Cursor().after(old[-1]), 10)
        assert told.value.generation == 2
        await until(lambda: _is_alone(relay, 2))
        await world.append(5)
        await world.caught_up(2)
    new = await read_to(world.source(), 55)
    assert {entry.generation for entry in new} == {2}
    assert all(b"neu: " in entry.data for entry in new)
    assert len(new) == 55


async def _is_filled(relay: Relay, generation: int) -> bool:
    return any(status.generation == generation and status.filled for status in relay.status())


async def _is_alone(relay: Relay, generation: int) -> bool:
    return [status.generation for status in relay.status()] == [generation]


async def test_a_log_restored_from_an_older_copy_stops_the_relay_until_a_new_generation(world: World) -> None:
    await world.append(20)
    async with world.relaying():
        await world.caught_up()
    reader = world.source()
    before = await read_to(reader, 20)
    await world.restore(after=12)
    async with world.relaying() as relay:
        await until(lambda: _says_why(world, relay))
        assert "restored" in (first(relay).stopped or "")
        assert "new generation" in (await world.stopped() or "")
        await world.append(3, seed="after the restore")
        assert list(await reader.read(Cursor().after(before[-1]), 10)) == []
        await start_generation(world.pool)
        await world.caught_up(2)
        await until(lambda: _is_filled(relay, 2))
    with pytest.raises(NewGeneration):
        await world.source().read(Cursor().after(before[-1]), 10)
    await world.must_be_whole([*facts(12), *facts(3, after=12, seed="after the restore")])


async def test_a_restored_log_that_has_grown_past_the_topic_stops_the_relay_too(world: World) -> None:
    await world.append(20)
    async with world.relaying():
        await world.caught_up()
    await world.restore(after=12)
    await world.append(30, seed="after the restore")
    async with world.relaying() as relay:
        await until(lambda: _says_why(world, relay))
        assert "another event at position 20" in (first(relay).stopped or "")
    assert await world.records() == 21


async def test_a_log_restored_under_a_running_relay_stops_it(world: World) -> None:
    await world.append(20)
    async with world.relaying():
        await world.caught_up()
        await world.restore(after=12)
        await world.append(1, seed="after the restore")
        await until(lambda: _has_stopped(world))


async def _has_stopped(world: World) -> bool:
    return await world.stopped() is not None


async def _says_why(world: World, relay: Relay) -> bool:
    """Whether it has stopped, and not only the row says so, which is written first."""
    return await _has_stopped(world) and first(relay).stopped is not None


async def test_a_fact_that_cannot_be_published_is_waited_for_and_said(world: World) -> None:
    await world.append(9)

    def buggy(received: Received[Event]) -> Contract | None:
        if received.entry.pos == 5:
            raise ZeroDivisionError
        return published(received)

    async with world.relaying(world.relay(mapping=buggy)) as relay:
        await until(lambda: _says(relay, "position 5 cannot be published"))
        assert await world.saved() == 4
    async with world.relaying():
        await world.caught_up()
    await world.must_be_whole(facts(9))


async def _says(relay: Relay, said: str) -> bool:
    return bool(relay.status()) and said in (first(relay).error or "")


@pytest.mark.parametrize(
    ("partitions", "settings", "said"),
    [
        (2, KEEPS_EVERYTHING, "2 partitions"),
        (1, {**KEEPS_EVERYTHING, "cleanup.policy": "compact"}, "cleanup.policy"),
        (1, {**KEEPS_EVERYTHING, "retention.ms": "604800000"}, "retention.ms"),
        (1, {**KEEPS_EVERYTHING, "retention.bytes": "1073741824"}, "retention.bytes"),
    ],
)
async def test_a_topic_that_would_forget_is_refused_and_named(world: World, partitions: int, settings: dict[str, str], said: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=world.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic_of(world.city, SERVICE, 1), partitions, 1, topic_configs=settings)])
    await admin.close()
    await world.append(3)
    async with world.relaying() as relay:
        await until(lambda: _says(relay, said))
    assert await world.saved() == 0


async def test_a_topic_that_was_set_right_is_filled_by_the_relay_that_had_refused_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.relay.LOOK_AT_SETTINGS_SECONDS", 0.1)
    topic = topic_of(world.city, SERVICE, 1)
    admin = AIOKafkaAdminClient(bootstrap_servers=world.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1, topic_configs={**KEEPS_EVERYTHING, "retention.ms": "604800000"})])
    await world.append(3)
    async with world.relaying() as relay:
        await until(lambda: _says(relay, "retention.ms"))
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, KEEPS_EVERYTHING)])
        await admin.close()
        await until(lambda: _has_come(relay, 3))
        assert first(relay).error is None


def test_a_generation_that_was_not_reached_yet_says_so() -> None:
    assert GenerationStatus(1, "topic").error == "not reached yet"


async def test_a_batch_without_room_for_the_mark_does_not_call_the_topic_filled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that is full to the brim: the mark comes in a batch of its own behind it."""
    await world.append(3)
    real = TopicWriter.pack
    packed: list[int] = []

    def without_room(self: TopicWriter, entries: Sequence[Entry], *, filled: bool, mark: Entry | None) -> tuple[BatchBuilder, int]:
        with monkeypatch.context() as patch:
            if entries:
                patch.setattr(BatchBuilder, "append", partialmethod(append_below, len(entries)))
            batch, count = real(self, entries, filled=filled, mark=mark)
        packed.append(count)
        return batch, count

    append = BatchBuilder.append

    def append_below(batch: BatchBuilder, most: int, **record: Any) -> Any:
        return append(batch, **record) if batch.record_count() < most else None

    monkeypatch.setattr(TopicWriter, "pack", without_room)
    async with world.relaying() as relay:
        await until(lambda: _is_filled(relay, 1))
    assert packed == [3, 1]
    reader = TopicReader(Brokers(world.bootstrap), topic_of(world.city, SERVICE, 1))
    marked = [is_filled(record.headers) for record in await reader.fetch(10, 10)]
    await reader.close()
    assert marked == [False, False, False, True]


@pytest.mark.parametrize("producer", [{"acks": 1}, {"acks": 0}, {"enable_idempotence": True}, {"transactional_id": "relay"}])
async def test_a_producer_that_could_lose_records_is_refused(world: World, producer: dict[str, Any]) -> None:
    source = LogSource(world.pool, world.signals, SERVICE, published=published, types=TYPES)
    with pytest.raises(UnsafeSettings):
        Relay(source, world.pool, world.bootstrap, world.city, producer=producer)
    Relay(source, world.pool, world.bootstrap, world.city, producer={"acks": "all", "compression_type": "lz4"})


def test_replicas_without_enough_in_sync_are_refused() -> None:
    with pytest.raises(UnsafeSettings, match="insync"):
        must_keep_everything("topic", 1, {**KEEPS_EVERYTHING, "min.insync.replicas": "1"}, replicas=3)
    must_keep_everything("topic", 1, {**KEEPS_EVERYTHING, "min.insync.replicas": "2"}, replicas=3)


@pytest.mark.parametrize(
    ("order", "whole"),
    [
        ([1, 2, 3, 4], 4),
        ([1, 2, 2, 3, 1, 2, 3, 4], 4),
        ([1, 2, 4], 2),
        ([1, 2, 4, 3], 3),
        ([1, 2, 4, 3, 4], 4),
        ([2, 3], None),
        ([], None),
    ],
)
def test_a_topic_is_whole_as_far_as_a_reader_comes_without_missing_anything(order: list[int], whole: int | None) -> None:
    entries = contracts(facts(4))
    last = last_whole([entries[pos - 1] for pos in order], from_first=True)
    assert (last.pos if last else None) == whole
