"""Recomputes what the log's rows are sealed with, in Python, and so finds what was changed, removed or put in between."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from shared.envelope import Entry
from shared.eventstore.log import COLUMNS, log_tail

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NIL = UUID(int=0)
BATCH = 2_000

Progress = Callable[[int, int], None]
"""Is told how many positions are checked, out of how many."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The first place where the log is not what was written; `position` is where to look."""

    position: int
    reason: str

    def __str__(self) -> str:
        return f"position {self.position}: {self.reason}"


def leaf_hash(entry: Entry) -> bytes:
    """SHA-256(0x00 ‖ canonical form) of a stored event (RFC 6962, section 2.1); `log.leaf` in `log.sql` says the form."""
    fixed = struct.pack(
        ">16sih16sq16s16s",
        entry.stream.bytes,
        entry.version,
        entry.schema_version,
        entry.event_id.bytes,
        (entry.recorded_at - EPOCH) // MICROSECOND,
        (entry.causation_id or NIL).bytes,
        (entry.correlation_id or NIL).bytes,
    )
    texts = (entry.type.encode(), entry.actor.encode(), entry.data)
    return sha256(b"\0" + fixed + b"".join(struct.pack(">i", len(text)) + text for text in texts)).digest()


async def verify_log(db: Queryable, schema: str = "log", progress: Progress | None = None) -> Problem | None:
    """The first problem, or None: positions without a gap, versions 1..n per stream, every leaf hash, time never going back."""
    tail, _ = await log_tail(db, schema)
    versions: dict[UUID, int] = {}
    done, last = 0, datetime.min.replace(tzinfo=UTC)
    query = f"select {COLUMNS}, leaf_hash from {schema}.log where pos > $1 and pos <= $2 order by pos limit {BATCH}"
    while rows := await db.fetch(query, done, tail):
        for row in rows:
            entry = Entry(*[*row][:-1])
            if reason := _fault(entry, row["leaf_hash"], done, versions.get(entry.stream, 0), last):
                return Problem(entry.pos, reason)
            done, last, versions[entry.stream] = entry.pos, entry.recorded_at, entry.version
        if progress:
            progress(done, tail)
    return None


def _fault(entry: Entry, leaf: bytes, position: int, version: int, last: datetime) -> str | None:
    if entry.pos != position + 1:
        return f"positions {position + 1} to {entry.pos - 1} are missing"
    if entry.version != version + 1:
        return f"stream {entry.stream} goes from version {version} to {entry.version}"
    if entry.recorded_at < last:
        return "it was recorded before the event in front of it"
    if leaf_hash(entry) != leaf:
        return "its content is not what was recorded: the leaf hash differs"
    return None
