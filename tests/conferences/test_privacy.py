"""What nobody may learn: who registered, what was typed, what is not published, and whose request was sent before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from services.conferences.api.personal import Person, digest_of
from shared.eventstore.errors import StoreBusy
from shared.eventstore.log import read_log
from tests.conferences.city import NOBODY, ORGANISER, PREFIX, STRANGER, City
from tests.conferences.city import city as running_city
from tests.conferences.examples import REASON
from tests.faults.scan import find, find_in_bytes
from tests.support.postgres import Database, PostgresServer

pytestmark = pytest.mark.timeout(400)  # Servers and several cities start slowly where many tests run.
CLEAR = "Offenkundig-Ümit+4711 Konferenz"
"""A title that nobody seals: the scan has to find it, or it proves nothing."""
PERSON = {"name": "Änne Kanarienvogel-5501", "email": "kanari-a1f7@example.org", "access_needs": "Gebärdensprache für Kanari-90c2"}
HANDED_IN = {
    "text": "Zeisig-Wunsch 13d4: Kurse am Abend für meine Söhne",
    "name": "Jürgen Stieglitz 7734",
    "email": "zeisig-b2e8@example.org",
}
CANARIES = [*PERSON.values(), *HANDED_IN.values()]


async def test_a_canary_is_nowhere_in_plain(
    own_postgres: PostgresServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    database, keyring = await own_postgres.create_database(), await own_postgres.create_database("keyring")
    answers: list[httpx2.Response] = []
    tokens: list[str] = []
    async with running_city(database, keyring, tmp_path) as city:
        conference = (await city.plan(title=CLEAR)).json()["id"]
        period = {"closes_at": "2018-11-24T00:00:00+01:00", "capacity": 2}
        await city.post(f"/conferences/{conference}/registration-period", period, ORGANISER)
        keys = ("anmeldung-1", "anmeldung-1", "anmeldung-2")
        answers += [await city.register(conference, PERSON["email"], key=key, **PERSON) for key in keys]
        await city.tail()
        confirm, manage = await city.last_mail()
        answers.append(await city.confirm(confirm))
        answers.append(await city.confirm(confirm))
        receipt = await city.hand_in(conference, **HANDED_IN)
        tokens = [confirm, manage, receipt.json()["receipt"]]
        answers.append(await city.register(conference, PERSON["email"], key="anmeldung-1", **PERSON | {"name": "Anders"}))
        answers.append(await city.register(conference, PERSON["name"] + PERSON["access_needs"], name=PERSON["name"]))
        answers.append(await city.register(conference, PERSON["email"], **{PERSON["name"]: PERSON["access_needs"]}))
        answers.append(await city.hand_in(conference, **HANDED_IN, group=HANDED_IN["name"][:40]))
        answers.append(await city.get(f"/conferences/{conference}/registrations", STRANGER))
        answers.append(await city.get(f"/conferences/{conference}"))
        shown = await city.get(f"/conferences/{conference}/registrations", ORGANISER, min_position=await city.tail())
        assert {name: shown.json()["items"][0][name] for name in PERSON} == PERSON, "the organisers do see it"
        assert not await _rows_with(database, [*CANARIES, *tokens]), "no table of the service"
        assert not await _rows_with(keyring, [*CANARIES, *tokens]), "no table of the keyring"
        assert await _rows_with(database, [CLEAR])
    admin = await asyncpg.connect(database.admin_dsn)
    await admin.execute("checkpoint")
    await admin.close()
    places = {
        "data files": own_postgres.data / "base",
        "write-ahead log": own_postgres.data / "pg_wal",
        "everything else of PostgreSQL": own_postgres.directory,
        "the service's folder": tmp_path,
    }
    found = await asyncio.to_thread(find, places, [CLEAR, *CANARIES, *tokens])
    said = "\n".join([caplog.text, *capsys.readouterr()]).encode()
    found += [hit for answer in answers for hit in find_in_bytes("answers", _bytes_of(answer), [*CANARIES, *tokens])]
    found += find_in_bytes("process logs", said, [*CANARIES, *tokens])
    assert [hit for hit in found if hit.text != CLEAR] == []
    assert {hit.place for hit in found} >= {"data files", "write-ahead log"}


async def _rows_with(database: Database, texts: list[str]) -> list[str]:
    """The tables in which one of these texts stands in some form."""
    connection = await asyncpg.connect(database.admin_dsn)
    query = """select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('log', 'read', 'keyring')"""
    found = []
    for table in [row[0] for row in await connection.fetch(query)]:
        for row in await connection.fetch(f"select * from {table}"):
            content = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
            found += [table for _ in find_in_bytes(table, content, texts)]
    await connection.close()
    return found


def _bytes_of(answer: httpx2.Response) -> bytes:
    return b"\n".join((*(name + b": " + value for name, value in answer.headers.raw), answer.content))


async def test_the_same_request_again_is_answered_the_same_and_happens_once(city: City) -> None:
    conference = await city.conference()
    first, again = [await city.hand_in(conference, key="beitrag") for _ in range(2)]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    entered, entered_again = [await city.enter(conference, key="zettel") for _ in range(2)]
    assert entered.json() == entered_again.json()
    asked, asked_again = [await city.register(conference, key="anmeldung") for _ in range(2)]
    assert asked.content == asked_again.content
    await city.tail()
    confirm, _ = await city.last_mail()
    assert [(await city.confirm(confirm, Idempotency_Key="ja")).status_code for _ in range(2)] == [200, 200]
    types = [entry.type.partition(".")[2] for entry in await read_log(city.process.pool, 0, 100)]
    assert types == [
        "ConferencePlanned",
        "RegistrationOpened",
        "ContributionReceived",
        "ContributionReceived",
        "ContributionPublished",
        "RegistrationRequested",
        "RegistrationConfirmed",
    ]


async def test_whoever_guesses_anothers_key_learns_nothing(city: City) -> None:
    conference = await city.conference()
    key = str(uuid4())
    mine = (await city.hand_in(conference, key=key)).json()["receipt"]
    guessed = await city.hand_in(conference, key=key, text="Etwas anderes.")
    assert (guessed.status_code, guessed.json()["type"]) == (422, "urn:bindeglied:problem:key-reused")
    elsewhere = await city.hand_in(await city.conference(), key=key)
    assert elsewhere.status_code == 422
    registration = await city.register(conference, key=key)
    assert registration.status_code == 422
    wish = {"group": "sprache", "kind": "suggestion", "text": "Etwas anderes.", "language": "de"}
    path = f"/conferences/{conference}/contributions"
    signed_in = await city.post(path, wish, STRANGER, Idempotency_Key=key)
    assert signed_in.status_code == 201, "a principal's keys are its own"
    assert signed_in.json()["receipt"] != mine
    assert (await city.enter(conference, key=key)).json()["receipt"] not in (mine, signed_in.json()["receipt"])


async def test_a_token_stands_in_clear_as_its_digest_only(city: City) -> None:
    conference = await city.conference()
    confirm, manage = await city.registered(conference)
    (requested,) = await city.requests()
    assert (requested.confirm, requested.manage) == (digest_of(confirm), digest_of(manage))
    assert len({confirm, manage}) == 2
    assert {len(token) for token in (confirm, manage)} == {22}, "128 bits"


async def test_nothing_is_sealed_for_somebody_whose_key_is_being_erased(city: City) -> None:
    thing = await city.keyring.thing_of("ada@example.org")
    person = Person(city.keyring, thing.subject, thing.person)
    sealed = await person.seal("Ada", "registrant.name")
    assert (sealed.source, sealed.purpose) == ("/bremerhaven/conferences", "registrant.name")
    await city.keyring.erase(person.subject)
    with pytest.raises(StoreBusy):
        await person.seal("Ada", "registrant.name")
    assert (await city.register(await city.conference(), "ada@example.org")).status_code == 201, "whoever comes back is somebody new"


CORRECTION = {"group": "sprache", "kind": "suggestion", "received_on": "2018-09-17", "text": "x", "reason": "y"}
World = Callable[[City, str, str], Coroutine[Any, Any, None]]


async def quiet(city: City, conference: str, published: str) -> None:
    """Nothing happens that is not public."""


async def busy(city: City, conference: str, published: str) -> None:
    """Others register, confirm, cancel and erase; contributions are handed in, settled and used, and none is published."""
    await city.registered(conference, "eins@example.org")
    await city.coming(conference, "zwei@example.org", access_needs="Rampe")
    gone = await city.coming(conference, "drei@example.org")
    assert (await city.post("/registrations/cancellation", {"token": gone})).status_code == 200
    gone = await city.coming(conference, "vier@example.org")
    assert (await city.post("/registrations/erasure", {"token": gone})).status_code == 200
    assert (await city.hand_in(conference)).status_code == 201
    settled = str((await read_log(city.process.pool, 0, 100))[-1].stream)
    wish = {"fate": "forwarded", "reason": REASON}
    assert (await city.post(f"/contributions/{settled}/settlement", wish, ORGANISER)).status_code == 200
    right = {"group": "arbeit", "kind": "experience", "received_on": "2018-09-17", "reason": REASON}
    assert (await city.post(f"/contributions/{settled}/correction", right, ORGANISER)).status_code == 200
    assert (await city.hand_in(conference, email="zwei@example.org")).status_code == 201


async def telling(city: City, conference: str, published: str) -> None:
    """Something that everybody reads is put right."""
    right = {"group": "arbeit", "kind": "experience", "received_on": "2018-09-17", "text": "Anders.", "reason": REASON}
    assert (await city.post(f"/contributions/{published}/correction", right, ORGANISER)).status_code == 200


async def test_two_worlds_that_differ_in_what_is_hidden_answer_everybody_alike(
    databases: Callable[..., Coroutine[Any, Any, Database]], tmp_path: Path
) -> None:
    worlds = []
    for world in (quiet, busy, telling):
        folder = tmp_path / world.__name__
        folder.mkdir()
        async with running_city(await databases(), await databases("keyring"), folder) as city:
            worlds.append(await _everything_public(city, world))
    assert worlds[0] == worlds[1]
    assert len(worlds[0]) > 20
    differing = {one[0] for one, other in zip(worlds[0], worlds[2], strict=True) if one != other}
    assert differing == {"one", "contributions", "of a group", "small page", "contribution"}, "what is public is told"


async def _everything_public(city: City, world: World) -> list[tuple[str, int, list[tuple[str, str]], bytes]]:
    """What the public routes answer to somebody without and to somebody with an account, in a world in which more has happened or not."""
    conference = await city.conference(key="tagung")
    published = (await city.enter(conference, key="zettel")).json()["id"]
    await world(city, conference, published)
    unpublished = [
        str(entry.stream) for entry in await read_log(city.process.pool, 0, 1000) if entry.type == "conferences.ContributionReceived"
    ]
    hidden = [one for one in unpublished if one != published]
    origins = [published, hidden[-1]] if hidden else [published]
    assert (await city.record(conference, *origins, key="ergebnis")).status_code == 201
    city.clock.now = city.clock.now.replace(hour=18, minute=0, second=0)
    await city.tail()
    said = []
    secret = hidden[0] if hidden else str(uuid4())
    paths = {
        "list": "/conferences",
        "one": f"/conferences/{conference}",
        "contributions": f"/conferences/{conference}/contributions",
        "of a group": f"/conferences/{conference}/contributions?group=arbeit",
        "small page": f"/conferences/{conference}/contributions?limit=1",
        "contribution": f"/contributions/{published}",
        "hidden contribution": f"/contributions/{secret}",
        "registrations": f"/conferences/{conference}/registrations",
        "far position": "/conferences?min_position=9",
    }
    wishes: dict[str, tuple[str, dict[str, Any], str | None]] = {
        "register": (f"/conferences/{conference}/registrations", _registration("neu@example.org"), "neu"),
        "register again": (f"/conferences/{conference}/registrations", _registration("neu@example.org"), None),
        "register whom only one world knows": (f"/conferences/{conference}/registrations", _registration("zwei@example.org"), None),
        "unknown token": ("/registrations/confirmation", {"token": "x" * 22}, None),
        "unknown token to cancel": ("/registrations/cancellation", {"token": "x" * 22}, None),
        "unknown token to erase": ("/registrations/erasure", {"token": "x" * 22}, None),
        "publish what is hidden": (f"/contributions/{secret}/publication", {"text": "x"}, None),
        "correct what is hidden": (f"/contributions/{secret}/correction", CORRECTION, None),
    }
    for who in (NOBODY, STRANGER):
        for name, path in paths.items():
            answer = await city.client.get(PREFIX + path, headers=who)
            if "min_position" in path and who:
                continue  # It is about one's own writes, and whoever wrote nothing asks for none.
            said.append((name, answer.status_code, sorted(answer.headers.items()), answer.content))
        for name, (path, wish, key) in wishes.items():
            answer = await city.post(path, wish, who, **({"Idempotency_Key": key} if key else {}))
            said.append((name, answer.status_code, sorted(answer.headers.items()), answer.content))
    return said


def _registration(email: str) -> dict[str, Any]:
    return {"name": "Neu Gekommen", "email": email, "language": "en"}
