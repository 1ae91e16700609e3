"""Who may learn of a recommendation, and in whose name somebody acts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from services.recommendations.permissions import INSIDERS, OFFICER
from services.recommendations.standing import Recommendation
from shared.http.call import Call
from shared.http.permissions import CITY_SCOPE, Permission
from shared.http.problems import NotFound


def bodies_of(call: Call, permission: Permission) -> list[UUID]:
    """The bodies in which the caller holds a role that `permission` admits."""
    grants = call.principal.grants if call.principal else frozenset()
    bodies = {UUID(scope) for scope, _ in grants if scope != CITY_SCOPE}
    return sorted(body for body in bodies if call.may(permission, body))


def sees_all(call: Call, state: Recommendation) -> bool:
    """Whether the caller belongs to the body that gives it or, once it is issued, acts for one that it concerns."""
    if state.started is None:
        return False
    if call.may(INSIDERS, state.started.body):
        return True
    if state.issued is None:
        return False
    concerned = [*(one.body for one in state.issued.addressees), *(one.department for one in state.issued.informs)]
    return any(call.may(OFFICER, body) for body in concerned)


def sees(call: Call, state: Recommendation) -> bool:
    """Whether the caller may learn that it is there: drafts and what is not public are found by those concerned only."""
    return sees_all(call, state) or bool(state.issued and state.issued.public)


def must_see(call: Call) -> Callable[[Recommendation], None]:
    """NotFound for those to whom the recommendation is hidden."""

    def permit(state: Recommendation) -> None:
        if not sees(call, state):
            raise NotFound

    return permit


def body_of(state: Recommendation) -> UUID | None:
    """The body that gives it."""
    return state.started.body if state.started else None


def once_seen(call: Call, body: Callable[[Recommendation], UUID | None]) -> Callable[[Recommendation], UUID | None]:
    """The body whose roles count; NotFound for those to whom the recommendation is hidden, whatever their roles elsewhere."""

    def told(state: Recommendation) -> UUID | None:
        if not sees(call, state):
            raise NotFound
        return body(state)

    return told
