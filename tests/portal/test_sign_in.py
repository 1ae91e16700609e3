"""Signing in at the city's issuer: the way there and back, every reason why somebody does not get through, and signing out."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from bindeglied.issuer import DemoIssuer
from services.portal.app import face
from shared.http.metrics import Metrics
from shared.settings import Settings
from tests.portal.provider import CLIENT, FAREWELL, SECRET, WAY_BACK
from tests.portal.signing_in import HOST, City, asked_of
from tests.portal.sites import PERSONAS, Said, query_of

BODIES: dict[str, Said] = {"GET /api/meetings/bodies": (200, {"items": [], "next": None})}


async def test_who_signs_in_is_known_to_the_pages_and_to_the_services(city: City) -> None:
    city.site.answers |= BODIES
    assert not await city.is_known()
    await city.signs_in()
    assert await city.is_known()
    await city.site.get("/de/bodies")
    assert (await city.sessions.issuer._tokens.verify(city.bearer)).sub == "5d0c0a5e"


@pytest.mark.parametrize("language", ["de", "en"])
async def test_one_comes_back_to_the_page_that_was_asked_for(city: City, language: str) -> None:
    city.site.answers["GET /api/meetings/bodies"] = (401, {"type": "urn:bindeglied:problem:unauthenticated"})
    sent = await city.site.get(f"/{language}/bodies?kind=committee")
    page = await city.site.get(sent.headers["location"])
    assert page.status_code == 200
    [way] = re.findall(rf'href="(/{language}/login/issuer[^"]*)"', page.text)
    city.site.answers |= BODIES
    there = (await city.site.get(way)).headers["location"]
    answer = await city.site.get(await city.is_sent_back(there))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/bodies?kind=committee")
    assert (await city.site.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize("elsewhere", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:1", "/\t/evil.test"])
async def test_one_comes_back_to_our_own_pages_alone(city: City, elsewhere: str) -> None:
    answer = await city.comes_back(elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/de/")


async def test_the_issuer_is_asked_for_a_code_with_state_nonce_and_challenge(city: City) -> None:
    first, second = asked_of(await city.sets_out()), asked_of(await city.sets_out())
    fixed = {name: first[name] for name in ("client_id", "redirect_uri", "response_type", "scope", "code_challenge_method", "ui_locales")}
    assert fixed == {
        "client_id": CLIENT, "redirect_uri": WAY_BACK, "response_type": "code", "scope": "openid profile",
        "code_challenge_method": "S256", "ui_locales": "de",
    }  # fmt: skip
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


async def test_forms_lead_to_our_own_pages_alone_and_the_way_to_the_issuer_is_a_link(city: City) -> None:
    page = await city.site.get("/de/login")
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "<form" not in page.text
    assert urlsplit(city.provider.address).netloc in page.text
    await city.signs_in()
    left = await city.site.post("/de/logout")
    assert (left.status_code, "location" in left.headers) == (200, False), "browsers hold a form's redirections to form-action, too"


async def test_the_browser_keeps_what_no_script_and_no_other_host_reaches(city: City) -> None:
    answer = await city.site.get("/de/login/issuer")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-bindeglied-attempt=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(re.split("; ", cookie))
    entered = await city.site.get(await city.is_sent_back(answer.headers["location"]))
    for cookie in entered.headers.get_list("set-cookie"):
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(re.split("; ", cookie))
    assert city.cookies == {"__Host-bindeglied", "__Host-bindeglied-renewal"}
    kept = city.site.client.cookies["__Host-bindeglied-renewal"]
    assert not any(token in kept for token in city.provider._refresh), "it is sealed"


async def test_behind_a_proxy_that_ends_tls_the_cookie_is_secure_as_well(city: City) -> None:
    answer = await city.site.client.get("http://portal.test/de/login/issuer")
    assert answer.headers["set-cookie"].startswith("__Host-bindeglied-attempt=")
    assert "Secure" in answer.headers["set-cookie"]


FAILURES: list[tuple[dict[str, Any], int, str, str]] = [
    ({"denies": "access_denied"}, 403, "Sie wurden nicht angemeldet", "You were not signed in"),
    ({"denies": "temporarily_unavailable"}, 503, "Die Anmeldung geht gerade nicht", "The sign-in does not work at the moment"),
    ({"denies": "unauthorized_client"}, 502, "Die Anmeldung ist nicht richtig eingerichtet", "The sign-in is not set up rightly"),
    ({"away": {"/token"}}, 503, "Die Anmeldung geht gerade nicht", "The sign-in does not work at the moment"),
    ({"away": {"/keys"}}, 503, "Die Anmeldung geht gerade nicht", "The sign-in does not work at the moment"),
    ({"token_answer": {"error": "invalid_grant"}}, 400, "Diese Anmeldung ist abgelaufen", "This sign-in has expired"),
    ({"token_answer": {"error": "invalid_client"}}, 502, "Die Anmeldung ist nicht richtig", "The sign-in is not set up rightly"),
    ({"token_answer": {"access_token": "opaque"}}, 502, "Die Anmeldung ist nicht richtig", "The sign-in is not set up rightly"),
    ({"access_claims": {"aud": "another"}}, 502, "Die Anmeldung ist nicht richtig", "The sign-in is not set up rightly"),
    ({"access_claims": {"grants": ["nonsense"]}}, 502, "Die Anmeldung ist nicht richtig", "The sign-in is not set up rightly"),
    ({"grants": []}, 403, "Sie haben hier noch keine Aufgabe", "You have no role here yet"),
    ({"grants": None}, 403, "Sie haben hier noch keine Aufgabe", "You have no role here yet"),
]


@pytest.mark.parametrize(("fault", "status", "german", "english"), FAILURES, ids=[str(failure[0]) for failure in FAILURES])
@pytest.mark.parametrize("language", ["de", "en"])
async def test_who_does_not_get_through_is_told_why(
    city: City, language: str, fault: dict[str, Any], status: int, german: str, english: str
) -> None:
    vars(city.provider).update(fault)
    answer = await city.comes_back("/de/tasks", language=language)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert (german if language == "de" else english) in answer.text
    assert f'<html lang="{language}"' in answer.text
    assert "next=%2Fde%2Ftasks" in answer.text, "trying again leads to the same page"
    assert "<b>no</b>" not in answer.text
    assert city.cookies <= {"__Host-bindeglied-attempt"}
    assert not await city.is_known()


async def test_who_has_no_role_may_come_as_somebody_else(city: City) -> None:
    city.provider.grants = []
    page = await city.comes_back()
    [way] = re.findall(r'href="(/de/login/issuer\?[^"]*again=1[^"]*)"', page.text)
    there = (await city.site.get(way)).headers["location"]
    assert asked_of(there)["prompt"] == "login"
    assert "prompt" not in asked_of(await city.sets_out())


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"away": {"/.well-known/openid-configuration"}}, 503),
        ({"described": {"issuer": "https://another.test"}}, 502),
        ({"described": {"token_endpoint": None}}, 502),
        ({"described": {"token_endpoint": "http://issuer.test/token"}}, 502),
    ],
)
async def test_without_a_description_of_the_issuer_nobody_is_sent_there(city: City, fault: dict[str, Any], status: int) -> None:
    vars(city.provider).update(fault)
    for _ in range(2):
        answer = await city.site.get("/de/login/issuer")
        assert answer.status_code == status
    vars(city.provider).update(away=set(), described={})
    city.sessions.issuer._discovery._next_look = 0.0
    assert (await city.comes_back()).status_code == 303, "it goes on by itself"


async def test_while_the_issuer_is_away_its_old_description_serves(city: City) -> None:
    await city.sets_out()
    city.provider.away = {"/.well-known/openid-configuration"}
    city.sessions.issuer._discovery._next_look = 0.0
    assert (await city.comes_back()).status_code == 303


async def test_whoever_signs_out_signs_out_at_the_issuer_too(city: City) -> None:
    await city.signs_in()
    left = await city.site.post("/de/logout")
    assert city.cookies == set()
    assert not await city.is_known()
    [there] = set(re.findall(r'content="0; url=([^"]*)"', left.text))
    assert f'href="{there}"' in left.text
    said = asked_of(there.replace("&amp;", "&"))
    assert (said["client_id"], said["post_logout_redirect_uri"], said["ui_locales"]) == (CLIENT, FAREWELL, "de")
    assert said["id_token_hint"].count(".") == 2
    assert "Ada Amt" not in left.text


@pytest.mark.parametrize("fault", [{"described": {"end_session_endpoint": None}}, {"away": {"/.well-known/openid-configuration"}}])
async def test_where_the_issuer_signs_nobody_out_it_is_said(city: City, fault: dict[str, Any]) -> None:
    await city.signs_in()
    vars(city.provider).update(fault)
    city.sessions.issuer._discovery._found, city.sessions.issuer._discovery._next_look = None, 0.0
    left = await city.site.post("/en/logout")
    assert "you may still be signed in" in left.text
    assert "http-equiv" not in left.text
    assert city.cookies == set()


async def test_an_old_way_back_leads_whoever_is_signed_in_home(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out("/de/tasks"))
    assert (await city.site.get(back)).headers["location"] == "/de/tasks"
    again = await city.site.get(back)
    assert (again.status_code, again.headers["location"]) == (303, "/de/")
    assert len(city.provider.exchanged) == 1


async def test_the_query_of_a_page_is_kept_on_the_way_to_the_sign_in(city: City) -> None:
    city.site.answers["GET /api/meetings/bodies"] = (401, {"type": "urn:bindeglied:problem:unauthenticated"})
    answer = await city.site.get("/de/bodies?kind=committee")
    assert query_of(answer.headers["location"]) == {"next": "/de/bodies?kind=committee"}


@pytest.mark.parametrize(
    ("said", "demo", "status", "says"),
    [
        ({"client_id": CLIENT, "client_secret": SECRET}, False, 200, "/de/login/issuer"),
        ({}, False, 503, "Hier kann sich niemand anmelden"),
        ({}, True, 200, "Ada Amt"),
    ],
)
async def test_the_settings_say_how_one_signs_in(
    city: City, tmp_path: Path, said: dict[str, Any], demo: bool, status: int, says: str
) -> None:
    settings = Settings(
        database_url="postgresql://x@h/d", keyring_url="postgresql://x@h/k", key_file=tmp_path / "k", token_keys="x",
        token_issuer=city.provider.address, portal_url=HOST, demo=demo, **said,
    )  # fmt: skip
    around: Any = SimpleNamespace(settings=settings, sign_in=DemoIssuer(tmp_path, PERSONAS) if demo else None, apps=None)
    runtime: Any = SimpleNamespace(tokens=city.sessions.issuer._tokens, metrics=Metrics(), now=None)
    async with (
        face(Starlette(), runtime, around) as shown,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=shown), base_url=HOST) as browser,
    ):
        page = await browser.get("/de/login")
        assert (page.status_code, says in page.text) == (status, True)
        way = await browser.get("/de/login/issuer")
        assert (way.status_code, way.headers.get("location", "").startswith(city.provider.address)) == (
            (303, True) if said else (404, False)
        )
        assert (await browser.get("/login/callback?code=x&state=y")).status_code == (400 if said else 404)
