"""Facts of a made-up service, some of them published, and ways to put them into a log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import asyncpg

from shared.domain import Contract, Event
from shared.envelope import Cursor, Entry, Received
from shared.eventstore.mapper import MessageTypes, encode
from shared.sources.source import Source, SourceUnavailable

SPACE = UUID("6f8a3c52-0000-4000-8000-000000000000")
BEGINNING = datetime(2018, 9, 3, 9, 0, 0, 123456, tzinfo=UTC)
SERVICE = "notices"
PATIENCE = 60.0
"""Seconds after which what was to happen has not happened."""


class NoticeGiven(Event, name="notices.NoticeGiven"):
    """A fact that is published."""

    text: str


class NotePencilled(Event, name="notices.NotePencilled"):
    """A fact that is nobody else's business."""

    text: str


class NoticeHeard(Contract, name="notices.NoticeHeard", version=3):
    """What others hear of a notice."""

    text: str


TYPES = MessageTypes([NoticeGiven, NotePencilled])


def published(received: Received[Event]) -> Contract | None:
    """Notices are published, notes are not."""
    match received.message:
        case NoticeGiven(text=text):
            return NoticeHeard(text=text)
        case _:
            return None


def facts(count: int, *, after: int = 0, seed: str = "one", notes: Sequence[int] = ()) -> list[Entry]:
    """The facts at positions `after + 1` to `after + count`; those at the positions in `notes` are notes."""
    return [_fact(pos, seed, pos in notes) for pos in range(after + 1, after + count + 1)]


def _fact(pos: int, seed: str, is_note: bool) -> Entry:
    message = (NotePencilled if is_note else NoticeGiven)(text=f"Mitteilung {pos} für {seed}")
    return Entry(
        pos, pos - 1, uuid5(SPACE, f"{seed}:{pos}"), uuid5(SPACE, f"stream:{pos % 3}"), (pos + 2) // 3, message.NAME, 1,
        BEGINNING + timedelta(seconds=pos), "office:secretariat", None, uuid5(SPACE, "story") if pos % 2 else None, encode(message),
    )  # fmt: skip


def contracts(of: Sequence[Entry]) -> list[Entry]:
    """The same facts as published, all of them notices."""
    return [fact._replace(type=NoticeHeard.NAME, schema_version=NoticeHeard.VERSION) for fact in of]


async def store(pool: asyncpg.Pool[asyncpg.Record], entries: Sequence[Entry]) -> None:
    """Put facts into the log, as a writer would have done."""
    await pool.executemany(
        "insert into log.log values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')",
        [
            (
                e.pos,
                e.stream,
                e.version,
                e.type,
                e.schema_version,
                e.event_id,
                e.recorded_at,
                e.actor,
                e.causation_id,
                e.correlation_id,
                e.data,
            )
            for e in entries
        ],
    )


async def forget(admin: asyncpg.Connection[asyncpg.Record], after: int) -> None:
    """Make the log one that was restored from a copy taken at position `after`."""
    async with admin.transaction():
        await admin.execute("alter table log.log disable trigger append_only")
        await admin.execute("delete from log.log where pos > $1", after)
        await admin.execute("alter table log.log enable trigger append_only")


async def read_to(source: Source, last: int, after: Cursor | None = None, limit: int = 100) -> list[Entry]:
    """Read on until position `last` has come, as a patient reader does."""
    cursor = after or Cursor()
    entries: list[Entry] = []
    async with asyncio.timeout(PATIENCE):
        while cursor.pos < last:
            try:
                found = await source.read(cursor, limit)
            except SourceUnavailable:
                await asyncio.sleep(0.1)
                continue
            entries += found
            if found:
                cursor = cursor.after(found[-1])
            else:
                await source.wait(cursor, 0.2)
    return entries
