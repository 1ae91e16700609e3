"""Whoever contributed without an account comes to a button that erases their data: out of the mail, or from the receipt."""

from __future__ import annotations

import json
from pathlib import Path

from tests.portal.interfaces import THING
from tests.portal.sites import new_site, query_of

HAND_IN, ERASE = f"POST /api/conferences/conferences/{THING}/contributions", "POST /api/conferences/contributions/erasure"
WISH = {"group": "sprache", "kind": "suggestion", "text": "Kurse am Abend."}


async def test_the_link_alone_erases_nothing_and_the_button_does(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers[ERASE] = (200, {"conference": THING, "title": "Konferenz"})
    page = await site.get("/de/contribution/erasure?token=geheim")
    assert (page.status_code, page.headers["cache-control"], site.asked) == (200, "no-store", [])
    assert 'name="token" value="geheim"' in page.text
    done = await site.post("/de/contribution/erasure", token="geheim")
    assert json.loads(site.asked[-1].content) == {"token": "geheim"}
    assert done.headers["location"] == f"/de/conferences/{THING}?said=erase"


async def test_an_unknown_token_leads_nowhere(tmp_path: Path) -> None:
    assert (await new_site(tmp_path).post("/de/contribution/erasure", token="geheim")).status_code == 404


async def test_the_receipts_address_holds_the_way_to_erase_only_where_no_mail_tells_it(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    for erasure, brought in (("loeschen", {"token": "beleg", "erasure": "loeschen"}), (None, {"token": "beleg"})):
        site.answers[HAND_IN] = (201, {"receipt": "beleg", "erasure": erasure})
        answer = await site.post(f"/de/conferences/{THING}/contribution", **WISH)
        assert query_of(answer.headers["location"]) == brought | {"said": "contribution"}
