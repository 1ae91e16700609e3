"""What all visits share: the process behind the pages, the services that they ask, and where every page leads."""

from __future__ import annotations

from dataclasses import dataclass

from services.portal.clients import Services
from services.portal.language import mark
from services.portal.operator import Operator
from services.portal.sessions import Sessions
from shared.domain import Now
from shared.http.permissions import CITY, SIGNED_IN, Permission, role
from shared.http.permissions import PUBLIC as EVERYBODY
from shared.http.runtime import Runtime
from shared.surroundings import SignIn, Surroundings

OPERATOR = role("operator", of=CITY)
NAVIGATION: tuple[tuple[str, str, Permission], ...] = (
    ("/", mark("Home"), EVERYBODY),
    ("/tasks", mark("Tasks"), SIGNED_IN),
    ("/conferences", mark("Conferences"), EVERYBODY),
    ("/bodies", mark("Bodies"), EVERYBODY),
    ("/meetings", mark("Meetings"), EVERYBODY),
    ("/recommendations", mark("Recommendations"), EVERYBODY),
    ("/subscription", mark("Stay informed"), EVERYBODY),
    ("/feedback", mark("Feedback"), role("feedback", of=CITY)),
    ("/operations", mark("Operations"), OPERATOR),
)
"""Path, name, and whom it is shown to."""


@dataclass(frozen=True)
class Portal:
    """What all visits share."""

    runtime: Runtime
    around: Surroundings
    services: Services
    operator: Operator
    sessions: Sessions | None = None
    """The sign-in at the city's issuer; None in the demo, and where nobody signs in."""

    @property
    def now(self) -> Now:
        """The clock: real, or the story's."""
        return self.runtime.now

    @property
    def sign_in(self) -> SignIn | None:
        """The demo's personas."""
        return self.around.sign_in
