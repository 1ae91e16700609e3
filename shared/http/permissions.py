"""Who may do what: the words of a service's `permissions.py`, one readable line per route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Relation(Enum):
    """What a role is held in."""

    BODY = "body"
    """The body (committee, board, network) that the thing in question belongs to."""
    CITY = "city"
    """The city as a whole."""


BODY = Relation.BODY
CITY = Relation.CITY
CITY_SCOPE = "city"
"""How a grant writes the city where another writes a body's id."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `sub` is the issuer's random reference to a person or a service, never a name or an address."""

    sub: str
    name: str
    grants: frozenset[tuple[str, str]]
    """Pairs of a body's id (or `city`) and a role held there."""

    @property
    def id(self) -> str:
        """What the log knows this principal by; prefixed, so that no token can pass for a reaction or for nobody."""
        return f"user:{self.sub}"


@dataclass(frozen=True, slots=True)
class Permission:
    """Whom a route admits: everybody, everybody signed in, or the holders of any of some roles."""

    public: bool = False
    roles: frozenset[tuple[Relation, str]] = frozenset()

    def __or__(self, other: Permission) -> Permission:
        """Admits whom either admits."""
        if not (self.roles and other.roles):
            raise ValueError("only roles can be joined: PUBLIC and SIGNED_IN already admit every holder of a role")
        return Permission(roles=self.roles | other.roles)

    @property
    def depends_on_body(self) -> bool:
        """Whether it takes a body to decide, so that the answer waits until the thing itself is known."""
        return any(relation is BODY for relation, _ in self.roles)

    def admits(self, principal: Principal | None, body: UUID | None = None) -> bool:
        """Whether `principal` (None: nobody is signed in) may, for a thing of `body` (None: of no body)."""
        if self.public:
            return True
        if principal is None:
            return False
        if not self.roles:
            return True
        grants = principal.grants
        for relation, name in self.roles:
            if relation is CITY:
                if (CITY_SCOPE, name) in grants:
                    return True
            elif body is not None and (str(body), name) in grants:
                return True
        return False


PUBLIC = Permission(public=True)
SIGNED_IN = Permission()


def role(*names: str, of: Relation) -> Permission:
    """Admits whoever holds one of the roles `names` in the body concerned (`of=BODY`) or in the city (`of=CITY`)."""
    if not names:
        raise ValueError("a permission by role names at least one role")
    return Permission(roles=frozenset((of, name) for name in names))


Permissions = Mapping[str, Permission]
"""A service's table: the endpoint function's name → whom it admits."""
