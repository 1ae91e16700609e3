"""An operator of the scaled form: the same commands, on the one service's database that the environment names."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from bindeglied.embedded import Home
from bindeglied.issuer import DemoIssuer
from tests.e2e.homes import Operator
from tests.support.postgres import Database

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def operator(database: Database, keyring_database: Database, tmp_path: Path) -> Operator:
    return Operator(
        Home(tmp_path / "no-home"),
        {
            "BINDEGLIED_DATABASE_URL": database.dsn,
            "BINDEGLIED_KEYRING_URL": keyring_database.dsn,
            "BINDEGLIED_KEY_FILE": str(tmp_path / "kek" / "kek.json"),
            "BINDEGLIED_TOKEN_ISSUER": "https://issuer.test",
            "BINDEGLIED_TOKEN_KEYS": str(DemoIssuer(tmp_path / "keys", {}).public_keys),
        },
    )


async def test_a_new_generation_is_begun_for_the_next_worker(operator: Operator, database: Database) -> None:
    said = operator.runs("generation", "meetings")
    assert said == "meetings: generation 2 is filled from position 1 by the next worker that runs; consumers then rebuild onto it\n"
    connection = await asyncpg.connect(database.dsn)
    rows = await connection.fetch("select generation, pos, filled from log.relay order by generation")
    await connection.close()
    assert [tuple(row) for row in rows] == [(1, 0, False), (2, 0, False)]
    assert not operator.home.folder.exists()


async def test_it_looks_after_the_service_without_a_home(operator: Operator) -> None:
    assert "upcoming_v1" in operator.runs("status")
    assert operator.runs("rebuild", "meetings", "upcoming_v1") == "upcoming_v1: rebuilt up to own 0\n"
    assert operator.runs("verify", "meetings", "bodies_v1").endswith("bodies_v1: equals a fold of its sources, 0 rows\n")


async def test_missing_settings_are_named(operator: Operator) -> None:
    lacking = {name: value for name, value in operator.settings.items() if name != "BINDEGLIED_TOKEN_ISSUER"}
    said = Operator(operator.home, lacking).runs("status", code=1)
    assert said == "bindeglied: the settings are not usable: BINDEGLIED_TOKEN_ISSUER: Field required\n"
