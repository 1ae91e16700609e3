"""What goes wrong, told once for all routes: from an exception to a problem document (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, cast
from uuid import uuid4

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi_problem.error import Problem
from fastapi_problem.handler import ExceptionHandler, Handler, new_exception_handler
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.domain import Refusal
from shared.eventstore.errors import CommandReused, Denied, OutcomeUnknown, StoreBusy, Unreadable, Unstorable, VersionMismatch
from shared.http.auth import InvalidToken
from shared.http.bad_input import BadInput, describe_bad_input
from shared.http.budget import TooMany
from shared.http.keys import KeysUnavailable

logger = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
KIT = "urn:bindeglied:problem:"
"""What the types of problems begin with that every service has."""
RETRY_SECONDS = 1
UPGRADE_SECONDS = 60
"""When to come again where a program has to be replaced first."""

_RESERVED = frozenset({"self", "type", "type_", "title", "status", "detail", "headers", "instance"})
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    OSError,
    TimeoutError,
)
"""What the database or the network raises when trying again later may help."""


class Unauthenticated(Exception):
    """This needs a bearer token."""


class NotAllowed(Denied):
    """You are signed in, but this needs a role that you do not hold."""


class NotFound(Denied):
    """There is no such thing, or it is not for you to see."""


class PreconditionMissing(Exception):
    """Whoever changes what they saw says which version they saw: send its ETag as If-Match."""


class Full(Exception):
    """Too many requests are being answered at this moment. Nothing happened: send it again."""


class ReadModelBehind(Exception):
    """The read model has not come as far as `min_position` yet; ask again."""


def kit_problem(
    status: int, name: str, detail: str, *, headers: Mapping[str, str] | None = None, title: str | None = None, **facts: Any
) -> Problem:
    """A problem that every service has, under its stable type."""
    return Problem(title or HTTPStatus(status).phrase, KIT + name, detail, status, dict(headers or {}), **facts)


def refusal_type(service: str, refusal: type[Refusal]) -> str:
    """The type of the problem that tells a refusal: stable, and independent of where the class lives."""
    return f"urn:bindeglied:{service}:{refusal.__name__}"


def refusal_problem(service: str, refusal: Refusal) -> Problem:
    """The domain says no: 409, the rule as detail, the facts beside it."""
    kind = type(refusal)
    facts = {name + "_" if name in _RESERVED else name: value for name, value in refusal.facts.items()}
    title = _WORD.sub(" ", kind.__name__).capitalize()
    return Problem(title, refusal_type(service, kind), kind.rule(), HTTPStatus.CONFLICT, None, **facts)


def unexpected_problem(error: Exception) -> Problem:
    """A defect of ours: the caller learns an incident's number only, the log the rest."""
    incident = uuid4().hex
    logger.error("http.unexpected", incident=incident, exc_info=error)
    detail = "This is our mistake. Whoever looks after it finds it under the incident's number."
    return kit_problem(500, "unexpected", detail, incident=incident)


def unavailable_problem(detail: str, name: str = "unavailable", retry_after: int = RETRY_SECONDS, **facts: Any) -> Problem:
    """Something that we stand on is away or busy; `Retry-After` in seconds."""
    return kit_problem(503, name, detail, headers={"retry-after": str(retry_after)}, **facts)


def _begun(sentence: str) -> str:
    """With a capital at its beginning; names inside it stay as they are written."""
    return sentence[:1].upper() + sentence[1:]


def is_away(error: BaseException) -> bool:
    """Whether the database or the network is away, so that the same request may succeed later."""
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has one class for a closed pool or connection and for wrong arguments; only its words tell them apart.
        return not isinstance(error, ValueError) and "clos" in str(error)
    return isinstance(error, _AWAY)


def problem_of(service: str, error: Exception) -> Problem:
    """The one table from exceptions to problems."""
    match error:
        case Problem():
            return error
        case Refusal():
            return refusal_problem(service, error)
        case BadInput():
            return kit_problem(422, "bad-input", "The input does not fit.", title="Bad input", errors=error.errors)
        case NotFound():
            return kit_problem(404, "not-found", NotFound.__doc__ or "")
        case Denied():
            return kit_problem(403, "not-allowed", NotAllowed.__doc__ or "")
        case Unauthenticated():
            return kit_problem(401, "unauthenticated", Unauthenticated.__doc__ or "", headers={"www-authenticate": "Bearer"})
        case InvalidToken():
            headers = {"www-authenticate": 'Bearer error="invalid_token"'}
            return kit_problem(401, "invalid-token", f"{_begun(str(error))}.", headers=headers)
        case VersionMismatch(current=current):
            detail = "What you saw has changed since: look again, then decide again."
            return kit_problem(412, "stale", detail, headers={"etag": f'"{current}"'}, current_version=current)
        case PreconditionMissing():
            return kit_problem(428, "if-match-missing", PreconditionMissing.__doc__ or "")
        case CommandReused():
            detail = "This Idempotency-Key was used before, for another request."
            return kit_problem(422, "key-reused", detail, title="Idempotency-Key reused")
        case TooMany(retry_after=seconds):
            return kit_problem(429, "too-many", TooMany.__doc__ or "", headers={"retry-after": str(seconds)})
        case Unstorable(reason=reason):
            return kit_problem(422, "unstorable", reason, title="This cannot be stored")
        case StoreBusy(retry_after=seconds):
            return unavailable_problem("Nothing happened: too much is going on. Send it again.", "busy", seconds)
        case Full():
            return unavailable_problem(Full.__doc__ or "", "full")
        case OutcomeUnknown(retry_after=seconds):
            detail = "Whether it happened is not known. Send the same request with the same Idempotency-Key again: you then learn it."
            return unavailable_problem(detail, "outcome-unknown", seconds)
        case Unreadable(too_old=True):
            logger.error("http.program_too_old", reason=str(error))
            detail = "A later release of this service has written here; the one that answers is too old to read it. Nothing happened."
            return unavailable_problem(detail, "program-too-old", UPGRADE_SECONDS)
        case ReadModelBehind():
            return unavailable_problem(ReadModelBehind.__doc__ or "", "read-model-behind")
        case KeysUnavailable():
            return unavailable_problem("The issuer's keys cannot be had, so no token can be judged.", "issuer-unavailable")
        case _ if is_away(error):
            logger.warning("http.database_away", error=type(error).__name__)
            return unavailable_problem("The database cannot be reached, or has too much to do.")
        case _:
            return unexpected_problem(error)


_HANDLED: tuple[type[Exception], ...] = (
    *(Problem, Refusal, BadInput, Denied, Unauthenticated, InvalidToken, VersionMismatch, PreconditionMissing, CommandReused),
    *(TooMany, Unstorable, Unreadable, StoreBusy, OutcomeUnknown, ReadModelBehind, KeysUnavailable, RequestValidationError, HTTPException),
)

Answer = Callable[[Request, Exception], Response]


def install_problems(app: FastAPI, service: str) -> Answer:
    """Make every failure of `app` a problem; answers what turns any exception into a response, for the edge of the app."""

    def known(_: ExceptionHandler, request: Request, error: Exception) -> Problem:
        if isinstance(error, RequestValidationError):
            error = describe_bad_input(error)
        elif isinstance(error, HTTPException):
            return _router_problem(app, request, error)
        return problem_of(service, error)

    handlers: dict[type[Exception], Handler[Any, Any]] = {Exception: known}
    answer = cast(Answer, new_exception_handler(handlers=handlers, http_exception_handler=known, request_validation_handler=known))

    async def answer_soon(request: Request, error: Exception) -> Response:
        # Starlette would send a plain function to a thread.
        return answer(request, error)

    for kind in _HANDLED:
        app.add_exception_handler(kind, answer_soon)
    return answer


def _router_problem(app: FastAPI, request: Request, error: HTTPException) -> Problem:
    """What the router and FastAPI's reading of the body raise by themselves."""
    match error.status_code:
        case 404:
            return problem_of("", NotFound())
        case 405:
            allowed: set[str] = set()
            for route in app.routes:
                if route.matches(request.scope)[0] is not Match.NONE:
                    allowed |= getattr(route, "methods", None) or set()
            if "GET" in allowed:
                allowed.add("HEAD")
            detail = "This address does not know that method."
            return kit_problem(405, "method-not-allowed", detail, headers={"allow": ", ".join(sorted(allowed))})
        case 400:
            return problem_of("", BadInput("body", "is not JSON in UTF-8"))
        case 413:
            return kit_problem(413, "too-large", "The body is larger than is accepted here.")
        case status:
            return kit_problem(status, "http", str(error.detail), headers=error.headers)
