"""Which generation of a service's topic is the newest that readers may rebuild onto."""

from __future__ import annotations

import time

from shared.sources.cloudevents import is_filled
from shared.sources.reader import TopicReader
from shared.sources.topic import Brokers, existing_topics, topic_of

LOOK_SECONDS = 10.0
AHEAD = 32
LAST_RECORDS = 200


class Generations:
    """Looks at the broker now and then; in between it answers from memory."""

    def __init__(self, brokers: Brokers, city: str, service: str) -> None:
        self._brokers = brokers
        self._city = city
        self._service = service
        self._newest = 1
        self._looked_at: float | None = None

    async def newest_filled(self, base: int) -> int:
        """The newest generation above `base` that has caught up with its log, else `base`."""
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at >= LOOK_SECONDS:
            candidates = {n: topic_of(self._city, self._service, n) for n in range(base + 1, base + 1 + AHEAD)}
            there = await existing_topics(self._brokers, candidates.values())
            for generation, topic in sorted(candidates.items(), reverse=True):
                if topic in there and await self._is_filled(topic):
                    self._newest = generation
                    break
            self._looked_at = now
        return max(self._newest, base)

    async def _is_filled(self, topic: str) -> bool:
        """Every record since the generation caught up says so, the last ones in any case."""
        reader = TopicReader(self._brokers, topic)
        try:
            await reader.seek(max(await reader.end() - LAST_RECORDS, await reader.begin()))
            while records := await reader.fetch(LAST_RECORDS):
                if any(is_filled(record.headers) for record in records):
                    return True
            return False
        finally:
            await reader.close()
