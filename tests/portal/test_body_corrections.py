"""The page of a body: what was put right of it, and the forms with which its keepers do so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Said, Site, new_site
from tests.portal.test_spoken import Answering
from tests.support.spaces import same_spaces

PAGE, BODY = f"/de/bodies/{THING}", f"/api/meetings/bodies/{THING}"
OTHER = "0b0d1e00-0000-4000-8000-000000000006"
REASON = "Falsch abgeschrieben."
RULE = {"valid_from": "2013-04-25", "minimum_per_year": 2, "maximum_gap_days": None, "source": "Satzung 2013"}
QUORUM = {"valid_from": "2013-04-25", "more_than_percent": 50, "source": "Geschäftsordnung 2013"}
STEPS = ("correction", "cadence-correction", "succession-correction", "quorum-correction")


class Body(Answering):
    """Everything answers; the body has one cadence rule, one quorum rule, a successor, and something that was corrected."""

    def __init__(self) -> None:
        super().__init__(0)
        corrected = [{"kind": "founding", "reason": REASON, "corrected_at": "2018-09-03T08:00:00Z"}]
        body = {"name": "Fachbeirat", "kind": "network", "legal_nature": "advisory", "founded_on": "2013-04-25", "corrected": corrected}
        offices = {"secretariat": OTHER, "lead_office": None, "reports_to": None}
        succeeded = {"successor": OTHER, "successor_name": "Migrationsrat", "on": "2023-06-15", "reason": "Neue Satzung"}
        rules = {"quorum_rules": [QUORUM | {"corrected": []}]}
        self[f"GET {BODY}"] = (200, answer_to(BODY) | body | offices | {"cadence": [RULE], "succeeded": succeeded})
        self[f"GET {BODY}/composition"] = (200, answer_to(f"{BODY}/composition") | rules)
        listed = answer_to("/api/meetings/bodies")
        self["GET /api/meetings/bodies"] = (200, listed | {"items": [listed["items"][0] | {"body": OTHER, "body_name": "Migrationsrat"}]})
        self.update({f"POST {BODY}/{step}": (200, {"id": THING, "version": 3, "position": 9}) for step in STEPS})

    def get(self, asked: str, otherwise: Said) -> Said:  # type: ignore[override]  # As it is asked.
        return self[asked] if asked in self else super().get(asked, otherwise)


def site_of_a_body(folder: Path) -> Site:
    site = new_site(folder)
    site.answers = Body()
    return site


def values_in(page: str, form: str) -> dict[str, str]:
    """What a form on the page would send as it stands."""
    html = re.search(rf'<form class="form" id="{form}".*?</form>', page, re.DOTALL)
    assert html, form
    found = {}
    for field in re.findall(r"<input[^>]*>", html[0]):
        named, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if named and not named[1].startswith("_"):
            found[named[1]] = value[1] if value else ""
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n([^<]*)', html[0]))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html[0], re.DOTALL):
        selected = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = selected[1] if selected else ""
    return found


async def test_everybody_reads_the_rules_and_what_was_put_right_and_nobody_without_a_role_finds_a_form(tmp_path: Path) -> None:
    page = (await site_of_a_body(tmp_path).get(f"{PAGE}?correct=founding:")).text
    text = same_spaces(" ".join(re.sub(r"<[^>]+>", " ", page).split()))
    assert f"Angaben zum Gremium: Berichtigt am 3. September 2018: {REASON}" in text
    assert "ab 25. April 2013: mindestens 2 Sitzungen im Jahr Satzung 2013" in text
    assert "ab 25. April 2013: mehr als 50 Prozent der stimmberechtigten Mitglieder anwesend Geschäftsordnung 2013" in text
    assert "?correct=" not in page.partition("<main")[2]
    assert 'id="correct-founding"' not in page


FOUNDING = {"name": "Fachbeirat", "kind": "network", "legal_nature": "advisory", "founded_on": "2013-04-25", "secretariat": OTHER}
CADENCE = {"minimum_per_year": "2", "maximum_gap_days": "", "valid_from": "2013-04-25", "source": "Satzung 2013"}
SUCCESSION = {"successor": OTHER, "on": "2023-06-15", "reason": "Neue Satzung"}
QUORUM_FORM = {"more_than_percent": "50", "valid_from": "2013-04-25", "source": "Geschäftsordnung 2013"}
OF_DAY = {"recorded_from": "2013-04-25"}
RIGHT_RULE = {"valid_from": "2013-04-25", "rule": {"minimum_per_year": 3, "source": "Satzung 2013"}}


@pytest.mark.parametrize(
    ("asked", "form", "stands", "changes", "step", "told"),
    [
        (
            "founding:", "correct-founding", FOUNDING | {"lead_office": "", "reports_to": ""}, {"name": "Fachbeirat für Migration"},
            "correction", {"right": FOUNDING | {"name": "Fachbeirat für Migration"}},
        ),
        ("cadence:2013-04-25", "correct-cadence", CADENCE, {"minimum_per_year": "3"}, "cadence-correction", OF_DAY | {"right": RIGHT_RULE}),
        ("cadence:2013-04-25", "take-back-cadence", {}, {}, "cadence-correction", OF_DAY | {"right": None}),
        (
            "succession:", "correct-succession", SUCCESSION, {"on": "2023-07-01"},
            "succession-correction", {"right": SUCCESSION | {"on": "2023-07-01"}},
        ),
        ("succession:", "take-back-succession", {}, {}, "succession-correction", {"right": None}),
        (
            "quorum:2013-04-25", "correct-quorum", QUORUM_FORM, {"more_than_percent": "66"},
            "quorum-correction", OF_DAY | {"right": QUORUM | {"more_than_percent": 66}},
        ),
        ("quorum:2013-04-25", "take-back-quorum", {}, {}, "quorum-correction", OF_DAY | {"right": None}),
    ],
)  # fmt: skip
async def test_a_form_begins_with_what_stands_and_sends_what_is_right(
    tmp_path: Path, asked: str, form: str, stands: dict[str, str], changes: dict[str, str], step: str, told: dict[str, Any]
) -> None:
    site = site_of_a_body(tmp_path)
    await site.sign_in("alle")
    assert f'href="?correct={asked}#correction"' in (await site.get(PAGE)).text
    page = (await site.get(f"{PAGE}?correct={asked}")).text
    begun = values_in(page, form)
    assert begun == {"of": asked.partition(":")[2], "why": "", **stands}
    answer = await site.post(f"{PAGE}/{form}", _key="k" * 20, **begun | changes | {"why": REASON})
    assert answer.status_code == 303, answer.text
    assert site.asked[-1].url.path == f"{BODY}/{step}"
    assert json.loads(site.asked[-1].content) == told | {"reason": REASON}
    done = "zurückgenommen" if form.startswith("take") else "berichtigt"
    assert f"Der Eintrag ist {done}." in (await site.get(answer.headers["location"])).text


async def test_the_forms_say_what_stays_as_it_was(tmp_path: Path) -> None:
    site = site_of_a_body(tmp_path)
    await site.sign_in("alle")
    founding = (await site.get(f"{PAGE}?correct=founding:")).text
    assert "Die berichtigte Art gilt ab jetzt. Was früher geschehen ist, wird nicht neu beurteilt." in founding
    quorum = (await site.get(f"{PAGE}?correct=quorum:2013-04-25")).text
    assert "Bereits eröffnete Sitzungen behalten ihre Beschlussfähigkeit, und Abstimmungen bleiben" in quorum


async def test_what_does_not_fit_is_told_beside_its_field_and_nothing_that_was_written_is_lost(tmp_path: Path) -> None:
    site = site_of_a_body(tmp_path)
    wrong = {"where": "body.right.rule.minimum_per_year", "what": "is too large"}
    problem = {"type": "urn:bindeglied:problem:bad-input", "title": "", "detail": "This does not fit.", "errors": [wrong]}
    site.answers[f"POST {BODY}/cadence-correction"] = (422, problem)
    await site.sign_in("alle")
    answer = await site.post(f"{PAGE}/correct-cadence", _key="k" * 20, of="2013-04-25", **CADENCE | {"minimum_per_year": "999"}, why=REASON)
    assert answer.status_code == 422
    assert 'id="correct-cadence-minimum_per_year-error"' in answer.text
    assert values_in(answer.text, "correct-cadence") == {"of": "2013-04-25", **CADENCE, "minimum_per_year": "999", "why": REASON}


async def test_a_refusal_is_told_in_the_language_of_the_page(tmp_path: Path) -> None:
    site = site_of_a_body(tmp_path)
    acted = {"type": "urn:bindeglied:meetings:BodyActedBefore", "detail": "A body is founded …", "first_day": "2018-02-01"}
    site.answers[f"POST {BODY}/correction"] = (409, acted)
    await site.sign_in("alle")
    answer = await site.post(f"{PAGE}/correct-founding", _key="k" * 20, of="", **FOUNDING, why=REASON)
    assert answer.status_code == 409
    assert "spätestens an dem ersten Tag gegründet, von dem etwas über es eingetragen ist (2018-02-01)" in answer.text
