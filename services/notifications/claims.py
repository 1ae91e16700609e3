"""Who is at which letter just now: leases in a work table, which no rebuild touches, kept in the database's real time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from services.notifications import mailboxes
from shared.effects import ensure_work_table
from shared.failpoints import failpoint

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

LEASE = timedelta(seconds=180)
"""Longer than a letter may take; after it another worker takes over from one that has died."""

TABLE = """
create table if not exists work.notification (
    notification uuid primary key,
    owner uuid,
    leased_until timestamptz not null,
    next_at timestamptz not null default '-infinity',
    attempts int not null,
    doubts int not null default 0,
    sending boolean not null default false,
    said text
);
comment on column work.notification.doubts is 'How often the line or the worker was lost when it may already have been taken.';
comment on column work.notification.sending is 'The text is on its way; whoever finds this after the lease counts a doubt.';
"""

DUE_INDEX = "create index if not exists notification_due on work.notification (next_at)"
DUE = """select notification from work.notification where next_at <= now() and leased_until <= now() order by next_at limit $1"""
CLAIM = """insert into work.notification as w (notification, owner, attempts, leased_until) values ($1, $2, 1, now() + $3)
on conflict (notification) do update set owner = $2, attempts = w.attempts + 1, doubts = w.doubts + w.sending::int, sending = false,
leased_until = now() + $3 where w.leased_until <= now() and w.next_at <= now() returning attempts, doubts"""
SENDING = "update work.notification set sending = true where notification = $1 and owner = $2 and leased_until > now() returning true"
LATER = """update work.notification set owner = null, leased_until = '-infinity', next_at = now() + $3, sending = false,
doubts = doubts + $4, said = $5 where notification = $1 and owner = $2"""
DONE = "delete from work.notification where notification = $1"


@dataclass(frozen=True)
class Claim:
    """The right to send a letter, for the time of a lease."""

    notification: UUID
    owner: UUID
    attempts: int
    """This one included."""
    doubts: int


class Claims:
    """The work table."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def start(self) -> None:
        """Make the work tables where they are missing; processes may do this at the same moment."""
        await ensure_work_table(self.pool, "notification", TABLE)
        await ensure_work_table(self.pool, "notification_due", DUE_INDEX)
        await ensure_work_table(self.pool, "mailbox", mailboxes.TABLE)

    async def due(self, limit: int) -> list[UUID]:
        """The letters whose pause or lease is over, the longest first. They may have their outcome already: the log knows."""
        return [row["notification"] for row in await self.pool.fetch(DUE, limit)]

    async def take(self, notification: UUID) -> Claim | None:
        """The claim, unless somebody else is at it or its pause is not over."""
        failpoint("notify.before_claim")
        owner = uuid4()
        row = await self.pool.fetchrow(CLAIM, notification, owner, LEASE)
        if row is None:
            return None
        failpoint("notify.after_claim")
        return Claim(notification, owner, row["attempts"], row["doubts"])

    async def sends(self, claim: Claim) -> bool:
        """Note that the text is about to go; False when the lease has run out."""
        return bool(await self.pool.fetchval(SENDING, claim.notification, claim.owner))

    async def later(self, claim: Claim, pause: timedelta, said: str, *, doubt: bool) -> None:
        """Give the letter back for a while."""
        await self.pool.execute(LATER, claim.notification, claim.owner, pause, int(doubt), said)

    async def done(self, claim: Claim) -> None:
        """Nothing is left to do: its outcome stands in the log, which is asked before every sending."""
        await self.pool.execute(DONE, claim.notification)
