"""An operator of the scaled form: the same commands, on the one service's database that the environment names."""

from __future__ import annotations

import json
from pathlib import Path

import asyncpg
import pytest

from bindeglied.embedded import Home
from bindeglied.issuer import DemoIssuer
from bindeglied.keys import Place, put_back
from shared.privacy.copies import CopyRefused
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore, WrongKeyStore
from tests.e2e.homes import Operator
from tests.infrastructure import Databases
from tests.support.postgres import Database

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def operator(database: Database, keyring_database: Database, kafka: str, city: str, tmp_path: Path) -> Operator:
    return Operator(
        Home(tmp_path / "no-home"),
        {
            "BINDEGLIED_CITY": city,
            "BINDEGLIED_DATABASE_URL": database.dsn,
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
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
    assert "upcoming_v1" in operator.runs("status", "meetings")
    assert operator.runs("rebuild", "meetings", "upcoming_v1") == "upcoming_v1: rebuilt up to own 0\n"
    said = operator.runs("verify", "meetings", "bodies_v1").splitlines()[-1]
    assert said == "bodies_v1: has not started: it has read nothing of its sources yet; does a worker run?"


def held(operator: Operator) -> set[str]:
    """The key-encryption keys in the key file."""
    return set(json.loads(Path(operator.settings["BINDEGLIED_KEY_FILE"]).read_text("utf-8"))["keks"])


async def test_the_keyring_is_wrapped_anew_copied_and_put_back(operator: Operator, databases: Databases, tmp_path: Path) -> None:
    """Each step in a process of its own; what was sealed before the first is opened after the last, on another database."""
    settings = operator.settings
    key_file, copy, early = Path(settings["BINDEGLIED_KEY_FILE"]), tmp_path / "copy", tmp_path / "early"
    keyring = Keyring(settings["BINDEGLIED_KEYRING_URL"], FileKeyStore(key_file), "/city/meetings")
    await keyring.start()
    sealed = await keyring.seal("geheim", await keyring.new_subject(), "email")
    await keyring.close()
    before = held(operator)

    assert operator.runs("keys", "copy", str(early)) == f"the keyring's copy is {early}: keep it apart from the key file\n"
    assert held(operator) == before
    said = Operator(operator.home, {**settings, "BINDEGLIED_KEY_BACKUP": str(copy)}).runs("keys", "rotate")
    assert said == f"{key_file} holds a new key, the old one is destroyed; the copy at {copy} is replaced\n"
    assert held(operator).isdisjoint(before)

    replacement = await databases("keyring")
    successor = Operator(operator.home, {**settings, "BINDEGLIED_KEYRING_URL": replacement.dsn})
    said = successor.runs("keys", "restore", str(copy))
    assert said == f"the keyring is what {copy} holds, and the key file opens it\n"
    restored = Keyring(replacement.dsn, FileKeyStore(key_file), "/city/meetings")
    await restored.start()
    assert await restored.open(sealed) == "geheim"
    await restored.close()

    another = Place((await databases("keyring")).dsn, key_file, None)
    (tmp_path / "damaged").write_text("{}", encoding="utf-8")
    with pytest.raises(CopyRefused, match="is no copy of a keyring, or a damaged one"):
        await put_back(another, tmp_path / "damaged")
    with pytest.raises(WrongKeyStore):
        await put_back(another, early)  # From before the rotation: no key is left that opens it.


async def test_missing_settings_are_named(operator: Operator) -> None:
    lacking = {name: value for name, value in operator.settings.items() if name != "BINDEGLIED_TOKEN_ISSUER"}
    said = Operator(operator.home, lacking).runs("status", "meetings", code=1)
    assert said == "bindeglied: the settings are not usable: BINDEGLIED_TOKEN_ISSUER: Field required\n"
    lacking = {name: value for name, value in operator.settings.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
    said = Operator(operator.home, lacking).runs("status", "meetings", code=1)
    assert said.startswith("bindeglied: KAFKA_BOOTSTRAP_SERVERS is not set")
    said = operator.runs("status", code=1)
    assert said == "bindeglied: BINDEGLIED_DATABASE_URL names one service's database: name the service too\n"
