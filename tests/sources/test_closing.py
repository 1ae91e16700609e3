"""Whoever closes a source while it is asked for its tail does not wait for the broker, and no connection stays open behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import pytest
from aiokafka.conn import AIOKafkaConnection

from shared.envelope import Cursor
from shared.sources.kafka import KafkaSource
from shared.sources.source import SourceUnavailable
from tests.sources.facts import facts
from tests.sources.test_kafka import KafkaWorld, topics

__all__ = ["topics"]

PATIENCE = 60
"""Seconds after which something is taken to hang."""


class Line:
    """The way to the broker: requests of one kind are held until the test lets them go."""

    def __init__(self, held: str) -> None:
        self.held, self.asked, self.released = held, asyncio.Event(), asyncio.Event()
        self.made: set[AIOKafkaConnection] = set()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send = AIOKafkaConnection.send

        def sent(connection: AIOKafkaConnection, request: object, *more: object, **named: object) -> Awaitable[object]:
            async def later() -> object:
                if self.held in type(request).__name__:
                    self.asked.set()
                    await self.released.wait()
                return await send(connection, request, *more, **named)

            self.made.add(connection)
            return later()

        monkeypatch.setattr(AIOKafkaConnection, "send", sent)

    def open(self) -> list[AIOKafkaConnection]:
        """The connections that stand."""
        return [one for one in self.made if one.connected()]


@pytest.fixture(autouse=True)
def answered_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that does not answer is given up soon."""
    monkeypatch.setattr("shared.sources.reader.ANSWER_SECONDS", 0.5)


async def told(asking: asyncio.Task[int]) -> int | None:
    """What a source answered; None where it said that it cannot."""
    with suppress(SourceUnavailable):
        return await asyncio.wait_for(asking, PATIENCE)
    return None


async def read(topics: KafkaWorld) -> KafkaSource:
    """A source that has read what is there, and so is asked for its tail beside its reader."""
    source = await topics.source()
    await topics.add(facts(3))
    assert len(await source.read(Cursor(), 10)) == 3
    return source


@pytest.mark.parametrize("held", ["Metadata", "Offset"], ids=["while it connects", "while it asks for the topic's end"])
async def test_a_source_closed_while_it_is_asked_for_its_tail_leaves_no_connection(
    topics: KafkaWorld, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, line = await read(topics), Line(held)
    line.install(monkeypatch)
    asking = asyncio.create_task(source.tail())
    await asyncio.wait_for(line.asked.wait(), PATIENCE)
    await asyncio.wait_for(source.close(), PATIENCE)
    assert not asking.done(), "closing does not wait for the answer"
    line.released.set()
    assert await told(asking) in (None, 3)
    assert line.open() == []


@pytest.mark.parametrize("was_read", [True, False])
async def test_whoever_waits_for_their_turn_to_ask_connects_no_more(
    topics: KafkaWorld, was_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, line = await read(topics), Line("Offset" if was_read else "Metadata")
    if not was_read:
        await source.close()
    line.install(monkeypatch)
    asking = [asyncio.create_task(source.tail()) for _ in range(3)]
    await asyncio.wait_for(line.asked.wait(), PATIENCE)
    closing = asyncio.create_task(source.close())
    await asyncio.sleep(0)
    line.released.set()
    await asyncio.wait_for(closing, PATIENCE)
    for one in asking:
        assert await told(one) in (None, 3)
    assert line.open() == []


async def test_a_source_that_was_closed_is_opened_again_by_whoever_asks(topics: KafkaWorld) -> None:
    source = await read(topics)
    await source.close()
    assert await source.tail() == 3
