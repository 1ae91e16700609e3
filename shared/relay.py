"""Own log → Kafka: keeps every generation of a service's topic filled, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog

from shared.eventstore.errors import UnsafeSettings
from shared.filling import Filling
from shared.generation import CursorMoved, GenerationStatus, RelaySettings, Stopped
from shared.said import said
from shared.sources.log import LOST_CONNECTION, database_away
from shared.sources.relayed import Relayed
from shared.sources.source import SourceDiverged, SourceUnavailable, Unpublishable
from shared.sources.topic import LOST_BROKER, Brokers, topic_of
from shared.sources.writer import TailLost, must_be_safe_producer

logger = structlog.get_logger(__name__)

LOOK_FOR_GENERATIONS_SECONDS = 1.0
RETRY_SECONDS = 0.5
HELD_UP_SECONDS = 3.0
"""How often a fact that this program cannot publish is tried again: a relay of another release may have got past it."""
HELD_UP = "{error}; what follows waits, so that the topic stays whole. Commands are taken. It goes on by itself with a release that can"
LOOK_AT_SETTINGS_SECONDS = 3.0
"""How often a topic that would forget is looked at again: an operator may have set it right."""


EVERYTHING = "log.relay"
"""The cursor rows of the topic for the services."""
PUBLIC = "log.relay_public"
"""The cursor rows of the topic for outsiders."""
KEPT_GOING = """select generation, pos, filled, coalesce(stopped, held_up) as stopped from {table}
where generation >= coalesce((select max(generation) from {table} where filled and stopped is null), 0) order by generation"""
"""One that a newer, filled generation has followed concerns nobody any more."""


class Relay:
    """Any number of processes may run one for the same log: they take turns, window by window."""

    def __init__(
        self,
        source: Relayed,
        pool: asyncpg.Pool[asyncpg.Record],
        bootstrap: str,
        city: str,
        *,
        options: Mapping[str, Any] | None = None,
        producer: Mapping[str, Any] | None = None,
        settings: RelaySettings | None = None,
        table: str = EVERYTHING,
    ) -> None:
        """`source` is the own log through its published mapping, or what of that is public; `table` has its cursor rows. `options` go to
        every aiokafka client, `producer` to producers.

        Raises UnsafeSettings for a producer that could lose records."""
        self._source, self._pool, self._city, self._table = source, pool, city, table
        self._brokers = Brokers(bootstrap, options or {})
        self._producer = dict(producer or {})
        self._settings = settings or RelaySettings()
        self._fillings: dict[int, Filling] = {}
        must_be_safe_producer(self._producer)

    def status(self) -> list[GenerationStatus]:
        """How far each generation is, the newest last; a stopped one says why."""
        return [filling.status for _, filling in sorted(self._fillings.items())]

    async def standing(self) -> list[GenerationStatus]:
        """How far the generations are that are kept going, by whatever process; SourceUnavailable while the database is away."""
        with database_away(self._source.name):
            tail, rows = await self._source.tail(), await self._pool.fetch(KEPT_GOING.format(table=self._table))
        return [
            GenerationStatus(
                row["generation"],
                topic_of(self._city, self._source.name, row["generation"]),
                row["pos"],
                tail,
                row["filled"],
                row["stopped"],
                None,
            )
            for row in rows
        ]

    async def run(self) -> None:
        """Keep the newest filled generation and all newer ones going until cancelled; a topic that would forget is named and waited for."""
        tasks: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                await self._adjust(tasks)
                await asyncio.sleep(LOOK_FOR_GENERATIONS_SECONDS)
        finally:
            for task in tasks.values():
                await _cancel(task)

    async def _adjust(self, tasks: dict[int, asyncio.Task[None]]) -> None:
        """Begin what is wanted and not running, end what is no longer wanted, and raise what a task has raised."""
        wanted = await self._wanted()
        if wanted is None:
            return
        for generation in [*tasks]:
            task = tasks[generation]
            if task.done():
                task.result()
            if generation not in wanted or (task.done() and not wanted[generation]):
                await _cancel(tasks.pop(generation))
                del self._fillings[generation]
        for generation in wanted.keys() - tasks.keys():
            tasks[generation] = asyncio.create_task(self._fill(generation), name=f"relay:{self._source.name}.{generation}")

    async def _wanted(self) -> dict[int, str | None] | None:
        """The generations to keep going, each with why it was stopped; None while the database does not say."""
        try:
            with database_away(self._source.name):
                rows = await self._pool.fetch(f"select generation, filled, stopped from {self._table} order by generation")
        except SourceUnavailable as error:
            for filling in self._fillings.values():
                filling.status.error = str(error)
            return None
        newest_filled = max((row["generation"] for row in rows if row["filled"] and not row["stopped"]), default=0)
        return {row["generation"]: row["stopped"] for row in rows if row["generation"] >= newest_filled}

    async def _fill(self, generation: int) -> None:
        filling = Filling(self._source, self._pool, self._brokers, self._city, generation, self._settings, self._producer, self._table)
        self._fillings[generation] = filling
        while filling.status.stopped is None:
            try:
                await self._fill_until_trouble(filling)
            except (TailLost, CursorMoved) as error:
                filling.status.error = str(error)
                logger.warning("relay.again", topic=filling.status.topic, reason=str(error))
            except UnsafeSettings as error:
                if filling.status.error != str(error):
                    logger.exception("relay.unsafe_topic", topic=filling.status.topic)
                filling.status.error = str(error)
                await asyncio.sleep(LOOK_AT_SETTINGS_SECONDS)
            except Unpublishable:
                await asyncio.sleep(HELD_UP_SECONDS)
            except (SourceUnavailable, *LOST_BROKER, *LOST_CONNECTION) as error:
                filling.status.error = said(error)
                logger.warning("relay.waiting", topic=filling.status.topic, reason=filling.status.error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _fill_until_trouble(self, filling: Filling) -> None:
        try:
            await filling.open()
            while True:
                if not await filling.window():
                    await filling.idle()
        except Unpublishable as error:
            await filling.hold_up(HELD_UP.format(error=error))
            raise
        except SourceDiverged as error:
            await filling.stop(f"{error}; a new generation is needed")
        except Stopped as error:
            filling.status.stopped = str(error)
        finally:
            await filling.close()


async def start_generation(pool: asyncpg.Pool[asyncpg.Record]) -> int:
    """Begin the next generation of both topics, filled from position 1 beside the present one; its number."""
    generation: int = await pool.fetchval(
        f"""with begun as (
                insert into {EVERYTHING} (generation) select coalesce(max(generation), 0) + 1 from {EVERYTHING} returning generation
            ) insert into {PUBLIC} (generation) select generation from begun returning generation"""
    )
    return generation


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
