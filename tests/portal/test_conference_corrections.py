"""The organisers' forms that put a conference right: what is recorded is filled in, and what does not fit is said beside its field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.portal.pages.conference_corrections import groups_of
from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Said, Site, new_site
from tests.portal.test_spoken import Answering
from tests.support.spaces import same_spaces

PAGE, OF = f"/de/conferences/{THING}/organisation", f"/api/conferences/conferences/{THING}"
RECORDED: dict[str, Any] = {
    "title": "Fünfte Konferenz",
    "starts_at": "2018-11-30T13:00:00Z",
    "ends_at": "2018-11-30T18:00:00Z",
    "place": "Saal",
    "partners": ["Volkshochschule", "Netzwerk"],
    "groups": [{"key": "sprache", "name": "Sprache"}, {"key": "arbeit", "name": "Arbeti"}],
    "results_go_to": THING,
}
HELD = {"held_on": "2018-11-30", "attendance": 120}
SENT = {
    "title": "Sechste Konferenz",
    "starts_at": "2018-12-01T14:00",
    "ends_at": "2018-12-01T19:00",
    "place": "Stadthalle",
    "partners": "Volkshochschule\r\n\r\nNetzwerk",
    "groups_now": "sprache Sprache\r\narbeit Arbeti",
    "groups": "Arbeit\r\nSprache",
    "results_go_to": THING,
    "reason": "Verschrieben.",
}
BODY: dict[str, Any] = SENT | {
    "starts_at": "2018-12-01T14:00:00+01:00", "ends_at": "2018-12-01T19:00:00+01:00", "partners": ["Volkshochschule", "Netzwerk"],
    "groups": [{"key": "arbeit", "name": "Arbeit"}, {"key": "sprache", "name": "Sprache"}],
}  # fmt: skip
BODY.pop("groups_now")


class Saying(Answering):
    """What the test says, and otherwise whatever the interfaces promise."""

    def get(self, asked: str, otherwise: Said) -> Said:  # type: ignore[override]  # As it is asked.
        return self[asked] if asked in self else super().get(asked, otherwise)


def site_of(folder: Path, **told: Any) -> Site:
    """The pages of a conference that is not held, unless that is told."""
    site = new_site(folder)
    shown = answer_to(OF) | RECORDED | dict.fromkeys((*HELD, "cancelled_because")) | {"host": THING, "results": []}
    site.answers = Saying(0)
    site.answers[f"GET {OF}"] = (200, shown | told)
    return site


def values(page: str, form: str) -> dict[str, str]:
    """What the form's fields show."""
    [drawn] = re.findall(rf'<form[^>]*action="[^"]*/{form}".*?</form>', page, re.DOTALL)
    shown = {name: value for name, value in re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', drawn) if name[0] != "_"}
    shown |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?([^<]*)<', drawn))
    return shown


async def test_what_is_recorded_of_the_plan_is_filled_in_and_sent_whole(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    await site.sign_in("alle")
    site.answers[f"POST {OF}/correction"] = (200, {"id": THING, "version": 3, "position": 9})
    page = (await site.get(PAGE)).text
    assert values(page, "plan-correction") == {
        "title": "Fünfte Konferenz", "starts_at": "2018-11-30T14:00", "ends_at": "2018-11-30T19:00", "place": "Saal",
        "partners": "Volkshochschule\nNetzwerk", "groups_now": "sprache Sprache\narbeit Arbeti", "groups": "Sprache\nArbeti", "reason": "",
    }  # fmt: skip
    assert "/holding-correction" not in page
    assert "/cancellation-correction" not in page
    answer = await site.post(f"{PAGE}/plan-correction", _key="k" * 20, **SENT)
    assert answer.status_code == 303, answer.text
    assert json.loads(site.asked[-1].content) == BODY
    assert "Die Konferenz ist berichtigt." in (await site.get(answer.headers["location"])).text


def test_a_group_keeps_its_key_and_two_new_names_at_once_take_over_none() -> None:
    now = ["sprache Sprache und Bildung", "arbeit Arbeti"]
    for names, keys in (
        (["Arbeti", "Sprache und Bildung", "Wohnen"], ["arbeit", "sprache", "wohnen"]),
        (["Sprache und Bildung", "Arbeit und Ausbildung"], ["sprache", "arbeit"]),
        (["Beruf", "Wohnen"], ["beruf", "wohnen"]),
    ):
        assert groups_of(names, now) == [{"key": key, "name": name} for key, name in zip(keys, names, strict=True)]


async def test_of_what_was_held_the_day_and_the_attendance_are_filled_in_as_well(tmp_path: Path) -> None:
    site = site_of(tmp_path, **HELD)
    await site.sign_in("alle")
    site.answers[f"POST {OF}/correction"] = (200, {"id": THING, "version": 3, "position": 9})
    page = (await site.get(PAGE)).text
    shown = values(page, "holding-correction")
    assert (shown["held_on"], shown["attendance"], shown["results_go_to"]) == ("2018-11-30", "120", THING)
    assert "/plan-correction" not in page
    assert "/cancellation" not in page
    answer = await site.post(f"{PAGE}/holding-correction", _key="k" * 20, **SENT, held_on="2018-12-01", attendance="80")
    assert answer.status_code == 303, answer.text
    assert json.loads(site.asked[-1].content) == BODY | {"held_on": "2018-12-01", "attendance": 80}


AFTER = {"where": "body.ends_at", "what": "must lie after starts_at, by less than seven days"}


@pytest.mark.parametrize(
    ("status", "problem", "said"),
    [
        (422, {"type": "urn:bindeglied:problem:invalid-input", "detail": "…", "errors": [AFTER]}, 'id="plan-correction-ends_at-error"'),
        (409, {"type": "urn:bindeglied:conferences:ResultsWentElsewhere", "detail": "…"}, "Wem die Ergebnisse übergeben wurden"),
    ],
    ids=["a field", "the whole"],
)
async def test_what_does_not_fit_is_said_where_it_is(status: int, problem: dict[str, Any], said: str, tmp_path: Path) -> None:
    site = site_of(tmp_path)
    await site.sign_in("alle")
    site.answers[f"POST {OF}/correction"] = (status, problem)
    answer = await site.post(f"{PAGE}/plan-correction", _key="k" * 20, **SENT)
    assert answer.status_code == status
    assert said in answer.text
    assert values(answer.text, "plan-correction")["place"] == "Stadthalle"


WHY_NOT = "Die Halle ist gesperrt."


async def test_a_conference_is_called_off_with_a_reason(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    await site.sign_in("alle")
    site.answers[f"POST {OF}/cancellation"] = (200, {"id": THING, "version": 3, "position": 9})
    assert "Warum sie nicht stattfindet" in (await site.get(PAGE)).text
    answer = await site.post(f"{PAGE}/cancellation", _key="k" * 20, reason=WHY_NOT)
    assert answer.status_code == 303, answer.text
    assert json.loads(site.asked[-1].content) == {"reason": WHY_NOT}
    assert "Die Konferenz ist abgesagt." in (await site.get(answer.headers["location"])).text
    site.answers[f"POST {OF}/cancellation"] = (409, {"type": "urn:bindeglied:conferences:ConferenceWasHeld", "detail": "…"})
    refused = await site.post(f"{PAGE}/cancellation", _key="l" * 20, reason=WHY_NOT)
    assert (refused.status_code, "kann nicht abgesagt werden" in refused.text) == (409, True)


async def test_of_what_was_called_off_only_the_reason_is_put_right(tmp_path: Path) -> None:
    site = site_of(tmp_path, cancelled_because=WHY_NOT)
    await site.sign_in("alle")
    site.answers[f"POST {OF}/cancellation-correction"] = (200, {"id": THING, "version": 3, "position": 9})
    page = (await site.get(PAGE)).text
    assert values(page, "cancellation-correction") == {"cancelled_because": WHY_NOT, "reason": ""}
    offered = set(re.findall(r'action="[^"]*/organisation/([a-z-]+)"', page))
    assert not offered & {"open", "close", "enter", "record", "hold", "cancellation", "plan-correction", "holding-correction"}
    right = {"cancelled_because": "Wasserschaden.", "reason": "Verschrieben."}
    answer = await site.post(f"{PAGE}/cancellation-correction", _key="k" * 20, **right)
    assert (answer.status_code, json.loads(site.asked[-1].content)) == (303, right)


OFFERED = re.compile(
    rf'(?:<form class="form"[^>]*action|<a class="kern-btn[^>]*href)="/de/conferences/{THING}/(registration|contribution)"'
)


@pytest.mark.parametrize("page", ["", "/registration", "/contribution"])
async def test_everybody_reads_that_and_why_it_was_called_off_and_is_offered_nothing(page: str, tmp_path: Path) -> None:
    address, open_ = f"/de/conferences/{THING}{page}", {"standing": "open", "closes_at": "2018-11-23T13:00:00Z", "full": False}
    assert OFFERED.findall((await site_of(tmp_path / "on", registration=open_).get(address)).text)
    off = (await site_of(tmp_path / "off", registration=open_, cancelled_because=WHY_NOT).get(address)).text
    assert "Diese Konferenz findet nicht statt." in off
    assert WHY_NOT in off
    assert OFFERED.findall(off) == []


async def test_everybody_reads_on_its_page_that_and_why_it_was_corrected(tmp_path: Path) -> None:
    site = site_of(tmp_path, corrected=[{"corrected_at": "2018-11-20T09:00:00Z", "reason": "Der Saal war falsch."}])
    page = same_spaces((await site.get(f"/de/conferences/{THING}")).text)
    assert "Berichtigt am 20. November 2018: Der Saal war falsch." in page
    assert "/plan-correction" not in page
