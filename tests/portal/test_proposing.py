"""What can be put to a body is named as the meetings service knows it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from uuid import UUID

from services.meetings.items import RESULTS
from services.portal.pages.tasks import place_of
from services.portal.read_models.tasks import Task
from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Said, new_site
from tests.portal.test_spoken import Answering


async def test_results_of_a_conference_are_offered_by_the_name_under_which_they_can_be_put_to_a_body(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers = Answering(0)
    await site.sign_in("alle")
    page = (await site.get(f"/de/bodies/{THING}")).text
    kinds = {tuple(value.split(":")[:2]) for value in re.findall(r'<option value="((?:conferences|recommendations):[^"]+)"', page)}
    assert kinds == {RESULTS, ("recommendations", "recommendation")}


class Owing(Answering):
    """A body that owes to deal with results, which were declined for this reason, or not."""

    def __init__(self, declined: str | None) -> None:
        super().__init__(0)
        self.declined = declined

    def get(self, asked: str, otherwise: Said) -> Said:  # type: ignore[override]  # As it is asked.
        answered = super().get(asked, otherwise)
        if asked == "GET /api/meetings/duties":
            [duty] = answered[1]["items"]
            return 200, answered[1] | {"items": [duty | {"declined": self.declined}]}
        return answered


async def test_a_duty_says_why_its_results_were_declined_and_the_task_leads_to_the_form_that_puts_them_there_again(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers = Owing("Die <Unterlagen> fehlen.")
    await site.sign_in("alle")
    page = (await site.get(f"/de/bodies/{THING}")).text
    assert "sind dem Gremium erneut vorzulegen. Grund: Die &lt;Unterlagen&gt; fehlen." in page
    again = Task(
        task=UUID(THING), what="proposing", body=UUID(int=1), body_name="Koordinierungsstelle", title="Ergebnisse", about=UUID(THING),
        other=UUID(THING), other_name="Fachbeirat", since=date(2019, 1, 1), due_on=None, under_way=False, declined="…", overdue_by=0,
    )  # fmt: skip
    place, _, form = place_of(again).partition("#")
    assert place == f"/bodies/{THING}"
    assert f'id="{form}"' in page
    site.answers = Owing(None)
    assert "erneut vorzulegen" not in (await site.get(f"/de/bodies/{THING}")).text


class Declining(Answering):
    """A body that has declined the one proposal that was put to it."""

    def __init__(self) -> None:
        super().__init__(0)
        path = f"/api/meetings/bodies/{THING}/proposals"
        [one] = answer_to(path)["items"]
        declined = one | {"standing": "declined", "reason": "Nicht <zuständig>.", "proposal": THING}
        self[f"GET {path}"] = (200, answer_to(path) | {"items": [declined]})
        self[f"POST /api/meetings/proposals/{THING}/declination-correction"] = (200, {"id": THING, "version": 3, "position": 9})

    def get(self, asked: str, otherwise: Said) -> Said:  # type: ignore[override]  # As it is asked.
        return self[asked] if asked in self else super().get(asked, otherwise)


async def test_why_a_proposal_is_declined_is_put_right_on_the_bodys_page(tmp_path: Path) -> None:
    site, page = new_site(tmp_path), f"/de/bodies/{THING}"
    site.answers = Declining()
    assert "declination-correction" not in (await site.get(page)).text
    await site.sign_in("alle")
    assert "Nicht &lt;zuständig&gt;.</textarea>" in (await site.get(page)).text.partition('id="declination-correction"')[2]
    right = {"declined_because": "Im Herbst.", "reason": "Verwechselt."}
    answer = await site.post(f"{page}/declination-correction", _key="k" * 20, proposal=THING, **right)
    assert json.loads(site.asked[-1].content) == right
    assert "Der Grund ist berichtigt." in (await site.get(answer.headers["location"])).text
