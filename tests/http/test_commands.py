"""Commands over HTTP: ids, versions, stored answers, and what each kind of bad input is told."""

from __future__ import annotations

import gc
import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from shared.http.call import Invocation
from tests.http.conftest import Hashing, Served, bearer, served_on
from tests.support.postgres import Database

PROBLEM = "application/problem+json"


def told(response: httpx2.Response, status: int) -> dict[str, Any]:
    """The problem that a response is, after checking that it is one of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:bindeglied:")
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_a_command_answers_id_version_and_position_in_body_and_headers(served: Served) -> None:
    begun = await served.begin()
    assert begun.status_code == 201
    done = begun.json()
    assert done == {"id": done["id"], "version": 1, "position": 1}
    assert begun.headers["etag"] == '"1"'
    assert begun.headers["position"] == "1"
    assert begun.headers["location"] == f"/api/notes/notebooks/{done['id']}"
    shown = await served.client.get(begun.headers["location"], headers=served.secretary())
    assert shown.headers["etag"] == '"1"'
    written = await served.write(done["id"], "first", if_match=shown.headers["etag"])
    assert written.json() == {"id": done["id"], "version": 2, "position": 2}


async def test_a_requests_objects_are_freed_with_its_answer_without_the_garbage_collector(served: Served) -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            (await served.begin()).raise_for_status()
        assert not [one for one in gc.get_objects() if isinstance(one, Invocation)]
    finally:
        gc.enable()


async def test_the_same_key_and_body_get_the_same_bytes_and_happen_once(served: Served) -> None:
    headers = {**served.secretary(), "idempotency-key": "begin-once"}
    wish = {"body": str(served.body), "hidden": False}
    first = await served.client.post("/api/notes/notebooks", json=wish, headers=headers)
    reordered = await served.client.post("/api/notes/notebooks", json=dict(reversed(wish.items())), headers=headers)
    assert (first.status_code, first.content) == (reordered.status_code, reordered.content)
    assert [first.headers[name] for name in ("etag", "position", "location")] == [
        reordered.headers[name] for name in ("etag", "position", "location")
    ]
    assert await served.runtime.read.fetchval("select count(*) from log.log") == 1


async def test_a_retry_with_the_old_if_match_gets_the_stored_answer_and_not_412(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    first = await served.write(notebook, "once", if_match='"1"', idempotency_key="w1")
    again = await served.write(notebook, "once", if_match='"1"', idempotency_key="w1")
    assert (first.status_code, first.content) == (200, again.content)


async def test_the_same_key_with_another_body_is_422(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    key = str(uuid4())
    assert (await served.write(notebook, "one", if_match='"1"', idempotency_key=key)).status_code == 200
    problem = told(await served.write(notebook, "other", if_match='"2"', idempotency_key=key), 422)
    assert problem["type"] == "urn:bindeglied:problem:key-reused"


async def test_the_same_key_of_another_principal_is_unknown_and_happens_anew(served: Served) -> None:
    key, wish = str(uuid4()), {"body": str(served.body)}
    answers = [
        await served.client.post("/api/notes/notebooks", json=wish, headers={**served.secretary(sub), "idempotency-key": key})
        for sub in ("one", "two")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_an_unknown_query_parameter_is_422_and_named(served: Served) -> None:
    response = await served.client.get("/api/notes/numbers?limt=3&after=&erika%40example.org=1", headers=served.secretary())
    assert told(response, 422)["errors"] == [
        {"where": "query.limt", "what": "is not known here"},
        {"where": "query.…", "what": "is not known here"},
    ]


@pytest.mark.parametrize("key", ["", "two words", "ü", "x" * 256])
async def test_a_malformed_idempotency_key_is_422_and_names_the_header(served: Served, key: str) -> None:
    headers = [(name.encode(), value.encode()) for name, value in served.secretary().items()] + [(b"idempotency-key", key.encode())]
    response = await served.client.post("/api/notes/notebooks", json={"body": str(served.body)}, headers=headers)
    assert told(response, 422)["errors"][0]["where"] == "header.Idempotency-Key"


async def test_fingerprints_are_the_keyrings_where_there_is_one(database: Database) -> None:
    keyring = Hashing()
    async with served_on(database.dsn, keyring=keyring) as served:
        notebook = (await served.begin()).json()["id"]
        assert keyring.seen == [], "a command without a key of the client's needs no fingerprint"
        await served.write(notebook, "line", if_match='"1"', idempotency_key="k")
        assert keyring.seen == [b'POST\n/api/notes/notebooks/%b/lines\n{"text":"line"}' % notebook.encode()]
        assert (await served.runtime.read.fetchval("select fingerprint from log.command where fingerprint is not null"))[:4] == b"hmac"


async def test_a_stale_if_match_is_412_with_the_current_etag(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    await served.write(notebook, "one", if_match='"1"')
    response = await served.write(notebook, "two", if_match='"1"')
    assert told(response, 412)["current_version"] == 2
    assert response.headers["etag"] == '"2"'


async def test_the_hash_of_a_public_answer_is_a_stale_version(served: Served) -> None:
    begun = await served.begin()
    public = await served.client.get(begun.headers["location"])
    told(await served.write(begun.json()["id"], "x", if_match=public.headers["etag"]), 412)


async def test_a_missing_if_match_is_428(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    assert told(await served.write(notebook, "one"), 428)["type"] == "urn:bindeglied:problem:if-match-missing"


async def test_if_match_star_takes_any_version(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    assert (await served.write(notebook, "one", if_match="*")).status_code == 200


@pytest.mark.parametrize("tag", ['"1", "2"', 'W/"1"', "1", '"1', ""])
async def test_an_if_match_that_is_not_one_strong_tag_is_422(served: Served, tag: str) -> None:
    notebook = (await served.begin()).json()["id"]
    assert told(await served.write(notebook, "one", if_match=tag), 422)["errors"][0]["where"] == "header.If-Match"


async def test_a_refusal_is_409_with_the_rule_and_its_facts(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    await served.client.post(f"/api/notes/notebooks/{notebook}/closing", headers=served.secretary())
    assert told(await served.write(notebook, "late", if_match='"2"'), 409) == {
        "type": "urn:bindeglied:notes:NotebookIsClosed",
        "title": "Notebook is closed",
        "status": 409,
        "detail": "A closed notebook takes no more lines.",
        "lines": 0,
        "status_": "closed",
    }


async def test_malformed_json_is_told_by_line_and_column(served: Served) -> None:
    headers = {**served.secretary(), "content-type": "application/json"}
    response = await served.client.post("/api/notes/notebooks", content='{\n  "body": nobody\n}', headers=headers)
    assert told(response, 422)["errors"] == [{"where": "body", "what": "is malformed JSON at line 2, column 11: Expecting value"}]


@pytest.mark.parametrize("content", [b'{"body": "\xff"}', b"[" * 100_000, b"9" * 5000])
async def test_bytes_that_no_json_reader_takes_are_422(served: Served, content: bytes) -> None:
    headers = {**served.secretary(), "content-type": "application/json"}
    told(await served.client.post("/api/notes/notebooks", content=content, headers=headers), 422)


async def test_json_under_another_content_type_is_told_so(served: Served) -> None:
    headers = {**served.secretary(), "content-type": "text/plain"}
    response = await served.client.post("/api/notes/notebooks", content=json.dumps({"body": str(served.body)}), headers=headers)
    assert "application/json" in told(response, 422)["errors"][0]["what"]


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ({"text": "x", "colour": "erika@example.org"}, "body.colour"),
        ({"text": ["erika@example.org"]}, "body.text"),
        ({"text": "erika@example.org" * 20}, "body.text"),
        ({"text": "x", "written_at": "erika@example.org"}, "body.written_at"),
        ({"text": "x", "erika@example.org": 1}, "body.…"),
        ({"text": "\ud800"}, "body.text"),
        ({}, "body.text"),
    ],
)
async def test_input_that_does_not_fit_names_the_field_and_never_the_value(served: Served, wish: dict[str, Any], where: str) -> None:
    notebook = (await served.begin()).json()["id"]
    headers = {**served.secretary(), "if-match": '"1"', "content-type": "application/json"}
    response = await served.client.post(f"/api/notes/notebooks/{notebook}/lines", content=json.dumps(wish), headers=headers)
    assert [error["where"] for error in told(response, 422)["errors"]] == [where]
    assert "erika" not in response.text


async def test_an_event_that_is_too_large_to_store_is_422(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.eventstore.append.MAX_EVENT_BYTES", 30)
    assert told(await served.begin(), 422)["type"] == "urn:bindeglied:problem:unstorable"


async def test_a_body_that_is_too_large_is_413_declared_or_not(served: Served) -> None:
    large = json.dumps({"body": "x" * 300_000}).encode()

    async def chunks() -> Any:
        for start in range(0, len(large), 50_000):
            yield large[start : start + 50_000]

    headers = {**served.secretary(), "content-type": "application/json"}
    for content in (large, chunks()):
        told(await served.client.post("/api/notes/notebooks", content=content, headers=headers), 413)


async def test_unknown_and_hidden_things_are_the_same_404(served: Served) -> None:
    hidden = (await served.begin(hidden=True)).json()["id"]
    outsider = bearer("outsider", f"{uuid4()}:secretariat")
    responses = [
        await served.client.request(method, address, headers={**outsider, "if-match": '"1"'}, json=wish)
        for address_of in (hidden, str(uuid4()))
        for method, address, wish in (
            ("POST", f"/api/notes/notebooks/{address_of}/lines", {"text": "x"}),
            ("GET", f"/api/notes/notebooks/{address_of}", None),
        )
    ]
    for response in responses:
        told(response, 404)
    assert len({response.content for response in responses}) == 1
    nowhere = await served.client.get("/api/notes/nothing/here")
    assert nowhere.content == responses[0].content
    assert (await served.client.get(f"/api/notes/notebooks/{hidden}", headers=served.secretary())).status_code == 200


async def test_visible_but_not_allowed_is_403_and_anonymous_is_401(served: Served) -> None:
    notebook = (await served.begin()).json()["id"]
    address = f"/api/notes/notebooks/{notebook}/lines"
    outsider = bearer("outsider", f"{uuid4()}:secretariat", f"{served.body}:member")
    told(await served.client.post(address, json={"text": "x"}, headers={**outsider, "if-match": '"1"'}), 403)
    anonymous = await served.client.post(address, content="{malformed", headers={"content-type": "application/json"})
    told(anonymous, 401)
    assert anonymous.headers["www-authenticate"] == "Bearer"
    assert await served.runtime.read.fetchval("select count(*) from log.log") == 1


async def test_events_name_the_sender_and_the_trace(served: Served) -> None:
    headers = {**served.secretary(), "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    await served.client.post("/api/notes/notebooks", json={"body": str(served.body)}, headers=headers)
    row = await served.runtime.read.fetchrow("select actor, correlation_id from log.log")
    assert row
    assert (row["actor"], row["correlation_id"].hex) == ("user:secretary", "4bf92f3577b34da6a3ce929d0e0e4736")


async def test_a_public_command_tells_nobody_what_only_counts_for_those_who_may_change_the_stream(served: Served) -> None:
    key = {"idempotency-key": str(uuid4())}
    wish = {"body": str(uuid4())}
    for headers in (key, key, {}, served.secretary()):
        left = await served.client.post("/api/notes/left-notebooks", json=wish, headers=headers)
        assert (left.status_code, left.json()) == (201, {"left": True}), left.text
        assert not {"etag", "position", "location"} & set(left.headers)
