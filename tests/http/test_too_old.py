"""A stream in which a later release has written: hidden, it looks like none; to those who see it, the program says that it is too old."""

from __future__ import annotations

from uuid import uuid4

import httpx2
import pytest

from tests.http.conftest import Served, bearer
from tests.http.test_commands import told
from tests.support.later_release import written_later

TOO_OLD = "urn:bindeglied:problem:program-too-old"
OUTSIDER = bearer("outsider", f"{uuid4()}:secretariat")


async def asked(served: Served, notebook: str, who: dict[str, str]) -> list[httpx2.Response]:
    """A question and two commands, one of them under a key."""
    address = f"/api/notes/notebooks/{notebook}"
    return [
        await served.client.get(address, headers=who),
        await served.client.post(f"{address}/lines", json={"text": "a"}, headers={**who, "if-match": '"1"'}),
        await served.client.post(f"{address}/lines", json={"text": "a"}, headers={**who, "if-match": "*", "idempotency-key": "k"}),
    ]


def shown(answers: list[httpx2.Response]) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """All that an outsider gets."""
    return [(answer.status_code, answer.content, sorted(answer.headers.items())) for answer in answers]


@pytest.mark.parametrize("type", ["notes.LineWritten", "notes.LineErased"])
@pytest.mark.parametrize("known", [False, True], ids=["cold", "warm"])
async def test_a_hidden_stream_of_a_later_release_is_as_if_it_were_missing(served: Served, type: str, *, known: bool) -> None:
    hidden = (await served.begin(hidden=True)).json()["id"]
    if not known:
        served.runtime.store._states.clear()  # type: ignore[attr-defined]  # As after a new start.
    await written_later(served.runtime.read, hidden, type)
    missing = shown(await asked(served, str(uuid4()), OUTSIDER))
    assert [status for status, *_ in missing] == [404, 404, 404]
    assert shown(await asked(served, hidden, OUTSIDER)) == missing
    assert shown(await asked(served, hidden, OUTSIDER)) == missing
    statuses = (503, 412, 503)  # The second one saw version 1, which is not the last.
    problems = [told(answer, status) for answer, status in zip(await asked(served, hidden, served.secretary()), statuses, strict=True)]
    assert (problems[0]["type"], problems[2]["type"]) == (TOO_OLD, TOO_OLD)


async def test_a_hidden_stream_that_cannot_be_read_from_its_first_fact_is_nobodys(served: Served) -> None:
    stream = str(uuid4())
    await written_later(served.runtime.read, stream, "notes.NotebookBegun")
    answers = await asked(served, stream, OUTSIDER)
    assert shown(answers) == shown(await asked(served, str(uuid4()), OUTSIDER))
    assert told(answers[0], 404)["type"] == "urn:bindeglied:problem:not-found"


async def test_who_sees_a_stream_is_told_that_the_program_is_too_old_and_nothing_happens(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    await written_later(served.runtime.read, notebook, "notes.LineWritten")
    shown_to_all = await served.client.get(f"/api/notes/notebooks/{notebook}")
    problem = told(shown_to_all, 503)
    assert (problem["type"], shown_to_all.headers["retry-after"]) == (TOO_OLD, "60")
    assert "green" not in shown_to_all.text
    assert told(await served.write(notebook, "more", if_match="*"), 503)["type"] == TOO_OLD
    closing = await served.client.post(f"/api/notes/notebooks/{notebook}/closing", headers=served.secretary())
    assert told(closing, 503)["type"] == TOO_OLD
    assert await served.runtime.read.fetchval("select count(*) from log.log") == 2
    assert (await served.begin()).status_code == 201


async def test_who_may_not_change_what_all_see_is_told_so_and_not_that_the_program_is_too_old(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    await written_later(served.runtime.read, notebook, "notes.LineWritten")
    answer = (await asked(served, notebook, OUTSIDER))[1]
    assert told(answer, 403)["type"] == "urn:bindeglied:problem:not-allowed"


async def test_a_command_that_had_happened_is_answered_as_it_was(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    first = await served.write(notebook, "once", if_match='"1"', idempotency_key="w")
    await written_later(served.runtime.read, notebook, "notes.LineWritten")
    served.runtime.store._states.clear()  # type: ignore[attr-defined]  # As after a new start.
    again = await served.write(notebook, "once", if_match='"1"', idempotency_key="w")
    assert (again.status_code, again.content) == (200, first.content)


async def test_a_damaged_fact_is_our_mistake_to_those_who_see_it_and_nothing_to_others(served: Served) -> None:
    hidden = (await served.begin(hidden=True)).json()["id"]
    await written_later(served.runtime.read, hidden, "notes.LineWritten", version=1)
    missing = shown(await asked(served, str(uuid4()), OUTSIDER))
    assert shown(await asked(served, hidden, OUTSIDER)) == missing
    answer = await served.client.get(f"/api/notes/notebooks/{hidden}", headers=served.secretary())
    assert told(answer, 500)["incident"]
    assert "green" not in answer.text
