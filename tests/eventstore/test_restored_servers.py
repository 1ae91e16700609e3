"""A failed-over or restored server may not have what this process remembers: it forgets, and decides on what the log has."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg

from tests.eventstore.conftest import Nodes
from tests.eventstore.ledger import LEDGER

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def lose_last_event(admin: Admin, stream: UUID) -> None:
    """As a failover to a server that lags behind does."""
    await admin.execute("alter table log.log disable trigger append_only")
    await admin.execute("delete from log.log where stream = $1 and version = (select max(version) from log.log where stream = $1)", stream)
    await admin.execute("alter table log.log enable trigger append_only")


async def test_after_a_reconnect_nothing_remembered_is_believed(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    stream = uuid4()
    await one.add(stream)
    await one.add(stream)
    await lose_last_event(admin, stream)
    await admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'writer' and datname = current_database()"
    )
    await one.add(uuid4())  # The writer has connected again.
    assert (await one.store.load(LEDGER, stream))[0] == 1


async def test_a_version_that_the_log_never_heard_of_does_not_block_its_stream(nodes: Nodes, admin: Admin) -> None:
    one = await nodes()
    stream = uuid4()
    await one.add(stream)
    await one.add(stream)
    await lose_last_event(admin, stream)
    assert (await one.add(stream)).version == 2
