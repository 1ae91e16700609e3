"""Who looks: which bodies' non-public things are no secret to somebody, and for which bodies somebody acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.http.permissions import CITY_SCOPE, Principal

INSIDE = frozenset({"secretariat", "chair", "member"})
ACTING = frozenset({"officer", "organiser"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """What somebody's grants let them see across services; everybody else sees what is public."""

    sees_all: bool = False
    """The office that keeps the city's bodies (Gremienbüro)."""
    insider_of: tuple[UUID, ...] = ()
    secretariat_of: tuple[UUID, ...] = ()
    acting_for: tuple[UUID, ...] = ()
    """As an officer, or as an organiser of conferences."""
    officer_of: tuple[UUID, ...] = ()
    organiser_of: tuple[UUID, ...] = ()

    def sight(self) -> tuple[Any, ...]:
        """The three arguments that `visible` takes."""
        return self.sees_all, list(self.insider_of), list(self.acting_for)


EVERYBODY = Viewer()


def viewer_of(principal: Principal | None) -> Viewer:
    """What this principal may see; nobody signed in sees what everybody sees."""
    grants = principal.grants if principal else frozenset()

    def holding(*roles: str) -> tuple[UUID, ...]:
        found = {UUID(scope) for scope, role in grants if role in roles and is_id(scope)}
        return tuple(sorted(found))

    return Viewer(
        sees_all=(CITY_SCOPE, "registry") in grants,
        insider_of=holding(*INSIDE),
        secretariat_of=holding("secretariat"),
        acting_for=holding(*ACTING),
        officer_of=holding("officer"),
        organiser_of=holding("organiser"),
    )


def is_id(scope: str) -> bool:
    """Whether a grant names a body."""
    try:
        UUID(scope)
    except ValueError:
        return False
    return True


def as_list(bodies: Sequence[UUID | None]) -> list[UUID]:
    """Without those that nobody named, each once, in order."""
    return sorted({body for body in bodies if body})
