"""The Kafka source keeps the contract on a real broker, and takes what a broker may do to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.envelope import WATERMARK, Entry
from shared.sources.cloudevents import NOBODY, record_of, source_of
from shared.sources.kafka import KafkaSource
from shared.sources.log import watermark_of
from shared.sources.source import NewGeneration, SourceDiverged, SourceUnavailable
from shared.sources.topic import Brokers, must_have_topic, topic_of
from shared.sources.writer import TopicWriter
from tests.sources.contract import SourceContract, World, at, seen
from tests.sources.facts import SERVICE, contracts, facts, read_to

Deliver = Callable[[Sequence[Entry]], Awaitable[None]]


class KafkaWorld:
    """One city's topics of a service, written without a relay."""

    def __init__(self, bootstrap: str, city: str) -> None:
        self.bootstrap, self.city = bootstrap, city
        self.brokers = Brokers(bootstrap)
        self.generation = 1
        self._sources: list[KafkaSource] = []

    async def source(self, generation: int | None = None, *, patience: float = 15.0) -> KafkaSource:
        """A new reader's source."""
        self.generation = generation or 1
        source = KafkaSource(self.bootstrap, self.city, SERVICE, generation, patience=patience)
        return self.kept(source)

    def kept(self, source: KafkaSource) -> KafkaSource:
        """The same source, to be closed at the end."""
        self._sources.append(source)
        return source

    async def add(self, entries: Sequence[Entry]) -> None:
        """Send as contracts, in the generation of the last source."""
        await self.send(contracts(entries))

    async def send(self, entries: Sequence[Entry], *, generation: int | None = None, filled: bool = False) -> None:
        """Send just these records in one batch."""
        topic = topic_of(self.city, SERVICE, generation or self.generation)
        await must_have_topic(self.brokers, topic)
        writer = TopicWriter(self.brokers, topic, source_of(self.city, SERVICE), {})
        await writer.start()
        batch, packed = writer.pack(entries, filled=filled, mark=None)
        assert packed == len(entries)
        await writer.send(batch)
        await writer.close()

    async def send_raw(self, headers: list[tuple[str, bytes]], value: bytes, key: bytes | None = b"key") -> None:
        """Send a record of any kind."""
        topic = topic_of(self.city, SERVICE, 1)
        await must_have_topic(self.brokers, topic)
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all") as producer:
            await producer.send_and_wait(topic, value, key, partition=0, headers=headers)

    async def close(self) -> None:
        """Disconnect all sources."""
        for source in self._sources:
            await source.close()


@pytest.fixture
async def topics(kafka: str, city: str) -> AsyncIterator[KafkaWorld]:
    """The topics of this test's city."""
    world = KafkaWorld(kafka, city)
    yield world
    await world.close()


class TestKafkaSource(SourceContract):
    def yielded(self, entries: Sequence[Entry]) -> list[Entry]:
        return contracts(entries)

    @pytest.fixture
    def world(self, topics: KafkaWorld) -> World:
        return topics

    @pytest.fixture
    async def other_world(self, kafka: str) -> AsyncIterator[World]:
        world = KafkaWorld(kafka, f"city{uuid4().hex[:12]}")
        yield world
        await world.close()


async def test_duplicates_are_dropped(topics: KafkaWorld) -> None:
    whole = contracts(facts(6))
    for window in (whole[:3], whole[:3], whole[1:5], whole[:2], whole[4:]):
        await topics.send(window)
    assert seen(await read_to(await topics.source(), 6)) == whole


async def test_a_gap_that_is_mended_is_read_over(topics: KafkaWorld) -> None:
    whole = contracts(facts(9))
    await topics.send(whole[:3])
    await topics.send(whole[6:])
    source = await topics.source()
    entries = await read_to(source, 3)
    with pytest.raises(SourceUnavailable, match="missing between position 3 and 7"):
        await source.read(at(entries[-1]), 10)
    assert source.status.waiting_for is not None
    await topics.send(whole[3:])
    entries += await read_to(source, 9, at(entries[-1]))
    assert seen(entries) == whole
    assert source.status.waiting_for is None


async def test_a_gap_that_stays_stops_the_reader(topics: KafkaWorld) -> None:
    whole = contracts(facts(5))
    await topics.send(whole[:2])
    await topics.send(whole[3:])
    source = await topics.source(patience=0.3)
    with pytest.raises(SourceDiverged, match="missing between position 2 and 4"):
        await read_to(source, 5)


async def test_a_lost_tail_is_waited_for(topics: KafkaWorld) -> None:
    whole = contracts(facts(5))
    await topics.send(whole[:3])
    source = await topics.source(patience=0)
    for _ in range(3):
        with pytest.raises(SourceUnavailable, match="ends before position 5"):
            await source.read(replace(at(whole[4]), offset=4), 10)
    await topics.send(whole[3:])
    assert list(await source.read(replace(at(whole[4]), offset=4), 10)) == []


async def test_nothing_at_the_cursor_stops_the_reader_once_the_relay_had_its_time(topics: KafkaWorld) -> None:
    whole = contracts(facts(5))
    await topics.send([*whole[:2], whole[4]._replace(prev=2)])
    source = await topics.source(patience=0.2)
    with pytest.raises(SourceDiverged, match="nothing at position 4"):
        await read_to(source, 5, at(whole[3]))


@pytest.mark.parametrize("offset", [0, 1, 6, 400, None])
async def test_a_wrong_hint_only_costs_time(topics: KafkaWorld, offset: int | None) -> None:
    whole = contracts(facts(300))
    await topics.send(whole)
    cursor = replace(at(whole[4]), offset=offset)
    assert seen(await read_to(await topics.source(), 300, cursor)) == whole[5:]


async def test_watermarks_move_the_cursor_and_keep_the_chain(topics: KafkaWorld) -> None:
    first, second, third = facts(3)
    sent = [*contracts([first]), watermark_of(second, 1), contracts([third])[0]._replace(prev=2)]
    await topics.send(sent)
    entries = await read_to(await topics.source(), 3)
    assert seen(entries) == sent
    assert entries[1].type == WATERMARK
    assert seen(await read_to(await topics.source(), 3, at(entries[1]))) == sent[2:]


async def test_foreign_records_are_rejected_counted_and_do_not_stop_the_flow(topics: KafkaWorld) -> None:
    ours, theirs, later = contracts(facts(3))
    elsewhere = record_of(theirs, source_of("elsewhere", SERVICE).encode())
    other_service = record_of(theirs, source_of(topics.city, "conferences").encode())
    right = record_of(theirs, source_of(topics.city, SERVICE).encode())
    foreign = [
        elsewhere.headers,
        other_service.headers,
        [],
        [("ce_id", b"\xff\xfe")],
        [(name, value) for name, value in right.headers if name != "ce_prev"],
        [(name, b"7" if name == "ce_specversion" else value) for name, value in right.headers],
        [(name, b"com.example.Other" if name == "ce_type" else value) for name, value in right.headers],
        [(name, b"not a number" if name == "ce_sequence" else value) for name, value in right.headers],
    ]
    await topics.send([ours])
    for headers in foreign:
        await topics.send_raw(headers, b"{}")
    await topics.send([theirs, later])
    source = await topics.source()
    assert seen(await read_to(source, 3)) == [ours, theirs, later]
    assert source.status.rejected == len(foreign)
    assert source.status.last_rejection is not None
    assert await source.tail() == 3
    assert source.status.rejected == len(foreign)


async def test_a_new_generation_is_adopted_only_once_it_is_filled(topics: KafkaWorld) -> None:
    old, new = contracts(facts(4)), contracts(facts(4, seed="new"))
    await topics.send(old)
    await topics.send(new, generation=2)
    reader = await topics.source()
    entries = await read_to(reader, 4)
    assert seen(entries) == old
    last = new[-1]
    mark = Entry(last.pos, last.pos, last.event_id, NOBODY, 0, WATERMARK, 1, last.recorded_at, "", None, None, b"")
    await topics.send([mark], generation=2, filled=True)
    with pytest.raises(NewGeneration) as told:
        await (await topics.source()).read(at(entries[-1]), 10)
    rebuilt = await read_to(topics.kept(reader.at(told.value.generation)), 4)
    assert [entry.event_id for entry in rebuilt] == [entry.event_id for entry in new]
    assert {entry.generation for entry in rebuilt} == {2}
    newcomer = await read_to(await topics.source(), 4)
    assert newcomer == rebuilt


async def test_a_source_that_is_asked_for_its_tail_alone_goes_on_to_the_newest_filled_generation(
    topics: KafkaWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.sources.generations.LOOK_SECONDS", 0.0)
    source = await topics.source()
    assert await source.tail() == 0
    await topics.send(contracts(facts(4)))
    assert await source.tail() == 4
    await topics.send(contracts(facts(6, seed="new")), generation=2)
    assert await source.tail() == 4
    await topics.send(contracts(facts(1, after=6, seed="new")), generation=2, filled=True)
    assert await source.tail() == 7
    pinned = topics.kept(source.at(1))
    assert [await pinned.tail() for _ in range(2)] == [4, 4]


def windows_of(begins_and_lengths: list[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    """Windows of a relay that repeats itself: each begins at or before where the topic is whole."""
    windows, whole = [], 0
    for begin, length in begins_and_lengths:
        windows.append((min(begin, whole), min(min(begin, whole) + length, last)))
        whole = max(whole, windows[-1][1])
    return windows if whole == last else [*windows, (whole, last)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(windows=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12)), max_size=5), limit=st.integers(1, 5))
async def test_whatever_is_delivered_again_each_comes_once_in_order(kafka: str, windows: list[tuple[int, int]], limit: int) -> None:
    world = KafkaWorld(kafka, f"city{uuid4().hex[:12]}")
    whole = contracts(facts(12))
    try:
        for begin, end in windows_of(windows, 12):
            await world.send(whole[begin:end])
        assert seen(await read_to(await world.source(), 12, limit=limit)) == whole
    finally:
        await world.close()
