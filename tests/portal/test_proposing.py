"""What can be put to a body is named as the meetings service knows it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from uuid import UUID

from services.meetings.items import RESULTS
from services.portal.pages.tasks import place_of
from services.portal.read_models.tasks import Task
from tests.portal.interfaces import THING
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
