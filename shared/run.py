"""Puts a service's processes together: its api, its worker, or both, from its definition and the settings."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.clock import StoryClock, system_now
from shared.domain import Now
from shared.dsn import database_of
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.eventstore.writer import Writer
from shared.http.app import create_app
from shared.http.auth import TokenVerifier
from shared.http.health import Finding, Probe, Readiness, database_probe, lag_probe, no_broker
from shared.http.keys import FetchedKeys, KeySource, StaticKeys
from shared.http.metrics import Metrics
from shared.http.runtime import Runtime
from shared.migrate import migrate
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from shared.projections.cursors import READ
from shared.projections.projection import OWN, Projection
from shared.projections.tables import ensure_tables
from shared.projector import Projector
from shared.reactor import Reactor
from shared.readers import Readers
from shared.relay import Relay
from shared.service import Service
from shared.settings import Settings, UnusableSettings
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from shared.sources.source import Source
from shared.telemetry import configure_logging
from shared.timers import TimerLoop

Role = Literal["api", "worker", "all"]
MOST_LAG = 10_000
"""Positions that the read models may be behind before the process calls itself not ready."""
CONNECTIONS = 12
GRACE_SECONDS = 10

Foreign = Callable[[str], Source]
"""Opens another service's contracts, by its name."""


@dataclass(frozen=True)
class Surroundings:
    """What the services of one process share."""

    settings: Settings
    now: Now
    keyring: Keyring
    metrics: Metrics
    foreign: Foreign | None = None
    """Opens another service's contracts; None where they come through Kafka."""


@dataclass(frozen=True)
class Running:
    """One service in this process."""

    service: Service
    app: FastAPI
    store: Store
    readers: Readers
    readiness: Readiness
    pool: asyncpg.Pool[asyncpg.Record]
    signals: Signals
    types: MessageTypes


def clock_of(settings: Settings) -> Now:
    """The one clock of a process."""
    return StoryClock(settings.clock_file) if settings.clock_file else system_now


@asynccontextmanager
async def surroundings(settings: Settings, foreign: Foreign | None = None) -> AsyncIterator[Surroundings]:
    """The keyring and what else a process has once."""
    now = clock_of(settings)
    keyring = Keyring(settings.keyring_url, FileKeyStore(settings.key_file), f"/{settings.city}", clock=now)
    await keyring.start()
    try:
        yield Surroundings(settings, now, keyring, Metrics(), foreign)
    finally:
        await keyring.close()


@asynccontextmanager
async def running(service: Service, around: Surroundings, role: Role, database_url: str | None = None) -> AsyncIterator[Running]:
    """The service with everything it needs; as a worker (or all) with its readers at work."""
    settings = around.settings
    dsn = database_url or settings.database_url
    async with AsyncExitStack() as stack:
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=CONNECTIONS,
            max_inactive_connection_lifetime=60,
            server_settings={"search_path": READ, "application_name": service.name},
            timeout=5,
        )
        stack.push_async_callback(_closed, pool)
        signals = Signals(dsn)
        await signals.start()
        stack.push_async_callback(signals.close)
        writer = Writer(dsn, signals, around.now, max_waiting=settings.max_waiting_commands)
        await writer.start()
        stack.push_async_callback(writer.close)
        types = MessageTypes(service.events)
        store = Store(writer, pool, types)
        stack.push_async_callback(store.close)
        await ensure_tables(pool)
        readers = _readers(service, around, pool, signals, store, types)
        stack.push_async_callback(readers.close)
        await readers.start()
        readiness = Readiness(_probes(pool, readers, role))
        runtime = Runtime(
            store=store,
            read=pool,
            now=around.now,
            signals=signals,
            cursor=readers.position,
            tail=readers.tail,
            tokens=TokenVerifier(_keys(settings.token_keys), settings.token_issuer, settings.token_audience),
            operations=readers,
            readiness=readiness,
            keyring=around.keyring,
            metrics=around.metrics,
        )
        _watch(service.name, around.metrics, writer, readers)
        app = create_app(service, runtime)
        if role != "api":
            work = asyncio.create_task(readers.run(), name=f"worker:{service.name}")
            stack.push_async_callback(_ended, work)
        yield Running(service, app, store, readers, readiness, pool, signals, types)


def _readers(
    service: Service, around: Surroundings, pool: asyncpg.Pool[asyncpg.Record], signals: Signals, store: Store, types: MessageTypes
) -> Readers:
    settings = around.settings

    def opened(name: str) -> Source:
        if name == OWN:
            return LogSource(pool, signals, service.name)
        if around.foreign:
            return around.foreign(name)
        assert settings.kafka_bootstrap_servers  # The process has refused to start without.
        return KafkaSource(settings.kafka_bootstrap_servers, settings.city, name)

    def opener(name: str) -> Callable[[], Source]:
        return lambda: opened(name)

    relay = None
    if settings.kafka_bootstrap_servers and service.contracts:
        published = LogSource(pool, signals, service.name, published=service.published, types=types)
        relay = Relay(published, pool, settings.kafka_bootstrap_servers, settings.city)

    def projector(projection: Projection) -> Projector:
        return Projector(projection, {name: opener(name) for name in projection.folds}, pool, signals)

    planned = [(timers, projector(timers.projection)) for timers in service.timers]
    return Readers(
        pool,
        [*(projector(projection) for projection in service.projections), *(plan for _, plan in planned)],
        [Reactor(reaction, opened(reaction.source), pool, store, signals) for reaction in service.reactions],
        [TimerLoop(timers, plan, store, around.now, signals) for timers, plan in planned],
        relay,
        opened,
    )


def _probes(pool: asyncpg.Pool[asyncpg.Record], readers: Readers, role: Role) -> dict[str, Probe]:
    async def stopped() -> Finding:
        said = await readers.stopped()
        return Finding(not said, "; ".join(said) or "none stopped")

    async def broker() -> Finding:
        generations = readers.relay.status() if readers.relay else []
        said = [f"{one.topic}: {one.stopped or one.error}" for one in generations if one.stopped or one.error]
        return Finding(bool(generations) and not said, "; ".join(said) or ("in reach" if generations else "not reached yet"))

    async def broker_of_workers() -> Finding:
        return Finding(True, "the workers' affair: commands are taken while it is away")

    return {
        "database": database_probe(pool),
        "lag": lag_probe(readers.lag, MOST_LAG),
        "readers": stopped,
        "broker": no_broker if not readers.relay else broker_of_workers if role == "api" else broker,
    }


def _watch(service: str, metrics: Metrics, writer: Writer, readers: Readers) -> None:
    metrics.queue.labels(service).set_function(lambda: writer.waiting)

    async def refresh() -> None:
        for one in await readers.positions():
            labels = (service, one.reader, one.source)
            metrics.lag.labels(*labels).set(float("nan") if one.lag is None else one.lag)
            metrics.parked.labels(*labels).set(one.parked)
            metrics.stopped.labels(*labels).set(one.stopped is not None)
            if one.source == OWN and one.tail is not None:
                metrics.tail.labels(service).set(one.tail)

    metrics.before_scrape(refresh)


def _keys(where: str) -> KeySource:
    if where.startswith(("https://", "http://")):
        return FetchedKeys(where)
    try:
        return StaticKeys(json.loads(Path(where).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UnusableSettings(f"BINDEGLIED_TOKEN_KEYS: {where} is no readable JSON Web Key Set: {error}") from None


async def _closed(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pool.close(), 5)
        return
    pool.terminate()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then let requests under way end."""
    config = uvicorn.Config(
        app, host=host, port=port, loop="uvloop", http="httptools", lifespan="off", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
    await uvicorn.Server(config).serve()


async def run_service(service: Service, role: Role, settings: Settings) -> None:
    """One service's process in the scaled form, until it is told to stop."""
    if not settings.kafka_bootstrap_servers:
        raise UnusableSettings("KAFKA_BOOTSTRAP_SERVERS is not set: the scaled form needs a broker; `bindeglied up` runs without one")
    if settings.admin_url:
        await migrate(settings.admin_url, "log", f"bindeglied_{service.name}")
    async with surroundings(settings) as around, running(service, around, role) as process:
        logging.getLogger(__name__).info(
            "%s %s on port %s, database %s", service.name, role, settings.port, database_of(settings.database_url)
        )
        await serve(process.app, settings.host, settings.port)


def main(service: Service) -> None:
    """`python -m services.<name> api|worker|all`."""
    roles: dict[str, Role] = {"api": "api", "worker": "worker", "all": "all"}
    if len(sys.argv) != 2 or sys.argv[1] not in roles:
        sys.exit(f"usage: python -m services.{service.name} api|worker|all")
    try:
        settings = Settings.from_environment()
        configure_logging(level=logging.getLevelNamesMapping()[settings.log_level.upper()])
        uvloop.run(run_service(service, roles[sys.argv[1]], settings))
    except UnusableSettings as error:
        sys.exit(str(error))
