"""Lists by the page: where one goes on is in the address, and only an address that we made is followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlencode

from starlette.exceptions import HTTPException

from services.portal.visit import Visit
from shared.http.bad_input import BadInput
from shared.http.paging import Key, Listing

T = TypeVar("T")


@dataclass(frozen=True)
class Shown(Generic[T]):
    """One page of a list."""

    items: Sequence[T]
    more: str | None
    """The query of the address with the next page; None on the last."""
    begun: bool
    """Whether this is not the first page."""


async def asked_page(visit: Visit, service: str, path: str, *, kept: tuple[str, ...] = (), **query: Any) -> Shown[Any]:
    """One page of a service's list, as our address says; what was `kept` of the address stays in that of the next page."""
    answered = await visit.ask(service, path, settled=True, after=visit.query.get("after"), **query)
    following = parse_qs(answered["next"].partition("?")[2]).get("after", []) if answered["next"] else []
    stays = {name: visit.query[name] for name in kept if name in visit.query}
    more = f"?{urlencode({**stays, 'after': following[0]})}" if following else None
    return Shown(answered["items"], more, "after" in visit.query)


def after_of(visit: Visit, listing: Listing, name: str = "after") -> Any:
    """The key that the address says to go on behind; there is no page behind what we never said."""
    try:
        return listing.after(visit.query.get(name))
    except BadInput:
        raise HTTPException(404) from None


def one_page(
    visit: Visit, listing: Listing, rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Key]], name: str = "after"
) -> Shown[T]:
    """The page made of `limit + 1` rows asked for."""
    items = rows[:limit]
    more = f"?{urlencode({name: listing.cursor(key(items[-1]))})}" if len(rows) > limit else None
    return Shown(items, more, name in visit.query)
