"""The outsider's program in the guide, as it stands there: run on its own against a real broker and what the relay really publishes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from shared.contracts.conferences import ConferenceHeld, HeldResult, RegistrationClosed
from shared.contracts.meetings.sittings import Instrument
from shared.contracts.recommendations import CommitteeInformed, RecommendationIssued
from shared.domain import Contract, Event
from shared.envelope import Cursor, Entry, Received
from shared.eventstore.mapper import MessageTypes, encode
from shared.eventstore.signals import Signals
from shared.generation import RelaySettings
from shared.numbering import numbering
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.relay import PUBLIC, Relay, start_generation
from shared.sources.cloudevents import record_of, source_of
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from shared.sources.public import PublicSource
from shared.sources.topic import public_of, topic_of
from tests.docs.walk import NewFile, blocks
from tests.infrastructure import Databases
from tests.sources.facts import read_to, store
from tests.support.postgres import Database

GUIDE = Path(__file__).parents[2] / "docs" / "consume-our-events.md"
PATIENCE = 60.0
LINES = 30
SPACE = UUID("6f8a3c52-0000-4000-8000-00000000c0de")
BEGINNING = datetime(2018, 11, 3, 9, 0, tzinfo=UTC)
CONFERENCE, RECOMMENDATION, OFFICE, BOARD, COMMITTEE = (uuid5(SPACE, name) for name in ("k", "e", "o", "b", "c"))

OF_CONFERENCE: dict[str, Any] = {"conference": CONFERENCE, "title": "Integrationskonferenz"}
CLOSED = RegistrationClosed(**OF_CONFERENCE, closed_at=BEGINNING)
HELD = ConferenceHeld(
    **OF_CONFERENCE, host=OFFICE, host_name="Koordinierungsstelle", held_on=date(2018, 11, 3), place="Volkshochschule", attendance=80,
    results=(HeldResult(result=uuid5(SPACE, "r"), number=1, result_title="Sprachkurse"),),
    results_go_to=BOARD, results_go_to_name="Fachbeirat",
)  # fmt: skip
OF_RECOMMENDATION: dict[str, Any] = {
    "recommendation": RECOMMENDATION, "title": "Sprachkurse am Abend", "instrument": Instrument.RECOMMENDATION, "body": BOARD,
    "body_name": "Fachbeirat",
}  # fmt: skip
ISSUED = RecommendationIssued(
    **OF_RECOMMENDATION, public=True, resolution=uuid5(SPACE, "s"), matter=None, text="…", admissibility="mehrere Zielgruppen",
    addressees=(), informs=(), issued_on=date(2018, 12, 3),
)  # fmt: skip
INFORMED = CommitteeInformed(
    **OF_RECOMMENDATION, public=True, committee=COMMITTEE, committee_name="Ausschuss für Soziales",
    through=uuid5(SPACE, "d"), through_name="Dezernat III", meeting=uuid5(SPACE, "m"), item=uuid5(SPACE, "i"), informed_at=BEGINNING,
)  # fmt: skip
HIDDEN = ISSUED.model_copy(update={"public": False, "title": "Nicht öffentlich"})

OF_CONFERENCES = (CLOSED, None, HELD, None)
OF_RECOMMENDATIONS = (None, HIDDEN, ISSUED, INFORMED)
ALL = {
    "2018-11-03: Integrationskonferenz was held, its results go to Fachbeirat",
    "2018-12-03: Fachbeirat recommends: Sprachkurse am Abend",
    "2018-11-03T09:00:00Z: Ausschuss für Soziales took note of: Sprachkurse am Abend",
}


class Happened(Event, name="tests.Happened"):
    """A fact that is published as the contract at this place; None is a fact that nobody else hears of."""

    place: int


def facts(contracts: Sequence[Contract | None]) -> list[Entry]:
    """A log of as many facts."""
    return [
        Entry(
            pos, pos - 1, uuid5(SPACE, f"{pos}:{contracts}"), uuid5(SPACE, f"stream:{pos}"), 1, Happened.NAME, 1,
            BEGINNING + timedelta(seconds=pos), "office:secretariat", None, None, encode(Happened(place=pos - 1)),
        )
        for pos in range(1, len(contracts) + 1)
    ]  # fmt: skip


@asynccontextmanager
async def publishing(database: Database, kafka: str, city: str, service: str, contracts: Sequence[Contract | None]) -> AsyncIterator[None]:
    """A service's log, read by the real relay until everything in it is on the topic."""

    def published(received: Received[Event]) -> Contract | None:
        assert isinstance(received.message, Happened)
        return contracts[received.message.place]

    signals = Signals(database.dsn)
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=4) as pool:
        await store(pool, facts(contracts))
        types, settings = MessageTypes([Happened]), RelaySettings(window=2)
        numbers = Projector(numbering((Happened,), published), {OWN: lambda: LogSource(pool, signals, service)}, pool, signals)
        await numbers.start()
        everything = LogSource(pool, signals, service, published=published, types=types)
        public = PublicSource(pool, signals, service, published=published, types=types)
        relays = (
            Relay(everything, pool, kafka, city, settings=settings),
            Relay(public, pool, kafka, city, settings=settings, table=PUBLIC),
        )
        work = [asyncio.create_task(one.run()) for one in (numbers, *relays)]
        last = sum(contract is not None and contract.is_public() for contract in contracts)
        try:
            await read_whole(kafka, city, service, last)
            yield
            assert await start_generation(pool) == 2
            await read_whole(kafka, city, service, last, generation=2)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


async def read_whole(kafka: str, city: str, service: str, last: int, generation: int = 1) -> list[Entry]:
    """What is on the topic for outsiders, once it has come to number `last`."""
    source = KafkaSource(kafka, city, public_of(service), generation, patience=PATIENCE)
    try:
        return await read_to(source, last, Cursor(generation=generation))
    finally:
        await source.close()


async def told_again(kafka: str, city: str, service: str) -> None:
    """Put everything on the topic a second time, as a second relay may that did not hear of the first."""
    entries = await read_whole(kafka, city, service, 2)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    try:
        for entry in entries:
            record = record_of(entry, source_of(city, public_of(service)).encode())
            await producer.send_and_wait(topic_of(city, public_of(service), 1), record.value, record.key, 0, headers=record.headers)
    finally:
        await producer.stop()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The guide's program in a folder of its own."""
    [found] = [block for block in blocks(GUIDE.read_text("utf-8")) if isinstance(block, NewFile)]
    found.apply(tmp_path)
    return tmp_path / found.path


@asynccontextmanager
async def running(program: Path, kafka: str, city: str) -> AsyncIterator[asyncio.StreamReader]:
    """The program as anybody would start it; what it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-P", str(program), kafka, city, "done.json", cwd=program.parent,
        env={"PATH": os.environ["PATH"]}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def printed(lines: asyncio.StreamReader, count: int) -> set[str]:
    """The next lines, without the ids before them."""
    async with asyncio.timeout(PATIENCE):
        return {(await lines.readline()).decode().rstrip().partition(" ")[2] for _ in range(count)}


async def done(program: Path, expected: dict[str, int]) -> None:
    """Wait until the program has noted these positions."""
    async with asyncio.timeout(PATIENCE):
        while not (file := program.parent / "done.json").exists() or json.loads(file.read_text("utf-8") or "{}") != expected:
            await asyncio.sleep(0.05)


@pytest.mark.timeout(300)
async def test_the_program_hears_each_message_once_whatever_is_delivered_again(
    program: Path, databases: Databases, kafka: str, city: str
) -> None:
    whole = {topic_of(city, public_of(service), 1): 2 for service in ("conferences", "recommendations")}
    async with (
        publishing(await databases(), kafka, city, "conferences", OF_CONFERENCES),
        publishing(await databases(), kafka, city, "recommendations", OF_RECOMMENDATIONS),
    ):
        async with running(program, kafka, city) as lines:
            assert await printed(lines, 3) == ALL
            await done(program, whole)
            await told_again(kafka, city, "conferences")
        before = program.parent / "done.json"
        before.write_text(json.dumps({**whole, topic_of(city, public_of("recommendations"), 1): 1}), encoding="utf-8")
        async with running(program, kafka, city) as lines:
            # It had noted all but the last message: it repeats that one alone, though the broker delivers everything.
            assert await printed(lines, 1) == {"2018-11-03T09:00:00Z: Ausschuss für Soziales took note of: Sprachkurse am Abend"}
            await done(program, whole)
    async with running(program, kafka, city) as lines:
        assert await printed(lines, 3) == ALL, "a new generation is told from its beginning"


def test_the_program_is_short_and_knows_nothing_of_ours(program: Path) -> None:
    source = program.read_text("utf-8")
    assert len(source.splitlines()) <= LINES
    assert {line.split()[1].rstrip(",") for line in source.splitlines() if line.startswith(("import ", "from "))} == {
        "asyncio", "pathlib", "aiokafka",
    }  # fmt: skip
