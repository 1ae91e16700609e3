"""A log with a public side, a broker, and both relays and the numbering between them, for one test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from shared.envelope import Entry
from shared.generation import RelaySettings
from shared.numbering import numbering
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.relay import PUBLIC, Relay
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource, Mapping
from shared.sources.public import PublicSource
from shared.sources.reader import TopicReader
from shared.sources.topic import Brokers, public_of, topic_of
from tests.relay.world import World, until
from tests.sources.facts import SERVICE, store
from tests.sources.posters import TYPES, PosterDrawn, published

Raw = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]
"""A record as the broker has it: key, value, headers."""


class PublicWorld(World):
    """What a test of the topic for outsiders touches."""

    mapping: Mapping = staticmethod(published)

    def numbers(self) -> Projector:
        """Gives the numbers, by the mapping as it is now."""
        log = LogSource(self.pool, self.signals, SERVICE)
        return Projector(numbering((PosterDrawn,), self.mapping), {OWN: lambda: log}, self.pool, self.signals)

    async def add(self, entries: Sequence[Entry]) -> None:
        """Append facts as a writer does."""
        await store(self.pool, entries)
        self.last = entries[-1].pos
        self.signals.notify("log")

    def public_relay(self, *, window: int = 1_000) -> Relay:
        """A relay of what is public."""
        source = PublicSource(self.pool, self.signals, SERVICE, published=self.mapping, types=TYPES)
        return Relay(source, self.pool, self.bootstrap, self.city, settings=RelaySettings(window=window), table=PUBLIC)

    @contextlib.asynccontextmanager
    async def telling(self, *, window: int = 1_000) -> AsyncIterator[Relay]:
        """The numbering and the relay of what is public, meanwhile."""
        numbers = self.numbers()
        await numbers.start()
        work = asyncio.create_task(numbers.run())
        try:
            async with self.relaying(self.public_relay(window=window)) as relay:
                yield relay
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def public_source(self, generation: int | None = None) -> KafkaSource:
        """An outsider's reader, made like any other."""
        self.sources.append(KafkaSource(self.bootstrap, self.city, public_of(SERVICE), generation, patience=30))
        return self.sources[-1]

    async def told(self, count: int, generation: int = 1) -> None:
        """Wait until so many public records were sent and saved."""
        query = f"select pos, filled from {PUBLIC} where generation = $1"

        async def is_told() -> bool:
            row = await self.pool.fetchrow(query, generation)
            return row is not None and (row["pos"], row["filled"]) == (count, True)

        await until(is_told)

    async def must_stop(self, generation: int = 1) -> str:
        """Wait until the generation was stopped for good; why it was."""

        async def is_stopped() -> bool:
            return await self._why(generation) is not None

        await until(is_stopped)
        return str(await self._why(generation))

    async def _why(self, generation: int) -> str | None:
        found: str | None = await self.pool.fetchval(f"select stopped from {PUBLIC} where generation = $1", generation)
        return found

    async def raw(self, generation: int = 1) -> list[Raw]:
        """All there is on the topic for outsiders, byte for byte."""
        reader = TopicReader(Brokers(self.bootstrap), topic_of(self.city, public_of(SERVICE), generation))
        records: list[Raw] = []
        try:
            while found := await reader.fetch(1_000):
                records += [(getattr(one, "key", None), one.value, tuple(one.headers)) for one in found]
        finally:
            await reader.close()
        return records
