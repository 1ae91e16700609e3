"""What a process says of itself: the probes of its readiness, and the figures it refreshes before each scrape."""

from __future__ import annotations

import asyncpg

from shared.eventstore.writer import Writer
from shared.http.health import Finding, Probe, database_probe, migrations_probe, no_broker
from shared.http.metrics import Metrics
from shared.migrate import newest, revision
from shared.projections.projection import OWN
from shared.readers import Readers
from shared.surroundings import Role

MOST_LAG = 10_000
"""Positions that the read models may be behind before the process calls itself not ready."""


def probes(pool: asyncpg.Pool[asyncpg.Record], readers: Readers, role: Role, *, scaled: bool) -> dict[str, Probe]:
    """What this process stands on. An api goes on taking commands while a worker's readers stand still, and says so."""

    async def reading() -> Finding:
        said = [*await readers.stopped(), *await readers.waiting()]
        return Finding(role == "api" or not said, "; ".join(said) or "none stopped")

    async def lag() -> Finding:
        behind = await readers.lag()
        return Finding(role == "api" or behind <= MOST_LAG, f"{behind} positions behind")

    async def broker() -> Finding:
        generations = [generation for relay in readers.relays.values() for generation in relay.status()]
        said = [f"{one.topic}: {one.stopped or one.error}" for one in generations if one.stopped or one.error]
        return Finding(bool(generations) and not said, "; ".join(said) or ("in reach" if generations else "not reached yet"))

    async def broker_of_workers() -> Finding:
        return Finding(True, "the workers' affair: commands are taken while it is away")

    return {
        "database": database_probe(pool),
        "migrations": migrations_probe(lambda: revision(pool, "log"), newest("log")),
        "lag": lag,
        "readers": reading,
        "broker": no_broker if not scaled else broker if readers.relays and role != "api" else broker_of_workers,
    }


def watch(service: str, metrics: Metrics, writer: Writer, readers: Readers) -> None:
    """Let the metrics tell the queue, the log and every reader."""
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
