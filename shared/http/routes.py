"""Guarded routes: authenticated and admitted before the body is read, and never answered without a decision."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.http.auth import InvalidToken, Tokens
from shared.http.bad_input import unknown_query
from shared.http.call import SCOPE_KEY, Invocation
from shared.http.permissions import Permission, Permissions, Principal
from shared.http.runtime import Runtime

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class UnguardedRoute(Exception):
    """A route and the permissions table do not agree; the application is not built."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What stands before one route."""

    runtime: Runtime
    service: str
    prefix: str
    permission: Permission


class GuardedRoute(APIRoute):
    """A route that knows whom it admits."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, guard: Guard, **options: Any) -> None:
        self.guard = guard  # Before the rest: APIRoute asks for its handler while it is made.
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """FastAPI's handler of the endpoint, behind the guard."""
        handle, guard = super().get_route_handler(), self.guard
        known = frozenset(field.alias for field in get_flat_params(self.dependant) if isinstance(field.field_info, Query))

        async def guarded(request: Request) -> Response:
            principal = await authenticate(guard.runtime.tokens, request)
            call = Invocation(guard.runtime, guard.service, request, guard.permission, principal, guard.prefix)
            if principal is None and request.method not in _READING:
                take_from_budget(guard.runtime, request)
            if request.scope["query_string"] and (unknown := request.query_params.keys() - known):
                raise unknown_query(name for name in request.query_params if name in unknown)
            request.scope[SCOPE_KEY] = call
            try:
                response = await handle(request)
            finally:
                # The call knows its request: a circle that only the garbage collector would undo, for every request.
                del request.scope[SCOPE_KEY]
            call.must_have_decided()
            response.raw_headers.extend([(name.encode(), value.encode("latin-1")) for name, value in call.headers.items()])
            return response

        return guarded


_READING = frozenset({"GET", "HEAD"})


def take_from_budget(runtime: Runtime, request: Request) -> None:
    """Let a command of somebody through who is not signed in, or raise TooMany."""
    if runtime.budget is not None:
        runtime.budget.take(request.client.host if request.client else "")


async def authenticate(tokens: Tokens, request: Request) -> Principal | None:
    """Whoever the bearer token names; None without any. InvalidToken for a credential of another kind or a bad one."""
    credentials = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if not credentials:
        return None
    scheme, _, token = credentials[0].decode("latin-1").partition(" ")
    if len(credentials) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("send one header `Authorization: Bearer <token>`")
    return await tokens.verify(token.strip())


def add_guarded_routes(app: FastAPI, router: APIRouter, permissions: Permissions, runtime: Runtime, service: str, prefix: str) -> None:
    """Put the router's routes behind guards. UnguardedRoute if a route has no permission, or a permission no route."""
    routes = list(_api_routes(router))
    _must_agree(routes, permissions)
    for path, endpoint, context in routes:
        app.router.routes.append(
            GuardedRoute(
                prefix + path,
                endpoint,
                guard=Guard(runtime, service, prefix, permissions[endpoint.__name__]),
                generate_unique_id_function=_function_name,
                **{name: getattr(context, name) for name in _COPIED},
            )
        )


def _function_name(route: APIRoute) -> str:
    """What clients made from the document call the operation: unique, as the permissions table demands it."""
    return route.endpoint.__name__


_COPIED = (
    *("response_model", "status_code", "tags", "dependencies", "summary", "description", "response_description", "responses"),
    *("deprecated", "name", "methods", "operation_id", "response_model_include", "response_model_exclude", "response_model_by_alias"),
    *("response_model_exclude_unset", "response_model_exclude_defaults", "response_model_exclude_none", "include_in_schema"),
    *("response_class", "callbacks", "openapi_extra"),
)


def _api_routes(router: APIRouter) -> Iterator[tuple[str, Callable[..., Any], RouteContext]]:
    """Every route with its path and function, those of included routers too."""
    for context in iter_route_contexts(router.routes):
        if not isinstance(context.original_route, APIRoute) or context.path is None or context.endpoint is None:
            raise UnguardedRoute(f"{context.path}: a service's router holds ordinary routes only, so that each can be guarded")
        yield context.path, context.endpoint, context


def _must_agree(routes: Iterable[tuple[str, Callable[..., Any], RouteContext]], permissions: Mapping[str, Permission]) -> None:
    names: dict[str, str] = {}
    for path, endpoint, context in routes:
        name = endpoint.__name__
        if name not in permissions:
            raise UnguardedRoute(f"{'/'.join(sorted(context.methods or ()))} {path} ({name}) has no entry in the permissions table")
        if name in names:
            raise UnguardedRoute(f"{path} and {names[name]} are both served by a function named {name}: a permission needs its own name")
        names[name] = path
    if idle := sorted(permissions.keys() - names.keys()):
        raise UnguardedRoute(f"the permissions table names functions that serve no route: {', '.join(idle)}")
