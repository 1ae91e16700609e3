"""What somebody typed survives the end of their session, and a service that does not answer: the page keeps it, and sends it once more."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from tests.portal.signing_in import City
from tests.portal.sites import BODY, Said, Site, new_site, query_of

BODIES: dict[str, Said] = {"GET /api/meetings/bodies": (200, {"items": [], "next": None})}
FOUNDED: dict[str, Said] = {"POST /api/meetings/bodies": (201, {"id": BODY, "version": 1, "position": 9})}
FOUNDING = {
    "_key": "k" * 20,
    "name": 'Rat der "Künste" & <b>',
    "kind": "representation",
    "legal_nature": "elected_representation",
    "founded_on": "2018-01-01",
}
BODY_OF_IT = {name: value for name, value in FOUNDING.items() if name != "_key"}


class _Waiting(HTMLParser):
    """The form that waits in the page, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.inside = "", False
        self.fields: list[tuple[str, str]] = []
        self.windows: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and "/logout" not in said["action"]:
            self.action = said["action"]
        elif tag == "input":
            self.fields.append((said["name"], said["value"]))
        elif said.get("target") == "_blank":
            self.windows.append(said["href"])


async def sent_once_more(site: Site, page: httpx2.Response) -> httpx2.Response:
    """What the button of the page does."""
    waiting = _Waiting(page.text)
    headers = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    return await site.client.post(waiting.action, content=urlencode(waiting.fields), headers=headers)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = new_site(tmp_path)
    made.answers |= {**BODIES, **FOUNDED}
    return made


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_form_sent_after_the_session_ended_waits_in_the_page_until_one_has_signed_in(site: Site, language: str) -> None:
    page = await site.post(f"/{language}/bodies", **FOUNDING)
    assert (page.status_code, page.headers["cache-control"], site.asked) == (401, "no-store", [])
    waiting = _Waiting(page.text)
    assert (waiting.action, dict(waiting.fields)) == (f"/{language}/bodies", FOUNDING)
    assert "Rat der &#34;Künste&#34; &amp; &lt;b&gt;</dd>" in page.text, "it can be read, too"
    assert {query_of(address)["next"] for address in waiting.windows} == {f"/{language}/login/done"}
    assert len(waiting.windows) == 2, "the frame's way to sign in leaves the page open as well"
    entered = await site.post("/de/login", persona="amt", next=f"/{language}/login/done")
    assert (await site.get(entered.headers["location"])).status_code == 200
    answer = await sent_once_more(site, page)
    assert answer.headers["location"] == f"/{language}/bodies/{BODY}?said=founding&at=meetings-9"
    assert (site.asked[-1].headers["idempotency-key"], json.loads(site.asked[-1].content)) == ("k" * 20, BODY_OF_IT)


async def test_it_waits_for_the_citys_own_sign_in_as_well(city: City) -> None:
    city.site.answers |= {**BODIES, **FOUNDED}
    city.provider.refreshes = False
    await city.signs_in()
    city.provider.later = city.provider.seconds + 60
    page = await city.site.post("/de/bodies", **FOUNDING)
    assert page.status_code == 401
    assert (await city.comes_back(query_of(_Waiting(page.text).windows[0])["next"])).headers["location"] == "/de/login/done"
    assert (await sent_once_more(city.site, page)).status_code == 303
    assert json.loads(city.site.asked[-1].content) == BODY_OF_IT


async def test_sent_too_early_it_goes_on_waiting(site: Site) -> None:
    first = await site.post("/de/bodies", **FOUNDING)
    second = await sent_once_more(site, first)
    assert (second.status_code, _Waiting(second.text).fields) == (401, _Waiting(first.text).fields)


async def test_what_a_service_no_longer_takes_from_this_person_waits_as_well(site: Site) -> None:
    site.answers["POST /api/meetings/bodies"] = (401, {"type": "urn:bindeglied:problem:unauthenticated"})
    await site.sign_in()
    page = await site.post("/de/bodies", **FOUNDING)
    assert (page.status_code, "Ada Amt" in page.text, dict(_Waiting(page.text).fields)) == (401, False, FOUNDING)


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_what_a_service_refuses_or_fails_at_is_not_lost(site: Site, status: int) -> None:
    failing = (status, {"type": "about:blank"})
    site.answers |= {"POST /api/meetings/bodies": failing, "GET /api/meetings/bodies": failing}
    await site.sign_in()
    page = await site.post("/de/bodies", **FOUNDING)
    assert dict(_Waiting(page.text).fields) == FOUNDING
    assert "Ada Amt" in page.text, "the frame goes on saying who is signed in"
    site.answers |= FOUNDED
    assert (await sent_once_more(site, page)).status_code == 303


async def test_what_residents_type_is_not_lost_while_a_service_is_away(site: Site) -> None:
    site.away = True
    page = await site.post("/de/subscription", email="a@b.test", language="de", about="everything")
    assert (page.status_code, dict(_Waiting(page.text).fields)["email"]) == (503, "a@b.test")
    site.away = False
    site.answers["POST /api/notifications/subscriptions"] = (202, {"heard": True})
    assert (await sent_once_more(site, page)).headers["location"] == "/de/subscription?said=subscription"


async def test_what_another_site_sends_is_kept_by_no_page(site: Site) -> None:
    answer = await site.client.post("/de/bodies", data=FOUNDING, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, _Waiting(answer.text).fields, "Künste" in answer.text) == (403, [], False)


async def test_the_page_for_the_other_window_is_for_whoever_has_signed_in(site: Site) -> None:
    assert (await site.get("/de/login/done")).headers["location"] == "/de/login"
    await site.sign_in()
    assert "Sie sind angemeldet" in (await site.get("/de/login/done")).text


async def test_the_frame_leads_to_the_sign_in_and_back_to_its_page(site: Site) -> None:
    assert 'href="/de/login?next=%2Fde%2Fimprint"' in (await site.get("/de/imprint")).text
    assert 'href="/de/login"' in (await site.get("/de/login?next=/de/imprint")).text
