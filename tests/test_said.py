"""An error is told without the values that it met."""

from __future__ import annotations

import asyncpg
import pytest
from pydantic import TypeAdapter, ValidationError

from shared.eventstore.mapper import UnreadableVersion
from shared.projections.projection import Poison
from shared.said import said
from tests.support.postgres import Database

CANARY = "canary-7d10"


def test_our_own_errors_keep_their_words() -> None:
    assert said(UnreadableVersion("rooms.RoomOpened v2")) == "UnreadableVersion: rooms.RoomOpened v2"


def test_foreign_errors_say_only_which_they_were() -> None:
    with pytest.raises(ValidationError) as told:
        TypeAdapter(int).validate_python(CANARY)
    assert CANARY in str(told.value)
    assert said(told.value) == "ValidationError"
    assert said(KeyError(CANARY)) == "KeyError"


@pytest.mark.parametrize(
    ("query", "name"),
    [("select $1::int", "DataError (22000)"), ("select $1::text::int", "InvalidTextRepresentationError (22P02)")],
)
async def test_neither_driver_nor_database_repeats_a_value(database: Database, query: str, name: str) -> None:
    connection = await asyncpg.connect(database.dsn)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as told:
        await connection.fetchval(query, CANARY)
    await connection.close()
    assert CANARY in str(told.value)
    assert str(Poison(told.value)) == name
