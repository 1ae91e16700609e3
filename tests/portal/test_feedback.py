"""The office reads what people say is in the way and marks what it has dealt with; nobody else finds the way there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.interfaces import THING
from tests.portal.sites import Site, new_site

OTHER = "0b0d1e00-0000-4000-8000-0000000000aa"
WAITING: dict[str, Any] = {
    "feedback": THING, "text": "Der Kontrast ist zu schwach.\nAuch im Menü.", "email": "ada@post.example", "page": "Startseite",
    "given_at": "2018-11-30T16:00:00+01:00", "note": None, "reason": None, "answered_at": None,
}  # fmt: skip
NAMELESS = WAITING | {"feedback": OTHER, "text": "Zu viel Text.", "email": None, "page": None}
ERASED = {"subject": OTHER}
LIST, ANSWER = "GET /api/notifications/feedback", f"POST /api/notifications/feedback/{THING}/answer"
NEXT = "/api/notifications/feedback?answered=false&after=QUJD"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = new_site(tmp_path)
    made.answers[LIST] = (200, {"items": [WAITING, NAMELESS], "next": None})
    return made


async def test_only_the_office_is_shown_the_way(site: Site) -> None:
    await site.sign_in("amt")
    assert 'href="/de/feedback"' not in (await site.get("/de/imprint")).text
    await site.sign_in("alle")
    assert 'href="/de/feedback"' in (await site.get("/de/imprint")).text


@pytest.mark.parametrize(("status", "shown"), [(401, 303), (403, 403)])
async def test_the_service_decides_who_reads_it(site: Site, status: int, shown: int) -> None:
    site.answers[LIST] = (status, {"type": "urn:bindeglied:problem:forbidden"})
    assert (await site.get("/de/feedback")).status_code == shown


async def test_what_waits_is_shown_with_the_address_to_answer_to(site: Site) -> None:
    await site.sign_in("alle")
    answer = await site.get("/de/feedback")
    assert answer.headers["cache-control"] == "no-store"
    assert site.asked[-1].url.params["answered"] == "false"
    assert "Der Kontrast ist zu schwach.\nAuch im Menü." in answer.text
    assert 'href="mailto:ada@post.example"' in answer.text
    assert answer.text.count("keine Adresse angegeben") == 1
    assert answer.text.count("<textarea") == 2


async def test_a_message_is_marked_as_dealt_with(site: Site) -> None:
    site.answers[ANSWER] = (200, {"id": THING, "version": 2, "position": 9})
    await site.sign_in("alle")
    key = re.search(rf'action="/de/feedback/{THING}".*?name="_key" value="([^"]+)"', (await site.get("/de/feedback")).text, re.DOTALL)
    assert key
    answer = await site.post(f"/de/feedback/{THING}", _key=key[1], note="Behoben und geantwortet.")
    assert answer.headers["location"] == f"/de/feedback?said=answer-{THING}&at=notifications-9"
    sent = site.asked[-1]
    assert (sent.headers["idempotency-key"], json.loads(sent.content)) == (key[1], {"note": "Behoben und geantwortet."})
    page = await site.get(answer.headers["location"])
    assert "Die Rückmeldung ist als erledigt vermerkt." in page.text
    assert site.asked[-1].url.params["min_position"] == "9"


async def test_what_somebody_else_has_dealt_with_meanwhile_is_said(site: Site) -> None:
    refusal = {"type": "urn:bindeglied:notifications:FeedbackIsAnswered", "detail": "Feedback is answered once."}
    site.answers |= {ANSWER: (409, refusal), LIST: (200, {"items": [NAMELESS], "next": None})}
    await site.sign_in("alle")
    answer = await site.post(f"/en/feedback/{THING}", note="Behoben.")
    assert (answer.status_code, "Feedback is answered once." in answer.text) == (409, True)


async def test_a_note_that_is_missing_is_asked_for_at_its_message(site: Site) -> None:
    await site.sign_in("alle")
    answer = await site.post(f"/de/feedback/{THING}", note=" ")
    assert (answer.status_code, answer.text.count("aria-invalid")) == (422, 1)
    assert f'<a class="kern-link" href="#answer-{THING}-note">' in answer.text


async def test_what_has_been_dealt_with_is_shown_page_by_page_and_its_note_corrected(site: Site) -> None:
    done = WAITING | {"note": "Behoben.", "answered_at": "2018-12-03T10:00:00+01:00", "text": ERASED, "email": ERASED, "page": None}
    site.answers[LIST] = (200, {"items": [done], "next": NEXT})
    await site.sign_in("alle")
    page = (await site.get("/de/feedback?answered=yes")).text
    assert site.asked[-1].url.params["answered"] == "true"
    assert "Behoben." in page
    assert page.count("gelöscht") == 2
    assert "mailto:ada" not in page
    assert page.count("<textarea") == 2
    [following] = re.findall(r'rel="next" href="([^"]+)"', page)
    assert following == "?answered=yes&amp;after=QUJD"
    await site.get("/de/feedback?answered=yes&after=QUJD")
    assert site.asked[-1].url.params["after"] == "QUJD"
    site.answers[ANSWER] = (200, {"id": THING, "version": 3, "position": 9})
    answer = await site.post(f"/de/feedback/{THING}/correction", note="Doch nicht.", reason="Verwechselt.")
    assert answer.headers["location"] == f"/de/feedback?answered=yes&said=correct-{THING}&at=notifications-9"
    assert json.loads(site.asked[-1].content) == {"note": "Doch nicht.", "reason": "Verwechselt."}
    assert "Der Vermerk ist berichtigt." in (await site.get(answer.headers["location"])).text
    answer = await site.post(f"/de/feedback/{THING}/correction", note="Doch nicht.", reason="")
    assert (answer.status_code, answer.text.count("aria-invalid")) == (422, 1)
    assert "Erledigt am" in answer.text
