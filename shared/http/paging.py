"""Lists by the page: keyset cursors that nobody has to understand, and the link to the next page (RFC 8288)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from shared.http.bad_input import BadInput

DEFAULT_LIMIT = 50
MOST = 200
_CHECK_BYTES = 8

T = TypeVar("T")
Key = str | int | date | datetime | UUID

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
"""The query parameter `limit`; give it the default `DEFAULT_LIMIT`."""
After = Annotated[str | None, Query(max_length=500, description="The cursor of the page before, as its `next` link carries it.")]
"""The query parameter `after`; give it the default None."""

_READ: dict[type, Callable[[str], Key]] = {
    str: str,
    int: int,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    UUID: UUID,
}


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the address of the page after it, null on the last."""

    items: list[T]
    next: str | None = Field(description="The next page's address; null on the last page.")


class Listing:
    """One ordered list: its name and the types of its key, the last of which makes it unique."""

    def __init__(self, name: str, *key_types: type[Key]) -> None:
        self.name, self.key_types = name, key_types

    def cursor(self, key: Sequence[Key]) -> str:
        """The opaque cursor behind the item of this key."""
        parts = [value.isoformat() if isinstance(value, date) else str(value) for value in key]
        payload = json.dumps(parts, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._check(payload) + payload).rstrip(b"=").decode("ascii")

    def after(self, cursor: str | None) -> tuple[Key, ...] | None:
        """The key behind which the page begins; None at the start. BadInput for a cursor that is not of this list."""
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            check, payload = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
            if check != self._check(payload):
                raise ValueError("not a cursor of this list")
            return tuple(_READ[kind](part) for kind, part in zip(self.key_types, json.loads(payload), strict=True))
        except ValueError as error:
            raise BadInput("query.after", "is not a cursor of this list: follow the `next` link of a page") from error

    def _check(self, payload: bytes) -> bytes:
        """Notices a cursor of another list, or one that was cut or edited; it guards no secret, the key stands in every item."""
        return hashlib.blake2b(self.name.encode() + b"\0" + payload, digest_size=_CHECK_BYTES).digest()


def next_address(path: str, query: Sequence[tuple[str, str]], cursor: str) -> str:
    """The address of the page behind `cursor`: the same question, but for the place and for `min_position`."""
    kept = [(name, value) for name, value in query if name not in {"after", "min_position"}]
    return f"{path}?{urlencode([*kept, ('after', cursor)])}"


def one_page(
    listing: Listing,
    rows: Sequence[Any],
    limit: int,
    key: Callable[[Any], Sequence[Key]],
    address: Callable[[str], str],
) -> tuple[list[Any], str | None]:
    """Of `limit + 1` rows asked for: the page's rows, and the next page's address if there is one."""
    items = list(rows[:limit])
    return items, address(listing.cursor(key(items[-1]))) if len(rows) > limit else None
