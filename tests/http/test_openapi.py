"""The document tells of each route what a client has to know: roles, headers, refusals, words. It is read off the route itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import APIRouter

from services.meetings.service import SERVICE as MEETINGS
from shared.http.app import create_app
from shared.http.call import Call, Done
from shared.http.executions import UnreadableRoute, execution_of
from shared.http.meanings import meanings
from shared.http.permissions import PUBLIC
from shared.http.runtime import Runtime
from tests.http.notebook import NOTEBOOK, NOTES, CloseNotebook, Notes

TYPE = "urn:bindeglied:"


def document(service: Any = NOTES) -> dict[str, Any]:
    """The document of an application that is never run, so that its surroundings do not matter."""
    runtime = cast(Runtime, type("Nothing", (), {"metrics": None, "readiness": None}))
    return create_app(service, runtime).openapi()


def operations(service: Any) -> dict[str, Any]:
    """Its operations by id."""
    return {operation["operationId"]: operation for path in document(service)["paths"].values() for operation in path.values()}


def header(operation: dict[str, Any], name: str) -> Any:
    """Whether a request header is required; None where it is not known."""
    return next((parameter["required"] for parameter in operation.get("parameters", ()) if parameter["name"] == name), None)


def types(answer: dict[str, Any]) -> list[str]:
    """The types that a problem can have."""
    (_, narrowed) = answer["content"]["application/problem+json"]["schema"]["allOf"]
    found: list[str] = narrowed["properties"]["type"]["enum"]
    return [name.removeprefix(TYPE) for name in found]


def test_an_operation_is_called_as_its_function() -> None:
    assert {"write_line", "read_notebook", "list_parked_streams"} <= operations(NOTES).keys()


def test_each_route_names_the_roles_that_its_permission_names() -> None:
    found = operations(NOTES)
    assert found["begin_notebook"]["x-roles"] == ["body:chair", "body:secretariat", "city:registry"]
    assert (
        found["begin_notebook"]["description"]
        == "Needs the role `chair` in the body or `secretariat` in the body or `registry` in the city."
    )
    assert found["list_positions"]["x-roles"] == ["city:operator"]
    assert "x-roles" not in found["whoami"]


def test_if_match_is_told_as_the_route_heeds_it() -> None:
    meetings = operations(MEETINGS)
    asked = {
        name: header(operation, "If-Match") for name, operation in meetings.items() if header(operation, "Idempotency-Key") is not None
    }
    told = {
        "found_body": None,
        "change_cadence": False,
        "schedule_meeting": None,
        "reschedule_meeting": True,
        "cancel_meeting": False,
        "open_meeting": False,
        "close_meeting": None,
    }
    assert told.items() <= asked.items()
    for name, required in asked.items():
        assert ("412" in meetings[name]["responses"], "428" in meetings[name]["responses"]) == (required is not None, required is True), (
            name
        )


def test_refusals_are_listed_with_their_rules_where_they_can_be_answered() -> None:
    found = operations(MEETINGS)
    closing, founding = found["close_meeting"]["responses"]["409"], found["found_body"]["responses"]["409"]
    assert {"meetings:ClosingLiesInTheFuture", "meetings:SittingIsClosed", "meetings:SittingIsNotOpen"} <= set(types(closing))
    assert {"meetings:QuorumIsMissing", "meetings:ItemIsResolvedAlready"} <= set(types(closing)), "also of the modules that decide for it"
    assert types(closing) == sorted(types(closing))
    assert "meetings:MeetingIsCancelled" not in types(closing), "and of no other kind of stream"
    assert "- `urn:bindeglied:meetings:SittingIsOpenAlready`: A meeting is held once." in closing["description"]
    assert "meetings:BodyNameIsTaken" in types(founding), "what a claim refuses belongs to it"
    assert "meetings:BodyNameIsTaken" not in types(found["cancel_meeting"]["responses"]["409"])


def test_the_kits_problems_are_listed_by_status() -> None:
    answers = document()["components"]["responses"]
    assert types(answers["422"]) == ["problem:bad-input", "problem:key-reused", "problem:unstorable"]
    assert types(answers["428"]) == ["problem:if-match-missing"]
    assert answers["503"]["headers"].keys() == {"Retry-After"}
    assert answers["412"]["headers"].keys() == {"ETag"}


def test_the_headers_of_answers_are_told() -> None:
    found = operations(NOTES)
    assert found["begin_notebook"]["responses"]["201"]["headers"].keys() == {"ETag", "Position", "Location"}
    assert found["write_line"]["responses"]["200"]["headers"].keys() == {"ETag", "Position"}
    assert found["list_numbers"]["responses"]["200"]["headers"].keys() == {"ETag", "Link"}
    assert found["read_notebook"]["responses"]["200"]["headers"].keys() == {"ETag"}
    assert found["read_notebook"]["responses"]["304"]["headers"].keys() == {"ETag"}


def test_a_public_command_is_told_as_a_command_without_version_and_position() -> None:
    leaving = operations(NOTES)["leave_notebook"]
    assert header(leaving, "Idempotency-Key") is False
    assert "headers" not in leaving["responses"]["201"]
    assert "409" in leaving["responses"]


def test_a_route_names_further_problems_that_it_can_answer() -> None:
    assert operations(NOTES)["leave_notebook"]["responses"]["404"] == {"$ref": "#/components/responses/404"}


async def counts_what_is_hidden(notebook: UUID, call: Call) -> Done:
    return await call.execute(NOTEBOOK, notebook, CloseNotebook(now=call.now), if_match="none")


def test_a_public_command_that_answers_its_version_and_position_fails_the_document() -> None:
    routes = APIRouter()
    routes.post("/notebooks/{notebook}/odd")(counts_what_is_hidden)
    with pytest.raises(UnreadableRoute, match="counts_what_is_hidden is public"):
        document(Notes("notes", routes, {"counts_what_is_hidden": PUBLIC}))


def test_the_words_of_an_enumeration_are_told_with_their_meaning() -> None:
    described = document(MEETINGS)["components"]["schemas"]["LegalNature"]["description"]
    assert "- `outside`: Set up by somebody other than the city. OParl: externes Gremium." in described


def test_a_word_without_a_sentence_beneath_it_borrows_none() -> None:
    class Colour(StrEnum):
        RED = "red"
        """As blood."""
        BLUE = "blue"
        GREEN = "green"
        """As grass."""

    assert meanings(Colour) == {"red": "As blood.", "green": "As grass."}


async def executes_nothing(notebook: UUID, call: Call) -> Done:
    return Done(id=notebook, version=len(call.headers), position=0)


async def executes_whatever(notebook: UUID, call: Call) -> Done:
    decider = NOTEBOOK
    return await call.execute(decider, notebook, CloseNotebook(now=call.now))


async def decides_late(notebook: UUID, call: Call) -> Done:
    need = NEED
    return await call.execute(NOTEBOOK, notebook, CloseNotebook(now=call.now), if_match=need)


NEED: Any = "none"


@pytest.mark.parametrize(
    ("endpoint", "fault"),
    [
        (executes_nothing, r"0 times instead of once"),
        (executes_whatever, r"does not name its decider"),
        (decides_late, r"does not write out its if_match"),
    ],
)
def test_a_command_that_cannot_be_read_off_its_route_fails_the_document(endpoint: Any, fault: str) -> None:
    with pytest.raises(UnreadableRoute, match=fault):
        execution_of(endpoint)
    routes = APIRouter()
    routes.post("/notebooks/{notebook}/odd")(endpoint)
    with pytest.raises(UnreadableRoute, match=endpoint.__name__):
        document(Notes("notes", routes, {endpoint.__name__: PUBLIC}))
