"""Nobody writes on a database that would forget what it acknowledged."""

from __future__ import annotations

import asyncpg
import pytest

from shared.clock import system_now
from shared.eventstore.append import ACCEPTED
from shared.eventstore.errors import OutcomeUnknown, StoreBusy, UnsafeSettings
from shared.eventstore.log import must_be_safe
from shared.eventstore.signals import Signals
from shared.eventstore.writer import Writer
from tests.eventstore.conftest import Nodes
from tests.eventstore.nodes import an_append
from tests.support.postgres import Database, PostgresServer


async def test_safe_settings_are_accepted(nodes: Nodes) -> None:
    await must_be_safe((await nodes()).pool)


async def test_forgetful_commits_refuse_the_start_and_are_named(database: Database, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    await admin.execute(f'alter database "{database.name}" set synchronous_commit = off')
    writer = Writer(database.dsn, Signals(database.dsn), system_now)
    with pytest.raises(UnsafeSettings, match="synchronous_commit is off: set it to on"):
        await writer.start()
    await writer.close()


async def test_stronger_commits_are_left_as_they_are(database: Database, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    await admin.execute(f'alter database "{database.name}" set synchronous_commit = remote_apply')
    writer = Writer(database.dsn, Signals(database.dsn), system_now)
    await writer.start()
    try:
        assert writer._calls.connection is not None
        assert await writer._calls.connection.fetchval("show synchronous_commit") == "remote_apply"
    finally:
        await writer.close()


async def test_a_server_without_fsync_and_full_pages_refuses_the_start_and_both_are_named(own_postgres: PostgresServer) -> None:
    database = await own_postgres.create_database()
    admin = await asyncpg.connect(database.admin_dsn)
    for setting in ("fsync", "full_page_writes"):
        await admin.execute(f"alter system set {setting} = off")
    await admin.execute("select pg_reload_conf()")
    await admin.close()
    writer = Writer(database.dsn, Signals(database.dsn), system_now)
    own_postgres.stop()
    own_postgres.start()
    with pytest.raises(UnsafeSettings, match="fsync is off: set it to on; full_page_writes is off: set it to on"):
        await writer.start()


async def test_settings_that_become_unsafe_while_it_runs_stop_the_writing_until_they_are_safe_again(
    nodes: Nodes, database: Database, admin: asyncpg.Connection[asyncpg.Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await nodes()
    await admin.execute(f'alter database "{database.name}" set synchronous_commit = off')
    await admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'writer' and datname = $1", database.name
    )
    with monkeypatch.context() as impatient:
        impatient.setattr(one.writer, "answer_within", 1.0)
        with pytest.raises((StoreBusy, OutcomeUnknown)):  # Whether the lost call had been sent is a matter of microseconds.
            await one.writer.submit(an_append())
    await admin.execute(f'alter database "{database.name}" reset synchronous_commit')
    assert (await one.writer.submit(an_append())).outcome == ACCEPTED
