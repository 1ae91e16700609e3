"""What the page of a recommendation tells of its addressees: what came, and of the days only those that are still ahead."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import new_site
from tests.support.spaces import same_spaces

ADDRESS = f"/api/recommendations/recommendations/{THING}"
TO_ACKNOWLEDGE, TO_ANSWER = "Eingang zu bestätigen bis 11. Februar 2019", "zu beantworten bis 15. März 2019"
DUE = {"acknowledge_by": "2019-02-11", "answer_by": "2019-03-15"}
ACKNOWLEDGED, ANSWERED = {"acknowledged_on": "2019-02-05"}, {"answered_on": "2019-02-20", "verdict": "accepted"}
WITHDRAWN = {"withdrawn_on": "2019-02-02", "reason": "Verschrieben."}


@pytest.mark.parametrize(
    ("came", "withdrawn", "still_due"),
    [
        ({}, None, {TO_ACKNOWLEDGE, TO_ANSWER}),
        (ACKNOWLEDGED, None, {TO_ANSWER}),
        (ANSWERED, None, set()),
        (ACKNOWLEDGED | ANSWERED, None, set()),
        ({}, WITHDRAWN, set()),
    ],
    ids=["nothing", "acknowledged", "answered", "both", "withdrawn"],
)
async def test_an_addressee_is_told_only_what_is_still_due(
    came: dict[str, Any], withdrawn: dict[str, Any] | None, still_due: set[str], tmp_path: Path
) -> None:
    site, answer = new_site(tmp_path), answer_to(ADDRESS)
    nothing = {"acknowledged_on": None, "answered_on": None, "verdict": None, "reasons": None}
    answer["addressees"] = [answer["addressees"][0] | nothing | DUE | came]
    site.answers[f"GET {ADDRESS}"] = (200, answer | {"withdrawn": withdrawn})
    page = same_spaces((await site.get(f"/de/recommendations/{THING}")).text)
    assert {sentence for sentence in (TO_ACKNOWLEDGE, TO_ANSWER) if sentence in page} == still_due
    assert ("Eingang bestätigt am 5. Februar 2019" in page) == ("acknowledged_on" in came)
    assert ("beantwortet am 20. Februar 2019" in page) == ("answered_on" in came)


def recommended() -> dict[str, Any]:
    """One that was answered and followed, as its page gets it."""
    answer: dict[str, Any] = answer_to(ADDRESS)
    answer["addressees"] = [answer["addressees"][0] | {"body": THING, "body_name": "Sozialamt"} | DUE | ACKNOWLEDGED | ANSWERED]
    kept = {"id": OTHER, "addressee": THING, "what": "Zwei Kurse", "due_on": "2019-09-01"}
    answer["measures"] = [answer["measures"][0] | kept | {"done_on": "2019-08-20", "verified_on": "2019-09-05"}]
    return answer | {"body": THING, "issued_on": "2019-02-01", "withdrawn": None, "corrections": []}


OTHER = "6d6d1a62-8f0a-4d2c-9b57-3c1f0e0f4a12"
PAGE = f"/de/recommendations/{THING}"
KEYS = [
    "issue:", f"acknowledgement:{THING}", f"answer:{THING}", f"promise:{OTHER}", f"completion:{OTHER}", f"verification:{OTHER}",
]  # fmt: skip
RIGHT: dict[str, dict[str, str]] = {
    "issue": {"title": "Kurse", "issued_on": "2019-02-02"},
    "withdrawal": {"withdrawn_on": "2019-02-03", "reason": "Verschrieben."},
    "acknowledgement": {"acknowledged_on": "2019-02-06"},
    "answer": {"answered_on": "2019-02-21", "verdict": "rejected", "reasons": "Nein."},
    "promise": {"what": "Drei Kurse", "due_on": "2019-10-01"},
    "completion": {"done_on": "2019-08-21", "evidence": "Seite 3"},
    "verification": {"verified_on": "2019-09-06", "finding": "Gesehen."},
}
WHOSE = {"acknowledgement": "addressee", "answer": "addressee", "promise": "measure", "completion": "measure", "verification": "measure"}


async def test_next_to_each_entry_whoever_made_it_finds_the_way_to_correct_it(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers[f"GET {ADDRESS}"] = (200, recommended())
    assert "?correct=" not in (await site.get(PAGE)).text
    await site.sign_in("alle")
    page = (await site.get(PAGE)).text
    assert re.findall(r'href="\?correct=([^"#]+)#correction"', page) == KEYS
    assert 'id="correction"' not in page
    site.answers[f"GET {ADDRESS}"] = (200, recommended() | {"withdrawn": WITHDRAWN})
    assert '?correct=withdrawal:#correction"' in (await site.get(PAGE)).text
    site.answers[f"GET {ADDRESS}"] = (200, recommended() | {"body": OTHER, "addressees": [], "measures": []})
    assert "?correct=" not in (await site.get(PAGE)).text


@pytest.mark.parametrize("kind", RIGHT)
async def test_an_entry_is_corrected_from_what_is_recorded(kind: str, tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers |= {
        f"GET {ADDRESS}": (200, recommended() | {"withdrawn": WITHDRAWN}),
        f"POST {ADDRESS}/correction": (200, {"id": THING, "version": 9, "position": 9}),
    }
    await site.sign_in("alle")
    of = OTHER if WHOSE.get(kind) == "measure" else THING if kind in WHOSE else ""
    page = (await site.get(f"{PAGE}?correct={kind}:{of}")).text
    assert f'action="{PAGE}/correct-{kind}"' in page
    assert (f'action="{PAGE}/take-back-{kind}"' in page) == (kind != "issue")
    recorded = {"issue": "2019-02-01", "withdrawal": "2019-02-02", "acknowledgement": "2019-02-05", "answer": "2019-02-20"}
    assert f'value="{recorded.get(kind, "2019-")}' in page
    form = re.search(rf'<form[^>]+id="correct-{kind}".*?</form>', page, re.DOTALL)
    assert form
    assert set(re.findall(r'name="([a-z_]+)"', form[0])) - {"_key"} == {*RIGHT[kind], "of", "why"}
    answer = await site.post(f"{PAGE}/correct-{kind}", _key="k" * 20, of=of, why="Verlesen.", **RIGHT[kind])
    assert answer.status_code == 303, answer.text
    whose = {WHOSE[kind]: of} if kind in WHOSE else {}
    assert json.loads(site.asked[-1].content) == {"right": {"kind": kind, **whose, **RIGHT[kind]}, "reason": "Verlesen."}
    assert "Der Eintrag ist berichtigt." in (await site.get(answer.headers["location"])).text
    if kind != "issue":
        answer = await site.post(f"{PAGE}/take-back-{kind}", _key="k" * 20, of=of, why="Verwechselt.")
        never = {"kind": "never_happened", "entry": kind, "of": of or None}
        assert json.loads(site.asked[-1].content) == {"right": never, "reason": "Verwechselt."}
        assert "Der Eintrag ist zurückgenommen." in (await site.get(answer.headers["location"])).text


async def test_a_correction_that_is_refused_comes_back_with_the_rule_and_what_was_sent(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    gone = {
        "type": "urn:bindeglied:recommendations:BodyHasSuccessor", "detail": "It is the successor's.", "body": "RaM", "successor": "MiRa",
    }  # fmt: skip
    site.answers |= {f"GET {ADDRESS}": (200, recommended()), f"POST {ADDRESS}/correction": (409, gone)}
    await site.sign_in("alle")
    for language, sentence in (("de", "an die Stelle von „RaM“ ist „MiRa“ getreten"), ("en", "It is the successor&#39;s. (MiRa)")):
        page = f"/{language}/recommendations/{THING}/correct-issue"
        answer = await site.post(page, _key="k" * 20, of="", why="Verlesen.", **RIGHT["issue"])
        assert answer.status_code == 409
        assert sentence in answer.text
        assert 'value="2019-02-02"' in answer.text


async def test_the_page_says_what_was_corrected_and_what_never_happened(tmp_path: Path) -> None:
    site = new_site(tmp_path)

    def corrected(entry: str, of: str | None, reason: str, *, stands: bool = True) -> dict[str, Any]:
        return {"entry": entry, "of": of, "stands": stands, "reason": reason, "corrected_at": "2019-03-01T09:00:00Z"}

    corrections = [
        corrected("issue", None, "Grund eins."),
        corrected("answer", THING, "Grund zwei."),
        corrected("verification", OTHER, "Grund drei.", stands=False),
        corrected("promise", "6d6d1a62-8f0a-4d2c-9b57-3c1f0e0f4a13", "Grund vier.", stands=False),
    ]
    site.answers[f"GET {ADDRESS}"] = (200, recommended() | {"corrections": corrections})
    page = re.sub(r"<[^>]+>", "", (await site.get(PAGE)).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Berichtigt am 1. März 2019: Grund eins." in page
    assert "Berichtigt am 1. März 2019: Grund zwei." in page
    assert "Zurückgenommen am 1. März 2019: Grund drei." in page
    assert "Eine Zusage wurde am 1. März 2019 zurückgenommen: Grund vier." in page
    assert page.count("Grund ") == 4
