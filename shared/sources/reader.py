"""One topic's only partition, read from any offset: a consumer without a group, made anew when it hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from shared.sources.source import SourceUnavailable
from shared.sources.topic import Brokers, broker_away, connected

logger = structlog.get_logger(__name__)

ANSWER_SECONDS = 5.0
"""How long the broker may take to say where the topic ends."""
STALL_SECONDS = 5.0
"""How long records may be there without arriving, before the consumer is made anew."""


class Fetched(Protocol):
    """A record as aiokafka hands it over."""

    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class OffsetLost(Exception):
    """The topic no longer has the offset: it lost its tail, or was made anew."""


class TopicReader:
    """Reads partition 0 of an existing topic. Offsets are this reader's own; nothing is committed."""

    def __init__(self, brokers: Brokers, topic: str) -> None:
        self.topic = topic
        self.offset = 0
        """The offset of the next record to read."""
        self._brokers = brokers
        self._partition = TopicPartition(topic, 0)
        self._consumer: AIOKafkaConsumer | None = None

    async def fetch(self, limit: int, timeout: float = 0) -> Sequence[Fetched]:
        """Up to `limit` records from the offset on, waiting `timeout` seconds for the first; empty at the topic's end.

        Raises OffsetLost where the topic ends before the offset, SourceUnavailable where the broker is away."""
        records = await self._take(limit, timeout)
        if records or timeout:
            return records
        end = await self.end()
        if end == self.offset:
            return ()
        if end < self.offset:
            raise OffsetLost(f"{self.topic} ends at offset {end}, before offset {self.offset}")
        records = await self._take(limit, STALL_SECONDS)
        if not records:
            # Consumers can hang after a broker's restart, without an error; nothing but a new one helps.
            logger.warning("consumer.stalled", topic=self.topic, offset=self.offset, end=end)
            await self.close()
            raise SourceUnavailable(f"{self.topic}: records are there and do not arrive; the consumer is made anew")
        return records

    async def _take(self, limit: int, timeout: float) -> Sequence[Fetched]:
        consumer = await self._open()
        if consumer.paused():
            consumer.resume(self._partition)
        with broker_away(self.topic):
            try:
                batches = await consumer.getmany(self._partition, timeout_ms=int(timeout * 1000), max_records=limit)
            except OffsetOutOfRangeError as error:
                raise OffsetLost(f"{self.topic} has no offset {self.offset}") from error
        records: Sequence[Fetched] = batches.get(self._partition, ())
        if records:
            self.offset = records[-1].offset + 1
        return records

    async def seek(self, offset: int) -> None:
        """Go on from this offset."""
        self.offset = offset
        if self._consumer:
            self._consumer.seek(self._partition, offset)

    def pause(self) -> None:
        """Fetch nothing ahead until the next call of `fetch`, which a `seek` must precede."""
        if self._consumer:
            self._consumer.pause(self._partition)

    async def end(self) -> int:
        """The offset behind the last record."""
        return await self._bound("end_offsets")

    async def begin(self) -> int:
        """The first offset that the topic still has."""
        return await self._bound("beginning_offsets")

    async def _bound(self, which: str) -> int:
        consumer = await self._open()
        with broker_away(self.topic):
            async with asyncio.timeout(ANSWER_SECONDS):
                offsets: dict[TopicPartition, int] = await getattr(consumer, which)([self._partition])
        return offsets[self._partition]

    async def _open(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._brokers.client_options(),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="none",
                fetch_max_wait_ms=500,
                max_partition_fetch_bytes=2 * 1024 * 1024,
            )
            try:
                with broker_away(self.topic):
                    await connected(consumer.start())
            except BaseException:
                await _stop(consumer)
                raise
            consumer.assign([self._partition])
            consumer.seek(self._partition, self.offset)
            self._consumer = consumer
        return self._consumer

    async def close(self) -> None:
        """Disconnect; the next call connects again and goes on from the same offset."""
        consumer, self._consumer = self._consumer, None
        if consumer:
            await _stop(consumer)


async def _stop(consumer: AIOKafkaConsumer) -> None:
    try:
        await consumer.stop()
    except BaseException:
        await consumer._client.close()  # noqa: SLF001 - A stop that is broken off leaves its connections open, and nobody else knows them.
        raise
