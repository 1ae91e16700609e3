"""From a command to its read model, and rebuilding one, against the library's projection runner."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from uuid import uuid4

import asyncpg
from eventsourcing.projection import ProjectionRunner

from bench.rows import Row, judged
from bench.server import Server
from bench.stock import Meeting, Meetings, MeetingsProjection, MeetingsView, environment
from shared.clock import system_now
from shared.domain import Command, Decider, Event
from shared.envelope import Received
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Store
from shared.eventstore.writer import Writer
from shared.projections.cursors import READ
from shared.projections.projection import OWN, Projection, Statement
from shared.projections.tables import ensure_tables
from shared.projector import Projector
from shared.sources.log import LogSource

COMMANDS = 300
EVENTS = 100_000
PAUSE = 0.01

ADD = "insert into scheduled_v1 (meeting, title) values ($1, $2) on conflict (meeting) do update set title = $2"
FILL = """
insert into log.log
select g, md5('m' || g)::uuid, 1, 'bench.Scheduled', 1, md5('e' || g)::uuid, now(), 'user:bench', null, null,
       convert_to('{"title":"' || $3 || '"}', 'UTF8'), sha256(int8send(g))
from generate_series($1::bigint, $2::bigint) g"""


class Scheduled(Event, name="bench.Scheduled"):
    """A meeting with a title, as the library's counterpart has it."""

    title: str


class Schedule(Command):
    """Add one."""

    title: str


def add(received: Received[Scheduled]) -> Iterable[Statement]:
    """One row."""
    yield Statement(ADD, (received.stream, received.message.title))


MEETING: Decider[int, Schedule, Scheduled] = Decider(
    name="bench.Meeting", initial=0, evolve=lambda state, _: state + 1, decide=lambda command, _: [Scheduled(title=command.title)]
)
SCHEDULED = Projection(
    "scheduled_v1", {OWN: (Scheduled,)}, "create table scheduled_v1 (meeting uuid primary key, title text not null);", add
)


def percentile(figures: list[float], share: float) -> float:
    """The figure below which `share` of them lie."""
    return sorted(figures)[min(int(len(figures) * share), len(figures) - 1)]


async def after_a_command(server: Server) -> list[Row]:
    """`command_to_read_model_p99_ms`: from sending a command to its row being readable; 300 commands, one at a time."""
    dsn = await server.database()
    signals = Signals(dsn)
    writer = Writer(dsn, signals, system_now)
    await writer.start()
    pool = await asyncpg.create_pool(dsn, min_size=4, max_size=4, server_settings={"search_path": READ})
    await ensure_tables(pool)
    store = Store(writer, pool, MessageTypes([Scheduled]))
    projector = Projector(SCHEDULED, {OWN: lambda: LogSource(pool, signals, "bench")}, pool, signals)
    await projector.start()
    running = asyncio.create_task(projector.run())
    ours = []
    for _ in range(COMMANDS):
        await asyncio.sleep(PAUSE)
        began = time.perf_counter()
        outcome = await store.execute(
            MEETING, uuid4(), Schedule(now=system_now(), title="Sitzung"), Origin("user:bench", uuid4(), "user:bench")
        )
        assert await projector.reached(OWN, outcome.position)
        ours.append((time.perf_counter() - began) * 1000)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await writer.close()
    await pool.close()
    empty = await server.empty_database()
    peer = await asyncio.to_thread(_stock_after_a_command, environment(empty))
    return [judged("command_to_read_model_p99_ms", percentile(ours[20:], 0.99), percentile(peer[20:], 0.99), None, "≤", 15)]


def _stock_after_a_command(env: dict[str, str]) -> list[float]:
    figures = []
    with ProjectionRunner(application_class=Meetings, projection_class=MeetingsProjection, view_class=MeetingsView, env=env) as runner:
        for _ in range(COMMANDS):
            time.sleep(PAUSE)
            began = time.perf_counter()
            runner.wait(runner.app.schedule("Sitzung"), timeout=10)
            figures.append((time.perf_counter() - began) * 1000)
    return figures


async def of_a_hundred_thousand(server: Server) -> list[Row]:
    """`rebuild_100k`: events per second of filling the same table from the same 100,000 events."""
    dsn = await server.database()
    title = "x" * 200
    pool = await asyncpg.create_pool(dsn, min_size=4, max_size=4, server_settings={"search_path": READ})
    for start in range(1, EVENTS, 20_000):
        await pool.execute(FILL, start, start + 19_999, title)
    signals = Signals(dsn)
    await ensure_tables(pool)
    projector = Projector(SCHEDULED, {OWN: lambda: LogSource(pool, signals, "bench")}, pool, signals)
    await projector.start()
    figures = []
    for _ in range(3):
        began = time.perf_counter()
        await projector.rebuild()
        figures.append(EVENTS / (time.perf_counter() - began))
    assert await pool.fetchval("select count(*) from scheduled_v1") == EVENTS
    await pool.close()
    empty = await server.empty_database()
    peer = await asyncio.to_thread(_stock_rebuild, environment(empty), title)
    ours = percentile(figures, 0.5)
    return [judged("rebuild_100k", ours, peer, ours / peer, "≥", 20)]


def _stock_rebuild(env: dict[str, str], title: str) -> float:
    app = Meetings(env)
    for _ in range(EVENTS // 1000):
        app.save(*(Meeting(title) for _ in range(1000)))
    last = app.recorder.max_notification_id()
    app.close()
    began = time.perf_counter()
    with ProjectionRunner(application_class=Meetings, projection_class=MeetingsProjection, view_class=MeetingsView, env=env) as runner:
        runner.wait(last, timeout=3600)
    return EVENTS / (time.perf_counter() - began)
