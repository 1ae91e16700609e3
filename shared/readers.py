"""All readers of a service in one process: what runs in a worker, and what operators see and do in every process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from shared.effects import EffectLoop
from shared.eventstore.log import log_tail
from shared.firing import TimerLoop
from shared.http.operations import FailedTimer, ParkedStream, ReaderPosition, RefusedReaction
from shared.projections.cursors import READ, positions
from shared.projections.parking import ParkedStream as Parked
from shared.projections.parking import parked_streams
from shared.projector import Projector
from shared.reactor import Reactor
from shared.relay import Relay
from shared.sources.source import Source, SourceUnavailable

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

logger = structlog.get_logger(__name__)

RESTART_SECONDS = 1.0
LATEST_REFUSED = f"""select reaction, source, pos as position, stream, refusal, refused_at as at from {READ}.refused_reaction
order by refused_at desc, command_id limit $1"""


class Readers:
    """The projectors, reactors, timers, effects and relays of one service; its `run` is a worker's work."""

    def __init__(
        self,
        pool: Pool,
        projectors: Sequence[Projector],
        reactors: Sequence[Reactor],
        timers: Sequence[TimerLoop],
        relays: Mapping[str, Relay],
        tails: Callable[[str], Source],
        effects: Mapping[str, EffectLoop] | None = None,
    ) -> None:
        """`relays` are by name; `tails` opens a source by its name, to ask how far it has come."""
        self.pool, self.projectors, self.reactors, self.timers, self.relays = pool, projectors, reactors, timers, relays
        self.effects = effects or {}
        self._tails = tails
        self._tail_sources: dict[str, Source] = {}

    async def start(self) -> None:
        """Make the tables and cursors of every reader where they are missing."""
        for projector in self.projectors:
            await projector.start()
        for reactor in self.reactors:
            await reactor.start()
        for effect in self.effects.values():
            await effect.start()

    async def run(self) -> None:
        """Run all readers until cancelled; one that fails unexpectedly is said to have, and started again."""
        loops: dict[str, Callable[[], Awaitable[None]]] = {projector.projection.name: projector.run for projector in self.projectors}
        loops |= {reactor.name: reactor.run for reactor in self.reactors}
        loops |= {timer.timers.principal: timer.run for timer in self.timers}
        loops |= {f"effect:{name}": effect.run for name, effect in self.effects.items()}
        loops |= {name: relay.run for name, relay in self.relays.items()}
        async with asyncio.TaskGroup() as group:
            for name, loop in loops.items():
                group.create_task(_kept_running(name, loop), name=f"reader:{name}")

    async def close(self) -> None:
        """Let go of the sources that were asked for their tails."""
        for source in self._tail_sources.values():
            await source.close()
        self._tail_sources.clear()

    async def position(self, reader: str) -> int:
        """How far a projection or reaction has come in the own log; 0 for one that does not read it."""
        query = f"select pos from {READ}.cursor where projection = any($1) and source = 'own'"
        found: int | None = await self.pool.fetchval(query, [reader, f"reaction:{reader}"])
        return found or 0

    async def tail(self) -> int:
        """The own log's last position."""
        return (await log_tail(self.pool))[0]

    async def lag(self) -> int:
        """How far the slowest reader of the own log is behind it, in positions; the relay's lag is told apart."""
        query = f"""select max((select coalesce(max(pos), 0) from log.log) - pos) from {READ}.cursor
            where source = 'own' and projection = any($1)"""
        found: int | None = await self.pool.fetchval(query, list(self._kinds()))
        return found or 0

    async def stopped(self) -> list[str]:
        """The readers that stand still, each with its reason."""
        query = f"select projection, stopped from {READ}.cursor where stopped is not null and projection = any($1) order by 1"
        return [f"{row['projection']}: {row['stopped']}" for row in await self.pool.fetch(query, list(self._kinds()))]

    async def waiting(self) -> list[str]:
        """What this process's readers wait out just now, each with its reason."""
        said = []
        for name, reader in self._parking_readers().items():
            sources = (await reader.status())["sources"]
            said += [f"{name}: {found['waiting']}" for found in sources.values() if found["waiting"]]
        return said

    async def positions(self) -> Sequence[ReaderPosition]:
        """Every reader in every source, then the effects, the relays' generations last."""
        kinds = self._kinds()
        rows = [row for row in await positions(self.pool) if row["projection"] in kinds]
        tails = {source: await self._tail(source) for source in {"own", *(row["source"] for row in rows)}}
        found = [
            ReaderPosition.model_validate(
                {
                    "reader": row["projection"],
                    "kind": kinds[row["projection"]],
                    "source": row["source"],
                    "position": row["pos"],
                    "tail": tails[row["source"]],
                    "lag": _lag(tails[row["source"]], row["pos"]),
                    "parked": row["parked"],
                    "stopped": row["stopped"],
                }
            )
            for row in rows
        ]
        for name, effect in self.effects.items():
            planned, left, failed = await effect.standing()
            counted = {"position": planned - left, "tail": planned, "lag": left, "failed": failed}
            found.append(ReaderPosition(reader=name, kind="effect", source="own", parked=0, stopped=effect.waiting, **counted))
        for name, relay in self.relays.items():
            found += [
                ReaderPosition(
                    reader=f"{name}.{one.generation}",
                    kind="relay",
                    source="own",
                    position=one.pos,
                    tail=one.tail,
                    lag=_lag(one.tail, one.pos),
                    parked=0,
                    stopped=one.stopped,
                )
                for one in await relay.standing()
            ]
        return found

    async def parked(self, limit: int) -> Sequence[ParkedStream]:
        """The streams set aside, oldest first."""
        streams = [stream for name in self._parking_readers() for stream in await parked_streams(self.pool, name)]
        return [_shown(stream) for stream in sorted(streams, key=lambda stream: stream.parked_at)[:limit]]

    async def refused(self, limit: int) -> Sequence[RefusedReaction]:
        """The latest refused reactions, newest first."""
        rows = await self.pool.fetch(LATEST_REFUSED, limit)
        return [RefusedReaction.model_validate(dict(row)) for row in rows]

    async def failed_timers(self, limit: int) -> Sequence[FailedTimer]:
        """What fell due and failed by an error, the latest first."""
        found = [
            FailedTimer(
                timer=loop.timers.name,
                command=row["command_id"],
                wish=row["command"],
                stream=row["stream"],
                due_at=row["due_at"],
                failed_at=row["fired_at"],
                error=row["error"].partition(":")[0],
            )
            for loop in self.timers
            for row in await loop.failed(limit)
        ]
        return sorted(found, key=lambda timer: (timer.failed_at, timer.command), reverse=True)[:limit]

    async def retry_timer(self, timer: str, command: UUID) -> bool:
        """Let a timer that failed by an error fire again; False when there is no such failure."""
        return any([await loop.retry(command) for loop in self.timers if loop.timers.name == timer])

    async def retry(self, reader: str, source: str, stream: UUID) -> bool | None:
        """Try the parked events again, in order: whether all went well; None when nothing is parked there."""
        found = await self._parking(reader, source, stream)
        return None if found is None else await found.retry(source, stream) == 0

    async def skip(self, reader: str, source: str, stream: UUID, by: str) -> bool | None:
        """Give up the first parked event, on the word of `by`: whether the rest went well; None when nothing is parked there."""
        found = await self._parking(reader, source, stream)
        if found is None:
            return None
        await found.skip(source, stream, by)
        return await self._parking(reader, source, stream) is None

    def _kinds(self) -> dict[str, str]:
        """This program's readers; a retired version's cursor may still stand in the table."""
        kinds = {projector.projection.name: "projection" for projector in self.projectors}
        kinds |= {reactor.name: "reaction" for reactor in self.reactors}
        return kinds | {timer.timers.name: "timer" for timer in self.timers}

    def _parking_readers(self) -> dict[str, Projector | Reactor]:
        found: dict[str, Projector | Reactor] = {projector.projection.name: projector for projector in self.projectors}
        return found | {reactor.name: reactor for reactor in self.reactors}

    async def _parking(self, reader: str, source: str, stream: UUID) -> Projector | Reactor | None:
        found = self._parking_readers().get(reader)
        if found and any(one.source == source and one.stream == stream for one in await parked_streams(self.pool, reader)):
            return found
        return None

    async def _tail(self, name: str) -> int | None:
        try:
            if name not in self._tail_sources:
                self._tail_sources[name] = self._tails(name)
            return await self._tail_sources[name].tail()
        except SourceUnavailable:
            return None


def _lag(tail: int | None, pos: int) -> int | None:
    return None if tail is None else max(tail - pos, 0)


def _shown(stream: Parked) -> ParkedStream:
    return ParkedStream(
        reader=stream.projection,
        source=stream.source,
        stream=stream.stream,
        position=stream.first_pos,
        type=stream.first_type,
        error=stream.error.partition(":")[0],
        waiting=stream.records,
        since=stream.parked_at,
    )


async def _kept_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await loop()
        except Exception:  # Whatever it is, the other readers go on, and this one tries again.
            logger.exception("reader.failed", reader=name)
        await asyncio.sleep(RESTART_SECONDS)
