"""What a relay needs of a source beyond what readers do: its own history, to compare a topic's tail with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from shared.envelope import Cursor, Entry
from shared.sources.source import Source


class Relayed(Source, Protocol):
    """A source whose entries a relay puts on the topic of the source's name."""

    @property
    def generation(self) -> int:
        """The generation that its entries and cursors carry, whatever topic they go to."""
        ...

    async def read(self, after: Cursor, limit: int, *, dense: bool = False) -> Sequence[Entry]:
        """Up to `limit` entries behind the cursor; with `dense`, one at every position."""
        ...

    async def event_id_at(self, pos: int) -> UUID | None:
        """The event id at a position, None where there is none; SourceUnavailable where that cannot be said yet."""
        ...
