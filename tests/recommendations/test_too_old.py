"""Where a later release has written: a draft stays unknown to outsiders, those concerned hear what is the matter."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.recommendations.city import DRAFT, OTHER_SECRETARY, PREFIX, SECRETARY, STRANGER, City
from tests.recommendations.examples import OFFICE, REASONS, RECOMMENDATION
from tests.support.later_release import written_later

TOO_OLD = "urn:bindeglied:problem:program-too-old"
MEASURE = UUID(int=1)
WISHES: tuple[tuple[str, Any], ...] = (
    *(("", None), (f"/measures/{MEASURE}", None), ("/issue", {}), ("/withdrawal", {"reason": "Verlesen"})),
    ("/draft", DRAFT),
    ("/acknowledgement", {"addressee": str(OFFICE)}),
    ("/answer", {"addressee": str(OFFICE), "verdict": "accepted", "reasons": REASONS}),
    ("/measures", {"addressee": str(OFFICE), "what": "Bänke", "due_on": "2019-09-01"}),
    (f"/measures/{MEASURE}/completion", {"evidence": "Sie stehen."}),
)


async def answers(city: City, recommendation: UUID, who: dict[str, str]) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """All that somebody gets who tries everything."""
    found = []
    for path, wish in WISHES:
        address = f"{PREFIX}/recommendations/{recommendation}{path}"
        method = "GET" if wish is None else "POST"
        answer = await city.client.request(method, address, json=wish, headers={**who, "if-match": "*"})
        found.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    return found


@pytest.mark.parametrize("begun", [True, False], ids=["in the middle", "from its first fact"])
async def test_a_draft_is_as_if_it_were_missing(city: City, *, begun: bool) -> None:
    recommendation = RECOMMENDATION if begun else uuid4()
    if begun:
        await city.drafted(public=False)
    name = "RecommendationIssued" if begun else "RecommendationStarted"
    await written_later(city.process.pool, recommendation, f"recommendations.{name}")
    for who in (STRANGER, OTHER_SECRETARY):
        missing = await answers(city, uuid4(), who)
        assert {status for status, *_ in missing} <= {403, 404, 409, 422}
        assert await answers(city, recommendation, who) == missing
    if begun:
        address = f"{PREFIX}/recommendations/{recommendation}"
        shown = await city.client.get(address, headers=SECRETARY)
        assert (shown.status_code, shown.json()["type"]) == (503, TOO_OLD)
        issued = await city.client.post(f"{address}/issue", json={}, headers=SECRETARY)
        assert (issued.status_code, issued.json()["type"]) == (503, TOO_OLD)
