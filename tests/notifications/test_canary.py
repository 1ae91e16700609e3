"""Addresses, names, tokens and words of residents are nowhere in plain but in the letters themselves."""

from __future__ import annotations

import logging
from typing import Any

import asyncpg
import pytest

from tests.faults.scan import find_in_bytes
from tests.notifications.city import FEEDBACK, OPERATOR, SECRETARY, City, text_of, tokens
from tests.notifications.examples import (
    BOARD,
    CONFERENCE,
    MEETING,
    MEETING_INVITED,
    MEETING_SCHEDULED,
    MEMBER,
    registration_confirmed,
    registration_requested,
)
from tests.support.postgres import Database

SUBSCRIBER, REGISTRANT, IN_OFFICE = "kanari-7731@example.org", "zeisig-4402@example.org", "stieglitz-9917@example.org"
NAME, WORDS, NOTE = "Änne Kanarienvogel-5501", "Die Rampe bei Zeisig-13d4 fehlt.", "Rampe Stieglitz-90c2 ist bestellt."
MANAGE = "manage-kanari-token-66"
CLEAR = "Offenkundig-4711"
"""A text that nobody seals: the scan has to find it, or it proves nothing."""


async def every_value(database: Database) -> bytes:
    """Every row of every table of a database, as text, with the bytes of the log as they are."""
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        tables = await connection.fetch(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        )
        found = b""
        for table in tables:
            for row in await connection.fetch(f'select * from "{table["schemaname"]}"."{table["tablename"]}"'):
                found += b"\n".join(bytes(value) if isinstance(value, bytes) else str(value).encode() for value in row.values())
        return found
    finally:
        await connection.close()


async def test_what_is_personal_is_nowhere_in_plain_but_in_the_letters(
    city: City, database: Database, keyring_database: Database, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[bytes] = []

    async def said(answer: Any) -> Any:
        answers.append(answer.content + str(answer.headers).encode())
        return answer

    await said(await city.subscribe(SUBSCRIBER))
    confirm, stop = tokens(await city.letter(1))
    for path, wish in (
        ("/subscriptions/confirmation", {"token": confirm}),
        ("/subscriptions/confirmation", {"token": confirm, SUBSCRIBER: 1}),
        ("/subscriptions/stop", {"token": [stop]}),
        ("/subscriptions", {"email": SUBSCRIBER + "@x", "about": "everything"}),
        ("/subscriptions", {"email": [SUBSCRIBER], "about": SUBSCRIBER}),
        ("/feedback", {"text": WORDS, "email": SUBSCRIBER, "page": "/de"}),
        ("/feedback", {"text": WORDS + "\0", "email": SUBSCRIBER}),
    ):
        await said(await city.post(path, wish))
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": IN_OFFICE}
    await said(await city.post("/contacts", contact, SECRETARY))
    await said(await city.post("/contacts", contact))
    await city.quiet()
    feedback = (await city.get("/feedback", FEEDBACK)).json()["items"][0]["feedback"]
    await said(await city.post(f"/feedback/{feedback}/answer", {"note": NOTE}, FEEDBACK))

    subject = await city.keyring.subject_for(REGISTRANT)
    email, name, token = [await city.keyring.seal(value, subject, "test.value") for value in (REGISTRANT, NAME, MANAGE)]
    city.tell("conferences", CONFERENCE, registration_requested(email, name, token, token), registration_confirmed(email, name, token))
    city.tell("meetings", MEETING, MEETING_SCHEDULED.model_copy(update={"place": CLEAR}), MEETING_INVITED)
    await city.quiet()
    await said(await city.get("/notifications", OPERATOR))
    await said(await city.get("/operations/positions", OPERATOR))

    letters = city.letters()
    written = "\n".join(str(letter["To"]) + text_of(letter) for letter in letters)
    canaries = [SUBSCRIBER, REGISTRANT, IN_OFFICE, NAME, WORDS, NOTE, MANAGE, confirm, stop]
    assert {one for one in canaries if one in written} == set(canaries) - {WORDS, NOTE}, "the letters are the mail and have it"

    stored = await every_value(database) + await every_value(keyring_database)
    assert CLEAR.encode() in stored
    captured = capfd.readouterr()
    logged = (caplog.text + captured.out + captured.err).encode()
    places = {"databases": stored, "answers": b"\n".join(answers), "logs": logged}
    assert [hit for place, data in places.items() for hit in find_in_bytes(place, data, canaries)] == []
