"""Things that fall due: a read model of (due_at, stream, command), filled from the events that cause them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from shared.domain import Command, Decider, Named
from shared.envelope import Received
from shared.projections.projection import Projection, Statement

TABLE = """
create table {name} (
    cause uuid not null,
    key text not null,
    due_at timestamptz not null,
    command_id uuid not null,
    correlation_id uuid,
    event_id uuid not null,
    stream uuid not null,
    command text not null,
    data text not null,
    settled boolean not null default false,
    primary key (cause, key)
);
comment on column {name}.settled is 'That it was fired is noted; only a hint, lost in a rebuild and found anew.'
"""
INDEX = "create index {name}_open on {name} (due_at, command_id) where not settled"


class Undeclared(TypeError):
    """A plan names a command that its timers do not declare."""


@dataclass(frozen=True)
class Due:
    """At this time this command shall be tried. A later `Due` of the same key and stream of events takes its place."""

    at: datetime
    stream: UUID
    command: Command
    """Its `now` is set when it is sent."""
    key: str = "due"
    """Which of the timers of this stream of events."""


@dataclass(frozen=True)
class CallOff:
    """The timer with this key is not wanted any more."""

    key: str = "due"


@dataclass(frozen=True)
class Timers:
    """What falls due because of which events. `plan` is pure; the decider decides, when the time has come, whether it still applies."""

    name: str
    """As in `answer_deadlines_v2`: the table's name, and part of every command's id."""
    folds: Mapping[str, tuple[type[Named], ...]]
    plan: Callable[[Received[Any]], Iterable[Due | CallOff]]
    sends: Mapping[type[Command], Decider[Any, Any, Any]]
    """The commands it may plan, each with the decider of its stream."""

    @cached_property
    def projection(self) -> Projection:
        """The read model of what is planned. It is rebuilt like any other: what was fired stands elsewhere, by the command's id."""
        insert = f"""insert into {self.name} values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (cause, key) do update
            set due_at = excluded.due_at, command_id = excluded.command_id, correlation_id = excluded.correlation_id,
                event_id = excluded.event_id, stream = excluded.stream, command = excluded.command, data = excluded.data, settled = false"""
        delete = f"delete from {self.name} where cause = $1 and key = $2"

        def project(received: Received[Any]) -> Iterable[Statement]:
            entry = received.entry
            for planned in self.plan(received):
                match planned:
                    case CallOff(key=key):
                        yield Statement(delete, (received.stream, key))
                    case Due(command=command):
                        if type(command) not in self.sends:
                            raise Undeclared(f"{self.name} does not declare that it sends {type(command).__name__}")
                        # A new version of the table is the same timer: what it has sent is not sent again.
                        command_id = uuid5(entry.event_id, f"{self.family}:{planned.key}")
                        yield Statement(
                            insert,
                            (
                                received.stream, planned.key, planned.at, command_id, entry.correlation_id, entry.event_id,
                                planned.stream, type(command).__name__, command.model_dump_json(),
                            ),
                        )  # fmt: skip

        return Projection(
            self.name, self.folds, TABLE.format(name=self.name), project, INDEX.format(name=self.name), beside=frozenset({"settled"})
        )

    @property
    def principal(self) -> str:
        """Whose command ids its commands bear."""
        return f"timer:{self.family}"

    @property
    def family(self) -> str:
        """The name without its version."""
        return re.sub(r"_v\d+$", "", self.name)
