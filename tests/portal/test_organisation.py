"""The organisers' page of a conference: what was recorded of a result or a contribution is put right from what stands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Site, new_site

PAGE, CONFERENCE = f"/de/conferences/{THING}/organisation", f"/api/conferences/conferences/{THING}"
OTHER = "0b0d1e00-0000-4000-8000-0000000000aa"
THIRD = "0b0d1e00-0000-4000-8000-000000000003"
GROUPS = [{"key": "sprache", "name": "Sprache"}, {"key": "arbeit", "name": "Arbeit"}]
RESULT = {
    "id": OTHER, "number": 1, "title": "Kurse am Abend", "text": "Es gibt Kurse.", "group": "sprache", "level": "city", "reason": None,
    "comes_from": [{"contribution": THIRD, "how": "merged", "text": "Mehr Kurse"}],
}  # fmt: skip
USED: dict[str, Any] = {
    "id": THIRD, "group": "sprache", "group_name": "Sprache", "kind": "suggestion", "received_on": "2018-09-17", "text": "Mehr Kurse",
    "used_in": [{"result": OTHER, "how": "merged"}], "fate": None, "reason": None, "handed_in": None, "name": None, "email": None,
}  # fmt: skip
SETTLED = USED | {"id": THING, "text": "Zwei\n\nAbsätze", "used_in": [], "fate": "forwarded", "reason": "Das Land."}
SENT = {"_key": "k" * 20, "reason": "Verwechselt."}


@pytest.fixture
async def site(tmp_path: Path) -> Site:
    """A conference with one result and two contributions, seen by its organiser."""
    made, conference = new_site(tmp_path), answer_to(CONFERENCE)
    done = {"id": THING, "version": 3, "position": 9}
    made.answers |= {
        f"GET {CONFERENCE}": (200, conference | {"groups": GROUPS, "results": [RESULT]}),
        f"GET {CONFERENCE}/contributions": (200, {"items": [USED, SETTLED], "next": None}),
        f"GET {CONFERENCE}/registrations": (200, {"items": [], "next": None}),
        f"POST {CONFERENCE}/results/{OTHER}/correction": (200, done),
        f"POST /api/conferences/contributions/{THING}/correction": (200, done),
    }
    await made.sign_in("alle")
    return made


def body_of(site: Site) -> dict[str, Any]:
    """What the service was told last."""
    told: dict[str, Any] = json.loads(site.asked[-1].content)
    return told


async def test_next_to_each_result_and_contribution_is_the_way_to_correct_it(site: Site) -> None:
    page = (await site.get(PAGE)).text
    for what in (f"result:{OTHER}", f"contribution:{THIRD}", f"contribution:{THING}"):
        assert f'href="?correct={what}#correction"' in page
    assert 'id="correction"' not in page
    assert 'id="correction"' not in (await site.get(f"{PAGE}?correct=result:{THIRD}")).text


async def test_what_residents_write_runs_in_its_own_direction(site: Site) -> None:
    said, name = "دورات لغة!", "كريم"
    entered = {"name": name, "email": "karim@post.example", "access_needs": None, "erased": False, "language": "de"}
    coming = {"requested_at": "2018-09-17T08:00:00Z", "standing": "confirmed", **entered}
    site.answers |= {
        f"GET {CONFERENCE}/registrations": (200, {"items": [coming], "next": None}),
        f"GET {CONFERENCE}/contributions": (200, {"items": [USED | {"text": None, "handed_in": said}], "next": None}),
    }
    page = (await site.get(PAGE)).text
    assert all(f"<bdi>{one}</bdi>" in page for one in (said, name))
    assert re.search(r'<textarea[^>]* name="reason" rows="5" dir="auto"', page)
    assert re.search(r'<input[^>]* name="title" value="[^"]*" dir="auto"', page)


async def test_a_result_is_corrected_and_its_contributions_stay_in_it_as_they_were(site: Site) -> None:
    page = (await site.get(f"{PAGE}?correct=result:{OTHER}")).text
    form = page.partition('id="correct"')[2].partition("</form>")[0]
    assert 'value="Kurse am Abend"' in form
    assert f'value="{THIRD}" checked' in form
    assert f'name="hows" value="{THIRD}:merged"' in form
    wish = {"result": OTHER, "hows": f"{THIRD}:merged", "title": "Kurse", "text": "Es gibt Kurse.", "group": "arbeit", "level": "land"}
    answer = await site.post(f"{PAGE}/correct", **wish, comes_from=[THIRD, THING], how="", **SENT)
    assert answer.status_code == 303, answer.text
    assert body_of(site) == {
        "title": "Kurse", "text": "Es gibt Kurse.", "group": "arbeit", "level": "land", "reason": "Verwechselt.",
        "comes_from": [{"contribution": THIRD, "how": "merged"}, {"contribution": THING, "how": "adopted"}],
    }  # fmt: skip
    await site.post(f"{PAGE}/correct", **wish, comes_from=[THIRD], how="split", **SENT)
    assert body_of(site)["comes_from"] == [{"contribution": THIRD, "how": "split"}]


async def test_a_contribution_is_corrected_and_stays_settled(site: Site) -> None:
    assert 'id="correct-settlement"' not in (await site.get(f"{PAGE}?correct=contribution:{THIRD}")).text
    page = (await site.get(f"{PAGE}?correct=contribution:{THING}")).text
    assert page.count('value="Zwei\n\nAbsätze"') == 1, "the other form carries it unseen"
    wish = {"group": "arbeit", "kind": "experience", "received_on": "2018-09-14", "text": "Zwei\r\n\r\nAbsätze"}
    answer = await site.post(f"{PAGE}/correct-contribution", contribution=THING, **wish, fate="forwarded", fate_reason="Das Land.", **SENT)
    assert answer.status_code == 303, answer.text
    told = wish | {"text": "Zwei\n\nAbsätze", "reason": "Verwechselt."}
    assert body_of(site) == told | {"fate": "forwarded", "fate_reason": "Das Land."}
    answer = await site.post(f"{PAGE}/correct-settlement", contribution=THING, **wish, fate="", fate_reason="", **SENT)
    assert (answer.status_code, body_of(site)) == (303, told)


async def test_a_correction_that_is_refused_keeps_what_was_typed_beside_what_is_wrong(site: Site) -> None:
    errors = [{"where": "body.fate_reason", "what": "must be given with a fate, and only then"}]
    refused = {"type": "urn:bindeglied:bad-input", "title": "Bad input", "status": 422, "detail": "x", "errors": errors}
    site.answers[f"POST /api/conferences/contributions/{THING}/correction"] = (422, refused)
    wish = {"group": "arbeit", "kind": "experience", "received_on": "2018-09-14", "text": "Mehr"}
    answer = await site.post(f"{PAGE}/correct-settlement", contribution=THING, **wish, fate="not_adopted", fate_reason="", **SENT)
    assert answer.status_code == 422
    assert "Ein Grund gehört zu dem" in answer.text.partition('id="correct-settlement-fate_reason-error"')[2][:400]
    assert "Verwechselt." in answer.text
