"""What people tell the city of themselves, in every way there is, stands in plain in their letters only, and erased it is nowhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import httpx2
import pytest

from bindeglied.postgres import start_postgres
from services.conferences.events.registrations import RegistrationRequested
from shared.dsn import with_database
from shared.eventstore.log import read_log
from shared.privacy.sealed import ERASED
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.relay import Relay
from shared.run import Running
from shared.sources.log import LogSource
from shared.surroundings import ended
from tests.e2e.asking import Asking
from tests.e2e.cities import City, city_of
from tests.e2e.homes import Operator, told_home
from tests.e2e.worlds import CONFERENCES, NOTIFICATIONS, OFFICE, meeting
from tests.faults.processes import until
from tests.faults.scan import Found, find, find_in_bytes
from tests.support.kafka import KafkaServer
from tests.support.run import Run

pytestmark = pytest.mark.timeout(900)  # A broker and a city are started, and everything is asked for and looked through.
CLEAR = "Offenkundig-Ümit+4711 Sitzung"
"""A title that nobody seals: the scan has to find it, or it proves nothing."""
ANNE = {"name": "Änne Kanarienvogel-5501", "email": "kanari-a1f7@example.org"}
NEEDS = "Gebärdensprache für Kanari-90c2"
WISH = "Zeisig-Wunsch 13d4: Kurse am Abend für meine Söhne"
SUBSCRIBER, MEMBER, CRITIC = "zeisig-b2e8@example.org", "stieglitz-c3d9@example.org", "girlitz-d4ea@example.org"
CRITIQUE, PAGE = "Girlitz-Klage 24e5: die Schrift ist zu klein für mich", "Girlitz-Seite 35f6 über Größen"
CANARIES = [*ANNE.values(), NEEDS, WISH, SUBSCRIBER, MEMBER, CRITIC, CRITIQUE, PAGE]
REGISTRATIONS = CONFERENCES + "/conferences/{dialog}/registrations"
TABLES = """select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"""


async def test_a_canary_is_in_the_letters_only_and_erased_it_is_nowhere(
    run: Run, own_kafka: KafkaServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with told_home(run) as told:
        async with city_of(told.home) as city, _published(city, own_kafka):
            await _people_tell_of_themselves(city)
            tokens = [city.names[name] for name in ("bestaetigung", "verwaltung", "beleg", "abo")]
            assert _letters_hold(told, [ANNE["email"], SUBSCRIBER, MEMBER, *tokens[:2]])
            seen = Asking(city, {})
            answers = [one.content + repr(one.headers).encode() for one in await seen.shown()]
            answers += [_bytes_of(one) for one in city.heard if one.url.path != city.filled(REGISTRATIONS) and "receipt" not in one.text]
            assert len(answers) > 500
            await until(lambda: _is_published(city), "everything is in the topics")
            found = await _in_tables(told, city, [*CANARIES, *tokens])
            found += await asyncio.to_thread(_in_files, told, own_kafka, [CLEAR, *CANARIES, *tokens])
            said = "\n".join([caplog.text, *capsys.readouterr()]).encode()
            found += [hit for answer in [*answers, said] for hit in find_in_bytes("answers and logs", answer, [*CANARIES, *tokens])]
            assert [hit for hit in found if hit.text != CLEAR] == []
            assert {hit.place for hit in found} >= {"data files", "write-ahead log", "broker"}
            await _one_is_erased(city)


async def _people_tell_of_themselves(city: City) -> None:
    """A registrant who also hands something in, a subscriber, a member's contact, somebody who complains; then letters go to all."""
    city.at("2023-10-17T09:00:00+02:00")
    await city.does(REGISTRATIONS, {**ANNE, "language": "de", "access_needs": NEEDS})
    city.names["bestaetigung"] = city.letter(ANNE["email"], "registration/confirm")
    await city.does(REGISTRATIONS, {"name": "Carla Nachbar", "email": "carla.nachbar@post.example", "language": "de"})
    await city.does(CONFERENCES + "/registrations/confirmation", {"token": "{bestaetigung}"})
    city.names["verwaltung"] = city.letter(ANNE["email"], "registration/manage")
    wish = {**ANNE, "group": "offen", "kind": "suggestion", "text": WISH, "language": "de"}
    received = await city.does(CONFERENCES + "/conferences/{dialog}/contributions", wish)
    city.names["beleg"] = received.json()["receipt"]
    await city.does(NOTIFICATIONS + "/subscriptions", {"email": SUBSCRIBER, "language": "en", "about": "everything"})
    city.names["abo"] = city.letter(SUBSCRIBER, "subscription/confirm")
    await city.does(NOTIFICATIONS + "/subscriptions/confirmation", {"token": "{abo}"})
    contact = {"member": "{willms}", "body": "{fachbeirat}", "email": MEMBER, "language": "en"}
    await city.does(NOTIFICATIONS + "/contacts", contact, OFFICE)
    await city.does(NOTIFICATIONS + "/feedback", {"text": CRITIQUE, "email": CRITIC, "page": PAGE})
    await city.does("/api/meetings/meetings", meeting(CLEAR, "2024-01-10", public=True), OFFICE, "offenkundige-sitzung")
    await city.does("/api/meetings/meetings/{offenkundige-sitzung}/invitation", {}, OFFICE)
    await until(lambda: _nothing_is_to_be_sent(city), "all letters are sent")
    for path, body in (
        ("registrations/confirmation", {"token": "{bestaetigung}"}),
        ("conferences/{dialog}/registrations", {**ANNE, NEEDS: WISH}),
    ):
        assert (await city.post(f"{CONFERENCES}/{path}", body)).is_client_error, "what does not fit is not repeated"


async def _nothing_is_to_be_sent(city: City) -> bool:
    pool = city.everything.services["notifications"].pool
    claimed: int = await pool.fetchval("select count(*) from work.notification")
    return claimed == 0


@asynccontextmanager
async def _published(city: City, kafka: KafkaServer) -> AsyncIterator[None]:
    """What the services tell each other goes through a real broker as well."""
    async with AsyncExitStack() as stack:
        for name, one in city.everything.services.items():
            if one.service.contracts:
                published = LogSource(one.pool, one.signals, name, published=one.service.published, types=one.types)
                relay = Relay(published, one.pool, kafka.bootstrap, "bremerhaven")
                work = asyncio.create_task(relay.run(), name=f"relay:{name}")
                stack.push_async_callback(ended, work)
        yield


async def _is_published(city: City) -> bool:
    for one in city.everything.services.values():
        if one.service.contracts:
            row = await one.pool.fetchrow("select min(r.pos) as pos, (select max(pos) from log.log) as tail from log.relay r")
            if row is None or row["pos"] is None or row["pos"] < row["tail"]:
                return False
    return True


def _letters_hold(told: Operator, texts: Iterable[str]) -> bool:
    """The letters are the mail itself: they go to whom they are for, with the links."""
    return {hit.text for hit in find({"letters": told.home.outbox}, texts)} == set(texts)


def _in_files(told: Operator, kafka: KafkaServer, texts: list[str]) -> list[Found]:
    data = told.home.postgres
    places = {
        "data files": data / "base",
        "write-ahead log": data / "pg_wal",
        "everything else of PostgreSQL": data,
        "keys": told.home.keys,
        "broker": kafka.directory,
    }
    return find(places, texts)


async def _in_tables(told: Operator, city: City, texts: list[str]) -> list[Found]:
    """The tables of every database in which one of these texts stands, work tables and keyring included, unpacked."""
    uri = start_postgres(told.home.postgres).get_uri()
    found: list[Found] = []
    for name in (*city.everything.services, "keyring"):
        connection = await asyncpg.connect(with_database(uri, f"bindeglied_{name}"))
        await connection.execute("checkpoint")
        tables = [row[0] for row in await connection.fetch(TABLES)]
        assert len(tables) > 3
        for table in tables:
            for row in await connection.fetch(f"select * from {table}"):
                content = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
                found += find_in_bytes(f"{name} {table}", content, texts)
        await connection.close()
    return found


def _bytes_of(answer: httpx2.Response) -> bytes:
    return b"\n".join((*(name + b": " + value for name, value in answer.headers.raw), answer.content))


async def _one_is_erased(city: City) -> None:
    """By the link in her letter. What is counted stays counted, what hangs together hangs together, and nobody else is touched."""
    before = await _what_stays(city)
    [shown] = [one for one in (await city.get(REGISTRATIONS, OFFICE)).json()["items"] if one["email"] == ANNE["email"]]
    assert (shown["name"], shown["access_needs"]) == (ANNE["name"], NEEDS), "the organisers did see it"
    await city.does(CONFERENCES + "/registrations/erasure", {"token": "{verwaltung}"})
    listed = (await city.get(REGISTRATIONS, OFFICE)).json()["items"]
    [gone] = [one for one in listed if one["id"] == shown["id"]]
    erased = ERASED.model_dump()
    assert (gone["erased"], gone["name"], gone["email"], gone["access_needs"]) == (True, erased, erased, erased)
    everything = city.everything
    for service in everything.services.values():
        for projection in service.service.projections:
            projector = Projector(
                projection, {name: _opener(city, service, name) for name in projection.folds}, service.pool, service.signals
            )
            assert (await projector.verify()).difference is None, projection.name
            await projector.rebuild()
    await city.story.quiet()
    assert await _what_stays(city) == before
    keyring = everything.around.keyring
    assert keyring is not None
    asked = [
        RegistrationRequested.model_validate_json(entry.data)
        for entry in await read_log(everything.services["conferences"].pool, 0, 10_000)
        if entry.type == RegistrationRequested.NAME
    ]
    hers = next(one for one in asked if str(one.registration) == shown["id"])
    assert await keyring.open_many([hers.name, hers.email]) == [ERASED, ERASED]
    others = [one for one in asked if one.conference == hers.conference and one is not hers]
    assert others, "in this conference: of those before it nothing is kept any more"
    assert ERASED not in await keyring.open_many([one.email for one in others]), "everybody else's data opens"
    contributions = (await city.get(CONFERENCES + "/conferences/{dialog}/contributions", OFFICE)).json()["items"]
    assert [one["name"] for one in contributions] == [erased]
    contacts = (await city.get(NOTIFICATIONS + "/contacts?body={fachbeirat}", OFFICE)).json()
    assert MEMBER in [one["email"] for one in contacts]


async def _what_stays(city: City) -> list[Any]:
    """Her receipt, the public conference, how many are registered, and the trace of everything."""
    paths = ("/de/receipt?token={beleg}", "/api/conferences/conferences/{dialog}", "/de/trace/{konferenz}.json", "/en/trace/{empfehlung}")
    pages = [await city.get(path) for path in paths]
    assert [page.status_code for page in pages] == [200] * len(paths)
    registrations = (await city.get(REGISTRATIONS, OFFICE)).json()["items"]
    return [*(page.content for page in pages), sorted(one["standing"] for one in registrations)]


def _opener(city: City, service: Running, name: str) -> Any:
    foreign = city.everything.around.foreign
    assert foreign is not None
    return lambda: LogSource(service.pool, service.signals, service.service.name) if name == OWN else foreign(name)
