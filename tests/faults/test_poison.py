"""An event that this version of the program cannot read parks its stream only, is shown, and is retried after the upgrade."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from services.meetings.events.meeting import MeetingOpened, MeetingRescheduled
from services.meetings.read_models.cadence import CADENCE
from services.meetings.read_models.upcoming import UPCOMING
from shared.numbering import NAME as NUMBERS
from tests.faults.clients import PREFIX, Clients, a_few
from tests.faults.oracle import nobody_is_behind, public_topic_must_be_whole, read_models_must_equal_a_fold, topic_must_be_whole
from tests.faults.processes import ServiceProcess, Town, until
from tests.faults.upgraded import CHANGES, LATER
from tests.meetings.examples import QUORUM

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
SEED = 20200229
NEXT_VERSION = "tests.faults.upgraded"
STARTS = datetime(2018, 9, 3, 13, tzinfo=UTC)
MOVED_TO = datetime(2018, 9, 3, 12, tzinfo=UTC)
APPEND = """with tail as (select pos, recorded_at from log.log order by pos desc limit 1),
of as (select version, data from log.log where stream = $1 order by version desc limit 1),
new as (select tail.pos + 1 as pos, $1::uuid as stream, of.version + 1 as version, $2::text as type, $3::smallint as schema_version,
    gen_random_uuid() as event_id, tail.recorded_at, 'user:registry' as actor, convert_to($4, 'UTF8') as data from tail, of)
insert into log.log select pos, stream, version, type, schema_version, event_id, recorded_at, actor, null, null, data,
    log.leaf(stream, version, type, schema_version, event_id, recorded_at, actor, null, null, data) from new"""
"""What a later version of the program would have appended to the stream."""


async def test_an_event_from_the_future_parks_its_stream_until_the_upgrade(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    api, worker = town.process("api"), town.process("worker")
    await api.start()
    await worker.start()
    async with Clients(town.headers, [api.url], SEED) as clients:
        await clients.work(1, a_few(1))
        keys = Random(SEED)
        body = await clients.found("Fachbeirat", keys)
        wish = {"body": body, "title": "Vorgestellt", "starts_at": STARTS.isoformat(), "place": "Stadthaus", "public": True}
        meeting = UUID((await clients.send("/meetings", wish, None, keys)).json()["id"])
        await nobody_is_behind(api)
        await _poison(town, meeting, body)
        await clients.work(2, a_few(2))
        await until(lambda: _are_parked(api, 2), "two read models have parked the stream")
        await until(lambda: _others_flow(api), "all readers are at the end of the log, the relay waits")
        parked = await _parked(api)
        assert {(one["reader"], one["source"], one["stream"], one["type"], one["waiting"]) for one in parked} == {
            (UPCOMING.name, "own", str(meeting), MeetingRescheduled.NAME, 2),
            (CADENCE.name, "own", str(meeting), MeetingRescheduled.NAME, 1),
        }
        assert {one["error"] for one in parked} == {"UnreadableVersion"}
        await until(lambda: _is_said(worker, "cannot be published"), "the worker says why nothing is published")
        await until(lambda: _is_shown(api, "cannot be published"), "operators are shown it by every process")
        unread = await api.get(f"{PREFIX}/meetings/{meeting}")
        assert (unread["status"], unread["type"]) == (503, "urn:bindeglied:problem:program-too-old")
        assert not await _retry(api, UPCOMING.name, meeting)
        assert await _parked(api) == parked

        await api.kill()
        await worker.kill()
        api, worker = town.process("api", NEXT_VERSION), town.process("worker", NEXT_VERSION)
        await api.start()
        await worker.start()
        for reader in (UPCOMING.name, CADENCE.name):
            assert await _retry(api, reader, meeting)
        assert await _parked(api) == []
        await nobody_is_behind(api)
        assert not await _is_shown(api, "cannot be published")
        shown = await api.get(f"{PREFIX}/meetings?body={body}")
        assert [(one["place"], one["standing"]) for one in shown["items"]] == [("Volkshochschule", "opened")]
    for name, value in CHANGES.items():
        monkeypatch.setattr(MeetingRescheduled, name, value, raising=False)
    async with asyncpg.create_pool(town.database.dsn, min_size=1, max_size=6) as pool:
        await read_models_must_equal_a_fold(town, pool)
        await topic_must_be_whole(town, pool)
        await public_topic_must_be_whole(town, pool)


async def _poison(town: Town, meeting: UUID, body: str) -> None:
    """Another process, already of the next version, moves and opens the meeting."""
    said: dict[str, Any] = {"body": body, "body_name": "Fachbeirat", "title": "Vorgestellt", "public": True, "place": "Volkshochschule"}
    moved = MeetingRescheduled(**said, starts_at=MOVED_TO, ends_at=None, formerly_starts_at=STARTS, formerly_place="Stadthaus")
    opened = MeetingOpened(**said, opened_at=MOVED_TO, agenda=(), members=(), quorum=QUORUM)
    admin = await asyncpg.connect(town.database.admin_dsn)
    for event, version in ((moved, LATER), (opened, 1)):
        await admin.execute(APPEND, meeting, event.NAME, version, event.model_dump_json())
    await admin.close()


async def _parked(api: ServiceProcess) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await api.get(f"{PREFIX}/operations/parked")
    return found


async def _is_said(worker: ServiceProcess, words: str) -> bool:
    return words in (await worker.findings())["checks"]["broker"]["says"]


async def _is_shown(api: ServiceProcess, words: str) -> bool:
    positions = await api.get(f"{PREFIX}/operations/positions")
    return any(one["kind"] == "relay" and words in (one["stopped"] or "") for one in positions)


async def _are_parked(api: ServiceProcess, streams: int) -> bool:
    return len(await _parked(api)) == streams


async def _others_flow(api: ServiceProcess) -> bool:
    positions = await api.get(f"{PREFIX}/operations/positions")
    return {one["reader"] for one in positions if one["lag"] != 0} == {"relay.1", NUMBERS}  # What keeps the log's order waits there.


async def _retry(api: ServiceProcess, reader: str, stream: UUID) -> bool:
    async with httpx2.AsyncClient(base_url=api.url, headers=api.town.headers, timeout=30) as client:
        answer = await client.post(f"{PREFIX}/operations/parked/{reader}/own/{stream}/retry")
    assert answer.status_code == 200, answer.text
    released: bool = answer.json()["released"]
    return released
