"""The first pages and the sign-in of the embedded form, before and after the story was told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from bindeglied.embedded import Home
from bindeglied.front import Front
from bindeglied.issuer import DemoIssuer
from bindeglied.world.read import read_world
from shared.http.metrics import Metrics

WORLD = read_world()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def client(home: Home) -> httpx2.AsyncClient:
    parts = {"home": home, "world": WORLD, "issuer": DemoIssuer(home.keys, WORLD.personas), "services": {}}
    everything: Any = SimpleNamespace(**parts, around=SimpleNamespace(metrics=Metrics()))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=Front(everything)), base_url="http://front.test")


async def test_only_a_home_with_a_story_claims_the_storys_time(home: Home, client: httpx2.AsyncClient) -> None:
    empty = (await client.get("/login")).text
    assert "Zeit der Geschichte" not in empty
    assert "`bindeglied demo`" in empty
    home.clock.set(datetime(2018, 9, 3, 9, tzinfo=UTC))
    told = (await client.get("/login")).text
    assert "angemeldet wird ohne Passwort, und es gilt die Zeit der Geschichte." in told
    assert "`bindeglied demo`" not in told


@pytest.mark.parametrize("form", ["persona=koordinierung", "next=%2F&persona=koordinierung", "persona=%6Boordinierung"])
async def test_a_form_signs_in_however_it_is_written(client: httpx2.AsyncClient, form: str) -> None:
    answer = await client.post("/login", content=form)
    assert answer.json()["token_type"] == "Bearer"


@pytest.mark.parametrize("form", ["", "koordinierung", "persona=", "persona=niemand", "other=koordinierung", "\xff"])
async def test_a_form_without_a_known_persona_signs_nobody_in(client: httpx2.AsyncClient, form: str) -> None:
    answer = await client.post("/login", content=form)
    assert (answer.status_code, "Unbekannte Person" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("method", "path", "status", "type"),
    [
        ("GET", "/api", 404, "urn:bindeglied:problem:not-found"),
        ("GET", "/api/minutes/minutes", 404, "urn:bindeglied:problem:not-found"),
        ("GET", "/openapi.json", 404, "urn:bindeglied:problem:not-found"),
        ("POST", "/", 405, "urn:bindeglied:problem:method-not-allowed"),
    ],
)
async def test_an_address_that_leads_nowhere_is_answered_with_a_problem(
    client: httpx2.AsyncClient, method: str, path: str, status: int, type: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"], answer.json()["type"]) == (status, "application/problem+json", type)
