"""Sealed values on their whole way: nowhere readable on disk, opened only with the key, and after its erasure by nobody."""

from __future__ import annotations

import asyncio
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx2
import pytest

from shared.envelope import Cursor
from shared.eventstore.signals import Signals
from shared.privacy.erasure import Erasure
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from shared.privacy.sealed import ERASED, Erased
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.sources.kafka import KafkaSource
from shared.sources.log import LogSource
from tests.faults.enrolments import ENROLLED, NAME, SeatTaken
from tests.faults.processes import ServiceProcess, Town, until
from tests.faults.scan import find, find_in_bytes, forms
from tests.sources.facts import read_to
from tests.support.kafka import KafkaServer
from tests.support.postgres import PostgresServer
from tests.support.run import Run

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
MODULE = "tests.faults.enrolments"
PREFIX = f"/api/{NAME}/enrolments"
CLEAR = "Offenkundig-Ümit+4711 Kurs"
"""A text that nobody seals: the scan has to find it, or it proves nothing."""
OLD = {"person": "Änne Kanarienvogel-5501", "email": "känari-a1f7@example.org", "needs": "Gebärdensprache für Kanari-90c2"}
NEW = {"person": "Jürgen Zeisig/Stieglitz 7734", "email": "zeisig-b2e8@example.org", "needs": "Rampe, Höranlage Zeisig-13d4"}
CANARIES = [*OLD.values(), *NEW.values()]


@pytest.fixture
async def town(run: Run, own_postgres: PostgresServer, own_kafka: KafkaServer, city: str) -> AsyncIterator[Town]:
    """On servers of this test's own, whose files it may look through."""
    database, keyring = await own_postgres.create_database(), await own_postgres.create_database("keyring")
    made = Town(run, database, keyring, own_kafka.bootstrap, city, NAME)
    yield made
    made.remove()


async def test_a_sealed_canary_is_nowhere_in_plain_and_reads_as_erased_when_its_key_is_gone(
    town: Town, own_postgres: PostgresServer, own_kafka: KafkaServer
) -> None:
    process = town.process("all", MODULE)
    talk = Talk(town, process)
    await process.start(ENROLMENTS="1")
    old = await talk.enrol(OLD)
    await process.kill()
    await process.start(ENROLMENTS="2")
    new = await talk.enrol(NEW)
    await talk.misunderstand(old)
    assert await talk.shown(old) == {"course": CLEAR, **OLD}, "an event sealed by the first version opens after upcasting"
    assert await talk.shown(new) == {"course": CLEAR, **NEW}
    await until(lambda: _is_published(talk, process), "everything is in the topic")

    async with asyncpg.create_pool(town.database.dsn, min_size=1, max_size=6) as pool:
        keyring = Keyring(town.keyring.dsn, FileKeyStore(town.folder / "keys" / "kek.json"), f"/{town.city}")
        await keyring.start()
        heard = await _heard(town, keyring)
        assert {one["person"] for one in heard} == {OLD["person"], NEW["person"]}, "a published value opens as well"
        assert {one["reachable_at"] for one in heard} == {OLD["email"], NEW["email"]}

        await _must_be_nowhere(town, own_postgres, own_kafka, talk)
        await Erasure(keyring).erase(await keyring.subject_for(OLD["email"]), now=True)
        await process.kill()  # It may have held the key in memory for another minute.
        await process.start(ENROLMENTS="2")
        erased = dict.fromkeys(OLD, ERASED.model_dump())
        assert await talk.shown(old) == {"course": CLEAR, **erased}
        assert await talk.shown(new) == {"course": CLEAR, **NEW}, "everybody else's data opens"
        await talk.enrol(OLD)  # Whoever comes back is somebody new.

        signals = Signals(town.database.dsn)
        projector = Projector(ENROLLED, {OWN: lambda: LogSource(pool, signals, NAME)}, pool, signals)
        await projector.rebuild()
        assert (await projector.verify()).difference is None
        assert await talk.shown(old) == {"course": CLEAR, **erased}
        assert [one["person"] for one in await _heard(town, keyring)][:2] == [ERASED, NEW["person"]]
        await keyring.close()
        # What has come since the scan: the same values, enrolled once more.
        said = [hit for answer in talk.answers for hit in find_in_bytes("answers", answer, CANARIES)]
        assert said + find({"logs of the service": town.folder}, CANARIES) == []


class Talk:
    """The office's requests, and every byte that was answered."""

    def __init__(self, town: Town, process: ServiceProcess) -> None:
        self.town, self.process = town, process
        self.answers: list[bytes] = []
        self.keys = 0

    async def enrol(self, person: dict[str, str]) -> str:
        """Enrol somebody, twice with the same key: the stored answer is the first one's."""
        self.keys += 1
        headers = {"idempotency-key": f"enrolment-{self.keys}"}
        first = await self._ask("POST", PREFIX, 201, json={"course": CLEAR, **person}, headers=headers)
        again = await self._ask("POST", PREFIX, 201, json={"course": CLEAR, **person}, headers=headers)
        assert again.content == first.content
        return str(first.json()["id"])

    async def misunderstand(self, enrolment: str) -> None:
        """Everything that is answered with a problem, always with the person's data in it."""
        wish = {"course": CLEAR, **OLD}
        await self._ask("POST", f"{PREFIX}/{enrolment}/withdrawal", 200)
        await self._ask("POST", f"{PREFIX}/{enrolment}/again", 409, json=wish)
        await self._ask("POST", PREFIX, 422, json={**wish, OLD["person"]: OLD["needs"]})
        await self._ask("POST", PREFIX, 422, json={**wish, "email": OLD["person"] + OLD["needs"]})
        await self._ask("POST", PREFIX, 422, json={**wish, "needs": [OLD["needs"]]})
        await self._ask("POST", PREFIX, 422, json={**wish, "needs": OLD["needs"] + "\0" + "." * 80})
        await self._ask("POST", PREFIX, 422, content=f'{{"person": "{OLD["person"]}", '.encode())
        await self._ask("POST", PREFIX, 422, json=wish | {"needs": "anderes"}, headers={"idempotency-key": "enrolment-1"})
        await self._ask("GET", f"{PREFIX}/{enrolment}?email={quote(OLD['email'])}", 422)
        await self._ask("GET", f"{PREFIX}/{quote(OLD['person'], safe='')}", 422)
        await self._ask("GET", f"/{quote(OLD['person'], safe='')}", 404)
        await self._ask(
            "POST", PREFIX, 401, json=wish, headers={"authorization": f"Bearer {OLD['email'].encode('ascii', 'ignore').decode()}"}
        )

    async def shown(self, enrolment: str) -> Any:
        """An enrolment as the office may see it, once the read model has it; the one answer that shows what is inside."""
        await until(self._is_read, "everything is read")
        async with httpx2.AsyncClient(base_url=self.process.url, headers=self.town.headers, timeout=30) as client:
            answer = await client.get(f"{PREFIX}/{enrolment}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _is_read(self) -> bool:
        positions = await self.process.get(f"/api/{NAME}/operations/positions")
        return all(one["lag"] == 0 for one in positions if one["kind"] != "relay")

    async def _ask(self, method: str, path: str, status: int, **request: Any) -> httpx2.Response:
        request["headers"] = {**self.town.headers, **request.get("headers", {})}
        async with httpx2.AsyncClient(base_url=self.process.url, timeout=30) as client:
            answer = await client.request(method, path, **request)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        self.answers.append(b"\n".join((*(name + b": " + value for name, value in answer.headers.raw), answer.content)))
        return answer


async def _is_published(talk: Talk, process: ServiceProcess) -> bool:
    positions = await process.get(f"/api/{NAME}/operations/positions")
    return {one["lag"] for one in positions} == {0} and any(one["kind"] == "relay" for one in positions)


async def _heard(town: Town, keyring: Keyring) -> list[dict[str, str | Erased]]:
    """What another service that may open the values reads in the topic."""
    connection = await asyncpg.connect(town.database.dsn)
    tail = await connection.fetchval("select max(pos) from log.log")
    await connection.close()
    source = KafkaSource(town.kafka, town.city, NAME)
    entries = await read_to(source, tail, Cursor())
    await source.close()
    told = [SeatTaken.model_validate_json(entry.data) for entry in entries if entry.type == SeatTaken.NAME]
    heard: list[dict[str, str | Erased]] = []
    for one in told:
        person, address = await keyring.open_many([one.person, one.reachable_at])
        heard.append({"person": person, "reachable_at": address})
    return heard


async def _must_be_nowhere(town: Town, postgres: PostgresServer, kafka: KafkaServer, talk: Talk) -> None:
    """In data files, WAL, the broker's files, all logs and all answers: no canary in any form; and what was not sealed is found there."""
    admin = await asyncpg.connect(town.database.admin_dsn)
    await admin.execute("checkpoint")
    await admin.close()
    places = {
        "data files": postgres.data / "base",
        "write-ahead log": postgres.data / "pg_wal",
        "everything else of PostgreSQL": postgres.directory,
        "broker": kafka.directory,
        "logs of the service": town.folder,
    }
    found = await asyncio.to_thread(find, places, [CLEAR, *CANARIES])
    found += [hit for answer in talk.answers for hit in find_in_bytes("answers", answer, CANARIES)]
    assert [hit for hit in found if hit.text != CLEAR] == []
    assert {hit.place for hit in found} >= {"data files", "write-ahead log", "broker"}


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_the_scan_finds_a_canary_in_every_form(tmp_path: Path, before: str) -> None:
    canary = OLD["person"]
    for name, form in forms(canary).items():
        (tmp_path / name).write_bytes(b"\x07" * 4096 + form + b"\x07" * 100)
    assert len(find({"files": tmp_path}, [canary])) == len(forms(canary)) == len(list(tmp_path.iterdir()))
    town = f"{before}{canary} und mehr".encode()
    hidden = {"plain": town, "base64": b64encode(town), "base64url": urlsafe_b64encode(town), "hex": town.hex().encode()}
    for name, data in hidden.items():
        assert list(find_in_bytes(name, data, [canary])), f"{name} behind {before!r}"
        assert not list(find_in_bytes(name, data, [NEW["person"]]))
