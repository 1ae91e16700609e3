"""Brings a database to the newest revision of its chain; at the newest already, it costs one query and no import of alembic."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Literal

import asyncpg

from shared.dsn import with_database

Chain = Literal["log", "keyring"]

MIGRATIONS = Path(__file__).with_name("migrations")
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LOCK = 0x62696E64  # An arbitrary number that nothing else locks: two processes that start at once migrate one after the other.

ROLE = """
do $do$
begin
    if not exists (select from pg_roles where rolname = '{runtime}') then
        create role {runtime} login;
    end if;
exception when duplicate_object or unique_violation then
    null;  -- Another database of this cluster was migrated at the same moment: the role is there now.
end $do$;
do $do$
begin
    if not pg_has_role(current_user, '{runtime}', 'set') then
        grant {runtime} to current_user;
    end if;
end $do$;
"""

DATABASE = """
do $do$
begin
    execute format('revoke all on database %1$I from public', current_database());
    execute format('grant connect, create, temporary on database %1$I to {runtime}', current_database());
end $do$;
revoke all on schema public from public;
"""


class MigrationFailed(Exception):
    """A database could not be brought to the newest revision; the message says which and why."""


def newest(chain: Chain) -> str:
    """The newest revision of a chain: its files are named by their revision, in order."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / chain).glob("[0-9]*_*.py"))


async def revision(database: asyncpg.Connection | asyncpg.Pool, chain: Chain) -> str | None:
    """The revision a database is at, asked as either role; None before its first."""
    # Asked of the catalogue's tables: to_regclass() may still answer from before the wait for the lock.
    if not await database.fetchval("select true from pg_tables where schemaname = 'migration' and tablename = $1", chain):
        return None
    version: str | None = await database.fetchval(f"select version_num from migration.{chain}")
    return version


async def migrate(admin_dsn: str, chain: Chain, runtime_role: str) -> None:
    """Bring the database to the newest revision, all or nothing, and make the role that the service runs as, if it is missing."""
    _must_be_a_name(runtime_role)
    connection = await asyncpg.connect(admin_dsn)
    try:
        if _is_newest(await revision(connection, chain), chain):
            return
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
            current = await revision(connection, chain)
            if _is_newest(current, chain):
                return
            script = await _render(chain, current)
            await connection.execute(ROLE.replace("{runtime}", runtime_role))
            await connection.execute("create schema if not exists migration")
            await connection.execute(script.replace("{schema}", chain).replace("{runtime}", runtime_role))
            await connection.execute(f"grant usage on schema migration to {runtime_role}")
            await connection.execute(f"grant select on migration.{chain} to {runtime_role}")
            await grant_database(connection, runtime_role)
    except asyncpg.PostgresError as error:
        raise MigrationFailed(f"the chain {chain} stopped on its way to revision {newest(chain)}: {error}") from error
    finally:
        await connection.close()


async def grant_database(connection: asyncpg.Connection, runtime_role: str) -> None:
    """Only the runtime role may connect; it may make schemas, as rebuilding a read model does. A copy of a database needs this again."""
    _must_be_a_name(runtime_role)
    await connection.execute(DATABASE.replace("{runtime}", runtime_role))


async def ensure_database(admin_dsn: str, name: str) -> str:
    """Create the database if it is missing; answers its address for the migrating role."""
    _must_be_a_name(name)
    connection = await asyncpg.connect(admin_dsn)
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", name):
            await connection.execute(f'create database "{name}" encoding utf8 template template0')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # Another process made it in the same moment.
    finally:
        await connection.close()
    return with_database(admin_dsn, name)


def _must_be_a_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a role or database: lower-case letters, digits and _ only")


def _is_newest(current: str | None, chain: Chain) -> bool:
    """A newer database than this program knows is welcome too: programs are upgraded, and set back, one at a time."""
    return current is not None and current >= newest(chain)


async def _render(chain: Chain, current: str | None) -> str:
    """Alembic writes the script in a process of its own: a server that ran it once would hold its memory for good."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.migrations.render", chain, current or "base",
        env={**os.environ, "PYTHONPATH": str(MIGRATIONS.parent.parent)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    script, complaint = await process.communicate()
    if process.returncode != 0:
        raise MigrationFailed(f"the chain {chain} could not be rendered: {complaint.decode(errors='replace')}")
    return script.decode()
