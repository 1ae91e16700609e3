"""What can be put to a body is named as the meetings service knows it."""

from __future__ import annotations

import re
from pathlib import Path

from services.meetings.items import RESULTS
from tests.portal.interfaces import THING
from tests.portal.sites import new_site
from tests.portal.test_spoken import Answering


async def test_results_of_a_conference_are_offered_by_the_name_under_which_they_can_be_put_to_a_body(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    site.answers = Answering(0)
    await site.sign_in("alle")
    page = (await site.get(f"/de/bodies/{THING}")).text
    kinds = {tuple(value.split(":")[:2]) for value in re.findall(r'<option value="((?:conferences|recommendations):[^"]+)"', page)}
    assert kinds == {RESULTS, ("recommendations", "recommendation")}
