"""The application factory: one service's routes, guarded, documented and watched."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from shared.http import operations_api
from shared.http.document_parts import DESCRIPTION
from shared.http.edge import MOST_AT_ONCE, Edge
from shared.http.health import health_routes
from shared.http.openapi import install_openapi
from shared.http.permissions import Permissions
from shared.http.problems import install_problems
from shared.http.routes import add_guarded_routes
from shared.http.runtime import Runtime

MOST_BYTES = 256 * 1024
"""A command is a form's worth of text; attachments are not sent through here."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Routed(Protocol):
    """The part of a service's definition that faces HTTP."""

    @property
    def name(self) -> str:
        """As in `meetings`."""
        ...

    @property
    def router(self) -> APIRouter:
        """Its routes, below its prefix."""
        ...

    @property
    def permissions(self) -> Permissions:
        """Whom each route admits, by the name of its function."""
        ...


def create_app(
    service: Routed,
    runtime: Runtime,
    *,
    prefix: str | None = None,
    version: str = "1",
    lifespan: Lifespan | None = None,
    most_bytes: int = MOST_BYTES,
    most_at_once: int = MOST_AT_ONCE,
) -> FastAPI:
    """The application of `service` under `prefix` (by default `/api/<service>`). UnguardedRoute if a route lacks a permission."""
    prefix = f"/api/{service.name}" if prefix is None else prefix
    app = FastAPI(
        title=f"Bindeglied: {service.name}",
        version=version,
        description=DESCRIPTION,
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # It would record what failed validation, which may be personal, and asks for its providers in every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
    )
    answer = install_problems(app, service.name)
    edge = partial(Edge, service=service.name, metrics=runtime.metrics, answer=answer, most_bytes=most_bytes, most_at_once=most_at_once)
    app.user_middleware.append(Middleware(edge))
    add_guarded_routes(app, service.router, service.permissions, runtime, service.name, prefix)
    add_guarded_routes(app, operations_api.router, operations_api.PERMISSIONS, runtime, service.name, prefix)
    app.router.routes.extend(health_routes(runtime.readiness, runtime.metrics))
    install_openapi(app)
    return app
