"""How many letters that nobody has to have asked for go to one mailbox on one day: in a work table, by a keyed hash of the mailbox."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from shared.privacy.addresses import mailbox_of
from shared.privacy.keyring import Keyring

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

UNASKED = frozenset({"subscription_requested", "registration_requested", "contribution_received"})
"""Letters that go to whatever address somebody has typed in, before its owner has confirmed anything."""
KEPT = timedelta(days=7)
"""Longer than a letter is tried, so that its place is still its own at the last attempt."""

TABLE = """
create table if not exists work.mailbox (
    day date not null,
    mailbox bytea not null,
    letters uuid[] not null,
    primary key (day, mailbox)
);
comment on table work.mailbox is 'Which letters have a place in a mailbox on the day they were planned for; hashes alone, for a week.';
"""

# One statement, so that two workers cannot both take the last place.
TAKE = """insert into work.mailbox as m (day, mailbox, letters) values ($1, $2, array[$3]::uuid[])
on conflict (day, mailbox) do update set letters =
    case when $3 = any(m.letters) or cardinality(m.letters) >= $4 then m.letters else m.letters || $3 end
returning $3 = any(letters)"""


class Mailboxes:
    """The places of letters in mailboxes."""

    def __init__(self, pool: Pool, keyring: Keyring, most: int) -> None:
        self.pool, self.keyring, self.most = pool, keyring, most

    async def take(self, address: str, day: date, letter: UUID) -> bool:
        """Whether the letter has a place among those of its day; asked again, it has the same. Tags (`name+tag@`) make no other mailbox."""
        mailbox = self.keyring.fingerprint(b"mailbox\0" + mailbox_of(address).encode())
        taken: bool = await self.pool.fetchval(TAKE, day, mailbox, letter, self.most)
        await self.forget(day)
        return taken

    async def forget(self, today: date) -> None:
        """Forget what was counted long enough ago."""
        await self.pool.execute("delete from work.mailbox where day < $1", today - KEPT)
