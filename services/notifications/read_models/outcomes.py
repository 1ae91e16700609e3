"""Answers what became of the letters about something, and which of them are still to be handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.notifications.events.notification import (
    NotificationEvent,
    NotificationFailed,
    NotificationHandedOver,
    NotificationPlanned,
    NotificationUnknown,
)
from services.notifications.events.parts import Language
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable
    from shared.projections.cursors import Pool

TABLES = """
create table outcomes_v4 (
    notification uuid primary key,
    cause uuid not null,
    kind text not null,
    about_service text not null,
    about_kind text not null,
    about_id uuid not null,
    body uuid,
    member uuid,
    language text not null,
    planned_at timestamptz not null,
    standing text not null,
    failure text,
    attempts int not null,
    at timestamptz,
    tried boolean not null default false
);
comment on column outcomes_v4.tried is 'That the work table knows of it; only a hint, lost in a rebuild and found anew.';
create table outcomes_v4_counts (
    kind text not null,
    what text not null,
    letters bigint not null,
    primary key (kind, what)
);
"""
INDEXES = """create index outcomes_v4_open on outcomes_v4 (planned_at, notification) where standing = 'planned' and not tried;
create index outcomes_v4_failed on outcomes_v4 (notification) where standing in ('failed', 'unknown');
create index outcomes_v4_by_cause on outcomes_v4 (cause);
create index outcomes_v4_by_about on outcomes_v4 (about_id);
create index outcomes_v4_by_body on outcomes_v4 (body, planned_at, notification);
create index outcomes_v4_by_time on outcomes_v4 (planned_at, notification);"""

PLAN = """insert into outcomes_v4 (notification, cause, kind, about_service, about_kind, about_id, body, member, language, planned_at,
standing, attempts) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'planned', 0) on conflict (notification) do nothing"""
COUNT = """insert into outcomes_v4_counts as known (kind, what, letters) values ($1, $2, 1)
on conflict (kind, what) do update set letters = known.letters + 1"""
END = "update outcomes_v4 set standing = $2, failure = $3, attempts = $4, at = $5 where notification = $1"


def project(received: Received[NotificationEvent]) -> Iterable[Statement]:
    """One row for each notification, written by its stream; and how many there are, so that nobody has to count them."""
    event, notification = received.message, received.stream
    yield Statement(COUNT, (event.kind, counted_as(event)))
    match event:
        case NotificationPlanned(about=about):
            yield Statement(
                PLAN,
                (
                    notification, event.cause, event.kind, about.service, about.kind, about.id, event.body, event.member,
                    event.language, event.planned_at,
                ),
            )  # fmt: skip
        case NotificationHandedOver():
            yield Statement(END, (notification, "handed_over", None, event.attempts, event.handed_over_at))
        case NotificationFailed():
            yield Statement(END, (notification, "failed", event.cause, event.attempts, event.failed_at))
        case NotificationUnknown():
            yield Statement(END, (notification, "unknown", None, event.attempts, event.given_up_at))
        case _:
            assert_never(event)


def counted_as(event: NotificationEvent) -> str:
    """What a fact adds to."""
    match event:
        case NotificationPlanned():
            return "planned"
        case NotificationFailed(cause="stopped"):
            return "stopped"
        case NotificationFailed() | NotificationUnknown():
            return "failed"
        case NotificationHandedOver():
            return "handed_over"
        case _:
            assert_never(event)


OUTCOMES = Projection(
    name="outcomes_v4",
    folds={OWN: (NotificationPlanned, NotificationHandedOver, NotificationFailed, NotificationUnknown)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
    beside=frozenset({"tried"}),
)


@dataclass(frozen=True, slots=True)
class ListedNotification:
    """A letter, without whom it went to."""

    notification: UUID
    cause: UUID
    kind: str
    about: UUID
    member: UUID | None
    """The member of a body it is for, in public office."""
    language: Language
    planned_at: datetime
    standing: Literal["planned", "handed_over", "failed", "unknown"]
    failure: Literal["no_address", "refused", "erased", "given_up", "stopped", "too_many"] | None
    attempts: int
    at: datetime | None


QUERY = """select notification, cause, kind, about_id as about, member, language, planned_at, standing, failure, attempts, at
from outcomes_v4 where ($1::uuid is null or cause = $1) and ($2::uuid is null or about_id = $2) and ($3::uuid is null or body = $3)
and ($4::timestamptz is null or (planned_at, notification) > ($4, $5)) order by planned_at, notification limit $6"""


async def list_notifications(
    db: Queryable, *, cause: UUID | None, about: UUID | None, body: UUID | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ListedNotification]:
    """Letters in the order in which they were planned, behind the (time, id) of the last one seen."""
    at, last = after or (None, None)
    return [ListedNotification(**row) for row in await db.fetch(QUERY, cause, about, body, at, last, limit)]


UNTRIED = """select o.notification, exists (select from work.notification w where w.notification = o.notification) as tried
from (select notification, planned_at from read.outcomes_v4 where standing = 'planned' and not tried
    order by planned_at, notification limit $1) o order by o.planned_at, o.notification"""
TRIED = "update read.outcomes_v4 set tried = true where notification = any($1)"


@dataclass(frozen=True, slots=True)
class Untried:
    """Letters that are planned, and of which it is not noted yet that the work table knows of them."""

    new: list[UUID]
    known: list[UUID]
    """That it does."""


async def untried(db: Queryable, limit: int) -> Untried:
    """The oldest of them. What stands here may have its outcome already: the log knows."""
    rows = await db.fetch(UNTRIED, limit)
    return Untried(*([row["notification"] for row in rows if row["tried"] is tried] for tried in (False, True)))


async def note_tried(db: Pool, letters: Sequence[UUID]) -> None:
    """From now on the work table says when it is their turn."""
    await db.execute(TRIED, letters)


async def counted(db: Queryable) -> tuple[int, int, int]:
    """How many letters were planned, are open, and did not reach whoever wants them."""
    rows = await db.fetch("select what, sum(letters)::bigint as letters from read.outcomes_v4_counts group by what")
    letters = {row["what"]: row["letters"] for row in rows}
    planned = letters.pop("planned", 0)
    return planned, planned - sum(letters.values()), letters.get("failed", 0)
