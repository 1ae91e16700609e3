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

from tests.http.test_app import listening
from tests.meetings.city import REGISTRY, STRANGER, City, signed_in

MOST = 20
"""Examples of each kind for each operation."""
PLAUSIBLE = {
    "founded_on": "2013-04-25",
    "valid_from": "2019-01-01",
    "on": "2018-09-03",
    "since": "2018-02-01",
    "until": "2018-12-31",
    "starts_at": "2018-11-06T15:00:00Z",
    "ends_at": "2018-11-06T17:00:00Z",
    "opened_at": None,
    "closed_at": None,
    "place": "Stadthaus 1",
    "rule": {"minimum_per_year": 4, "source": "Satzung"},
}
"""Days and words of this city: of those that a schema allows almost all lie in other millennia or are no text that people type, and
whether a request comes any further would be left to chance."""


@pytest.mark.timeout(600)  # Some forty addresses with forty requests each, each answered by a real log.
async def test_generated_requests_find_no_answer_that_the_document_does_not_name(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    seat = (await city.post(f"/bodies/{body}/seats", {"title": "Sitz", "kind": "nominated", "voting": True}, secretary)).json()["id"]
    people = [REGISTRY, secretary, signed_in("member", f"{body}:member"), STRANGER]
    async with listening(city.process.app) as address:
        statuses = await asyncio.to_thread(
            send_generated, city.process.app, address, {"body": body, "meeting": meeting, "seat": seat}, people
        )
    # The generated requests must have come far enough to mean something.
    assert {200, 404, 422} <= statuses["GET /api/meetings/meetings/{meeting}"]
    assert {201, 422} <= statuses["POST /api/meetings/bodies"]
    assert {403, 404, 422} <= statuses["POST /api/meetings/bodies/{body}/cadence"]
    assert {200, 403, 404, 422} <= statuses["POST /api/meetings/bodies/{body}/seats/{seat}/member"]
    assert {201, 403, 404, 422} <= statuses["POST /api/meetings/bodies/{body}/seats"]
    assert {403, 422, 428} <= statuses["POST /api/meetings/meetings/{meeting}/rescheduling"]
    assert all(status < 500 for seen in statuses.values() for status in seen)


def send_generated(app: FastAPI, address: str, known: dict[str, str], people: list[dict[str, str]]) -> dict[str, set[int]]:
    """For every operation, in each person's name by turns; the statuses that were seen."""
    statuses: dict[str, set[int]] = defaultdict(set)
    described = copy.deepcopy(app.openapi())
    for path in described["paths"].values():
        for operation in path.values():
            del operation["security"]  # All are sent with a good token, which schemathesis would take for a forged one.
    for found in schemathesis.openapi.from_dict(described).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if "/operations/" in operation.label:
            continue  # The kit's own addresses are tested with the kit.
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or operation.path_parameters or operation.query or operation.body:
                statuses[operation.label] |= send_generated_for(operation, mode, address, known, people)
    return statuses


def send_generated_for(operation: Any, mode: GenerationMode, address: str, known: dict[str, str], people: list[dict[str, str]]) -> set[int]:
    """Requests of one kind for one operation; every second good one is about what exists."""
    statuses: set[int] = set()
    sent = 0
    # It cannot know which If-Match is current, which times are past, and which bodies stand.
    not_asked: Any = [CHECKS.get_one("positive_data_acceptance")]

    @settings(max_examples=MOST, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(mode))
    def check(case: Any) -> None:
        nonlocal sent
        sent += 1
        if mode is GenerationMode.POSITIVE and sent % 2:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
            if isinstance(case.body, dict):
                case.body.update({name: PLAUSIBLE[name] for name in case.body if name in PLAUSIBLE})
            if operation.method == "post":
                case.headers["If-Match"] = "*"
        response = case.call(base_url=address, headers=people[sent // 2 % len(people)])
        statuses.add(response.status_code)
        case.validate_response(response, excluded_checks=not_asked)

    check()
    return statuses
