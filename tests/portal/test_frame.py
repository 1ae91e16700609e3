"""The frame of every page: languages, headers, caches, sign-in, forms that come back, and failures as pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.portal.assets import address, assets, version
from services.portal.clients import services
from tests.portal.sites import Said, Site, new_site, query_of

BODY = "6d6d1a62-8f0a-4d2c-9b57-3c1f0e0f4a11"
PUBLIC = ["/imprint", "/privacy", "/accessibility", "/login"]
BODIES: dict[str, Said] = {"GET /api/meetings/bodies": (200, {"items": [], "next": None})}
FOUNDING = {"name": "Migrationsrat", "kind": "representation", "legal_nature": "elected_representation", "founded_on": "2018-01-01"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("de-DE,de;q=0.9,en;q=0.8", "de"), ("en-GB,en;q=0.9", "en"), ("fr", "de"), ("de;q=0.1,en;q=0.2", "en"), ("en;q=x", "de"), ("", "de")],
)
async def test_the_first_address_leads_to_the_language_that_is_wanted(site: Site, wanted: str, language: str) -> None:
    answer = await site.get("/", accept_language=wanted)
    assert (answer.status_code, answer.headers["location"], answer.headers["vary"]) == (302, f"/{language}/", "Accept-Language")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("path", PUBLIC)
async def test_a_public_page_is_the_same_bytes_each_time_and_is_not_sent_twice(site: Site, language: str, path: str) -> None:
    first, second = await site.get(f"/{language}{path}"), await site.get(f"/{language}{path}")
    assert first.content == second.content
    assert f'<html lang="{language}"' in first.text
    assert (first.headers["cache-control"], first.headers["vary"]) == ("no-cache", "Cookie")
    again = await site.get(f"/{language}{path}", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_every_page_says_what_browsers_may_load_and_leads_to_what_the_law_asks(site: Site) -> None:
    answer = await site.get("/de/privacy")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert all(f'href="/de/{path}"' in answer.text for path in ("imprint", "privacy", "accessibility"))


async def test_signed_in_pages_are_kept_by_nobody_and_the_cookie_is_out_of_reach_for_scripts(site: Site) -> None:
    answer = await site.post("/de/login", persona="amt", next="/de/imprint")
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/de/imprint"
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(re.split("; ", cookie))
    page = await site.get("/de/imprint")
    assert (page.headers["cache-control"], "Ada Amt" in page.text) == ("no-store", True)
    left = await site.post("/de/logout")
    assert left.status_code == 303
    assert "Ada Amt" not in (await site.get("/de/imprint")).text


async def test_behind_https_the_cookie_is_sent_there_only(tmp_path: Path) -> None:
    answer = await new_site(tmp_path, "https://portal.test").post("/de/login", persona="amt")
    assert answer.headers["set-cookie"].startswith("__Host-bindeglied=")
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_token_that_is_none_any_more_is_nobody(site: Site) -> None:
    site.client.cookies.set("bindeglied", "e30.e30.e30")
    assert "Anmelden" in (await site.get("/de/imprint")).text


@pytest.mark.parametrize("elsewhere", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:1", ""])
async def test_signing_in_leads_nowhere_else(site: Site, elsewhere: str) -> None:
    answer = await site.post("/de/login", persona="amt", next=elsewhere)
    assert answer.headers["location"] == "/de/"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
async def test_a_form_from_another_site_does_nothing(site: Site, headers: dict[str, str]) -> None:
    answer = await site.client.post("/de/login", data={"persona": "amt"}, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize(("origin", "status"), [("http://evil.test", 403), ("null", 403), ("http://portal.test", 303)])
async def test_an_older_browser_is_known_by_its_origin(site: Site, origin: str, status: int) -> None:
    answer = await site.client.post("/de/login", data={"persona": "amt"}, headers={"origin": origin})
    assert answer.status_code == status


@pytest.mark.parametrize("form", ["persona=amt", "next=%2F&persona=amt", "persona=%61mt"])
async def test_a_program_gets_its_token_as_json(site: Site, form: str) -> None:
    assert (await site.client.post("/login", content=form)).json()["token_type"] == "Bearer"


@pytest.mark.parametrize("form", ["", "amt", "persona=", "persona=niemand", "\xff"])
async def test_a_program_without_a_known_persona_gets_a_problem(site: Site, form: str) -> None:
    answer = await site.client.post("/login", content=form.encode("latin-1"))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:bindeglied:problem:bad-input")


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/de/nothing", 404, "Diese Seite gibt es nicht"),
        ("GET", "/en/nothing", 404, "There is no such page"),
        ("GET", f"/de/bodies/{BODY}", 404, "Diese Seite gibt es nicht"),
        ("GET", "/de/bodies/none", 404, "Diese Seite gibt es nicht"),
        ("PUT", "/en/imprint", 405, "This address takes no such request"),
    ],
)
async def test_a_failure_is_a_page_in_its_language(site: Site, method: str, path: str, status: int, says: str) -> None:
    answer = await site.client.request(method, path)
    assert (answer.status_code, answer.headers["cache-control"], says in answer.text) == (status, "no-store", True)


async def test_a_service_that_is_away_is_said_with_503(site: Site) -> None:
    site.away = True
    answer = await site.get("/en/bodies")
    assert (answer.status_code, answer.headers["retry-after"], "does not work at the moment" in answer.text) == (503, "2", True)


async def test_a_page_that_comes_back_begins_with_what_did_not_work(site: Site) -> None:
    site.answers |= BODIES
    await site.sign_in()
    fine, back = (await site.get("/de/bodies")).text, (await site.post("/de/bodies", **FOUNDING | {"name": ""})).text
    for page, focused in ((fine, []), (back, ["founding-trouble"])):
        assert re.findall(r'<div[^>]* id="([^"]+)" tabindex="-1" autofocus>', page) == focused
        assert ("<title>Fehler: " in page) is bool(focused)


async def test_who_has_to_sign_in_comes_back_to_the_page(site: Site) -> None:
    site.answers["GET /api/meetings/bodies"] = (401, {"type": "urn:bindeglied:problem:unauthenticated"})
    answer = await site.get("/de/bodies")
    assert (answer.status_code, query_of(answer.headers["location"])) == (303, {"next": "/de/bodies"})


async def test_a_defect_of_ours_is_a_page_with_its_number_alone(site: Site) -> None:
    site.answers["GET /api/meetings/bodies"] = (200, {"items": [{"secret": "x"}], "next": None})
    answer = await site.get("/de/bodies")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert re.search(r"<code>[0-9a-f]{32}</code>", answer.text)


async def test_a_form_is_shown_only_to_whoever_may_send_it(site: Site) -> None:
    site.answers |= BODIES
    assert 'id="founding"' not in (await site.get("/de/bodies")).text
    await site.sign_in()
    assert 'id="founding"' in (await site.get("/de/bodies")).text


async def test_a_form_brings_its_key_and_goes_on_to_what_it_made(site: Site) -> None:
    site.answers |= {**BODIES, "POST /api/meetings/bodies": (201, {"id": BODY, "version": 1, "position": 9})}
    await site.sign_in()
    key = re.search(r'name="_key" value="([^"]+)"', (await site.get("/de/bodies")).text)
    assert key
    answer = await site.post("/de/bodies", _key=key[1], **FOUNDING)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/de/bodies/{BODY}?said=founding&at=meetings-9"
    sent = site.asked[-1]
    assert (sent.headers["idempotency-key"], json.loads(sent.content)) == (key[1], FOUNDING)
    assert sent.headers["authorization"].startswith("Bearer ")


async def test_what_is_left_empty_is_told_at_the_field_and_no_service_is_asked(site: Site) -> None:
    site.answers |= BODIES
    await site.sign_in()
    answer = await site.post("/de/bodies", _key="k" * 20, **{**FOUNDING, "name": " ", "founded_on": "morgen"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Name: Bitte füllen Sie dieses Feld aus." in answer.text
    assert "Bitte geben Sie einen Tag an" in answer.text
    assert f'value="{"k" * 20}"' in answer.text, "sent again, it is the same command"
    assert [request.method for request in site.asked] == ["GET"]


@pytest.mark.parametrize(("language", "says"), [("de", "Ein anderes Gremium der Stadt trägt diesen Namen."), ("en", "It is taken.")])
async def test_a_refusal_is_told_in_the_language_of_the_page_with_what_was_sent(site: Site, language: str, says: str) -> None:
    taken = {"type": "urn:bindeglied:meetings:BodyNameIsTaken", "detail": "It is taken."}
    site.answers |= {**BODIES, "POST /api/meetings/bodies": (409, taken)}
    await site.sign_in()
    answer = await site.post(f"/{language}/bodies", **FOUNDING)
    assert (answer.status_code, says in answer.text, 'value="Migrationsrat"' in answer.text) == (409, True, True)


async def test_what_a_service_finds_unfit_is_told_at_the_field(site: Site) -> None:
    errors = [{"where": "body.name", "what": "has more characters than 300"}]
    unfit = {"type": "urn:bindeglied:problem:bad-input", "detail": "The input does not fit.", "errors": errors}
    site.answers |= {**BODIES, "POST /api/meetings/bodies": (422, unfit)}
    await site.sign_in()
    answer = await site.post("/de/bodies", **FOUNDING)
    assert (answer.status_code, "Name: Das hat mehr als 300\u00a0Zeichen." in answer.text) == (422, True)


async def test_a_forms_own_address_leads_back_to_its_page(site: Site) -> None:
    answer = await site.get(f"/de/bodies/{BODY}/seat")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/de/bodies/{BODY}")


async def test_a_public_form_carries_no_key_and_no_name_of_anybody(site: Site) -> None:
    site.answers["POST /api/notifications/feedback"] = (202, {})
    assert "_key" not in (await site.get("/de/accessibility")).text
    answer = await site.post("/de/accessibility", text="Der Kontrast")
    assert answer.headers["location"] == "/de/accessibility?said=feedback"
    assert {"idempotency-key", "authorization"} & set(site.asked[-1].headers) == set()
    assert "Vielen Dank" in (await site.get(answer.headers["location"])).text


@pytest.mark.parametrize(("language", "says"), [("de", "Von Ihrem Anschluss kam ohne Anmeldung gerade sehr viel."), ("en", "Too much.")])
async def test_too_much_from_one_address_is_said_with_what_was_typed_and_when_to_come_again(site: Site, language: str, says: str) -> None:
    problem = {"type": "urn:bindeglied:problem:too-many", "detail": "Too much."}
    site.answers |= {**BODIES, "POST /api/notifications/subscriptions": (429, problem)}
    site.headers["retry-after"] = "17"
    form = {"about": "everything", "email": "ada@example.org", "language": "de"}
    answer = await site.post(f"/{language}/subscription", **form)
    assert (answer.status_code, says in answer.text, 'value="ada@example.org"' in answer.text) == (429, True, True)
    assert answer.headers["retry-after"] == "17"


async def test_a_service_learns_from_which_address_somebody_sends_who_is_not_signed_in(site: Site) -> None:
    site.answers |= {"POST /api/notifications/feedback": (202, {}), **BODIES, "POST /api/meetings/bodies": (201, {"id": BODY})}
    await site.post("/de/accessibility", text="Der Kontrast")
    assert site.asked[-1].headers["x-forwarded-for"] == "127.0.0.1"
    await site.sign_in()
    await site.post("/de/bodies", **FOUNDING)
    assert site.asked[-1].method == "POST"
    assert "x-forwarded-for" not in site.asked[-1].headers


async def test_a_service_in_the_same_process_learns_it_too() -> None:
    heard: list[Any] = []

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(scope["client"])
        await Response()(scope, receive, send)

    around: Any = SimpleNamespace(apps=lambda _: service)
    async with services(around) as ways:
        await ways.tell("notifications", "/feedback", {}, None, sender="203.0.113.7")
    assert heard == [("203.0.113.7", 0)]


async def test_what_never_changes_is_kept_for_ever_under_its_hash(site: Site) -> None:
    for name, asset in assets().items():
        answer = await site.get(address(name))
        assert (answer.content, answer.headers["content-type"]) == (asset.content, asset.type)
        assert "immutable" in answer.headers["cache-control"]
    assert (await site.get(f"/static/{version()}/none.css")).status_code == 404
    assert (await site.get("/static/0000000000000000/portal.css")).status_code == 404
    assert "/../" not in "".join(assets())
