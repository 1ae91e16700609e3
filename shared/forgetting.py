"""Forgetting: what a service keeps of people, thing by thing, and the effect that makes keys and facts agree about what is erased.

Each thing is sealed under a subject of its own. When a fact says that a thing is forgotten, its key is destroyed. When a key was destroyed,
here or by another service in which the same person asked for it, a command enters that the thing is erased. So an erasure reaches whatever
the city keeps of a person through the keyring, which all services share, and no message has to name anybody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

import structlog

from shared.domain import Named, Refusal
from shared.effects import Effect, Standing, Workplace, ensure_work_table
from shared.envelope import Received
from shared.eventstore.errors import Unreadable
from shared.eventstore.store import Origin
from shared.failpoints import failpoint
from shared.privacy.keyring import UnknownKey
from shared.projections.cursors import POLL_SECONDS, READ
from shared.projections.faults import is_passing
from shared.projections.projection import OWN, Projection, Statement
from shared.reactor import Send
from shared.said import said

logger = structlog.get_logger(__name__)

NAME = "forgetting"
PRINCIPAL = f"effect:{NAME}"
BATCH = 100
CHUNK = 1_000
"""Keys asked for at a time."""
LOOK_SECONDS = 15.0
"""Between two looks for keys that were destroyed elsewhere."""

TABLES = """
create table {name} (
    thing uuid primary key,
    subject uuid not null,
    kind text not null,
    stream uuid not null,
    forgotten boolean not null,
    settled boolean not null default false
);
comment on column {name}.settled is 'That its key is destroyed is noted; only a hint, lost in a rebuild and found anew.';
"""
INDEXES = """
create index {name}_standing on {name} (thing) where not forgotten;
create index {name}_open on {name} (thing) where forgotten and not settled;
"""
WORK = "create table if not exists work.key_destroyed (subject uuid primary key)"


@dataclass(frozen=True)
class Keeps:
    """From now on this thing is kept, sealed under this subject."""

    thing: UUID
    subject: UUID
    kind: str
    """Which of the service's `enters` is its."""


@dataclass(frozen=True)
class Forgets:
    """What is personal of this thing is kept no more."""

    thing: UUID


@dataclass(frozen=True)
class Forgetting:
    """What a service keeps of people. `tells` is pure; the decider decides, when a key is gone, what follows from it."""

    name: str
    """Of the read model, as in `kept_v2`."""
    folds: tuple[type[Named], ...]
    tells: Callable[[Received[Any]], Iterable[Keeps | Forgets]]
    enters: Mapping[str, Callable[[UUID, UUID, datetime], Send]]
    """By the kind of thing: the command, of a stream and a thing in it, that enters the erasure of its key."""

    @cached_property
    def projection(self) -> Projection:
        """The read model of what is kept."""
        keep = f"""insert into {self.name} (thing, subject, kind, stream, forgotten) values ($1, $2, $3, $4, false)
            on conflict (thing) do nothing"""
        forget = f"update {self.name} set forgotten = true where thing = $1"

        def project(received: Received[Any]) -> Iterable[Statement]:
            for told in self.tells(received):
                match told:
                    case Keeps():
                        yield Statement(keep, (told.thing, told.subject, told.kind, received.stream))
                    case Forgets():
                        yield Statement(forget, (told.thing,))

        tables, indexes = TABLES.format(name=self.name), INDEXES.format(name=self.name)
        return Projection(self.name, {OWN: self.folds}, tables, project, indexes, beside=frozenset({"settled"}))

    @property
    def effect(self) -> Effect:
        """The loop beside the readers."""
        return Effect(NAME, lambda at: Forgetter(self, at))


class Forgetter:
    """The loop of one process. Any number may run: destroying a key twice is harmless, and a command happens once."""

    def __init__(self, forgetting: Forgetting, at: Workplace) -> None:
        self.forgetting, self.at = forgetting, at
        self.waiting: str | None = None
        self._look_at = 0.0

    async def start(self) -> None:
        """Make the work table where it is missing."""
        await ensure_work_table(self.at.pool, "key_destroyed", WORK)

    async def run(self) -> None:
        """Destroy and enter until cancelled."""
        while True:
            ticket = self.at.signals.ticket("read")
            try:
                busy = await self.destroy()
                if time.monotonic() >= self._look_at:
                    await self.enter()
                    self._look_at = time.monotonic() + LOOK_SECONDS
                self.waiting = None
            except Exception as error:
                if not is_passing(error):
                    raise
                self.waiting = said(error)
                logger.warning("forgetting.waiting", reason=self.waiting)
                await asyncio.sleep(POLL_SECONDS)
                continue
            if not busy:
                await self.at.signals.wait("read", ticket, POLL_SECONDS)

    async def destroy(self) -> int:
        """Destroy the keys of what is forgotten, and look at it no more; answers how much was looked at."""
        rows = await self.at.pool.fetch(self.open_query())
        for row in rows:
            if not row["destroyed"]:
                await self._destroy(row["subject"])
        if rows:
            settle = f"""update {READ}.{self.forgetting.name} k set settled = true from work.key_destroyed d
                where k.thing = any($1) and d.subject = k.subject and k.forgotten"""
            await self.at.pool.execute(settle, [row["thing"] for row in rows])
        return len(rows)

    def open_query(self) -> str:
        """The next things that are forgotten, each with whether its key is known to be destroyed."""
        return f"""select k.thing, k.subject, exists (select from work.key_destroyed d where d.subject = k.subject) as destroyed
            from (select thing, subject from {READ}.{self.forgetting.name}
                where forgotten and not settled order by thing limit {BATCH}) k"""

    async def _destroy(self, subject: UUID) -> None:
        failpoint("forgetting.before_key")
        try:
            await self.at.keyring.erase(subject)
        except UnknownKey:  # A keyring that was begun anew has never had it: nothing can open what it sealed.
            logger.info("forgetting.unknown_key", subject=str(subject))
        failpoint("forgetting.after_key")
        await self.at.pool.execute("insert into work.key_destroyed values ($1) on conflict do nothing", subject)

    async def enter(self) -> int:
        """Enter the erasure of whatever is kept and whose key is destroyed; answers of how much."""
        query = f"""select thing, subject, kind, stream from {READ}.{self.forgetting.name}
            where not forgotten and thing > $1 order by thing limit {CHUNK}"""
        last, entered = UUID(int=0), 0
        while rows := await self.at.pool.fetch(query, last):
            last = rows[-1]["thing"]
            erased = await self.at.keyring.erased_among([row["subject"] for row in rows])
            for row in rows:
                if row["subject"] in erased:
                    await self._enter(row["kind"], row["stream"], row["thing"])
                    entered += 1
        return entered

    async def _enter(self, kind: str, stream: UUID, thing: UUID) -> None:
        send = self.forgetting.enters[kind](stream, thing, self.at.now())
        origin = Origin(PRINCIPAL, uuid5(thing, f"{NAME}:{type(send.command).__name__}"), actor=PRINCIPAL)
        try:
            await self.at.store.execute(send.decider, send.stream, send.command, origin)
        except Refusal as refusal:  # It was entered in the meantime; the read model has not heard of it yet.
            logger.info("forgetting.refused", refusal=type(refusal).__name__, stream=str(stream))
        except Unreadable as unreadable:  # A later release has to read that stream.
            logger.warning("forgetting.unreadable", stream=str(stream), reason=said(unreadable))

    async def standing(self) -> Standing:
        """How much was kept, and of how much the key is still to be destroyed."""
        kept = f"{READ}.{self.forgetting.name}"
        row = await self.at.pool.fetchrow(
            f"""select (select count(*) from {kept}) as kept, count(*) as open from {kept} k where forgotten and not settled
                and not exists (select from work.key_destroyed d where d.subject = k.subject)"""
        )
        return Standing(row["kept"] if row else 0, row["open"] if row else 0, 0)
