"""What a later release of a service leaves behind in a stream when it is set back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

LATER = 9
APPEND = """insert into log.log
    select coalesce(max(pos), 0) + 1, $1, coalesce(max(version) filter (where stream = $1), 0) + 1, $2, $3, $4,
        coalesce(max(recorded_at), now()), 'user:later', null, null, $5, '' from log.log"""


async def written_later(pool: Pool, stream: UUID | str, type: str, version: int = LATER) -> None:
    """A later release appends an event of this type, in a version that this one does not know."""
    await pool.execute(APPEND, UUID(str(stream)), type, version, uuid4(), b'{"tint": "green"}')
