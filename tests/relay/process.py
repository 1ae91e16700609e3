"""A relay as a process of its own: `python -m tests.relay.process <dsn> <bootstrap> <city> <window> <idle seconds>`."""

from __future__ import annotations

import asyncio
import sys

import asyncpg

from shared.eventstore.signals import Signals
from shared.generation import RelaySettings
from shared.relay import Relay
from shared.sources.log import LogSource
from tests.sources.facts import SERVICE, TYPES, published


async def main(dsn: str, bootstrap: str, city: str, window: str, idle: str) -> None:
    """Run until killed."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
    source = LogSource(pool, Signals(dsn), SERVICE, published=published, types=TYPES)
    settings = RelaySettings(window=int(window), idle_in_transaction=float(idle))
    await Relay(source, pool, bootstrap, city, settings=settings).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
