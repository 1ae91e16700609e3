"""Completes FastAPI's OpenAPI document: who may call, which headers count, and every problem that can be answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from shared.domain import Refusal
from shared.http.call import CommandAnswer, Done
from shared.http.document_parts import (
    COMMAND_HEADERS,
    IDEMPOTENCY_KEY,
    LINK,
    LOCATION,
    PROBLEM,
    READING_HEADERS,
    if_match,
    problem_answers,
    problem_of_types,
)
from shared.http.executions import UnreadableRoute, execution_of
from shared.http.meanings import enumerations, meanings
from shared.http.paging import Page
from shared.http.permissions import Permission, Relation
from shared.http.problems import MEDIA_TYPE, refusal_type
from shared.http.routes import GuardedRoute

_HELD_IN = {Relation.BODY: "in the body", Relation.CITY: "in the city"}


def install_openapi(app: FastAPI) -> None:
    """Complete `app.openapi()`, once."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            routes = [route for route in app.routes if isinstance(route, GuardedRoute) and route.include_in_schema]
            for route in routes:
                for method in route.methods or ():
                    _complete_operation(schema["paths"][route.path_format][method.lower()], route, method)
            components = schema.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            schemas["Problem"] = PROBLEM
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            for kind in enumerations(routes):
                _add_to(schemas[kind.__name__], [f"- `{word}`: {meaning}" for word, meaning in meanings(kind).items()])
            components["responses"] = problem_answers()
            components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        return app.openapi_schema or {}

    openapi: Callable[[], dict[str, Any]] = complete
    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document.


def _complete_operation(operation: dict[str, Any], route: GuardedRoute, method: str) -> None:
    permission, responses = route.guard.permission, operation["responses"]
    operation["security"] = [{"bearer": []}, {}] if permission.public else [{"bearer": []}]
    responses.pop("422", None)  # FastAPI's own form of it, which is never answered.
    # Beyond what follows from its kind, a route names the problems that only it can answer: `responses={404: {}}`.
    statuses = {"401", "503", "422", *(str(status) for status in route.responses)}
    if permission.roles:
        statuses.add("403")
        operation["x-roles"] = sorted(f"{relation.value}:{name}" for relation, name in permission.roles)
        _add_to(operation, [f"Needs the role {_in_words(permission)}."])
    if route.param_convertors or permission.depends_on_body:
        statuses.add("404")
    good = responses[str(route.status_code or 200)]
    if method == "GET":
        is_page = isinstance(route.response_model, type) and issubclass(route.response_model, Page)
        good["headers"] = READING_HEADERS | (LINK if is_page else {})
        responses["304"] = {"description": "The caller has this answer already.", "headers": READING_HEADERS}
    else:
        statuses |= {"413", "429"} if permission.public else {"413"}
        if isinstance(route.response_model, type) and issubclass(route.response_model, CommandAnswer):
            statuses |= _complete_command(operation, good, route)
    for status in sorted(statuses):
        responses[status] = {"$ref": f"#/components/responses/{status}"}
    operation["responses"] = dict(sorted(responses.items()))


def _complete_command(operation: dict[str, Any], good: dict[str, Any], route: GuardedRoute) -> set[str]:
    """What follows from the command that the route runs; the statuses of further problems."""
    execution = execution_of(route.endpoint)
    parameters = operation.setdefault("parameters", [])
    parameters.append(IDEMPOTENCY_KEY)
    public = route.guard.permission.public
    if public and issubclass(route.response_model, Done):
        raise UnreadableRoute(f"{route.endpoint.__name__} is public: it answers without a version and a position")
    if headers := ({} if public else COMMAND_HEADERS) | (LOCATION if execution.creates else {}):
        good["headers"] = headers
    if execution.refusals:
        operation["responses"]["409"] = _refused(route.guard.service, execution.refusals)
    match execution.if_match:
        case "none":
            return set()
        case "optional":
            parameters.append(if_match(required=False))
            return {"412"}
        case "required":
            parameters.append(if_match(required=True))
            return {"412", "428"}


def _refused(service: str, refusals: list[type[Refusal]]) -> dict[str, Any]:
    rules = {refusal_type(service, kind): kind.rule() for kind in refusals}
    answer = {"description": "The domain refuses; `type` names the rule and `detail` tells it."}
    _add_to(answer, [f"- `{name}`: {rule}" for name, rule in rules.items()])
    return {**answer, "content": {MEDIA_TYPE: {"schema": problem_of_types(list(rules))}}}


def _in_words(permission: Permission) -> str:
    roles = sorted((relation.value, name, _HELD_IN[relation]) for relation, name in permission.roles)
    return " or ".join(f"`{name}` {where}" for _, name, where in roles)


def _add_to(described: dict[str, Any], lines: list[str]) -> None:
    """A further paragraph of a description."""
    if lines:
        described["description"] = "\n\n".join(filter(None, (described.get("description"), "\n".join(lines))))
