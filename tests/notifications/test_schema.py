"""Generated requests, good and bad, find no answer that the service's OpenAPI document does not name, and no defect of ours."""

from __future__ import annotations

import asyncio

import pytest

from tests.http.test_app import listening
from tests.meetings.city import signed_in
from tests.notifications.city import FEEDBACK, OPERATOR, STRANGER, City
from tests.notifications.examples import BOARD, some
from tests.support.generated import Generated

PLAUSIBLE = {
    "email": "ada@example.org",
    "language": "de",
    "about": "everything",
    "body": str(BOARD),
    "member": str(some("member")),
    "text": "Zu klein.",
    "note": "Größer gemacht.",
    "page": "/de",
    "cause": None,
    "after": None,
    "min_position": None,
}


@pytest.mark.timeout(600)  # A request takes its time where many tests run.
async def test_generated_requests_find_no_answer_that_the_document_does_not_name(city: City) -> None:
    given = await city.post("/feedback", {"text": "Zu klein."})
    assert given.status_code == 202
    await city.quiet()
    feedback = (await city.get("/feedback", FEEDBACK)).json()["items"][0]["feedback"]
    people = [OPERATOR, signed_in("secretary", f"{BOARD}:secretariat", "city:feedback"), STRANGER]
    requests = Generated({"feedback": feedback}, PLAUSIBLE, people)
    async with listening(city.process.app) as address:
        statuses = await asyncio.to_thread(requests.send, city.process.app, address)
    # The generated requests must have come far enough to mean something.
    assert {202, 422} <= statuses["POST /api/notifications/subscriptions"]
    assert {202, 422} <= statuses["POST /api/notifications/feedback"]
    assert {404, 422} <= statuses["POST /api/notifications/subscriptions/confirmation"]
    assert {404, 422} <= statuses["POST /api/notifications/subscriptions/stop/{token}"]
    assert {200, 403, 422} <= statuses["GET /api/notifications/notifications"]
    assert {201, 403, 422} <= statuses["POST /api/notifications/contacts"]
    assert all(status < 500 for seen in statuses.values() for status in seen)
