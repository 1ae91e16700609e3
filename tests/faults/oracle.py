"""What must hold once a fault is over, whatever it was: judged from the clients' history, the log, the read models and the topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import asyncpg

from services.meetings.events.meeting import MeetingOpened
from services.meetings.reactions import WHEN_MEETING_OPENED_THEN_OPEN_SITTING
from services.meetings.service import SERVICE
from services.meetings.sitting import sitting_of
from shared.domain import Contract
from shared.envelope import Cursor, Entry
from shared.eventstore.leaf import verify_log
from shared.eventstore.mapper import MessageTypes, encode
from shared.eventstore.signals import Signals
from shared.projections.projection import OWN, Projection
from shared.projector import Projector
from shared.sources.cloudevents import entry_of_record, source_of
from shared.sources.log import LogSource
from shared.sources.memory import MemorySource
from shared.sources.reader import TopicReader
from shared.sources.source import Source
from shared.sources.topic import Brokers, public_of, topic_of
from tests.faults.clients import Clients
from tests.faults.processes import PRINCIPAL, ServiceProcess, Town, until
from tests.history.checker import must_hold
from tests.history.record import Attempt, Row

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

CONTRACTS = MessageTypes(SERVICE.contracts)


async def everything_must_hold(town: Town, clients: Clients, asked: ServiceProcess, generation: int = 1) -> None:
    """Nothing acknowledged lost, nothing doubled, no false answer, read models equal a fold, the topic is whole, nobody is behind."""
    await nobody_is_behind(asked)
    async with asyncpg.create_pool(town.database.dsn, min_size=1, max_size=6) as pool:
        await _history_must_hold(pool, clients)
        assert await verify_log(pool) is None
        await read_models_must_equal_a_fold(town, pool)
        await topic_must_be_whole(town, pool, generation)
        await public_topic_must_be_whole(town, pool, generation)


async def nobody_is_behind(asked: ServiceProcess) -> None:
    """Every reader, relay included, comes to the end of the log by itself."""
    seen: list[object] = []

    async def done() -> bool:
        positions = await asked.get(f"/api/{asked.town.name}/operations/positions")
        seen[:] = [(one["reader"], one["position"], one["lag"], one["stopped"]) for one in positions]
        kinds = {one["kind"] for one in positions}
        return kinds >= {"projection", "reaction", "relay"} and all(one["lag"] == 0 and not one["stopped"] for one in positions)

    try:
        await until(done, "every lag is 0")
    except AssertionError as error:
        raise AssertionError(f"{error}: {seen}") from None


async def _history_must_hold(pool: Pool, clients: Clients) -> None:
    """I1, I2, I4, I6, I7, by the judge of histories."""
    rows = await pool.fetch("select pos, stream, version, type, event_id from log.log order by pos")
    commands = await pool.fetch("select principal, id, stream, version from log.command order by version")
    of_stream: dict[UUID, list[tuple[int, str]]] = {}
    for known in commands:
        assert known["principal"] in (PRINCIPAL, WHEN_MEETING_OPENED_THEN_OPEN_SITTING.principal)
        of_stream.setdefault(known["stream"], []).append((known["version"], str(known["id"])))
    history = clients.history
    began: dict[tuple[UUID, str], int] = {}
    for row in rows:
        reached, command = next(one for one in of_stream[row["stream"]] if one[0] >= row["version"])
        first = began.setdefault((row["stream"], command), row["version"])
        history.log.append(
            Row(
                row["pos"],
                str(row["stream"]),
                row["version"],
                str(row["event_id"]),
                command,
                row["version"] - first + 1,
                reached - first + 1,
            )
        )
        if row["type"] == MeetingOpened.NAME:
            history.attempts.append(_reaction(row["stream"], row["event_id"]))
    must_hold(history, clients.seed)
    opened = sum(row["type"] == MeetingOpened.NAME for row in rows)
    assert opened == sum(known["principal"] != PRINCIPAL for known in commands), "each opened meeting opens its sitting once"


def _reaction(meeting: UUID, event: UUID) -> Attempt:
    """The command that must have followed from a meeting's opening; nobody waited for its answer."""
    sitting = sitting_of(meeting)
    command = uuid5(event, f"{WHEN_MEETING_OPENED_THEN_OPEN_SITTING.name}:{sitting}")
    return Attempt(str(command), str(sitting), 0.0, None)


async def read_models_must_equal_a_fold(town: Town, pool: Pool) -> None:
    """I3, bytewise."""
    signals = Signals(town.database.dsn)
    for projection in SERVICE.projections:
        found = await Projector(projection, sources_of(projection, pool, signals), pool, signals).verify()
        assert found.difference is None, found
        assert OWN not in found.cursors or found.cursors[OWN].pos == await pool.fetchval("select max(pos) from log.log")


def sources_of(projection: Projection, pool: Pool, signals: Signals) -> dict[str, Callable[[], Source]]:
    """What the meetings service's read model folds; no other service speaks here."""
    own = partial(LogSource, pool, signals, "meetings")
    return {name: own if name == OWN else partial(MemorySource, name=name) for name in projection.folds}


async def topic_must_be_whole(town: Town, pool: Pool, generation: int = 1) -> None:
    """I2: what the broker keeps is, duplicates left out, one chain of just the published facts."""
    chain = one_chain(await topic_records(town, generation))
    source = LogSource(pool, Signals(town.database.dsn), "meetings", published=SERVICE.published, types=MessageTypes(SERVICE.events))
    expected = [entry for entry in await source.read(Cursor(), 100_000) if entry.data]
    assert [_said(entry) for entry in chain if entry.data] == [_said(entry) for entry in expected]
    assert chain[-1].pos == await source.tail()


async def public_topic_must_be_whole(town: Town, pool: Pool, generation: int = 1) -> None:
    """I2 for outsiders: just the public facts in the log's order, numbered 1, 2, 3 …, with nothing in them that counts the others."""
    chain = [entry for entry in one_chain(await topic_records(town, generation, public_of("meetings"))) if entry.data]
    source = LogSource(pool, Signals(town.database.dsn), "meetings", published=SERVICE.published, types=MessageTypes(SERVICE.events))
    told = [entry for entry in await source.read(Cursor(), 100_000) if entry.data]
    public = [entry for entry in told if _contract(entry).is_public()]
    assert [(entry.prev, entry.pos) for entry in chain] == [(number - 1, number) for number in range(1, len(public) + 1)]
    said = [(entry.event_id, entry.type, encode(_contract(entry).as_public())) for entry in public]
    assert [(entry.event_id, entry.type, entry.data) for entry in chain] == said
    assert {(entry.actor, entry.causation_id, entry.correlation_id) for entry in chain} == {("", None, None)}


def _contract(entry: Entry) -> Contract:
    """What a record of the topic for services says."""
    message = CONTRACTS.decode(entry.type, entry.schema_version, entry.data)
    assert isinstance(message, Contract)
    return message


def one_chain(records: Iterable[Entry]) -> list[Entry]:
    """The records without duplicates; AssertionError where one does not follow on the one before it."""
    chain: list[Entry] = []
    for record in records:
        if not chain or record.pos > chain[-1].pos:
            assert record.prev == (chain[-1].pos if chain else 0), f"position {record.pos} follows on {record.prev}, not on {chain[-1:]}"
            chain.append(record)
        else:
            known = [entry.event_id for entry in chain if entry.pos == record.pos]
            assert known in ([record.event_id], []), f"two events at position {record.pos}"
    return chain


def _said(entry: Entry) -> tuple[object, ...]:
    return (
        entry.pos,
        entry.event_id,
        entry.stream,
        entry.version,
        entry.type,
        entry.schema_version,
        entry.recorded_at,
        entry.actor,
        entry.data,
    )


async def topic_records(town: Town, generation: int = 1, name: str = "") -> list[Entry]:
    """Everything in a generation of the topic, the service's own or that of this name, as the broker has it."""
    name = name or town.name
    reader = TopicReader(Brokers(town.kafka), topic_of(town.city, name, generation))
    found: list[Entry] = []
    try:
        while records := await reader.fetch(1000):
            found += [entry_of_record(record.headers, record.value, source_of(town.city, name)) for record in records]
    finally:
        await reader.close()
    return found
