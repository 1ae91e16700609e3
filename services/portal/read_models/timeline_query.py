"""Asks the timeline: what is on, what was decided or came of it, and how new that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

ON = """select c.thing, c.kind, c.title, c.body, c.body_name, c.starts_at, c.place, c.cancelled, c.reason,
case when least(r.closes_at, c.starts_at) > $1 and not r.closed and not c.cancelled
then least(r.closes_at, c.starts_at) end as register_until
from timeline_v1_coming c left join timeline_v1_registration r on r.conference = c.thing
where c.over_at > $1 and not exists (select from timeline_v1_over o where o.thing = c.thing)
and ($2::timestamptz is null or (c.starts_at, c.thing) > ($2, $3::uuid)) order by c.starts_at, c.thing limit $4"""
LATEST = """select thing, news, node, title, body, body_name, detail, verdict, day from timeline_v1 t
where topic = $1
and not exists (select from timeline_v1 n where n.thing = t.thing and n.topic = t.topic and n.version > t.version)
and ($2::date is null or (day, thing) < ($2, $3::uuid)) order by day desc, thing desc limit $4"""
AS_OF = """select max(recorded_at) from (select max(recorded_at) as recorded_at from timeline_v1
union all select max(recorded_at) from timeline_v1_coming union all select max(recorded_at) from timeline_v1_over
union all select max(recorded_at) from timeline_v1_registration) newest"""


@dataclass(frozen=True, slots=True)
class Coming:
    """A public meeting or a conference that is not over."""

    thing: UUID
    kind: str
    """meeting or conference."""
    title: str
    body: UUID
    body_name: str
    starts_at: datetime
    place: str
    cancelled: bool
    reason: str | None
    register_until: datetime | None
    """Until when one may register; None where one may not."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that was decided, or that became of it."""

    thing: UUID
    news: str
    """resolution, recommendation, statement; informed, answered, overdue, promised, done, verified, withdrawn."""
    node: UUID
    title: str
    body: UUID
    body_name: str
    detail: str | None
    verdict: str | None
    day: date


async def list_coming(db: Queryable, now: datetime, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Coming]:
    """What is on, by its beginning, behind the (beginning, id) of the last one seen."""
    begins, thing = after or (None, None)
    return [Coming(**row) for row in await db.fetch(ON, now, begins, thing, limit)]


async def list_news(db: Queryable, topic: str, *, after: tuple[date, UUID] | None, limit: int) -> Sequence[News]:
    """What was `decided`, or what `came` of it, the newest first, behind the (day, id) of the last one seen."""
    day, thing = after or (None, None)
    return [News(**row) for row in await db.fetch(LATEST, topic, day, thing, limit)]


async def timeline_as_of(db: Queryable) -> datetime | None:
    """When the newest public thing was recorded; hidden ones leave no trace here either."""
    newest: datetime | None = await db.fetchval(AS_OF)
    return newest
