"""Where pages are: every page in every language, and a form's address leads back to the page it stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.responses import Response

from services.portal.visit import Visit

Handler = Callable[[Visit], Awaitable[Response]]
H = TypeVar("H", bound=Callable[..., Any])


@dataclass(frozen=True)
class PageRoute:
    """One address, below the language, with what answers it."""

    path: str
    method: str
    handler: Handler
    on: str | None = None
    """The page that the form stands on, where it is not its own address."""


@dataclass
class Pages:
    """The pages of one module: `pages = Pages()`, then `@pages.get("/bodies/{body:uuid}")`."""

    routes: list[PageRoute] = field(default_factory=list)

    def get(self, path: str) -> Callable[[H], H]:
        """A page."""

        def add(handler: H) -> H:
            self.routes.append(PageRoute(path, "GET", handler))
            return handler

        return add

    def post(self, path: str, *, on: str | None = None) -> Callable[[H], H]:
        """What a form is sent to; `on` is the path of the page with the form, if the page has another address."""

        def add(handler: H) -> H:
            self.routes.append(PageRoute(path, "POST", handler, on))
            return handler

        return add
