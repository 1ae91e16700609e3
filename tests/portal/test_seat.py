"""The page of a seat: everybody who has held it, what was corrected of them, and the form with which its keepers correct it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Site, new_site
from tests.portal.test_spoken import Answering
from tests.support.spaces import same_spaces

PAGE, SEAT = f"/de/bodies/{THING}/seats/{THING}", f"/api/meetings/bodies/{THING}/seats/{THING}"
CORRECTION = {"recorded_since": "2018-02-01", "member_name": "Ayşe Beispiel", "reason": "Falsch geschrieben."}


def site_of_a_seat(folder: Path) -> Site:
    """One has left the seat and was corrected, the next one holds it."""
    site, seat = new_site(folder), answer_to(SEAT)
    corrected = [{"reason": "Ein Tag zu spät eingetragen.", "corrected_at": "2018-09-03T08:00:00Z"}]
    first = seat["terms"][0] | {"member_name": "Aische Beispiel", "since": "2018-02-01", "until": "2018-08-31", "corrected": corrected}
    second: dict[str, Any] = first | {"member_name": "Jan Muster", "since": "2018-09-01", "until": None, "corrected": []}
    body = f"/api/meetings/bodies/{THING}"
    site.answers |= {f"GET {body}": (200, answer_to(body)), f"GET {SEAT}": (200, seat | {"terms": [first, second]})}
    return site


async def test_everybody_sees_who_has_held_the_seat_and_why_that_was_corrected(tmp_path: Path) -> None:
    site = site_of_a_seat(tmp_path)
    page = same_spaces(re.sub(r"<[^>]+>", "", (await site.get(PAGE)).text))
    assert "Aische Beispiel (WortlautOnBehalfOf), seit 1. Februar 2018, bis 31. August 2018" in page
    assert "Berichtigt am 3. September 2018: Ein Tag zu spät eingetragen." in page
    assert "Jan Muster (WortlautOnBehalfOf), seit 1. September 2018\n" in page
    assert page.count("Berichtigt") == 1
    assert "Eintrag berichtigen" not in page


async def test_its_keepers_choose_whose_entry_is_wrong_and_send_only_what_was(tmp_path: Path) -> None:
    site = site_of_a_seat(tmp_path)
    site.answers[f"POST {SEAT}/member-correction"] = (200, {"id": THING, "version": 3, "position": 9})
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    options = re.findall(r'<option value="(2018[^"]+)"[^>]*>([^<]+)', page)
    assert options == [("2018-02-01", "Aische Beispiel (01.02.2018)"), ("2018-09-01", "Jan Muster (01.09.2018)")]
    answer = await site.post(f"{PAGE}/member-correction", _key="k" * 20, until="", since="", on_behalf_of="", **CORRECTION)
    assert answer.status_code == 303, answer.text
    assert {name: value for name, value in json.loads(site.asked[-1].content).items() if value is not None} == CORRECTION
    assert "Der Eintrag ist berichtigt." in (await site.get(answer.headers["location"])).text


async def test_a_correction_that_does_not_fit_is_refused_beside_the_form(tmp_path: Path) -> None:
    site = site_of_a_seat(tmp_path)
    taken = {"type": "urn:bindeglied:meetings:SeatIsTaken", "detail": "A seat is held by one person at a time."}
    site.answers[f"POST {SEAT}/member-correction"] = (409, taken)
    await site.sign_in("alle")
    answer = await site.post(f"{PAGE}/member-correction", _key="k" * 20, until="2018-09-30", **CORRECTION)
    assert answer.status_code == 409
    assert "Einen Sitz hat zur selben Zeit nur eine Person." in answer.text
    assert 'value="2018-09-30"' in answer.text


async def test_the_bodys_page_leads_to_each_of_its_seats(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers = Answering(0)
    assert f'href="{PAGE}"' in (await site.get(f"/de/bodies/{THING}")).text
