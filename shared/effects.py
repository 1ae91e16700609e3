"""What a service does in the world because of its facts, as sending mail: a loop of its own beside the readers, in every worker.

A handler persists or calls out, never both: what is to be done and what became of it are facts, what is open is a read model, and
only who is at it just now stands in a work table, which no rebuild touches. Any number of workers may run the same loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from shared.domain import Now
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.privacy.keyring import Keyring
from shared.projections.tables import COLLISIONS
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


@dataclass(frozen=True)
class Workplace:
    """What an effect's loop is given: where to look, to send its outcomes as commands, and to open what is sealed."""

    settings: Settings
    pool: Pool
    store: Store
    signals: Signals
    now: Now
    """The clock of commands; leases and pauses use the database's, which keeps real time."""
    keyring: Keyring


class Standing(NamedTuple):
    """How an effect is, for operators."""

    planned: int
    open: int
    """Planned, without an outcome yet."""
    failed: int
    """With an outcome that is none of its purpose."""


class EffectLoop(Protocol):
    """An effect at work."""

    @property
    def waiting(self) -> str | None:
        """What this process's loop waits out just now, in our own words. Shown to operators; no process is unready because of it."""
        ...

    async def start(self) -> None:
        """Make the work table where it is missing; done in every process, so that its standing can be told."""
        ...

    async def run(self) -> None:
        """Do what is open until cancelled."""
        ...

    async def standing(self) -> Standing:
        """How much is open, and how much has failed."""
        ...


@dataclass(frozen=True)
class Effect:
    """One kind of thing that a service does in the world."""

    name: str
    """As in `dispatch`."""
    loop: Callable[[Workplace], EffectLoop]
    """Makes the loop; connects to nothing."""


async def ensure_work_table(pool: Pool, name: str, ddl: str) -> None:
    """Make the table or index `work.<name>` by `ddl` where it is missing; processes may do this at the same moment."""
    while not await pool.fetchval("select to_regclass($1) is not null", f"work.{name}"):
        try:
            async with pool.acquire() as connection, connection.transaction():
                if not await connection.fetchval("select true from pg_namespace where nspname = 'work'"):
                    await connection.execute("create schema work")
                await connection.execute(f"set local client_min_messages = warning; {ddl}")
        except COLLISIONS:
            continue
