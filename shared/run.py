"""Puts a service's processes together: its api, its worker, or both, from its definition and the settings."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.dsn import database_of
from shared.effects import EffectLoop, Workplace
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.eventstore.writer import Writer
from shared.failures import EXPECTED, sentence
from shared.firing import TimerLoop
from shared.ground import Ground, ground
from shared.http.app import create_app
from shared.http.auth import TokenVerifier
from shared.http.budget import Budget
from shared.http.health import Readiness
from shared.http.keys import FetchedKeys, KeySource, StaticKeys
from shared.http.runtime import Runtime
from shared.migrate import migrate
from shared.numbering import numbering
from shared.projections.projection import OWN, Projection
from shared.projections.tables import ensure_tables
from shared.projector import Projector
from shared.reactor import Reactor
from shared.readers import Readers
from shared.relay import PUBLIC, Relay
from shared.service import Service
from shared.settings import LOG_LEVELS, Settings, UnusableSettings
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from shared.sources.public import PublicSource
from shared.sources.source import Source
from shared.surroundings import Role, SignIn, Surroundings, ended, surroundings
from shared.telemetry import configure_logging
from shared.watch import probes, watch

logger = structlog.get_logger(__name__)

GRACE_SECONDS = 10
KEYRING_ROLE = "bindeglied_keyring"


@dataclass(frozen=True)
class Running:
    """One service in this process."""

    service: Service
    app: FastAPI
    """Its interface for programs."""
    face: ASGIApp
    """All that it serves: the interface, with pages for people before it where there are any."""
    store: Store
    readers: Readers
    readiness: Readiness
    pool: asyncpg.Pool[asyncpg.Record]
    signals: Signals
    types: MessageTypes


@asynccontextmanager
async def running(service: Service, around: Surroundings, role: Role, given: Ground | None = None) -> AsyncIterator[Running]:
    """The service with everything it needs, on the ground `given` or one of its own; as a worker (or all) with its readers at work."""
    if not service.keyring:
        around = around.without_keys()
    settings = around.settings
    async with AsyncExitStack() as stack:
        its = await stack.enter_async_context(ground(service, settings.database_url)) if given is None else given
        dsn, pool, signals, types = its.dsn, its.pool, its.signals, its.types
        writer = Writer(dsn, signals, around.now, max_waiting=settings.max_waiting_commands)
        await writer.start()
        stack.push_async_callback(writer.close)
        store = Store(writer, pool, types)
        stack.push_async_callback(store.close)
        await ensure_tables(pool)
        readers = _readers(service, around, pool, signals, store, types)
        stack.push_async_callback(readers.close)
        await readers.start()
        readiness = Readiness(probes(pool, readers, role, scaled=bool(settings.kafka_bootstrap_servers)))
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
            budget=Budget(settings.anonymous_at_once, settings.anonymous_per_minute) if settings.anonymous_at_once else None,
            even_seconds=0 if settings.demo else settings.anonymous_seconds,
        )
        watch(service.name, around.metrics, writer, readers)
        app = create_app(service, runtime, most_at_once=settings.max_requests)
        face = await stack.enter_async_context(service.face(app, runtime, around)) if service.face else app
        if role != "api":
            work = asyncio.create_task(readers.run(), name=f"worker:{service.name}")
            stack.push_async_callback(ended, work)
        yield Running(service, app, face, store, readers, readiness, pool, signals, types)


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

    relays: dict[str, Relay] = {}
    numbered: list[Projection] = []
    if settings.kafka_bootstrap_servers and service.contracts:
        published = LogSource(pool, signals, service.name, published=service.published, types=types)
        relays["relay"] = Relay(published, pool, settings.kafka_bootstrap_servers, settings.city)
        if any(contract.OPEN for contract in service.contracts):
            numbered.append(numbering(service.events, service.published))
            public = PublicSource(pool, signals, service.name, published=service.published, types=types)
            relays["relay.public"] = Relay(public, pool, settings.kafka_bootstrap_servers, settings.city, table=PUBLIC)

    def projector(projection: Projection) -> Projector:
        return Projector(projection, {name: opener(name) for name in projection.folds}, pool, signals)

    planned = [(timers, projector(timers.projection)) for timers in service.timers]
    effects: dict[str, EffectLoop] = {}
    if service.effects:
        assert around.keyring  # Whoever does something in the world is given one.
        workplace = Workplace(settings, pool, store, signals, around.now, around.keyring)
        effects = {effect.name: effect.loop(workplace) for effect in service.effects}
    return Readers(
        pool,
        [*(projector(projection) for projection in (*service.projections, *numbered)), *(plan for _, plan in planned)],
        [Reactor(reaction, opened(reaction.source), pool, store, signals) for reaction in service.reactions],
        [TimerLoop(timers, plan, store, around.now, signals) for timers, plan in planned],
        relays,
        opened,
        effects,
    )


def _keys(where: str) -> KeySource:
    if where.startswith(("https://", "http://")):
        return FetchedKeys(where)
    try:
        return StaticKeys(json.loads(Path(where).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UnusableSettings(f"BINDEGLIED_TOKEN_KEYS: {where} is no readable JSON Web Key Set: {error}") from None


def server_of(app: ASGIApp, host: str, port: int, trusted: Sequence[str] = ()) -> uvicorn.Server:
    """The server of this process, not yet started. Of proxies at the addresses and networks `trusted` it believes for whom they ask."""
    config = uvicorn.Config(
        app, host=host, port=port, loop="uvloop", http="httptools", lifespan="off", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=GRACE_SECONDS, proxy_headers=bool(trusted), forwarded_allow_ips=list(trusted),
    )  # fmt: skip
    return uvicorn.Server(config)


async def serve(app: ASGIApp, host: str, port: int, trusted: Sequence[str] = ()) -> None:
    """Serve until SIGTERM or SIGINT, then let requests under way end."""
    # The server raises the signal again when it has drained. Nobody may die of that: the readers and the writer close in order, too.
    before = {number: signal.signal(number, _heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        await server_of(app, host, port, trusted).serve()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard(number: int, _: object) -> None:
    logging.getLogger(__name__).info("ending on %s", signal.Signals(number).name)


def fit(settings: Settings, service: Service) -> Settings:
    """The settings as this service may have them: with the keyring's place, UnusableSettings without one, or without any keys."""
    if service.keyring:
        settings.keyring_place()
        return settings
    return settings.without_keys()


async def run_service(service: Service, role: Role, settings: Settings, sign_in: SignIn | None = None) -> None:
    """One service's process in the scaled form, until it is told to stop; `sign_in` is the demo's."""
    settings = fit(settings, service)
    if not settings.kafka_bootstrap_servers:
        raise UnusableSettings("KAFKA_BOOTSTRAP_SERVERS is not set: the scaled form needs a broker; `bindeglied up` runs without one")
    if settings.admin_url:
        await migrate(settings.admin_url, "log", f"bindeglied_{service.name}")
    if settings.keyring_admin_url:
        await migrate(settings.keyring_admin_url, "keyring", KEYRING_ROLE)
    async with surroundings(settings, role, sign_in=sign_in) as around, running(service, around, role) as process:
        logger.info("process.started", service=service.name, role=role, port=settings.port, database=database_of(settings.database_url))
        if role != "worker" and not settings.trusted_proxies:
            logger.warning("process.no_trusted_proxy", reason="behind a proxy all who are not signed in share one budget: name the proxy")
        await serve(process.face, settings.host, settings.port, [str(network) for network in settings.trusted_proxies])


def main(service: Service) -> None:
    """`python -m services.<name> api|worker|all`."""
    roles: dict[str, Role] = {"api": "api", "worker": "worker", "all": "all"}
    if len(sys.argv) != 2 or sys.argv[1] not in roles:
        sys.exit(f"usage: python -m services.{service.name} api|worker|all")
    settings: Settings | None = None
    try:
        settings = Settings.from_environment()
        configure_logging(level=LOG_LEVELS[settings.log_level])
        uvloop.run(run_service(service, roles[sys.argv[1]], settings))
    except KeyboardInterrupt:
        sys.exit(130)
    except EXPECTED as error:
        sys.exit(f"services.{service.name}: {sentence(error, settings)}")
