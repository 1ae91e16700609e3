"""The pages of a meeting as held: what was put right of it, and the forms with which its keepers do so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Site, new_site

PAGE, MEETING = f"/de/meetings/{THING}", f"/api/meetings/meetings/{THING}"
ITEM_PAGE, ITEM = f"{PAGE}/items/{THING}", f"{MEETING}/items/{THING}"
MEMBER = "0b0d1e00-0000-4000-8000-000000000008"
CORRECTED_AT = "2018-12-03T08:00:00Z"
REASON = "Falsch abgeschrieben."
BEGAN, ENDED = "2018-11-06T15:00:00Z", "2018-11-06T17:00:00Z"


def said(kind: str, **changes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("member_name", "formerly", "at", "text"))
    return {"kind": kind, **nothing, "reason": REASON, "corrected_at": CORRECTED_AT, **changes}


def site_of_a_meeting(folder: Path, *, standing: str = "held", outcome: dict[str, Any] | None = None, **changes: Any) -> Site:
    """A meeting that was held, with one arrival and one item."""
    site, meeting, item = new_site(folder), answer_to(MEETING), answer_to(ITEM)
    nothing = dict.fromkeys(("received_at", "deliberated_at", "summary", "noted_at", "resolution"))
    done = nothing | {"rejections": [], "dealt_with": False, "corrected": []} | (outcome or {})
    item |= {"asked": "receive_and_deliberate", "outcome": done}
    attendance = {
        "present": 1,
        "voting_present": 1,
        "members": [{"member": MEMBER, "member_name": "Ayla Beispiel", "voting": True, "present": True}],
        "moves": [{"kind": "arrival", "member": MEMBER, "member_name": "Ayla Beispiel", "at": "2018-11-06T15:01:00.5Z"}],
    }
    held = {"standing": standing, "opened_at": BEGAN, "closed_at": ENDED, "attendance": attendance, "agenda": [item], "waiting": []}
    site.answers |= {
        f"GET {MEETING}": (200, meeting | held | {"corrected": [], "invited": None} | changes),
        f"GET {ITEM}": (200, item),
        f"POST {MEETING}/correction": (200, {"id": THING, "version": 3, "position": 9}),
        f"POST {MEETING}/plan-correction": (200, {"id": THING, "version": 3, "position": 9}),
    }
    return site


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def forms_on(page: str) -> set[str]:
    return set(re.findall(r'<form class="form" id="([^"]+)"', page))


def sent(site: Site) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(site.asked[-1].content)
    return body


async def test_everybody_reads_what_was_put_right_and_why_and_finds_no_form(tmp_path: Path) -> None:
    corrections = [
        said("closing", formerly="2018-11-06T18:00:00Z", at=ENDED),
        said("arrival", member_name="Ayla Beispiel", at="2018-11-06T15:01:00Z"),
        said("departure", member_name="Bo Beispiel", formerly="2018-11-06T16:00:00Z"),
    ]
    page = (await site_of_a_meeting(tmp_path, corrected=corrections).get(PAGE)).text
    text = text_of(page)
    assert "Ende: 6. November 2018, 18:00 Uhr (vorher 6. November 2018, 19:00 Uhr) Berichtigt am 3. Dezember 2018: " + REASON in text
    assert "Ankunft, Ayla Beispiel: 6. November 2018, 16:01 Uhr (fehlte bisher)" in text
    assert "Weggang, Bo Beispiel: hat nicht stattgefunden (vorher 6. November 2018, 17:00 Uhr)" in text
    assert forms_on(page) == set()


async def test_an_items_page_says_it_too(tmp_path: Path) -> None:
    outcome = {"corrected": [said("receipt", formerly=BEGAN, at="2018-11-06T15:05:00Z"), said("resolution", text="Mehr Kurse.")]}
    text = text_of((await site_of_a_meeting(tmp_path, outcome=outcome).get(ITEM_PAGE)).text)
    assert "Entgegennahme: 6. November 2018, 16:05 Uhr (vorher 6. November 2018, 16:00 Uhr)" in text
    assert text.count(f"Berichtigt am 3. Dezember 2018: {REASON}") == 2


async def test_its_keepers_put_right_when_it_ended_and_who_came(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path)
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    assert {"times-correction", "attendance-correction", "attendance-left-out"} <= forms_on(page)
    sending = {"_key": "k" * 20, "reason": REASON}
    answer = await site.post(f"{PAGE}/times-correction", kind="closing", at="2018-11-06T18:30", **sending)
    assert sent(site) == {"right": {"kind": "closing", "at": "2018-11-06T18:30:00+01:00"}, "reason": REASON}
    assert "Die Niederschrift ist berichtigt." in (await site.get(answer.headers["location"])).text

    [(entry, name)] = re.findall(r'<option value="(arrival[^"]+)"[^>]*>([^<]+)', page)
    assert name == "Ayla Beispiel: Ankunft, 06.11.2018 16:01"
    await site.post(f"{PAGE}/attendance-correction", entry=entry, at="", never_happened="yes", **sending)
    recorded = {"kind": "arrival", "member": MEMBER, "recorded_at": "2018-11-06T15:01:00.5Z"}
    assert sent(site) == {"right": recorded | {"never_happened": True}, "reason": REASON}

    await site.post(f"{PAGE}/attendance-left-out", member=MEMBER, kind="departure", at="2018-11-06T17:00", **sending)
    left = {"kind": "departure", "member": MEMBER, "at": "2018-11-06T17:00:00+01:00"}
    assert sent(site) == {"right": left, "reason": REASON}


async def test_its_keepers_put_right_what_was_entered_of_it_with_what_is_recorded_filled_in(tmp_path: Path) -> None:
    corrections = [said("meeting")]
    site = site_of_a_meeting(tmp_path, standing="scheduled", title="Zweite Sitzung", place="Saal <2>", reason=None, corrected=corrections)
    assert "plan-correction" not in forms_on((await site.get(PAGE)).text)
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    form = page.partition('id="plan-correction"')[2].partition("</form>")[0]
    assert 'value="Zweite Sitzung"' in form
    assert 'value="Saal &lt;2&gt;"' in form
    assert "cancellation-correction" not in forms_on(page)
    assert f"Sitzung Berichtigt am 3. Dezember 2018: {REASON}" in text_of(page)
    answer = await site.post(f"{PAGE}/plan-correction", _key="k" * 20, title="Dritte Sitzung", place="Saal", reason=REASON)
    assert sent(site) == {"title": "Dritte Sitzung", "place": "Saal", "reason": REASON}
    assert "Die Sitzung ist berichtigt." in (await site.get(answer.headers["location"])).text


async def test_of_a_cancelled_meeting_also_why_it_was_is_put_right(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path, standing="cancelled", reason="Gesperrt.")
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    assert "plan-correction" not in forms_on(page)
    assert "Gesperrt.</textarea>" in page.partition('id="cancellation-correction"')[2]
    right = {"title": "Dritte Sitzung", "place": "Saal", "cancelled_because": "Der Saal ist gesperrt.", "reason": REASON}
    await site.post(f"{PAGE}/cancellation-correction", _key="k" * 20, starts_at="2018-11-07T16:00", ends_at="", **right)
    assert sent(site) == right | {"starts_at": "2018-11-07T16:00:00+01:00"}


@pytest.mark.parametrize("standing", ["opened", "held"])
async def test_of_a_meeting_that_has_begun_also_for_when_it_was_planned_is_put_right(tmp_path: Path, standing: str) -> None:
    site = site_of_a_meeting(tmp_path, standing=standing, starts_at="2018-11-06T15:00:00Z", ends_at="2018-11-06T17:00:00Z")
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    assert "plan-correction" not in forms_on(page)
    form = page.partition('id="begun-plan-correction"')[2].partition("</form>")[0]
    assert 'value="2018-11-06T16:00"' in form
    assert 'value="2018-11-06T18:00"' in form
    right = {"title": "Dritte Sitzung", "place": "Saal", "reason": REASON}
    times = {"starts_at": "2018-11-05T16:00", "ends_at": "2018-11-05T18:00"}
    assert (await site.post(f"{PAGE}/begun-plan-correction", _key="k" * 20, **right, **times)).status_code == 303
    assert sent(site) == right | {"starts_at": "2018-11-05T16:00:00+01:00", "ends_at": "2018-11-05T18:00:00+01:00"}


@pytest.mark.parametrize(
    ("standing", "outcome", "expected"),
    [
        ("held", {}, {"receipt-left-out", "deliberation-left-out"}),
        ("held", {"received_at": BEGAN, "noted_at": BEGAN}, {"receipt-correction", "deliberation-left-out", "note-correction"}),
        ("opened", {"received_at": BEGAN}, {"receipt-correction"}),
        ("opened", {}, set()),
    ],
)
async def test_what_was_recorded_can_be_put_right_and_after_the_end_what_was_left_out_be_entered(
    tmp_path: Path, standing: str, outcome: dict[str, Any], expected: set[str]
) -> None:
    site = site_of_a_meeting(tmp_path, standing=standing, outcome=outcome)
    await site.sign_in("alle")
    page = (await site.get(ITEM_PAGE)).text
    assert {form for form in forms_on(page) if form.endswith(("-correction", "-left-out"))} == expected | {"title-correction"}
    assert ("Fehlende Beratung nachtragen" in page) is (standing == "held")


@pytest.mark.parametrize(("standing", "opened"), [("held", []), ("opened", ["deliberation"])])
async def test_what_is_to_be_done_with_an_item_lies_open_but_no_correction_does(tmp_path: Path, standing: str, opened: list[str]) -> None:
    site = site_of_a_meeting(tmp_path, standing=standing, outcome={"received_at": BEGAN})
    await site.sign_in("alle")
    page = (await site.get(ITEM_PAGE)).text
    assert re.findall(r'<details class="kern-accordion" open>.*?<form class="form" id="([^"]+)"', page, re.DOTALL) == opened


async def test_the_recorded_time_is_filled_in_and_one_that_was_left_so_is_not_sent(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path, outcome={"received_at": "2018-11-06T15:05:42Z"})
    await site.sign_in("alle")
    page = (await site.get(ITEM_PAGE)).text
    at = "2018-11-06T16:05"
    assert f'name="at_now" value="{at}"' in page
    assert f'id="receipt-correction-at" name="at" value="{at}"' in page
    sending = {"item": THING, "at_now": at, "reason": REASON}
    changes: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({"never_happened": "yes"}, {"never_happened": True}),
        ({"at": "2018-11-06T16:06"}, {"never_happened": False, "at": "2018-11-06T16:06:00+01:00"}),
    ]
    for changed, told in changes:
        await site.post(f"{ITEM_PAGE}/receipt-correction", **{"at": at, **sending, **changed})
        assert sent(site)["right"] == {"kind": "receipt", "item": THING, **told}


async def test_what_was_left_out_of_an_item_is_entered_with_its_time_and_why_only_now(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path, outcome={"received_at": BEGAN})
    await site.sign_in("alle")
    sending = {"_key": "k" * 20, "item": THING, "summary": "So.", "reason": REASON}
    missing = await site.post(f"{ITEM_PAGE}/deliberation-left-out", **sending, at="")
    assert (missing.status_code, 'id="deliberation-left-out-at-error"' in missing.text) == (422, True)
    await site.post(f"{ITEM_PAGE}/deliberation-left-out", **sending, at="2018-11-06T16:30")
    right = {"kind": "deliberation", "item": THING, "summary": "So.", "at": "2018-11-06T16:30:00+01:00"}
    assert sent(site) == {"right": right, "reason": REASON}


async def test_an_items_keepers_put_right_what_was_said_and_send_only_that(tmp_path: Path) -> None:
    resolution = answer_to(ITEM)["outcome"]["resolution"] | {"text": "Mehr Kurse.", "instrument": "none"}
    site = site_of_a_meeting(tmp_path, outcome={"deliberated_at": BEGAN, "summary": "So.", "resolution": resolution})
    await site.sign_in("alle")
    page = (await site.get(ITEM_PAGE)).text
    assert "Mehr Kurse.</textarea>" in page
    assert "So.</textarea>" in page
    sending = {"_key": "k" * 20, "reason": REASON}
    await site.post(f"{ITEM_PAGE}/deliberation-correction", item=THING, at="", summary="Anders.", **sending)
    assert sent(site) == {
        "right": {"kind": "deliberation", "item": THING, "summary": "Anders.", "never_happened": False},
        "reason": REASON,
    }
    await site.post(f"{ITEM_PAGE}/deliberation-correction", item=THING, at="", summary="", **sending | {"_key": "c" * 20})
    assert sent(site)["right"] == {"kind": "deliberation", "item": THING, "summary": None, "never_happened": False}
    assert all(f'id="correction-{name}" name="{name}" value="7"' in page for name in ("yes", "no", "abstentions"))
    cast = {"yes": 7, "no": 2, "abstentions": 0}
    votes = {name: str(number) for name, number in cast.items()}
    await site.post(f"{ITEM_PAGE}/correction", resolution=THING, text="Viele Kurse.", **votes, **sending)
    assert sent(site) == {"right": {"kind": "resolution", "resolution": THING, "text": "Viele Kurse.", **cast}, "reason": REASON}


@pytest.mark.parametrize("standing", ["opened", "held"])
async def test_what_an_item_is_called_is_put_right_once_the_meeting_was_opened(tmp_path: Path, standing: str) -> None:
    outcome = {"corrected": [said("title", text="Bericht")]}
    site = site_of_a_meeting(tmp_path, standing=standing, outcome=outcome)
    page = (await site.get(ITEM_PAGE)).text
    assert f"Titel Berichtigt am 3. Dezember 2018: {REASON}" in text_of(page)
    assert "title-correction" not in forms_on(page)
    await site.sign_in("alle")
    form = (await site.get(ITEM_PAGE)).text.partition('id="title-correction"')[2].partition("</form>")[0]
    assert f'value="{answer_to(ITEM)["title"]}"' in form
    answer = await site.post(f"{ITEM_PAGE}/title-correction", _key="k" * 20, item=THING, title="Berichte", reason=REASON)
    assert answer.status_code == 303
    assert sent(site) == {"right": {"kind": "title", "item": THING, "title": "Berichte"}, "reason": REASON}


async def test_a_vote_that_was_left_out_of_a_meeting_is_entered_with_its_time(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path)
    await site.sign_in("alle")
    assert "vote-left-out" not in forms_on((await site.get(ITEM_PAGE)).text)
    site = site_of_a_meeting(tmp_path / "discussed", outcome={"deliberated_at": BEGAN})
    site.answers[f"POST {ITEM}/resolution"] = (200, {"id": THING, "version": 3, "position": 9})
    await site.sign_in("alle")
    assert "vote-left-out" in forms_on((await site.get(ITEM_PAGE)).text)
    votes = {"yes": "3", "no": "2", "abstentions": "0"}
    wish = {"text": "Mehr Kurse.", "instrument": "recommendation", **votes}
    missing = await site.post(f"{ITEM_PAGE}/vote-left-out", _key="k" * 20, **wish, at="")
    assert (missing.status_code, 'id="vote-left-out-at-error"' in missing.text) == (422, True)
    answer = await site.post(f"{ITEM_PAGE}/vote-left-out", _key="k" * 20, **wish, at="2018-11-06T16:30")
    assert answer.status_code == 303, answer.text
    assert sent(site) == wish | {"yes": 3, "no": 2, "abstentions": 0, "at": "2018-11-06T16:30:00+01:00"}


async def test_of_a_vote_without_a_majority_words_and_numbers_are_put_right(tmp_path: Path) -> None:
    votes = answer_to(ITEM)["outcome"]["resolution"]["votes"]
    rejected = {"text": "Keine Kurse.", "votes": votes, "rejected_at": "2018-11-06T15:30:00Z"}
    site = site_of_a_meeting(tmp_path, outcome={"deliberated_at": BEGAN, "rejections": [rejected]})
    await site.sign_in("alle")
    page = (await site.get(ITEM_PAGE)).text
    assert "Keine Kurse.</textarea>" in page
    assert '<option value="2018-11-06T15:30:00Z" selected' in page
    assert "06.11.2018 16:30" in page
    sending: dict[str, Any] = {
        "item": THING,
        "recorded_at": rejected["rejected_at"],
        "text": "Keine.",
        "yes": "1",
        "no": "2",
        "abstentions": "0",
    }
    await site.post(f"{ITEM_PAGE}/rejection-correction", _key="k" * 20, **sending, reason=REASON)
    cast = {"yes": 1, "no": 2, "abstentions": 0}
    assert sent(site) == {"right": sending | cast | {"kind": "rejection"}, "reason": REASON}


async def test_what_does_not_fit_is_said_beside_the_form(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path)
    refused = {"type": "urn:bindeglied:meetings:VoteWouldNotStand", "detail": "…"}
    site.answers[f"POST {MEETING}/correction"] = (409, refused)
    await site.sign_in("alle")
    entry = f"arrival|{MEMBER}|2018-11-06T15:01:00.5Z"
    answer = await site.post(f"{PAGE}/attendance-correction", _key="k" * 20, entry=entry, never_happened="yes", reason=REASON)
    assert answer.status_code == 409
    assert "beschlussfähig" in answer.text


async def test_what_cannot_be_read_is_said_beside_its_field(tmp_path: Path) -> None:
    site = site_of_a_meeting(tmp_path, outcome={"deliberated_at": BEGAN, "summary": "So."})
    wrong = {"where": "body.right.deliberation.summary", "what": "is too long"}
    site.answers[f"POST {MEETING}/correction"] = (422, {"type": "urn:bindeglied:problem:bad-input", "detail": "…", "errors": [wrong]})
    await site.sign_in("alle")
    answer = await site.post(f"{ITEM_PAGE}/deliberation-correction", _key="k" * 20, item=THING, summary="Anders.", reason=REASON)
    assert answer.status_code == 422
    assert 'id="deliberation-correction-summary-error"' in answer.text
