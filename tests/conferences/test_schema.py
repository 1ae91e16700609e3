"""Generated requests, good and bad, find no answer that the service's OpenAPI document does not name, and no defect of ours."""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from tests.conferences.city import NOBODY, ORGANISER, OTHER_ORGANISER, STRANGER, City
from tests.conferences.examples import BOARD, OFFICE
from tests.http.test_app import listening

pytestmark = pytest.mark.timeout(400)  # Several hundred requests, and other tests beside.
MOST = 12
"""Examples of each kind for each operation."""
PLAUSIBLE: dict[str, Any] = {
    "host": str(OFFICE),
    "results_go_to": str(BOARD),
    "starts_at": "2018-11-30T13:00:00Z",
    "ends_at": "2018-11-30T18:00:00Z",
    "closes_at": "2018-11-23T13:00:00Z",
    "received_on": "2018-09-14",
    "held_on": None,
    "place": "Volkshochschule",
    "title": "Fünfte Integrationskonferenz",
    "text": "Kurse am Abend.",
    "reason": "Das Land ist zuständig.",
    "name": "Ada Beispiel",
    "email": "ada@example.org",
    "access_needs": None,
    "partners": ["Volkshochschule"],
    "groups": [{"key": "sprache", "name": "Sprache"}],
    "group": "sprache",
    "comes_from": [],
}
"""Days, words and bodies of this city: what a schema allows lies almost always in other millennia or is no text that people type, and
whether a request comes any further would be left to chance."""
ENDS_IT = ("registration-end", "{conference}/cancellation")


async def test_generated_requests_find_no_answer_that_the_document_does_not_name(city: City) -> None:
    conference = await city.conference()
    contribution = (await city.enter(conference)).json()["id"]
    result = (await city.record(conference, contribution)).json()["result"]
    confirm, _ = await city.registered(conference, "bea@example.org")
    known = {"conference": conference, "contribution": contribution, "result": result}
    plausible = {**PLAUSIBLE, "token": confirm}
    people = [ORGANISER, NOBODY, OTHER_ORGANISER, STRANGER, ORGANISER]
    async with listening(city.process.app) as address:
        statuses = await asyncio.to_thread(send_generated, city.process.app, address, known, plausible, people)
    # The generated requests must have come far enough to mean something.
    at = "/api/conferences/conferences"
    assert {200, 404, 422} <= statuses[f"GET {at}/{{conference}}"]
    assert {201, 401, 403, 422} <= statuses[f"POST {at}"]
    assert {201, 422} <= statuses[f"POST {at}/{{conference}}/registrations"]
    assert {201, 422} <= statuses[f"POST {at}/{{conference}}/contributions"]
    assert {201, 401, 403} <= statuses[f"POST {at}/{{conference}}/group-contributions"]
    assert {200, 409} <= statuses["POST /api/conferences/registrations/confirmation"]
    assert {200, 401, 403} <= statuses[f"GET {at}/{{conference}}/registrations"]
    assert all(status < 500 for seen in statuses.values() for status in seen)


def send_generated(
    app: FastAPI, address: str, known: dict[str, str], plausible: dict[str, Any], people: list[dict[str, str]]
) -> dict[str, set[int]]:
    """For every operation, in each person's name by turns, what ends registration or calls all off last; the statuses that were seen."""
    statuses: dict[str, set[int]] = defaultdict(set)
    described = copy.deepcopy(app.openapi())
    for path in described["paths"].values():
        for operation in path.values():
            del operation["security"]  # Those who send a token send a good one, which schemathesis would take for a forged one.
    operations = [found.ok() for found in schemathesis.openapi.from_dict(described).get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= len(described["paths"])
    for operation in sorted(operations, key=lambda operation: any(end in operation.label for end in ENDS_IT)):
        if "/operations/" in operation.label:
            continue  # The kit's own addresses are tested with the kit.
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or operation.path_parameters or operation.query or operation.body:
                statuses[operation.label] |= send_generated_for(operation, mode, address, known, plausible, people)
    return statuses


def send_generated_for(
    operation: Any, mode: GenerationMode, address: str, known: dict[str, str], plausible: dict[str, Any], people: list[dict[str, str]]
) -> set[int]:
    """Requests of one kind for one operation; every second good one is about what exists."""
    statuses: set[int] = set()
    sent = 0
    # It cannot know which times are past, which bodies stand, and which token is still good.
    not_asked: Any = [CHECKS.get_one("positive_data_acceptance")]

    @settings(max_examples=MOST, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(mode))
    def check(case: Any) -> None:
        nonlocal sent
        sent += 1
        if mode is GenerationMode.POSITIVE and sent % 2:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
            if isinstance(case.body, dict):
                case.body.update({name: plausible[name] for name in case.body if name in plausible})
            case.headers.pop("Idempotency-Key", None)
            case.headers.pop("If-Match", None)
        response = case.call(base_url=address, headers=people[sent // 2 % len(people)])
        statuses.add(response.status_code)
        case.validate_response(response, excluded_checks=not_asked)

    check()
    return statuses
