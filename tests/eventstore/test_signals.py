"""Waiting for a signal ends by the signal, by time or by a cancellation, even when two of them come together."""

from __future__ import annotations

import asyncio

from shared.eventstore.signals import Signals


async def test_a_cancellation_in_the_same_moment_as_the_signal_is_not_lost() -> None:
    signals = Signals("postgresql:///nowhere")

    async def listen() -> None:
        while True:
            await signals.wait("read", signals.ticket("read"), 60)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    signals.notify("read")
    listening.cancel()
    done, _ = await asyncio.wait([listening], timeout=2)
    listening.cancel()
    assert listening in done


async def test_a_signal_between_look_and_wait_is_not_missed() -> None:
    signals = Signals("postgresql:///nowhere")
    ticket = signals.ticket("log")
    signals.notify("log")
    async with asyncio.timeout(5):
        await signals.wait("log", ticket, 60)
    async with asyncio.timeout(5):
        await signals.wait("log", signals.ticket("log"), 0.01)
