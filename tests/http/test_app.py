"""The application factory: no route without a permission, no answer that its document does not name."""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import pytest
import schemathesis
from fastapi import APIRouter, FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from shared.http.app import create_app
from shared.http.call import Call
from shared.http.permissions import PUBLIC, Permissions
from shared.http.routes import UnguardedRoute
from shared.http.runtime import Runtime
from shared.run import server_of
from tests.http.conftest import Served, bearer, served_on
from tests.http.notebook import PERMISSIONS, Notes, router
from tests.support.postgres import Database


def build(permissions: Permissions, routes: APIRouter = router) -> FastAPI:
    """An application that is never run, so that its surroundings do not matter."""
    runtime = cast(Runtime, type("Nothing", (), {"metrics": None, "readiness": None}))
    return create_app(Notes("notes", routes, permissions), runtime)


def test_with_a_complete_table_it_is_built() -> None:
    assert build(PERMISSIONS).title == "Bindeglied: notes"


def test_a_route_without_an_entry_fails_the_build_and_is_named() -> None:
    permissions = {name: permission for name, permission in PERMISSIONS.items() if name != "write_line"}
    with pytest.raises(UnguardedRoute, match=r"POST /notebooks/\{notebook\}/lines \(write_line\) has no entry"):
        build(permissions)


def test_an_entry_without_a_route_fails_the_build_and_is_named() -> None:
    with pytest.raises(UnguardedRoute, match="wirte_line"):
        build({**PERMISSIONS, "wirte_line": PUBLIC})


def test_two_routes_of_one_name_fail_the_build() -> None:
    routes = APIRouter()

    async def twice(call: Call) -> int:
        return len(call.headers)

    routes.get("/one")(twice)
    routes.get("/two")(twice)
    with pytest.raises(UnguardedRoute, match="twice"):
        build({"twice": PUBLIC}, routes)


def test_a_mounted_application_would_stand_beside_the_guard_and_fails_the_build() -> None:
    routes = APIRouter()
    routes.mount("/inner", FastAPI())
    with pytest.raises(UnguardedRoute, match="ordinary routes only"):
        build({}, routes)


def test_routes_of_included_routers_are_guarded_under_their_full_path() -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.get("/{thing}", status_code=202)
    async def ask(thing: UUID, call: Call) -> int:
        return len(call.headers)

    outer.include_router(inner)
    with pytest.raises(UnguardedRoute, match=r"/outer/inner/\{thing\}"):
        build({}, outer)
    document = build({"ask": PUBLIC}, outer).openapi()
    assert "202" in document["paths"]["/api/notes/outer/inner/{thing}"]["get"]["responses"]


async def test_the_document_is_public_and_names_keys_preconditions_and_problems(served: Served) -> None:
    response = await served.client.get("/api/notes/openapi.json")
    document = response.json()
    assert document["openapi"].startswith("3.1")
    write = document["paths"]["/api/notes/notebooks/{notebook}/lines"]["post"]
    assert {parameter["name"] for parameter in write["parameters"]} == {"notebook", "Idempotency-Key", "If-Match"}
    assert set(write["responses"]) == {"200", "401", "403", "404", "409", "412", "413", "422", "428", "503"}
    assert write["responses"]["409"]["content"].keys() == {"application/problem+json"}
    for status in write["responses"].keys() - {"200", "409"}:
        assert write["responses"][status] == {"$ref": f"#/components/responses/{status}"}
        assert document["components"]["responses"][status]["content"].keys() == {"application/problem+json"}
    assert write["security"] == [{"bearer": []}]
    assert document["paths"]["/api/notes/whoami"]["get"]["security"] == [{"bearer": []}, {}]
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    assert not any(path.startswith(("/health", "/metrics", "/docs")) for path in document["paths"])
    assert (await served.client.get("/docs")).status_code == 404


async def test_generated_requests_find_no_answer_that_the_document_does_not_name(database: Database) -> None:
    sound = APIRouter()
    sound.routes.extend(route for route in router.routes if getattr(route, "path", None) not in {"/broken", "/forgetful"})
    permissions = {name: permission for name, permission in PERMISSIONS.items() if name not in {"break_down", "forget_to_ask"}}
    async with served_on(database.dsn, Notes("notes", sound, permissions)) as served, listening(served.app) as address:
        notebook = (await served.begin()).json()["id"]
        served.cursors.at["notebooks_v1"] = 10**6  # The read model keeps up.
        sender = bearer("secretary", f"{served.body}:secretariat", "city:operator", "city:registry")
        statuses = await asyncio.to_thread(generate_requests, served.app, address, sender, notebook)
    # The generated requests must have come far enough to mean something.
    assert {200, 422, 428} <= statuses["POST /api/notes/notebooks/{notebook}/lines"]
    assert {201, 422} <= statuses["POST /api/notes/notebooks"]


@asynccontextmanager
async def listening(app: FastAPI, *trusted: str) -> AsyncIterator[str]:
    """The application on a port of this machine, behind proxies at these addresses."""
    server = server_of(app, "127.0.0.1", 0, trusted)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def generate_requests(app: FastAPI, address: str, sender: dict[str, str], notebook: str) -> dict[str, set[int]]:
    """Good and bad requests for every operation, each answer checked against the document; the statuses that were seen."""
    statuses: dict[str, set[int]] = defaultdict(set)
    described = copy.deepcopy(app.openapi())
    for path in described["paths"].values():
        for operation in path.values():
            del operation["security"]  # All are sent with a good token, which schemathesis would take for a forged one.
    for found in schemathesis.openapi.from_dict(described).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or operation.path_parameters or operation.query or operation.body:
                statuses[operation.label] |= generate_requests_for(operation, mode, address, sender, notebook)
    return statuses


def generate_requests_for(operation: Any, mode: GenerationMode, address: str, sender: dict[str, str], notebook: str) -> set[int]:
    """Requests of one kind for one operation; the statuses that were seen."""
    statuses: set[int] = set()
    # It cannot know which If-Match is current.
    not_asked: Any = [CHECKS.get_one("positive_data_acceptance")]

    @settings(max_examples=15, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(mode))
    def check(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and "notebook" in case.path_parameters:
            case.path_parameters["notebook"] = notebook
            if "If-Match" in case.headers:
                case.headers["If-Match"] = "*"
        response = case.call(base_url=address, headers=sender)
        statuses.add(response.status_code)
        case.validate_response(response, excluded_checks=not_asked)

    check()
    return statuses
