"""The meetings that a body has had: each with what became of it, and the way to the earlier ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import new_site

BODY, PAST = f"/api/meetings/bodies/{THING}", f"/api/meetings/bodies/{THING}/past-meetings"


async def test_a_body_has_a_page_of_its_past_meetings_and_every_page_leads_to_the_next(tmp_path: Path) -> None:
    site, answer = new_site(tmp_path), answer_to(PAST)
    one: dict[str, Any] = answer["items"][0] | {"public": True, "reason": None}
    cancelled = {"standing": "cancelled", "reason": "Der Raum fehlt."}
    listed = [one | {"standing": "held"}, one | cancelled, one | {"standing": "scheduled"}, one | {"public": False, "standing": "held"}]
    site.answers |= {f"GET {BODY}": (200, answer_to(BODY)), f"GET {PAST}": (200, {"items": listed, "next": f"{PAST}?after=QUJD"})}
    page = (await site.get(f"/de/bodies/{THING}/meetings")).text
    labels = re.findall(r'<span class="kern-label">([^<]+)</span>', page.partition("<main")[2])
    assert labels == ["abgehalten", "abgesagt", "nicht als abgehalten erfasst", "abgehalten", "nicht öffentlich"]
    assert page.count("Der Raum fehlt.") == 1
    [following] = re.findall(r'rel="next" href="([^"]+)"', page)
    assert await site.get(f"/de/bodies/{THING}/meetings{following}")
    assert site.asked[-1].url.params["after"] == "QUJD"


async def test_a_body_without_a_past_says_so_and_an_unknown_one_has_no_page(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    assert (await site.get(f"/de/bodies/{THING}/meetings")).status_code == 404
    site.answers |= {f"GET {BODY}": (200, answer_to(BODY)), f"GET {PAST}": (200, {"items": [], "next": None})}
    assert "Es gibt noch keine." in (await site.get(f"/de/bodies/{THING}/meetings")).text
