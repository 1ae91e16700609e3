"""A small domain for tests of projections: rooms that are opened, named and closed, and visits told by another service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from shared.domain import Contract, Event
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement
from shared.testing import History

TOWN_HALL = UUID("00000000-0000-4000-8000-0000000000aa")


class RoomOpened(Event, name="rooms.RoomOpened"):
    title: str
    seats: int


class RoomNamed(Event, name="rooms.RoomNamed"):
    title: str


class RoomClosed(Event, name="rooms.RoomClosed"):
    pass


class RoomPainted(Event, name="rooms.RoomPainted"):
    colour: str


class RoomVisited(Contract, name="visits.RoomVisited"):
    room: UUID


def room(number: int) -> UUID:
    """The stream of one room."""
    return uuid5(TOWN_HALL, str(number))


TABLES = """
create table rooms_v1 (
    room uuid primary key,
    title text,
    seats smallint,
    open boolean not null default true,
    changes int not null default 0
);
create table rooms_v1_tally (what text primary key, n int not null);
"""

OPEN = """insert into rooms_v1 (room, title, seats, changes) values ($1, $2, $3, 1)
    on conflict (room) do update set title = excluded.title, seats = excluded.seats, changes = rooms_v1.changes + 1"""
NAME = """insert into rooms_v1 (room, title, changes) values ($1, $2, 1)
    on conflict (room) do update set title = excluded.title, changes = rooms_v1.changes + 1"""
CLOSE = """insert into rooms_v1 (room, open, changes) values ($1, false, 1)
    on conflict (room) do update set open = false, changes = rooms_v1.changes + 1"""
COUNT = "insert into rooms_v1_tally values ($1, 1) on conflict (what) do update set n = rooms_v1_tally.n + 1"


def project(received: Received[Any]) -> Iterable[Statement]:
    """A row of each room, written by that room's stream only, and a tally that commutes. A room called `boom` is a bug."""
    match received.message:
        case RoomOpened(title=title, seats=seats):
            if title == "boom":
                raise ValueError("no room is called boom")
            yield Statement(OPEN, (received.stream, title, seats))
        case RoomNamed(title=title):
            yield Statement(NAME, (received.stream, title))
        case RoomClosed():
            yield Statement(CLOSE, (received.stream,))
        case _:
            raise AssertionError(received.message)
    yield Statement(COUNT, (type(received.message).__name__,))


ROOMS = Projection(
    name="rooms_v1",
    folds={OWN: (RoomOpened, RoomNamed, RoomClosed)},
    tables=TABLES,
    project=project,
    indexes="create index on rooms_v1 (title)",
)


def project_visits(received: Received[Any]) -> Iterable[Statement]:
    """Rooms by name, with how often each was visited: two sources write two groups of columns."""
    match received.message:
        case RoomOpened(title=title) | RoomNamed(title=title):
            sql = "insert into visits_v1 (room, title) values ($1, $2) on conflict (room) do update set title = excluded.title"
            yield Statement(sql, (received.stream, title))
        case RoomVisited(room=visited):
            sql = "insert into visits_v1 (room, visits) values ($1, 1) on conflict (room) do update set visits = visits_v1.visits + 1"
            yield Statement(sql, (visited,))
        case _:
            raise AssertionError(received.message)


VISITS = Projection(
    name="visits_v1",
    folds={OWN: (RoomOpened, RoomNamed), "visits": (RoomVisited,)},
    tables="create table visits_v1 (room uuid primary key, title text, visits int not null default 0)",
    project=project_visits,
)


def a_story(rooms: int = 5, rounds: int = 4) -> History:
    """Every room is opened, painted (which nobody folds), named anew some times and, if its number is even, closed."""
    story = History()
    for number in range(rooms):
        story.add(room(number), RoomOpened(title=f"Raum {number}", seats=number))
    for turn in range(rounds):
        for number in range(rooms):
            story.add(room(number), RoomPainted(colour="weiß"), RoomNamed(title=f"Raum {number}, {turn}"))
    for number in range(0, rooms, 2):
        story.add(room(number), RoomClosed())
    return story


def visits(rooms: int = 5, each: int = 3) -> History:
    """Told by the other service: visits to every room, each a stream of its own."""
    story = History("visits")
    for turn in range(each):
        for number in range(rooms):
            story.add(uuid5(TOWN_HALL, f"visit {turn} {number}"), RoomVisited(room=room(number)))
    return story
