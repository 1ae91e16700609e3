"""One topic's writer: a window of entries as one batch, which the broker takes whole or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.envelope import Entry
from shared.eventstore.errors import UnsafeSettings
from shared.sources.cloudevents import record_of
from shared.sources.topic import REQUEST_TIMEOUT, Brokers, broker_away, connected

BATCH_BYTES = 1_000_000
"""Below the megabyte that a broker takes as one batch unless told otherwise."""


class TailLost(Exception):
    """The topic ends earlier than it did: the broker lost what it had acknowledged."""


def must_be_safe_producer(options: Mapping[str, Any]) -> None:
    """Raise UnsafeSettings where a producer with these options could lose or stall what it sends."""
    if options.get("acks", "all") not in ("all", -1):
        raise UnsafeSettings(f"acks is {options['acks']!r}: set it to 'all', or the broker may lose what it has acknowledged")
    if options.get("enable_idempotence") or options.get("transactional_id"):
        # The client's sequence numbers run ahead of what was sent when a batch fails, and it then never expires a batch.
        raise UnsafeSettings("idempotence and transactions of the client are not used: duplicates are dropped by position")


class TopicWriter:
    """Sends batches to partition 0, one at a time. After any error it is thrown away and another one made."""

    def __init__(self, brokers: Brokers, topic: str, source: str, options: Mapping[str, Any]) -> None:
        must_be_safe_producer(options)
        self.topic = topic
        self._source = source.encode()
        self._options = {**brokers.client_options(), "max_batch_size": BATCH_BYTES, "compression_type": None, **options, "acks": "all"}
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect."""
        self._producer = AIOKafkaProducer(**self._options, enable_idempotence=False)
        with broker_away(self.topic):
            await connected(self._producer.start())

    def pack(self, entries: Sequence[Entry], *, filled: bool, mark: Entry | None) -> tuple[BatchBuilder, int]:
        """A batch of as many entries as fit, and how many those are; where all fit, `mark` follows them, and counts if it fits too."""
        assert self._producer is not None
        batch = self._producer.create_batch()
        # Kafka's own time is when it was sent: the broker begins a new segment for every week between two records, and a log's
        # history may span years.
        now = int(time.time() * 1000)
        for before, entry in enumerate(entries):
            record = record_of(entry, self._source, filled=filled)
            if batch.append(timestamp=now, key=record.key, value=record.value, headers=record.headers) is None:
                return batch, before
        packed = len(entries)
        if mark:
            record = record_of(mark, self._source, filled=True)
            packed += batch.append(timestamp=now, key=record.key, value=record.value, headers=record.headers) is not None
        batch.close()
        return batch, packed

    async def send(self, batch: BatchBuilder) -> int:
        """Wait until all replicas in sync have the batch; the offset it begins at."""
        assert self._producer is not None
        with broker_away(self.topic):
            async with asyncio.timeout(2 * REQUEST_TIMEOUT):
                sent = await self._producer.send_batch(batch, self.topic, partition=0)
                begins: int = (await sent).offset
        return begins

    async def close(self) -> None:
        """Disconnect. What was not acknowledged may still arrive; readers drop it by its position."""
        producer, self._producer = self._producer, None
        if producer:
            try:
                await producer.stop()
            except BaseException:
                await producer.client.close()  # A stop that is broken off leaves its connections open.
                raise
