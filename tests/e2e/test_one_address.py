"""What the embedded form's one address answers for the process as a whole: the banner's time, readiness, and what leads nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx2
import pytest

from bindeglied.address import OneAddress
from bindeglied.embedded import SERVICES, Embedded, Home, embedded
from shared.http.health import Finding
from tests.faults.processes import until
from tests.support.postgres import PostgresServer
from tests.support.run import Run

pytestmark = pytest.mark.timeout(400)
TOLD = {"de": "Zeit der Geschichte", "en": "the time is that of the story"}


@pytest.fixture
async def everything(run: Run, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Embedded]:
    monkeypatch.setattr("bindeglied.embedded.start_postgres", lambda _: SimpleNamespace(get_uri=lambda: own_postgres.dsn))
    async with embedded(Home(run.fresh_directory("home"))) as made:
        yield made


async def test_one_address_answers_for_all_services(everything: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=OneAddress(everything)), base_url="http://city.test") as client:
        await _leads_nowhere(client)
        await _tells_of_the_storys_time(client, everything.home)
        await _tells_how_every_service_is(client, everything, monkeypatch)


async def _leads_nowhere(client: httpx2.AsyncClient) -> None:
    """Programs get a problem wherever they ask for what is not there, people a page."""
    for method, path, status, problem in [
        ("GET", "/api", 404, "not-found"),
        ("GET", "/api/", 404, "not-found"),
        ("GET", "/api/minutes", 404, "not-found"),
        ("POST", "/api/minutes/minutes", 404, "not-found"),
        ("GET", "/api/meetings/minutes", 404, "not-found"),
        ("GET", "/api/meetings", 404, "not-found"),
        ("GET", "/api/meetingsx/meetings", 404, "not-found"),
        ("POST", "/ready", 405, "method-not-allowed"),
    ]:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert answer.json()["type"] == f"urn:bindeglied:problem:{problem}", path
    page = await client.get("/de/protokolle")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def _tells_of_the_storys_time(client: httpx2.AsyncClient, home: Home) -> None:
    """Only a home with a story claims the story's time; one without says how to tell it."""
    for language, told in TOLD.items():
        page = (await client.get(f"/{language}/imprint")).text
        assert told not in page
        assert "bindeglied demo" in page
    home.clock.set(datetime(2018, 9, 3, 9, tzinfo=UTC))
    for language, told in TOLD.items():
        page = (await client.get(f"/{language}/imprint")).text
        assert told in page
        assert "bindeglied demo" not in page


async def _tells_how_every_service_is(client: httpx2.AsyncClient, everything: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready is the process when each of its services is."""
    assert (await client.get("/health")).json() == {"alive": True}
    await until(lambda: _is_ready(client), "every service is ready")
    ready = await client.get("/ready")
    assert ready.json()["checks"].keys() == {service.name for service in SERVICES}

    async def look() -> dict[str, Finding]:
        return {"database": Finding(False, "is gone")}

    monkeypatch.setattr(everything.services["conferences"].readiness, "look", look)
    fresh = OneAddress(everything)  # What was found half a second ago is answered again.
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=fresh), base_url="http://city.test") as other:
        answer = await other.get("/ready")
    assert (answer.status_code, answer.json()["detail"]) == (503, "Not working: conferences.")
    assert answer.json()["checks"]["conferences"] == {"ok": False, "says": "database is gone"}
    assert {name for name, check in answer.json()["checks"].items() if check["ok"]} == {one.name for one in SERVICES} - {"conferences"}


async def _is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/ready")).status_code == 200
