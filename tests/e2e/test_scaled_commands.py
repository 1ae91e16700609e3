"""`bindeglied scaled`: what the scaled form needs is made once, and whoever asks for what cannot be is told why."""

from __future__ import annotations

import json
from pathlib import Path

import asyncpg
import pytest

from bindeglied.embedded import SERVICES, Home
from shared.dsn import with_database, with_role
from shared.migrate import newest, revision
from tests.e2e.homes import Operator
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.timeout(300)


def operator(tmp_path: Path, **settings: str) -> Operator:
    """Somebody at a terminal who has no home of the embedded form."""
    return Operator(Home(tmp_path / "no-home"), settings)


async def test_what_is_missing_is_made_once(own_postgres: PostgresServer, tmp_path: Path) -> None:
    at_the_server = operator(tmp_path, BINDEGLIED_ADMIN_URL=own_postgres.dsn)
    issuer, public = tmp_path / "issuer", tmp_path / "public.json"
    for _ in range(2):
        said = at_the_server.runs("scaled", "prepare", "--issuer", str(issuer), "--public", str(public))
        assert said.splitlines()[:-1] == [f"bindeglied_{name}: current" for name in (*(one.name for one in SERVICES), "keyring")]
        assert json.loads(public.read_text("utf-8")) == json.loads((issuer / "issuer.public.json").read_text("utf-8"))
    assert "d" not in json.loads(public.read_text("utf-8"))["keys"][0], "the private part stays where it is"
    for service in SERVICES:
        name = f"bindeglied_{service.name}"
        connection = await asyncpg.connect(with_role(with_database(own_postgres.dsn, name), name))
        assert await revision(connection, "log") == newest("log")
        await connection.close()


def test_without_the_server_nothing_is_made(tmp_path: Path) -> None:
    said = operator(tmp_path).runs("scaled", "prepare", "--issuer", str(tmp_path / "issuer"), code=1)
    assert said.startswith("bindeglied: BINDEGLIED_ADMIN_URL is not set")
    assert not (tmp_path / "issuer").exists()


def test_the_sign_in_without_a_password_is_for_a_demo_alone(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"keys": []}', encoding="utf-8")
    real = operator(
        tmp_path,
        BINDEGLIED_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing", BINDEGLIED_KEYRING_URL="postgresql://nobody@127.0.0.1:1/nothing",
        BINDEGLIED_KEY_FILE=str(tmp_path / "kek.json"), BINDEGLIED_TOKEN_ISSUER="https://issuer.test", BINDEGLIED_TOKEN_KEYS=str(keys),
        KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1",
    )  # fmt: skip
    said = real.runs("scaled", "portal", "--issuer", str(tmp_path / "issuer"), code=1)
    assert said.startswith("bindeglied: BINDEGLIED_DEMO is not set: beside a real issuer run `python -m services.portal api`")


def test_a_story_that_nobody_hears_is_told_in_a_sentence(tmp_path: Path) -> None:
    said = operator(tmp_path).runs(
        "scaled", "story", "http://127.0.0.1:1", "--issuer", str(tmp_path / "issuer"), "--clock", str(tmp_path / "clock"),
        "--outbox", str(tmp_path), code=1,
    )  # fmt: skip
    assert "http://127.0.0.1:1 does not answer" in said
    assert "Traceback" not in said
