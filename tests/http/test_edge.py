"""The edge of an application: HEAD, ETags of answers, caching, security headers, errors of every origin."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from shared.eventstore.errors import OutcomeUnknown, StoreBusy
from shared.http.keys import KeysUnavailable
from shared.http.problems import problem_of
from shared.telemetry import configure_logging
from tests.http.conftest import Served, bearer, served_on
from tests.http.test_commands import told
from tests.support.postgres import Database, PostgresServer


async def test_head_answers_wherever_get_does_with_the_same_headers_and_no_body(served: Served) -> None:
    location = (await served.begin()).headers["location"]
    for address in (location, "/api/notes/openapi.json", "/health", "/api/notes/numbers", "/api/notes/nothing"):
        headers = served.secretary()
        got, head = await served.client.get(address, headers=headers), await served.client.head(address, headers=headers)
        assert head.status_code == got.status_code, address
        assert dict(head.headers) == dict(got.headers)
        assert head.content == b""
        assert got.content


async def test_a_method_that_an_address_does_not_know_is_405_and_names_those_it_does(served: Served) -> None:
    response = await served.client.delete("/api/notes/whoami")
    told(response, 405)
    assert response.headers["allow"] == "GET, HEAD"


async def test_a_public_answer_has_an_etag_of_its_bytes_and_is_not_sent_twice(served: Served) -> None:
    location = (await served.begin()).headers["location"]
    first = await served.client.get(location)
    assert first.headers["etag"] != '"1"'
    assert first.headers["cache-control"] == "no-cache"
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = await served.client.get(location, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await served.client.get(location, headers={"if-none-match": '"x"'})).status_code == 200


async def test_versions_and_positions_are_for_those_who_may_change_the_thing(served: Served) -> None:
    location = (await served.begin()).headers["location"]
    for headers in ({}, bearer("outsider")):
        before = await served.client.get(location, headers=headers)
        assert "position" not in before.headers
        assert before.headers["etag"].startswith('"h')
    assert (await served.client.get(location, headers=served.secretary())).headers["etag"] == '"1"'


async def test_answers_carry_security_headers_and_only_reads_may_be_kept(served: Served) -> None:
    begun = await served.begin()
    read = await served.client.get(begun.headers["location"], headers=served.secretary())
    missing = await served.client.get("/api/notes/nothing")
    for response in (begun, read, missing):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert [response.headers["cache-control"] for response in (begun, read, missing)] == ["no-store", "private, no-cache", "no-store"]
    assert read.headers["vary"] == "Authorization"


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """What is logged while the test runs."""
    written = io.StringIO()
    configure_logging(json=True, stream=written)
    yield written
    configure_logging()


async def test_a_defect_is_500_with_an_incident_that_the_log_knows_and_nothing_else(served: Served, logs: io.StringIO) -> None:
    response = await served.client.get("/api/notes/broken", headers=bearer())
    problem = told(response, 500)
    assert "erika" not in response.text
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    [line] = [line for line in lines if line["event"] == "http.unexpected"]
    assert line["incident"] == problem["incident"]
    assert line["exception"][0]["class"] == "builtins.ValueError"
    assert any("break_down" in frame for frame in line["exception"][0]["at"])
    assert "erika" not in logs.getvalue()


async def test_a_route_that_never_asked_about_the_body_answers_nobody_but_500(served: Served) -> None:
    response = await served.client.get("/api/notes/forgetful", headers=served.secretary())
    told(response, 500)
    told(await served.client.get("/api/notes/forgetful"), 401)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StoreBusy("full", retry_after=3), "busy"),
        (OutcomeUnknown(retry_after=3), "outcome-unknown"),
        (KeysUnavailable(), "issuer-unavailable"),
        (ConnectionResetError("erika"), "unavailable"),
        (TimeoutError(), "unavailable"),
        (asyncpg.CannotConnectNowError("starting up"), "unavailable"),
        (asyncpg.DiskFullError("full"), "unavailable"),
        (asyncpg.TooManyConnectionsError("full"), "unavailable"),
        (asyncpg.InterfaceError("pool is closed"), "unavailable"),
    ],
)
def test_what_may_pass_is_503_and_says_when_to_come_again(error: Exception, kind: str) -> None:
    problem = problem_of("notes", error)
    assert (problem.status, problem.type) == (503, f"urn:bindeglied:problem:{kind}")
    assert problem.headers
    assert int(problem.headers["retry-after"]) >= 1
    assert "erika" not in str(problem.marshal())


@pytest.mark.parametrize(
    "error", [asyncpg.InterfaceError("the server expects 2 arguments"), asyncpg.UndefinedTableError("x"), KeyError("x")]
)
def test_what_will_not_pass_is_no_503(error: Exception) -> None:
    assert problem_of("notes", error).status == 500


async def test_an_unknown_outcome_says_to_retry_with_the_same_key(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise OutcomeUnknown

    monkeypatch.setattr(served.runtime.store, "execute", lost)
    response = await served.begin()
    assert "same Idempotency-Key" in told(response, 503)["detail"]
    assert response.headers["retry-after"] == "1"


async def test_with_the_database_stopped_answers_are_503_and_ready_says_so_and_both_recover(own_postgres: PostgresServer) -> None:
    database = await own_postgres.create_database("log")
    async with served_on(database.dsn, answer_within=2.0) as served:
        assert await _look_again(served, 200) == {
            "ready": True,
            "checks": {"database": {"ok": True, "says": "answers"}, "broker": {"ok": True, "says": "none"}},
        }
        own_postgres.stop()
        told(await served.client.get("/api/notes/database"), 503)
        told(await served.begin(), 503)
        unready = await _look_again(served, 503)
        assert unready["detail"] == "Not working: database."
        assert not unready["checks"]["database"]["ok"]
        assert unready["checks"]["broker"]["ok"]
        assert (await served.client.get("/health")).status_code == 200
        own_postgres.start()
        await _look_again(served, 200)
        while (begun := await served.begin()).status_code == 503:  # The writer connects by itself, a moment later.
            pass
        assert begun.status_code == 201


async def _look_again(served: Served, status: int) -> dict[str, Any]:
    """Ask for readiness until it is `status`; the fixture's time limit bounds it."""
    while True:
        response = await served.client.get("/ready")
        if response.status_code == status:
            found: dict[str, Any] = response.json()
            return found


async def test_more_requests_at_once_than_a_process_can_take_are_503_and_health_answers_all_the_same(database: Database) -> None:
    async with served_on(database.dsn, most_at_once=3) as served:
        begun = await served.begin()
        address = f"{begun.headers['location']}?min_position={begun.headers['position']}"
        # The read model is never reached: each of these waits for two seconds.
        waiting = [asyncio.create_task(served.client.get(address, headers=served.secretary())) for _ in range(20)]
        refused, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        alive = [await served.client.get(path) for path in ("/health", "/ready", "/metrics")]
        answers = await asyncio.gather(*waiting)
        later = await served.client.get("/api/notes/whoami")
    assert refused.pop().result().json()["type"] == "urn:bindeglied:problem:full"
    assert [answer.status_code for answer in alive] == [200, 200, 200]
    kinds = [told(answer, 503)["type"].rpartition(":")[2] for answer in answers]
    assert (kinds.count("read-model-behind"), kinds.count("full")) == (3, 17)
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert later.status_code == 200, "whoever is done makes room"
