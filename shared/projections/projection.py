"""What a projection is: the messages it folds, its tables, and a pure function from one message to SQL statements."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from shared.domain import Named
from shared.envelope import Entry, Received, is_unreadable
from shared.eventstore.mapper import MessageTypes
from shared.said import said

OWN = "own"
"""The name under which a projection folds its own service's events."""


class Statement(NamedTuple):
    """One change of a read model: SQL with unqualified table names, and its arguments."""

    sql: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Projection:
    """One read model. Relies on order within one stream only; a changed shape or a widened set of messages is a new name (`_v2`)."""

    name: str
    """As in `upcoming_v1`; its tables bear this name, or this name, `_` and more."""
    folds: Mapping[str, tuple[type[Named], ...]]
    """`own` → own events; another service's name → its contracts. All others only move the cursor."""
    tables: str
    """DDL with unqualified names; every table has a primary key."""
    project: Callable[[Received[Any]], Iterable[Statement]]
    """Pure: sees one message and answers statements; never reads, never asks for the time."""
    indexes: str = ""
    """Further indexes, made after a rebuild has filled the tables."""
    beside: frozenset[str] = frozenset()
    """Columns that no message fills but whoever works with the rows: begun anew by a rebuild, and no part of what is verified."""
    in_order: bool = False
    """It folds whatever its log holds, now and later, and depends on the order across streams: nothing is parked, it waits at a fact
    that cannot be read as the relay does. Needs `project` to use one SQL statement only, for equal statements are run in order."""

    def shape(self) -> str:
        """A digest of everything that makes another table necessary when it changes."""
        folded = [
            f"{source}:{'*' if self.in_order else ','.join(sorted(cls.NAME for cls in classes))}"
            for source, classes in sorted(self.folds.items())
        ]
        words = " ".join(" ".join([*folded, self.tables, self.indexes]).split())
        return hashlib.sha256(words.encode()).hexdigest()


class Poison(Exception):
    """One entry that cannot be applied; the message says why, without its values: the parked record has them."""

    def __init__(self, cause: BaseException | str) -> None:
        super().__init__((cause if isinstance(cause, str) else said(cause))[:1000])


def must_be_readable(entry: Entry) -> None:
    """Poison, with the source's own words, for a record of whose fact it could make no contract."""
    if is_unreadable(entry):
        raise Poison(entry.data.decode())


class Reading:
    """A projection with its tables of names: turns entries into statements."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self._types = {source: MessageTypes(classes) for source, classes in projection.folds.items()}

    def folds(self, source: str, entry: Entry) -> bool:
        """Whether the projection declares this entry's type, or may declare it, where nobody can say; a watermark never is."""
        return entry.type in self._types[source].by_name or is_unreadable(entry)

    def statements(self, source: str, entry: Entry) -> list[Statement]:
        """What the entry changes; Poison where it cannot be decoded or projected."""
        must_be_readable(entry)
        try:
            message = self._types[source].decode(entry.type, entry.schema_version, entry.data)
            return list(self.projection.project(Received(message, entry)))
        except Exception as error:  # Whatever a projection's own code raises concerns this stream alone.
            raise Poison(error) from error


def grouped(
    changes: Iterable[tuple[UUID, Statement]],
) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Equal SQL brought together for pipelining, each stream's own order kept; across streams order is free."""
    groups: list[tuple[str, list[tuple[Any, ...]]]] = []
    places: dict[str, list[int]] = {}
    last: dict[UUID, int] = {}
    for stream, (sql, args) in changes:
        with_sql = places.setdefault(sql, [])
        first_free = bisect_left(with_sql, last.get(stream, 0))
        if first_free == len(with_sql):
            with_sql.append(len(groups))
            groups.append((sql, []))
        place = with_sql[first_free]
        groups[place][1].append(args)
        last[stream] = place
    return groups
