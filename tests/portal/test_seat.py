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


def site_of_a_seat(folder: Path, terms: list[Any] | None = None, **changes: Any) -> Site:
    """One has left the seat and was corrected, the next one holds it."""
    site, seat = new_site(folder), answer_to(SEAT) | {"taken_back": [], "corrected": []}
    corrected = [{"reason": "Ein Tag zu spät eingetragen.", "corrected_at": "2018-09-03T08:00:00Z"}]
    first = seat["terms"][0] | {"member_name": "Aische Beispiel", "since": "2018-02-01", "until": "2018-08-31", "corrected": corrected}
    second: dict[str, Any] = first | {"member_name": "Jan Muster", "since": "2018-09-01", "until": None, "corrected": []}
    body = f"/api/meetings/bodies/{THING}"
    seat |= {"title": "Sitz der Wohlfahrtspflege", "kind": "nominated", "voting": True, "on_behalf_of": "Caritas", **changes}
    seat["terms"] = [first, second] if terms is None else terms
    site.answers |= {
        f"GET {body}": (200, answer_to(body)),
        f"GET {SEAT}": (200, seat | {"terms": terms if terms is not None else [first, second]}),
    }
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
    assert json.loads(site.asked[-1].content) == CORRECTION | {"never_left": False, "never_seated": False}
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


async def test_a_seat_is_put_right_in_a_form_that_begins_with_what_it_is(tmp_path: Path) -> None:
    site = site_of_a_seat(tmp_path)
    site.answers[f"POST {SEAT}/correction"] = (200, {"id": THING, "version": 3, "position": 9})
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    assert 'id="seat-taking-back"' not in page
    form = page.partition('id="seat-correction"')[2].partition("</form>")[0]
    assert 'name="title" value="Sitz der Wohlfahrtspflege"' in form
    assert '<option value="nominated" selected' in form
    assert re.search(r'name="voting" value="yes" checked', form)
    assert "Bereits eröffnete Sitzungen behalten ihre Mitglieder" in form
    right = {"title": "Sitz der Verbände", "kind": "nominated", "on_behalf_of": "Caritas"}
    answer = await site.post(f"{PAGE}/seat-correction", _key="k" * 20, reason="Falsch.", **right)
    assert answer.status_code == 303, answer.text
    assert json.loads(site.asked[-1].content) == {"right": right | {"voting": False}, "reason": "Falsch."}
    assert "Der Sitz ist berichtigt." in (await site.get(answer.headers["location"])).text


async def test_a_seat_that_nobody_took_is_taken_back_and_one_goes_on_to_its_body(tmp_path: Path) -> None:
    site = site_of_a_seat(tmp_path, [])
    site.answers[f"POST {SEAT}/correction"] = (200, {"id": THING, "version": 3, "position": 9})
    await site.sign_in("alle")
    assert 'id="seat-taking-back"' in (await site.get(PAGE)).text
    answer = await site.post(f"{PAGE}/seat-taking-back", _key="k" * 20, reason="Irrtum.")
    assert answer.headers["location"].startswith(f"/de/bodies/{THING}?said=seat-taking-back")
    assert json.loads(site.asked[-1].content) == {"right": None, "reason": "Irrtum."}


async def test_everybody_reads_what_was_put_right_and_not_who_was_entered_by_mistake(tmp_path: Path) -> None:
    why = {"reason": "Verwechselt.", "corrected_at": "2018-09-03T08:00:00Z"}
    site = site_of_a_seat(
        tmp_path, [], corrected=[why | {"reason": "Er berät nur."}], taken_back=[why | {"since": "2018-02-01"}], voting=False
    )
    page = same_spaces(" ".join(re.sub(r"<[^>]+>", " ", (await site.get(PAGE)).text).split()))
    assert "Caritas, nicht stimmberechtigt Berichtigt am 3. September 2018: Er berät nur." in page
    assert "seit 1. Februar 2018: Ein Eintrag wurde zurückgenommen. Zurückgenommen am 3. September 2018: Verwechselt." in page
