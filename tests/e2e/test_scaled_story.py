"""The story, told to services in processes of their own, over a real broker: it ends as it does in one process, whatever is killed."""

from __future__ import annotations

from functools import partial

import asyncpg
import pytest

from bindeglied.embedded import SERVICES, Embedded
from bindeglied.story import FOUNDING_PATH, Story
from bindeglied.world.read import REGISTRY, read_world
from shared.eventstore.signals import Signals
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.service import Service
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from shared.sources.source import Source
from tests.e2e.estate import Estate
from tests.e2e.killings import plan_of, silent, tell_while_killing
from tests.e2e.lives import differences, dump_of_read_models, each_at_once, life_of

pytestmark = pytest.mark.timeout(1800)  # A dozen processes start slowly where many tests run.

WORLD = read_world()
SEED = 20181024
EVERY = 1
"""Around each part of the story a process is killed, another each time; `make soak` kills each around each."""


async def test_the_story_ends_equally_in_both_forms(estate: Estate, told_city: Embedded) -> None:
    async with estate.story(WORLD, Story) as story, estate.pools() as pools:
        await story.tell(silent)
        await estate.quiet()
        life = await estate.life()
        assert all(life.rows.values()), {name: len(rows) for name, rows in life.rows.items()}
        assert differences(await life_of(told_city), life) == []

        before = {name: await pool.fetchval("select coalesce(max(pos), 0) from log.log") for name, pool in pools.items()}
        await story.tell(silent)
        await estate.quiet()
        again = {name: await pool.fetchval("select coalesce(max(pos), 0) from log.log") for name, pool in pools.items()}
        assert again == before, "told again, nothing happens"

        for service in SERVICES:
            dumped = await dump_of_read_models(pools[service.name])
            for projector in projectors(estate, service, pools[service.name]):
                await projector.rebuild()
            assert await dump_of_read_models(pools[service.name]) == dumped, f"{service.name} is rebuilt from logs and topics as it was"

        body = {"name": "Beirat für Bewegung", "kind": "network", "legal_nature": "free_association", "founded_on": "2018-12-01"}
        await story.post(REGISTRY, FOUNDING_PATH, body, "one-body-more", "Ein Gremium mehr")
        await estate.quiet()
        more = differences(life, await estate.life())
        assert {line.split()[1] for line in more} == set(pools) - {"portal"}, "every service that keeps a list of bodies has one more"


async def test_whatever_is_killed_the_story_ends_the_same(estate: Estate, told_city: Embedded) -> None:
    plan = plan_of(SEED, estate, len(WORLD.bodies) + len(WORLD.seats) + len(WORLD.steps), EVERY)
    killed = await tell_while_killing(estate, WORLD, plan)
    assert len(killed) == len(plan)
    life = await estate.life()
    assert differences(each_at_once(await life_of(told_city)), each_at_once(life)) == [], f"seed {SEED}, killed: {killed}"
    assert await estate.letters_unaccounted_for() == []


def projectors(estate: Estate, service: Service, pool: asyncpg.Pool[asyncpg.Record]) -> list[Projector]:
    """Every read model of a service over the sources that its processes read: its own log, and the topics of others."""
    town = estate.towns[service.name]
    signals = Signals(town.database.dsn)

    def opened(name: str) -> Source:
        return LogSource(pool, signals, name) if name == OWN else KafkaSource(town.kafka, town.city, name)

    models = [*service.projections, *(timers.projection for timers in service.timers)]
    return [Projector(one, {name: partial(opened, name) for name in one.folds}, pool, signals) for one in models]
