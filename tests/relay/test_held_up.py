"""A fact that cannot be published holds up the topic and nothing else; every process sees why, and the next release goes on by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.domain import Contract, Event
from shared.envelope import UNREADABLE, Received
from shared.eventstore.mapper import MessageTypes
from shared.generation import RelaySettings
from shared.projections.tables import ensure_tables
from shared.readers import Readers
from shared.relay import Relay
from shared.sources.log import LogSource, Mapping
from tests.infrastructure import Databases
from tests.relay.world import World, first, until
from tests.sources.facts import SERVICE, TYPES, NotePencilled, NoticeGiven, NoticeHeard, facts, published, read_to, store

SICK = 5


class NoticeGivenLater(Event, name="notices.NoticeGiven", version=2):
    text: str

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        return data


LATER_TYPES = MessageTypes([NoticeGivenLater, NotePencilled])


def later(received: Received[Event]) -> Contract | None:
    match received.message:
        case NoticeGivenLater(text=text):
            return NoticeHeard(text=text)
        case _:
            return None


def buggy(received: Received[Event]) -> Contract | None:
    if received.entry.pos == SICK:
        raise ZeroDivisionError
    return published(received)


@pytest.fixture
async def world(databases: Databases, kafka: str, city: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A log and a city's topics on the run's servers."""
    monkeypatch.setattr("shared.relay.HELD_UP_SECONDS", 0.05)
    async with World.on(await databases(), kafka, city) as found:
        yield found


def relay(world: World, mapping: Mapping = published, types: MessageTypes = TYPES, *, parks: bool = False) -> Relay:
    source = LogSource(world.pool, world.signals, SERVICE, published=mapping, types=types, parks=parks)
    return Relay(source, world.pool, world.bootstrap, world.city, settings=RelaySettings(window=3))


async def append(world: World, version: int) -> None:
    """Nine facts, the sick one in this version."""
    await store(world.pool, [one._replace(schema_version=version) if one.pos == SICK else one for one in facts(9)])
    world.last = 9


async def held_up(world: World) -> str | None:
    reason: str | None = await world.pool.fetchval("select held_up from log.relay where generation = 1")
    return reason


@pytest.mark.parametrize(
    ("version", "old", "new", "reason"),
    [
        (2, (published, TYPES), (later, LATER_TYPES), "UnreadableVersion: notices.NoticeGiven v2; this program reads up to v1"),
        (1, (buggy, TYPES), (published, TYPES), "ZeroDivisionError"),
    ],
    ids=["of a later release", "the mapping's bug"],
)
async def test_it_holds_up_the_topic_until_a_release_that_can_publish_it_runs(
    world: World, version: int, old: tuple[Mapping, MessageTypes], new: tuple[Mapping, MessageTypes], reason: str
) -> None:
    await append(world, version)
    await ensure_tables(world.pool)
    held = relay(world, *old)
    elsewhere = Readers(world.pool, [], [], [], {"relay": relay(world, *old)}, lambda _: LogSource(world.pool, world.signals, SERVICE))

    async def is_held_up() -> bool:
        return await held_up(world) is not None

    async def goes_on() -> bool:
        return first(held).pos == world.last and first(held).error is None

    async with world.relaying(held):
        await until(is_held_up)
        said = await held_up(world) or ""
        assert said.startswith(f"{SERVICE}: the fact at position {SICK} cannot be published: {reason}; ")
        assert "Commands are taken" in said
        assert "with a release that can" in said
        assert first(held).error == said
        # A process that runs no relay, as an api or the command line, says it too.
        (shown,) = await elsewhere.positions()
        assert (shown.reader, shown.position, shown.lag, shown.stopped) == ("relay.1", SICK - 1, 5, said)
        # What comes later waits behind it, and nothing is lost on the way.
        await world.append(3)
        assert [one.pos for one in await read_to(world.source(), SICK - 1)] == [1, 2, 3, 4]
        assert await world.saved() == SICK - 1
        async with world.relaying(relay(world, *new)):
            await world.caught_up()
            # The old release beside it goes on as well, now that another has got past the fact.
            await until(goes_on)
    assert await held_up(world) is None
    await world.must_be_whole(facts(12))
    (shown,) = await elsewhere.positions()
    assert (shown.lag, shown.stopped) == (0, None)


async def test_it_is_said_once_however_often_it_is_tried(world: World) -> None:
    tries = 0

    def counted(received: Received[Event]) -> Contract | None:
        nonlocal tries
        tries += received.entry.pos == SICK
        return buggy(received)

    async def is_tried_again() -> bool:
        return tries >= 4

    await append(world, 1)
    with capture_logs() as logs:
        async with world.relaying(relay(world, counted)):
            await until(is_tried_again)
    assert [one["log_level"] for one in logs if one["event"] == "relay.held_up"] == ["error"]
    assert not [one for one in logs if one["event"] == "relay.waiting"]


async def test_a_relay_that_went_on_past_it_would_leave_a_hole_for_good(world: World) -> None:
    """The negative control: what would become of the topic if the fact were set aside as readers of a log can do."""
    await append(world, 2)
    async with world.relaying(relay(world, parks=True)):
        await world.caught_up()
    async with world.relaying(relay(world, later, LATER_TYPES)):
        await world.append(1)
        await world.caught_up()
    types = [one.type for one in await read_to(world.source(), 10)]
    assert types == [UNREADABLE + NoticeGiven.NAME if pos == SICK else NoticeHeard.NAME for pos in range(1, 11)]
