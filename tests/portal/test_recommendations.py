"""What the page of a recommendation tells of its addressees: what came, and of the days only those that are still ahead."""

from __future__ import annotations

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
    nothing = {"acknowledged_on": None, "answered_on": None, "verdict": None, "reasons": None, "corrected": None}
    answer["addressees"] = [answer["addressees"][0] | nothing | DUE | came]
    site.answers[f"GET {ADDRESS}"] = (200, answer | {"withdrawn": withdrawn})
    page = same_spaces((await site.get(f"/de/recommendations/{THING}")).text)
    assert {sentence for sentence in (TO_ACKNOWLEDGE, TO_ANSWER) if sentence in page} == still_due
    assert ("Eingang bestätigt am 5. Februar 2019" in page) == ("acknowledged_on" in came)
    assert ("beantwortet am 20. Februar 2019" in page) == ("answered_on" in came)
