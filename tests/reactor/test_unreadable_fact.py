"""A fact of another service of which no contract can be made: each reader sets its stream aside until a release is there that reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from shared.domain import Contract, Event
from shared.envelope import UNREADABLE, Cursor, Received
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.projections.projection import Projection, Statement
from shared.projector import Projector
from shared.reactor import Reaction, Reactor, Send
from shared.sources.log import LogSource, Mapping
from shared.sources.source import Unpublishable
from tests.infrastructure import Databases
from tests.projector.running import running
from tests.reactor.duties import DUTY, OpenDuty, duty_of
from tests.sources.facts import SERVICE, TYPES, NotePencilled, NoticeGiven, NoticeHeard, facts, published, store

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

SICK, NOTE, LAST = 4, 8, 12
"""Positions: of a notice of a later release, of a note of it, which is nobody else's business, and of the last fact."""


class NoticeGivenLater(Event, name="notices.NoticeGiven", version=2):
    text: str

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        return data


class NotePencilledLater(Event, name="notices.NotePencilled", version=2):
    text: str

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        return data


LATER_TYPES = MessageTypes([NoticeGivenLater, NotePencilledLater])


def later(received: Received[Event]) -> Contract | None:
    match received.message:
        case NoticeGivenLater(text=text):
            return NoticeHeard(text=text)
        case _:
            return None


def heard(received: Received[Any]) -> Iterable[Statement]:
    yield Statement(
        "insert into heard_v1 values ($1, array[$2::text]) on conflict (stream) do update set texts = heard_v1.texts || $2",
        (received.stream, received.message.text),
    )


HEARD = Projection("heard_v1", {SERVICE: (NoticeHeard,)}, "create table heard_v1 (stream uuid primary key, texts text[] not null)", heard)


def react(received: Received[Any]) -> Iterable[Send]:
    yield Send(DUTY, duty_of(received.stream), OpenDuty(now=received.entry.recorded_at, title=received.message.text, days=1))


WHEN_HEARD = Reaction("when_notice_heard_then_open_duty", SERVICE, (NoticeHeard,), react)


@pytest.fixture
async def notices(databases: Databases) -> AsyncIterator[Pool]:
    """The other service's log: two of its facts are a later release's."""
    database = await databases()
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=6) as pool:
        story = facts(LAST, notes=(NOTE,))
        await store(pool, [fact._replace(schema_version=2) if fact.pos in (SICK, NOTE) else fact for fact in story])
        yield pool


def source(notices: Pool, signals: Signals, mapping: Mapping = published, types: MessageTypes = TYPES, *, parks: bool = True) -> LogSource:
    return LogSource(notices, signals, SERVICE, published=mapping, types=types, parks=parks)


def told(pos: int) -> str:
    return f"Mitteilung {pos} für one"


def of_stream(pos: int, *, until: int = LAST) -> list[str]:
    """What is published of the stream of this position, in order."""
    return [told(one) for one in range(1, until + 1) if one % 3 == pos % 3 and one != NOTE]


async def test_the_record_says_which_fact_and_nothing_of_it(notices: Pool, signals: Signals) -> None:
    found = await source(notices, signals).read(Cursor(), 100)
    assert [(one.pos, one.prev) for one in found] == [(n, n - 1) for n in range(1, LAST + 1)]
    sick, note = found[SICK - 1], found[NOTE - 1]
    assert (sick.type, sick.stream) == (UNREADABLE + NoticeGiven.NAME, facts(LAST)[SICK - 1].stream)
    assert sick.data == b"UnreadableVersion: notices.NoticeGiven v2; this program reads up to v1"
    assert note.type == UNREADABLE + NotePencilled.NAME
    assert (note.actor, note.correlation_id) == ("", None)
    mended = await source(notices, signals, later, LATER_TYPES).read(Cursor(), 100)
    assert [one.pos for one in mended] == [n for n in range(1, LAST + 1) if n != NOTE]


async def test_what_fills_a_topic_never_yields_such_a_record(notices: Pool, signals: Signals) -> None:
    strict = source(notices, signals, parks=False)
    assert [one.pos for one in await strict.read(Cursor(), 100)] == [1, 2, 3]
    with pytest.raises(Unpublishable, match="position 4 cannot be published"):
        await strict.read(Cursor(pos=3, event_id=facts(3)[2].event_id), 100)


async def texts(pool: Pool) -> dict[Any, list[str]]:
    return {row["stream"]: row["texts"] for row in await pool.fetch("select * from read.heard_v1")}


async def test_a_read_model_parks_the_stream_and_reads_it_with_the_next_release(pool: Pool, notices: Pool, signals: Signals) -> None:
    sick = facts(SICK)[SICK - 1].stream
    # Of the note it cannot be said that it is nobody's business, so its stream waits as well.
    note = facts(NOTE)[NOTE - 1].stream
    readers = Projector(HEARD, {SERVICE: lambda: source(notices, signals)}, pool, signals)
    await readers.start()
    async with running(readers):
        assert await readers.reached(SERVICE, LAST, 30)
    parked = {one.stream: one for one in await readers.parked()}
    assert {stream: (one.records, one.first_pos, one.first_type) for stream, one in parked.items()} == {
        sick: (3, SICK, UNREADABLE + NoticeGiven.NAME),
        note: (2, NOTE, UNREADABLE + NotePencilled.NAME),
    }
    assert all(one.error.startswith("UnreadableVersion: ") for one in parked.values())
    assert await texts(pool) == {
        sick: of_stream(SICK, until=SICK - 1),
        note: of_stream(NOTE, until=NOTE - 1),
        facts(3)[2].stream: of_stream(3),
    }
    assert await readers.retry(SERVICE, sick) == 3

    upgraded = Projector(HEARD, {SERVICE: lambda: source(notices, signals, later, LATER_TYPES)}, pool, signals)
    assert [await upgraded.retry(SERVICE, stream) for stream in (sick, note)] == [0, 0]
    assert await upgraded.parked() == []
    assert await texts(pool) == {stream: of_stream(pos) for pos, stream in ((n, facts(3)[n - 1].stream) for n in (1, 2, 3))}
    assert (await upgraded.verify()).difference is None


async def test_a_rebuild_with_the_next_release_needs_no_operator(pool: Pool, notices: Pool, signals: Signals) -> None:
    old = Projector(HEARD, {SERVICE: lambda: source(notices, signals)}, pool, signals)
    await old.start()
    async with running(old):
        assert await old.reached(SERVICE, LAST, 30)
    assert (await old.verify()).difference is None
    await old.rebuild()
    assert len(await old.parked()) == 2
    upgraded = Projector(HEARD, {SERVICE: lambda: source(notices, signals, later, LATER_TYPES)}, pool, signals)
    await upgraded.rebuild()
    assert await upgraded.parked() == []
    assert await texts(pool) == {facts(3)[n - 1].stream: of_stream(n) for n in (1, 2, 3)}


async def test_a_record_that_is_done_without_is_not_asked_for_again(pool: Pool, notices: Pool, signals: Signals) -> None:
    sick = facts(SICK)[SICK - 1].stream
    readers = Projector(HEARD, {SERVICE: lambda: source(notices, signals)}, pool, signals)
    await readers.start()
    async with running(readers):
        assert await readers.reached(SERVICE, LAST, 30)
    assert await readers.skip(SERVICE, sick, by="office:it") is not None
    assert (await texts(pool))[sick] == [text for text in of_stream(SICK) if text != told(SICK)]


async def test_a_reaction_parks_the_stream_and_reacts_with_the_next_release(
    pool: Pool, store: Store, notices: Pool, signals: Signals
) -> None:
    sick, note, other = (facts(LAST)[pos - 1].stream for pos in (SICK, NOTE, 3))
    duties = Reactor(WHEN_HEARD, source(notices, signals), pool, store, signals)
    await duties.start()
    async with running(duties):
        assert await duties.reached(LAST, 30)
    assert {(one.stream, one.records) for one in await duties.parked()} == {(sick, 3), (note, 2)}
    assert (await store.refresh(DUTY, duty_of(other)))[1].topics == tuple(of_stream(3))
    assert (await store.refresh(DUTY, duty_of(sick)))[1].topics == tuple(of_stream(SICK, until=SICK - 1))
    assert await duties.retry(SERVICE, sick) == 3

    upgraded = Reactor(WHEN_HEARD, source(notices, signals, later, LATER_TYPES), pool, store, signals)
    for _ in range(2):
        assert [await upgraded.retry(SERVICE, stream) for stream in (sick, note)] == [0, 0]
    assert await upgraded.parked() == []
    assert (await store.refresh(DUTY, duty_of(sick)))[1].topics == tuple(of_stream(SICK))
    assert (await store.refresh(DUTY, duty_of(note)))[1].topics == tuple(of_stream(NOTE))
