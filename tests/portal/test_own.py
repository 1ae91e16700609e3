"""The links out of mails show how things stand, and offer only what can still be done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.interfaces import THING
from tests.portal.sites import Site, new_site

REGISTRATION, SUBSCRIPTION = "GET /api/conferences/registrations/own", "GET /api/notifications/subscriptions/own"
OF_CONFERENCE = {
    "conference": THING,
    "title": "Konferenz",
    "starts_at": "2018-11-28T15:00:00Z",
    "ends_at": "2018-11-28T18:00:00Z",
    "place": "Rathaus",
    "conference_cancelled_because": None,
}
TOKEN_IS_SPENT = {"type": "urn:bindeglied:conferences:TokenIsSpent", "detail": "A confirmation link works once."}


def forms_of(page: str) -> set[str]:
    """The forms that the page offers."""
    return set(re.findall(r'<form class="form" id="(\w+)"', page))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return new_site(tmp_path)


@pytest.mark.parametrize(
    ("stands", "confirming", "managing", "says"),
    [
        ({"standing": "waiting"}, {"confirm"}, {"cancel", "erase"}, "Sie wartet auf Ihre Bestätigung."),
        ({"standing": "expired"}, set(), {"erase"}, "Sie wurde nicht rechtzeitig bestätigt."),
        ({"standing": "confirmed"}, set(), {"cancel", "erase"}, "Ihr Platz ist bestätigt."),
        ({"standing": "cancelled"}, set(), {"erase"}, "Diese Anmeldung wurde abgesagt."),
        ({"standing": "erased"}, set(), set(), "Ihre Daten wurden gelöscht."),
    ],
)
async def test_a_registration(site: Site, stands: dict[str, Any], confirming: set[str], managing: set[str], says: str) -> None:
    site.answers[REGISTRATION] = (200, {**OF_CONFERENCE, **stands})
    confirm, manage = await site.get("/de/registration/confirm?token=t"), await site.get("/de/registration/manage?token=t")
    assert (confirm.status_code, forms_of(confirm.text)) == (200, confirming)
    assert (manage.status_code, forms_of(manage.text), says in manage.text) == (200, managing, True)
    assert {page.headers["cache-control"] for page in (confirm, manage)} == {"no-store"}
    assert 'name="token" value="t"' in confirm.text or not confirming
    once_more = f"/de/conferences/{THING}/registration" in confirm.text
    assert once_more == (stands["standing"] in ("expired", "cancelled", "erased"))


@pytest.mark.parametrize("standing", ["waiting", "expired", "confirmed", "cancelled", "erased"])
async def test_a_registration_for_a_conference_that_was_called_off(site: Site, standing: str) -> None:
    told = {**OF_CONFERENCE, "standing": standing, "conference_cancelled_because": "Die Halle ist gesperrt."}
    site.answers[REGISTRATION] = (200, told)
    confirm, manage = await site.get("/de/registration/confirm?token=t"), await site.get("/de/registration/manage?token=t")
    assert (forms_of(confirm.text), forms_of(manage.text)) == (set(), set() if standing == "erased" else {"erase"})
    for page in (confirm, manage):
        assert "Diese Konferenz findet nicht statt." in page.text
        assert "Die Halle ist gesperrt." in page.text
        assert f"/de/conferences/{THING}/registration" not in page.text


@pytest.mark.parametrize(
    ("standing", "confirming", "stopping"),
    [
        ("waiting", {"confirmed"}, {"stopped", "erased"}),
        ("expired", set(), {"stopped", "erased"}),
        ("confirmed", set(), {"stopped", "erased"}),
        ("stopped", set(), {"erased"}),
    ],
)
async def test_a_subscription(site: Site, standing: str, confirming: set[str], stopping: set[str]) -> None:
    site.answers[SUBSCRIPTION] = (200, {"about": "Fachbeirat", "standing": standing})
    confirm, stop = await site.get("/de/subscription/confirm?token=t"), await site.get("/de/subscription/stop?token=t")
    assert (confirm.status_code, forms_of(confirm.text)) == (200, confirming)
    assert (stop.status_code, forms_of(stop.text), "Fachbeirat" in stop.text) == (200, stopping, True)


@pytest.mark.parametrize("path", ["/registration/confirm", "/registration/manage", "/subscription/confirm", "/subscription/stop"])
@pytest.mark.parametrize("query", ["", "?token=", "?token=unknown"])
async def test_a_link_that_leads_to_nothing_says_so_and_offers_nothing(site: Site, path: str, query: str) -> None:
    page = await site.get(f"/de{path}{query}")
    assert (page.status_code, forms_of(page.text), "Dieser Link führt zu nichts." in page.text) == (404, set(), True)


async def test_a_button_pressed_twice_shows_what_holds_now(site: Site) -> None:
    site.answers |= {
        REGISTRATION: (200, {**OF_CONFERENCE, "standing": "confirmed"}),
        "POST /api/conferences/registrations/confirmation": (409, TOKEN_IS_SPENT),
    }
    page = await site.post("/de/registration/confirm", token="t")
    assert (page.status_code, forms_of(page.text), "Ihr Platz ist bestätigt." in page.text) == (409, set(), True)
    assert site.asked[-1].url.params["token"] == "t"
