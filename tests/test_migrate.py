"""A database is brought to the newest revision once, whoever starts first, and lets the runtime role do what it must and no more."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import get_args
from uuid import uuid4

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.dsn import database_of, with_database, with_role
from shared.migrate import MIGRATIONS, Chain, MigrationFailed, ensure_database, migrate, newest, revision
from tests.support.postgres import Database, PostgresServer

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("chain", get_args(Chain))
def test_the_newest_revision_is_the_one_alembic_would_go_to(chain: Chain) -> None:
    config = Config()
    for option, value in {"script_location": MIGRATIONS, "version_locations": MIGRATIONS / chain, "path_separator": "newline"}.items():
        config.set_main_option(option, str(value))
    assert ScriptDirectory.from_config(config).get_heads() == [newest(chain)]


def test_a_server_that_migrates_never_imports_alembic() -> None:
    code = "import sys, shared.migrate; sys.exit(sorted({'alembic', 'sqlalchemy'} & set(sys.modules)) or None)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


async def test_two_processes_that_start_at_once_both_find_a_migrated_database(postgres: str) -> None:
    names = [f"t_{uuid4().hex}" for _ in range(2)]
    role = f"role_{uuid4().hex[:8]}"
    first, second = [await ensure_database(postgres, name) for name in names]
    try:
        await asyncio.gather(*(migrate(dsn, "log", role) for dsn in (first, first, second)))
        for dsn in (first, second):
            connection = await asyncpg.connect(with_role(dsn, role))
            assert await connection.fetchval("select count(*) from log.log") == 0
            await connection.close()
        await migrate(first, "log", role)
    finally:
        connection = await asyncpg.connect(postgres)
        for name in names:
            await connection.execute(f"drop database {name} with (force)")
        await connection.execute(f"drop role {role}")
        await connection.close()


async def test_a_migration_that_stops_leaves_nothing_behind_and_says_why(postgres_server: PostgresServer) -> None:
    name = f"t_{uuid4().hex}"
    dsn = await ensure_database(postgres_server.dsn, name)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("create schema log")
        with pytest.raises(MigrationFailed, match='"log" already exists'):
            await migrate(dsn, "log", "bindeglied_test")
        assert await connection.fetchval("select count(*) from pg_namespace where nspname in ('migration', 'read')") == 0
        await connection.execute("drop schema log")
        await migrate(dsn, "log", "bindeglied_test")
    finally:
        await connection.close()
        await postgres_server.drop_database(Database(name, dsn, dsn))


async def test_the_runtime_role_sees_the_revision_it_runs_on(database: Database, keyring_database: Database) -> None:
    log, keyring = await asyncpg.connect(database.dsn), await asyncpg.connect(keyring_database.dsn)
    try:
        assert (await revision(log, "log"), await revision(keyring, "keyring")) == (newest("log"), newest("keyring"))
        assert await revision(log, "keyring") is None
    finally:
        await log.close()
        await keyring.close()


async def test_an_older_program_leaves_a_newer_database_alone(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        await connection.execute("update migration.log set version_num = '9999'")
        await migrate(database.admin_dsn, "log", database.role)
        assert await connection.fetchval("select version_num from migration.log") == "9999"
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "update log.log set actor = 'x'",
        "delete from log.log",
        "truncate log.log",
        "drop table log.log",
        "create table log.mine ()",
        "create table public.mine ()",
        "delete from log.command",
        "alter table log.log disable trigger append_only",
        "update migration.log set version_num = '9999'",
        "create role intruder",
    ],
)
async def test_the_runtime_role_may_not(database: Database, sql: str) -> None:
    connection = await asyncpg.connect(database.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "sql", ["create table read.mine ()", "create schema scratch", "select * from log.log", "create temporary table t ()"]
)
async def test_the_runtime_role_may(database: Database, sql: str) -> None:
    connection = await asyncpg.connect(database.dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def test_another_services_role_may_not_even_connect(postgres: str, database: Database) -> None:
    role = f"role_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute(f"create role {role} login")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(with_role(database.dsn, role))
    finally:
        await connection.execute(f"drop role {role}")
        await connection.close()


@pytest.mark.parametrize("role", ["Robert'; drop table log.log", "", "a-b", "ä"])
async def test_a_role_is_a_plain_name(role: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        await migrate("postgresql://nobody@/nowhere", "log", role)


def test_an_address_is_taken_apart_and_put_together() -> None:
    socket = "postgresql://postgres:@/postgres?host=/tmp/with%20space"
    assert with_database(socket, "other") == "postgresql://postgres:@/other?host=/tmp/with%20space"
    assert with_role(socket, "service") == "postgresql://service@/postgres?host=/tmp/with%20space"
    assert with_role("postgresql://a:b@db:5432/x", "c", "p@ss/") == "postgresql://c:p%40ss%2F@db:5432/x"
    assert database_of("postgresql://a:b@db:5432/x?sslmode=require") == "x"
