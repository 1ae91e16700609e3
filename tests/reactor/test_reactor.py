"""A reaction sends each command once, in its stream's order, whatever fails in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid5

import pytest

from shared.envelope import Cursor, Entry, Received
from shared.eventstore.errors import OutcomeUnknown, StoreBusy
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Outcome, Store
from shared.failpoints import FailpointHit, set_failpoints
from shared.projections import cursors
from shared.reactor import Reaction, Reactor, Send
from shared.sources.memory import MemorySource
from shared.testing import History
from tests.projector.running import eventually, running
from tests.reactor.duties import DUTY, WHEN_TOPIC_RAISED, OpenDuty, TopicRaised, duty_of, react, topic

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


def raised(topics: int = 4, rounds: int = 3) -> History:
    story = History("topics")
    for turn in range(rounds):
        for number in range(topics):
            story.add(topic(number), TopicRaised(title=f"{number}, {turn}"))
    return story


def reactor(
    pool: Pool, store: Store, signals: Signals, story: History, reaction: Reaction = WHEN_TOPIC_RAISED, batch: int = 100
) -> Reactor:
    return Reactor(reaction, MemorySource(story.entries), pool, store, signals, batch=batch)


async def opened(store: Store, number: int) -> Sequence[str]:
    return (await store.refresh(DUTY, duty_of(topic(number))))[1].topics


async def run_until_done(duties: Reactor, story: History) -> None:
    await duties.start()
    async with running(duties):
        assert await duties.reached(len(story.entries), 60)


async def test_each_event_becomes_its_command_with_the_event_as_cause(pool: Pool, store: Store, signals: Signals) -> None:
    story = raised()
    await run_until_done(reactor(pool, store, signals, story), story)
    assert [await opened(store, n) for n in range(4)] == [tuple(f"{n}, {turn}" for turn in range(3)) for n in range(4)]
    first = await pool.fetchrow("select * from log.log where stream = $1 and version = 1", duty_of(topic(2)))
    assert first is not None
    cause = story.entries[2]
    assert (first["causation_id"], first["correlation_id"]) == (cause.event_id, cause.correlation_id)
    assert first["actor"] == "reaction:when_topic_raised_then_open_duty"


async def test_events_delivered_again_change_nothing(pool: Pool, store: Store, signals: Signals) -> None:
    story = raised()
    await run_until_done(reactor(pool, store, signals, story), story)
    await pool.execute("update read.cursor set pos = 0, event_id = null")
    again = reactor(pool, store, signals, story, batch=5)
    await run_until_done(again, story)
    assert await pool.fetchval("select count(*) from log.log") == 12


@pytest.mark.parametrize("place", ["before_command", "after_command", "after_cursor"])
async def test_a_crash_at_a_failpoint_neither_loses_nor_doubles_a_command(pool: Pool, store: Store, signals: Signals, place: str) -> None:
    story = raised()
    await reactor(pool, store, signals, story).start()
    for hit in (1, 2, 3):
        set_failpoints(f"reactor.{place}:raise@{hit}")
        with pytest.raises(FailpointHit):
            await asyncio.wait_for(reactor(pool, store, signals, story, batch=2).run(), 60)
    set_failpoints("")
    await run_until_done(reactor(pool, store, signals, story), story)
    assert [await opened(store, n) for n in range(4)] == [tuple(f"{n}, {turn}" for turn in range(3)) for n in range(4)]


async def test_two_reactors_and_a_cancelled_one_send_each_command_once(pool: Pool, store: Store, signals: Signals) -> None:
    story = raised(topics=5, rounds=6)
    for _ in range(3):
        task = asyncio.create_task(reactor(pool, store, signals, story, batch=3).run())
        await asyncio.sleep(0.05)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    one, other = reactor(pool, store, signals, story, batch=4), reactor(pool, store, signals, story, batch=7)
    await one.start()
    async with running(one, other):
        assert await one.reached(len(story.entries), 60)
    assert await pool.fetchval("select count(*) from log.log") == len(story.entries)
    assert await opened(store, 3) == tuple(f"3, {turn}" for turn in range(6))


async def test_a_refusal_is_recorded_and_shown_and_nothing_parks(pool: Pool, store: Store, signals: Signals) -> None:
    story = raised(topics=1, rounds=1).add(topic(1), TopicRaised(title="private"), TopicRaised(title="danach"))
    duties = reactor(pool, store, signals, story)
    await run_until_done(duties, story)
    (refused,) = await pool.fetch("select * from read.refused_reaction where reaction = $1", duties.reaction.name)
    assert (refused["refusal"], refused["rule"], refused["command"]) == ("TopicIsPrivate", "A private topic opens no duty.", "OpenDuty")
    assert refused["event_id"] == story.entries[1].event_id
    assert await duties.parked() == []
    assert await opened(store, 1) == ("danach",)


async def test_what_was_refused_stays_refused_when_the_event_comes_again(pool: Pool, store: Store, signals: Signals) -> None:
    story = History("topics").add(topic(1), TopicRaised(title="private"))
    await run_until_done(reactor(pool, store, signals, story), story)
    await pool.execute("update read.cursor set pos = 0, event_id = null")

    def milder(received: Received[Any]) -> Iterable[Send]:
        yield Send(DUTY, duty_of(received.stream), OpenDuty(now=received.entry.recorded_at, title="public", days=1))

    await run_until_done(reactor(pool, store, signals, story, replace(WHEN_TOPIC_RAISED, react=milder)), story)
    assert await pool.fetchval("select count(*) from log.log") == 0


@pytest.mark.parametrize("sickness", ["bug", "json", "twice"])
async def test_an_error_parks_the_stream_in_this_reaction_until_the_retry(
    pool: Pool, store: Store, signals: Signals, sickness: str
) -> None:
    story = raised(topics=2, rounds=1)
    if sickness == "json":
        story.add_stored(topic(9), TopicRaised.NAME, 1, b"{")
    else:
        story.add(topic(9), TopicRaised(title=sickness))
    story.add(topic(9), TopicRaised(title="danach")).add(topic(0), TopicRaised(title="weiter"))

    def doubles(received: Received[Any]) -> Iterable[Send]:
        yield from react(received)
        if received.message.title == "twice":
            yield from react(received)

    duties = reactor(pool, store, signals, story, replace(WHEN_TOPIC_RAISED, react=doubles))
    await run_until_done(duties, story)
    (parked,) = await duties.parked()
    assert (parked.stream, parked.records, parked.projection) == (topic(9), 2, "reaction:when_topic_raised_then_open_duty")
    assert await opened(store, 0) == ("0, 0", "weiter")
    assert await opened(store, 9) == ()
    assert await duties.retry("topics", topic(9)) == 2

    def mended(received: Received[Any]) -> Iterable[Send]:
        return react(replace(received, message=TopicRaised(title=f"mended {received.message.title}")))

    fixed = reactor(pool, store, signals, story, replace(WHEN_TOPIC_RAISED, react=mended))
    if sickness == "json":
        assert await fixed.skip("topics", topic(9), by="office:it") is not None
        assert await opened(store, 9) == ("mended danach",)
    else:
        assert await fixed.retry("topics", topic(9)) == 0
        assert await opened(store, 9) == (f"mended {sickness}", "mended danach")
    assert await fixed.parked() == []


async def test_a_busy_store_is_waited_for_and_nothing_is_skipped(
    pool: Pool, store: Store, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = raised()
    real = store.execute
    trouble: list[Exception] = [StoreBusy("full"), OutcomeUnknown(), ConnectionResetError("gone")]

    async def troubled(decider: Any, stream: Any, command: Any, origin: Origin) -> Outcome:
        outcome = await real(decider, stream, command, origin)
        if trouble:
            raise trouble.pop()
        return outcome

    monkeypatch.setattr(store, "execute", troubled)
    duties = reactor(pool, store, signals, story)
    await run_until_done(duties, story)
    assert trouble == []
    assert await duties.parked() == []
    assert [await opened(store, n) for n in range(4)] == [tuple(f"{n}, {turn}" for turn in range(3)) for n in range(4)]


async def test_without_an_id_that_follows_from_the_event_a_second_delivery_doubles(
    pool: Pool, store: Store, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what makes it once is the command's id."""
    story = raised()
    numbers = iter(range(1000))
    monkeypatch.setattr("shared.reactor.uuid5", lambda event, name: uuid5(event, f"{name}{next(numbers)}"))
    await run_until_done(reactor(pool, store, signals, story), story)
    await pool.execute("update read.cursor set pos = 0, event_id = null")
    await run_until_done(reactor(pool, store, signals, story), story)
    assert await pool.fetchval("select count(*) from log.log") == 24


async def test_a_source_with_another_past_stops_the_reaction(pool: Pool, store: Store, signals: Signals) -> None:
    story = raised()
    await run_until_done(reactor(pool, store, signals, story), story)
    restored = History("topics")
    restored.entries = story.entries[:3]
    duties = reactor(pool, store, signals, restored)
    async with running(duties):
        await eventually(lambda: bool(duties._follower.stopped))
        assert not (await duties.status())["ready"]
    assert (await cursors.load(pool, duties.name, "topics")).pos == len(story.entries)


async def test_a_new_generation_is_gone_through_from_its_beginning(pool: Pool, store: Store, signals: Signals) -> None:
    story = raised()
    await run_until_done(reactor(pool, store, signals, story), story)
    newer: list[Entry] = [*story.entries]
    told_anew = Reactor(WHEN_TOPIC_RAISED, MemorySource(newer, generation=2), pool, store, signals)
    async with running(told_anew):
        while (await cursors.load(pool, told_anew.name, "topics")) != replace(Cursor().after(newer[-1]), generation=2):
            await asyncio.sleep(0.02)
    assert await pool.fetchval("select count(*) from log.log") == 12
