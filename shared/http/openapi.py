"""Completes FastAPI's OpenAPI document: who may call, which headers count, and every problem that can be answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from shared.http.call import Done
from shared.http.problems import MEDIA_TYPE
from shared.http.routes import GuardedRoute

_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_TEXTS = {
    "401": "No bearer token, or one that is not accepted.",
    "403": "Signed in, but without the role that this needs.",
    "404": "There is no such thing, or it is not for the caller to see.",
    "409": "The domain refuses; `type` names the rule and `detail` tells it.",
    "412": "The thing has changed since the caller saw it.",
    "413": "The body is too large.",
    "422": "The input does not fit; `errors` names the fields.",
    "428": "If-Match is missing.",
    "503": "The database is away or busy; `Retry-After` says when to come again.",
}
_PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). Further members are facts that explain it.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the rule; translate by it."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "The rule, in English."},
        "incident": {"type": "string", "description": "With status 500: what to tell whoever looks after it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body, a command answers again and happens once. A UUID is best.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": 'The ETag of what the caller saw, such as `"7"`. Required where something seen is changed (else 428).',
    "schema": {"type": "string", "pattern": r'^(\*|"[!#-~]*")$'},
}
_ANSWER_HEADERS = {
    "ETag": {"description": "The stream's version.", "schema": {"type": "string"}},
    "Position": {"description": "Where the log stands behind it; send it as `min_position`.", "schema": {"type": "string"}},
}


def install_openapi(app: FastAPI) -> None:
    """Complete `app.openapi()`, once."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            for route in app.routes:
                if isinstance(route, GuardedRoute) and route.include_in_schema:
                    for method in route.methods or ():
                        _complete_operation(schema["paths"][route.path_format][method.lower()], route, method)
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = _PROBLEM
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            schema["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        return app.openapi_schema or {}

    openapi: Callable[[], dict[str, Any]] = complete
    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document.


def _complete_operation(operation: dict[str, Any], route: GuardedRoute, method: str) -> None:
    permission = route.guard.permission
    operation["security"] = [{"bearer": []}, {}] if permission.public else [{"bearer": []}]
    responses = operation["responses"]
    statuses = {"401", "503", "422"}
    if permission.roles:
        statuses.add("403")
    if route.param_convertors or permission.depends_on_body:
        statuses.add("404")
    if method != "GET":
        statuses.add("413")
    if method == "GET":
        responses["304"] = {"description": "The caller has this answer already."}
    elif route.response_model is Done:
        statuses |= {"404", "409", "412", "428"}
        operation.setdefault("parameters", []).extend([_IDEMPOTENCY_KEY, _IF_MATCH])
        responses[str(route.status_code or 200)]["headers"] = _ANSWER_HEADERS
    for status in sorted(statuses):
        responses[status] = {"description": _TEXTS[status], "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}
