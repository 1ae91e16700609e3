"""Generated requests, good and bad, find no answer that the service's OpenAPI document does not name, and no defect of ours."""

from __future__ import annotations

import asyncio

from tests.http.test_app import listening
from tests.recommendations.city import CLERK, DEPARTMENT_CLERK, DRAFT, PATH, SECRETARY, STRANGER, City
from tests.recommendations.examples import EVIDENCE, FINDING, OFFICE, REASONS, RECOMMENDATION, WHAT
from tests.support.generated import Generated

PLAUSIBLE = {
    **DRAFT,
    "addressee": str(OFFICE),
    "after": None,
    "min_position": None,
    "issued_on": "2019-02-20",
    "withdrawn_on": None,
    "on": "2019-02-20",
    "done_on": None,
    "due_on": "2019-09-01",
    "what": WHAT,
    "evidence": EVIDENCE,
    "finding": FINDING,
    "reasons": REASONS,
    "reason": "Überholt.",
}


async def test_generated_requests_find_no_answer_that_the_document_does_not_name(city: City) -> None:
    await city.issued()
    promised = await city.post(f"{PATH}/measures", {"addressee": str(OFFICE), "what": WHAT, "due_on": "2019-09-01"}, CLERK)
    known = {"recommendation": str(RECOMMENDATION), "measure": promised.json()["id"]}
    requests = Generated(known, PLAUSIBLE, [SECRETARY, CLERK, DEPARTMENT_CLERK, STRANGER])
    async with listening(city.process.app) as address:
        statuses = await asyncio.to_thread(requests.send, city.process.app, address)
    # The generated requests must have come far enough to mean something.
    at = "/api/recommendations/recommendations"
    assert {200, 404, 422} <= statuses[f"GET {at}/{{recommendation}}"]
    assert {200, 422} <= statuses[f"GET {at}"]
    assert {200, 403, 422} <= statuses[f"GET {at}/open-answers"]
    assert {200, 403, 409, 422} <= statuses[f"POST {at}/{{recommendation}}/draft"]
    assert {403, 404, 409, 422} <= statuses[f"POST {at}/{{recommendation}}/answer"] | statuses[f"POST {at}/{{recommendation}}/withdrawal"]
    assert {403, 404, 409, 422} <= statuses[f"POST {at}/{{recommendation}}/information"]
    assert {403, 404, 409, 422} <= statuses[f"POST {at}/{{recommendation}}/measures"]  # It has been withdrawn by then.
    assert {200, 404, 422} <= statuses[f"POST {at}/{{recommendation}}/measures/{{measure}}/completion"]
    assert all(status < 500 for seen in statuses.values() for status in seen)
