"""A process that cannot start says so in one sentence that names its databases, without a traceback and without a password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from bindeglied.issuer import DemoIssuer
from shared.dsn import with_database, with_role
from shared.failures import sentence
from shared.migrate import ensure_database
from shared.settings import DEVELOPMENT_PASSWORD, Settings, UnusableSettings, log_level_of

ROOT = Path(__file__).parents[1]
AWAY = "postgresql://bindeglied_meetings:geheim@127.0.0.1:1/bindeglied_meetings"
DATABASES = "(databases bindeglied_meetings and bindeglied_keyring)"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings that are in order, of databases that are away."""
    return {
        "BINDEGLIED_DATABASE_URL": AWAY,
        "BINDEGLIED_KEYRING_URL": AWAY.replace("meetings", "keyring"),
        "BINDEGLIED_KEY_FILE": str(tmp_path / "kek.json"),
        "BINDEGLIED_TOKEN_ISSUER": "https://issuer.test",
        "BINDEGLIED_TOKEN_KEYS": str(DemoIssuer(tmp_path / "keys", {}).public_keys),
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "BINDEGLIED_PORT": "0",
    }


def starts(environment: dict[str, str]) -> str:
    """What a process says that ends with exit code 1."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    ended = subprocess.run(
        [sys.executable, "-m", "services.meetings", "api"], cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 1, ended.stderr
    return ended.stderr


def test_a_database_that_is_away_is_named(environment: dict[str, str]) -> None:
    said = starts(environment)
    assert said.startswith("services.meetings: ")
    assert said.endswith(f"{DATABASES}\n")
    assert said.count("\n") == 1
    assert "geheim" not in said


def test_a_database_that_was_not_migrated_is_told_apart() -> None:
    assert "was not migrated, which a process with BINDEGLIED_ADMIN_URL" in sentence(asyncpg.UndefinedTableError("no relation"))
    assert "was not migrated" not in sentence(asyncpg.InvalidPasswordError("no"))


async def test_a_keyring_is_migrated_where_its_admin_address_is_given(environment: dict[str, str], postgres: str) -> None:
    """The keyring comes before the service's own database, which is away: what is complained of shows that it was made."""
    owned = await ensure_database(postgres, "keyring_of_a_failing_start")
    environment["BINDEGLIED_KEYRING_URL"] = with_role(owned, "bindeglied_keyring")
    assert "keyring_of_a_failing_start" in starts(environment)
    environment["BINDEGLIED_KEYRING_ADMIN_URL"] = with_database(postgres, "keyring_of_a_failing_start")
    starts(environment)
    connection = await asyncpg.connect(owned)
    assert await connection.fetchval("select count(*) from keyring.kek") == 1, "the keyring was migrated, and started"
    await connection.close()


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "loud"), ("PORT", "99999")])
def test_a_setting_that_is_none_is_named(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(UnusableSettings, match=f"BINDEGLIED_{name}: "):
        Settings.from_environment({**environment, f"BINDEGLIED_{name}": value})


def test_a_log_level_may_be_written_in_any_case(environment: dict[str, str]) -> None:
    assert Settings.from_environment({**environment, "BINDEGLIED_LOG_LEVEL": "DEBUG"}).log_level == "debug"
    assert log_level_of("warning", {}) == log_level_of("info", {"BINDEGLIED_LOG_LEVEL": "Warning"})


def test_a_setting_that_is_empty_is_not_set(environment: dict[str, str]) -> None:
    assert Settings.from_environment({**environment, "BINDEGLIED_PORT": "", "BINDEGLIED_CLOCK_FILE": ""}).port == 8000
    with pytest.raises(UnusableSettings, match="BINDEGLIED_TOKEN_ISSUER: Field required"):
        Settings.from_environment({**environment, "BINDEGLIED_TOKEN_ISSUER": ""})


@pytest.mark.parametrize("name", ["DATABASE_URL", "ADMIN_URL", "KEYRING_URL", "KEYRING_ADMIN_URL"])
def test_the_demo_s_password_is_refused_beside_a_real_issuer(environment: dict[str, str], name: str) -> None:
    told = {**environment, f"BINDEGLIED_{name}": f"postgresql://role:{DEVELOPMENT_PASSWORD}@postgres/somewhere"}
    assert Settings.from_environment({**told, "BINDEGLIED_DEMO": "true"}).demo
    with pytest.raises(UnusableSettings, match=f"BINDEGLIED_{name} has the demo's password"):
        Settings.from_environment({**told, "BINDEGLIED_DEMO": "false"})
