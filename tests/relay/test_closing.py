"""A relay that is cancelled while it closes leaves no connection open."""

from __future__ import annotations

import asyncio

import pytest

from shared.sources.reader import TopicReader
from shared.sources.writer import TopicWriter
from tests.relay.test_relay import world
from tests.relay.world import World, until

__all__ = ["world"]


async def test_who_is_cancelled_while_closing_closes_everything_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closing, closed = asyncio.Event(), list[str]()
    close_writer, close_reader = TopicWriter.close, TopicReader.close

    async def slowly(writer: TopicWriter) -> None:
        closing.set()
        try:
            await asyncio.Event().wait()
        finally:
            closed.append("writer")
            await close_writer(writer)

    async def noted(reader: TopicReader) -> None:
        closed.append("reader")
        await close_reader(reader)

    monkeypatch.setattr(TopicWriter, "close", slowly)
    monkeypatch.setattr(TopicReader, "close", noted)
    await world.append(3)
    relay = asyncio.create_task(world.relay().run())
    await until(lambda: _is_known(world))
    await world.caught_up()
    relay.cancel()
    await closing.wait()
    relay.cancel()
    with pytest.raises(asyncio.CancelledError):
        await relay
    async with asyncio.timeout(60):
        while "reader" not in closed:
            await asyncio.sleep(0.01)
    assert closed == ["writer", "reader"]


async def _is_known(world: World) -> bool:
    return bool(await world.pool.fetchval("select count(*) from log.relay"))
