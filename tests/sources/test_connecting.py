"""Whoever is cancelled while connecting to the broker leaves no connection open."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine

import pytest
from aiokafka.conn import AIOKafkaConnection

from shared.sources.reader import TopicReader
from shared.sources.topic import Brokers, existing_topics, must_have_topic, topic_of
from shared.sources.writer import TopicWriter

Connecting = Callable[[Brokers, str], Coroutine[None, None, None]]


async def writing(brokers: Brokers, topic: str) -> None:
    writer = TopicWriter(brokers, topic, "/city/service", {})
    try:
        await writer.start()
    finally:
        await writer.close()


async def reading(brokers: Brokers, topic: str) -> None:
    reader = TopicReader(brokers, topic)
    try:
        await reader.end()
    finally:
        await reader.close()


async def making(brokers: Brokers, topic: str) -> None:
    await must_have_topic(brokers, topic)


async def asking(brokers: Brokers, topic: str) -> None:
    await existing_topics(brokers, [topic])


@pytest.mark.parametrize("connecting", [writing, reading, making, asking])
async def test_who_is_cancelled_while_connecting_leaves_no_connection_open(
    kafka: str, city: str, connecting: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    brokers, topic = Brokers(kafka), topic_of(city, "rooms", 1)
    await must_have_topic(brokers, topic)
    made, asked = list[AIOKafkaConnection](), asyncio.Event()
    send = AIOKafkaConnection.send

    def noted(connection: AIOKafkaConnection, request: object, *more: object, **named: object) -> Awaitable[object]:
        made.append(connection)
        if "MetadataRequest" in type(request).__name__:
            asked.set()
        answer: Awaitable[object] = send(connection, request, *more, **named)
        return answer

    monkeypatch.setattr(AIOKafkaConnection, "send", noted)
    task = asyncio.create_task(connecting(brokers, topic))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert made
    assert [one for one in made if one.connected()] == []
    await asyncio.sleep(0)
    gc.collect()
