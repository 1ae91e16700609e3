"""The kit's own check finds projections that rely on the order across streams, and accuses no good one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement
from shared.testing import DependsOnOrder, History, assert_order_independent
from tests.projector.rooms import ROOMS, VISITS, RoomNamed, RoomOpened, a_story, room, visits

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


def last_named(received: Received[Any]) -> Iterable[Statement]:
    """Which room was named last: only the order of arrival says so."""
    yield Statement(
        "insert into last_v1 values (1, $1) on conflict (one) do update set room = excluded.room",
        (received.stream,),
    )


def only_known(received: Received[Any]) -> Iterable[Statement]:
    """Updates a row that another stream has to have made first."""
    match received.message:
        case RoomOpened() if received.stream == room(0):
            yield Statement("insert into last_v1 values (1, $1) on conflict do nothing", (room(0),))
        case _:
            yield Statement("update last_v1 set n = n + 1 where one = 1", ())


def numbered(received: Received[Any]) -> Iterable[Statement]:
    """Numbers rows by their arrival."""
    yield Statement("insert into last_v1 (room) values ($1)", (received.stream,))


LAST = "create table last_v1 (one int primary key, room uuid, n int not null default 0)"
SERIAL = "create table last_v1 (one serial primary key, room uuid)"
FOLDS = {OWN: (RoomOpened, RoomNamed)}


async def test_good_projections_pass(pool: Pool) -> None:
    dump = await assert_order_independent(pool, ROOMS, a_story(rooms=4, rounds=3))
    assert b"Raum 3, 2" in dump
    assert b'"visits": 3' in await assert_order_independent(pool, VISITS, a_story(rooms=4, rounds=3), visits(rooms=4))
    assert await pool.fetchval("select count(*) from read.scratch") == 0


@pytest.mark.parametrize(("project", "tables"), [(last_named, LAST), (only_known, LAST), (numbered, SERIAL)])
async def test_a_projection_that_relies_on_arrival_is_caught(pool: Pool, project: Any, tables: str) -> None:
    with pytest.raises(DependsOnOrder, match="seed="):
        await assert_order_independent(pool, Projection("last_v1", FOLDS, tables, project), a_story(rooms=4, rounds=3))


async def test_a_projection_that_is_not_safe_against_a_second_delivery_is_kept_safe_by_the_cursor(pool: Pool) -> None:
    appended = Projection(
        "last_v1",
        FOLDS,
        "create table last_v1 (room uuid primary key, n int not null)",
        lambda received: [
            Statement("insert into last_v1 values ($1, 1) on conflict (room) do update set n = last_v1.n + 1", (received.stream,))
        ],
    )
    dump = await assert_order_independent(pool, appended, a_story(rooms=2, rounds=2))
    assert dump.count(b'"n": 3') == 2


async def test_a_projection_that_refuses_a_fact_is_caught(pool: Pool) -> None:
    with pytest.raises(AssertionError, match="accepts every fact"):
        await assert_order_independent(pool, ROOMS, History().add(room(1), RoomOpened(title="boom", seats=1)))
