"""What another service would keep of the meetings: a read model that folds the published contracts alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shared.contracts.meetings.catalogue import CONTRACTS
from shared.contracts.meetings.planning import MeetingCancelled, MeetingRescheduled, MeetingScheduled
from shared.contracts.meetings.sittings import MeetingHeld
from shared.envelope import Received
from shared.projections.dump import dump
from shared.projections.projection import Projection, Statement

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

TABLES = """
create table heard_v1 (meeting uuid primary key, body uuid, title text, starts_at timestamptz, place text, state text not null);
create table heard_v1_tally (what text primary key, n int not null);
create table heard_v1_held (sitting uuid primary key, meeting uuid not null, closed_at timestamptz not null);
"""
PLAN = """insert into heard_v1 values ($1, $2, $3, $4, $5, $6) on conflict (meeting) do update
set starts_at = excluded.starts_at, place = excluded.place, state = excluded.state"""
HOLD = "insert into heard_v1_held values ($1, $2, $3) on conflict (sitting) do nothing"
COUNT = "insert into heard_v1_tally values ($1, 1) on conflict (what) do update set n = heard_v1_tally.n + 1"


def project(received: Received[Any]) -> Iterable[Statement]:
    """A row of each meeting, one of each sitting, and a tally that would show whatever came twice."""
    told = received.message
    match told:
        case MeetingScheduled() | MeetingRescheduled() | MeetingCancelled():
            yield Statement(PLAN, (told.meeting, told.body, told.title, told.starts_at, told.place, type(told).__name__))
        case MeetingHeld():
            yield Statement(HOLD, (received.stream, told.meeting, told.closed_at))
        case _:
            raise AssertionError(told)
    yield Statement(COUNT, (told.NAME,))


HEARD = Projection(name="heard_v1", folds={"meetings": CONTRACTS}, tables=TABLES, project=project)
OF_HEARD = ["heard_v1", "heard_v1_held", "heard_v1_tally"]


async def dump_of(pool: Pool, tables: list[str], without: tuple[str, ...] = ()) -> bytes:
    """The canonical dump of read models' tables."""
    async with pool.acquire() as connection:
        return await dump(connection, "read", tables, without)
