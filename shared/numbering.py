"""Gives each public record of a service its own number, in the log's order: 1, 2, 3 …, whatever lies between that is not public."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from shared.domain import Contract, Event
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

NAME = "public_v1"

TABLES = f"""
create table {NAME} (
    number bigint primary key,
    pos bigint not null unique,
    event_id uuid not null,
    stream uuid not null,
    place int not null,
    unique (stream, place)
);
comment on table {NAME} is 'What is public, numbered without gaps; made again from the log it is the same.';
comment on column {NAME}.place is 'Its place among the public records of its stream, from 1.';
"""
NUMBER = f"""insert into {NAME} (number, pos, event_id, stream, place)
select coalesce((select max(number) from {NAME}), 0) + 1, $1, $2, $3,
coalesce((select max(place) from {NAME} where stream = $3), 0) + 1"""


def numbering(events: tuple[type[Event], ...], published: Callable[[Received[Event]], Contract | None]) -> Projection:
    """The projection of a service's log that numbers what its contracts say is public."""

    def project(received: Received[Any]) -> Iterable[Statement]:
        contract = published(received)
        if contract is not None and contract.is_public():
            yield Statement(NUMBER, (received.entry.pos, received.entry.event_id, received.stream))

    return Projection(name=NAME, folds={OWN: events}, tables=TABLES, project=project, in_order=True)
