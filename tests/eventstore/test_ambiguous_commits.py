"""When the answer to an append is lost, the command's fate is found out and never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.eventstore import calls as calls_module
from shared.eventstore.errors import Denied, OutcomeUnknown, StoreBusy
from shared.eventstore.log import read_log
from shared.eventstore.store import Origin, Outcome, Store
from tests.eventstore.conftest import Nodes
from tests.eventstore.ledger import LEDGER, Add, Ledger
from tests.eventstore.nodes import NOW, Node, locked_head, node, origin, until, waiting_for_lock
from tests.support.postgres import Database, PostgresServer
from tests.support.proxy import Proxy


def is_append(data: bytes) -> bool:
    """Whether these bytes carry an append's values to the server."""
    return b"ledger.Added" in data


def through(proxy: Proxy, database: Database) -> str:
    """The database's address through the proxy."""
    return f"postgresql://{database.role}@{proxy.address}/{database.name}?sslmode=disable"


@asynccontextmanager
async def a_proxy(server: PostgresServer) -> AsyncIterator[Proxy]:
    async with Proxy(Path(server.directory) / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
async def proxy(postgres_server: PostgresServer) -> AsyncIterator[Proxy]:
    async with a_proxy(postgres_server) as proxy:
        yield proxy


async def test_a_connection_cut_while_its_call_waits_for_the_lock(
    nodes: Nodes, database: Database, proxy: Proxy, admin: asyncpg.Connection[asyncpg.Record]
) -> None:
    stream, key = uuid4(), uuid4()
    async with node(through(proxy, database)) as one:
        async with locked_head(database.dsn):
            task = asyncio.create_task(one.add(stream, id=key))
            await until(lambda: waiting_for_lock(admin), "the call waiting for the lock")
            proxy.reset()
            await until(lambda: one.writer.counts.reconnects, "the loss noticed")
            await until(lambda: proxy.accepted > 2, "the same call sent again")
        outcome = await task
    assert (outcome.version, outcome.position) == (1, 1)
    again = await (await nodes()).add(stream, id=key)
    assert (again.version, again.position, again.known) == (1, 1, True)
    assert await admin.fetchval("select count(*) from log.log") == 1


async def test_a_commit_whose_reply_is_lost_is_answered_once_it_is_known(
    database: Database, proxy: Proxy, admin: asyncpg.Connection[asyncpg.Record]
) -> None:
    stream = uuid4()
    async with node(through(proxy, database)) as one:
        for version in (1, 2):
            lost = proxy.lose_reply(is_append)
            outcome = await one.add(stream)
            assert lost.done()
            assert (outcome.version, outcome.position) == (version, version)
        assert one.writer.counts.reconnects == 2
    assert await admin.fetchval("select count(*) from log.log") == 2


async def test_a_whole_batch_whose_reply_is_lost_keeps_its_answers(
    database: Database, proxy: Proxy, admin: asyncpg.Connection[asyncpg.Record]
) -> None:
    streams = [uuid4() for _ in range(5)]
    async with node(through(proxy, database)) as one:
        async with locked_head(database.dsn):
            tasks = [asyncio.create_task(one.add(streams[0], parts=2))]
            await until(lambda: waiting_for_lock(admin), "a call under way")
            tasks += [asyncio.create_task(one.add(stream, parts=2)) for stream in streams[1:]]
            await until(lambda: one.writer.waiting == 4, "the others in the queue")
            lost = proxy.lose_reply(is_append)
        outcomes = await asyncio.gather(*tasks)
        assert lost.done()
    assert sorted(outcome.position for outcome in outcomes) == [2, 4, 6, 8, 10]
    assert {outcome.version for outcome in outcomes} == {2}
    assert await admin.fetchval("select count(*) from log.log") == 10


async def test_what_cannot_be_found_out_in_time_is_called_unknown_and_known_later(
    nodes: Nodes, database: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, key = uuid4(), uuid4()
    async with node(through(proxy, database)) as one:
        lost = proxy.lose_reply(is_append)

        async def nobody_comes_back() -> None:
            await lost
            proxy.refuse()

        gate = asyncio.create_task(nobody_comes_back())
        with monkeypatch.context() as impatient:
            impatient.setattr(one.writer, "answer_within", 0.3)
            with pytest.raises(OutcomeUnknown):
                await one.add(stream, id=key)
            await gate
            with pytest.raises(StoreBusy):  # This one was never sent: it is told so.
                await one.add(stream)
        two = await nodes()
        again = await two.add(stream, id=key)
        assert (again.version, again.position, again.known) == (1, 1, True)
        await proxy.admit()
        assert (await one.add(stream)).version == 2


async def test_a_network_that_falls_silent_ends_as_unknown(
    nodes: Nodes, database: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, key = uuid4(), uuid4()
    async with node(through(proxy, database)) as one:
        await one.add(stream)
        proxy.freeze()
        with monkeypatch.context() as impatient:
            impatient.setattr(calls_module, "CALL_SECONDS", 0.4)
            impatient.setattr(one.writer, "answer_within", 0.6)
            with pytest.raises(OutcomeUnknown):
                await one.add(stream, id=key)
        proxy.thaw()
        assert (await one.add(stream, id=key)).version == 2
    assert len(await read_log((await nodes()).pool, 0, 10)) == 2


async def an_orphan(
    one: Node, two: Node, stream: UUID, key: UUID, admin: asyncpg.Connection[asyncpg.Record], database: Database, proxy: Proxy, wait: float
) -> Outcome | Exception:
    """Let `one` send a command that waits for the lock and is cut off; then `two` hears the same command, which it must not do now. For
    `wait` seconds at most nothing else happens."""

    def not_any_more(_: Ledger) -> None:
        raise Denied

    async with locked_head(database.dsn):
        orphan = asyncio.create_task(one.add(stream, id=key))
        await until(lambda: waiting_for_lock(admin), "the call waiting for the lock")
        proxy.freeze()  # From now on nobody hears of it, and it goes on waiting.
        retry = asyncio.create_task(
            two.store.execute(LEDGER, stream, Add(now=NOW, command=str(key)), Origin("anna", key, "office:test", b"1"), permit=not_any_more)
        )
        await asyncio.wait([retry], timeout=wait)
        early = retry.done()
    [answer] = await asyncio.gather(retry, return_exceptions=True)
    await until(lambda: admin.fetchval("select count(*) from log.log"), "the orphan's turn")
    orphan.cancel()
    proxy.thaw()
    await asyncio.gather(orphan, return_exceptions=True)
    assert early == isinstance(answer, Denied)
    assert not isinstance(answer, BaseException) or isinstance(answer, Exception)
    return answer


async def test_no_is_never_said_of_a_command_that_still_waits_for_its_turn(
    nodes: Nodes, database: Database, proxy: Proxy, admin: asyncpg.Connection[asyncpg.Record]
) -> None:
    stream, key = uuid4(), uuid4()
    async with node(through(proxy, database)) as one:
        answer = await an_orphan(one, await nodes(), stream, key, admin, database, proxy, wait=0.5)
    assert isinstance(answer, Outcome)
    assert (answer.version, answer.position, answer.known) == (1, 1, True)
    assert await admin.fetchval("select count(*) from log.log") == 1


async def test_a_look_that_does_not_wait_behind_the_lock_would_say_no(
    nodes: Nodes, database: Database, proxy: Proxy, admin: asyncpg.Connection[asyncpg.Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def careless(self: Store, origin: Origin) -> Outcome | None:
        query = "select stream, version, pos from log.command where principal = $1 and id = $2"
        row = await self.pool.fetchrow(query, origin.principal, origin.command_id)
        return Outcome(row["stream"], row["version"], row["pos"], known=True) if row else None

    monkeypatch.setattr(Store, "_settled", careless)
    stream, key = uuid4(), uuid4()
    async with node(through(proxy, database)) as one:
        answer = await an_orphan(one, await nodes(), stream, key, admin, database, proxy, wait=60)
    assert isinstance(answer, Denied)  # A false answer: the command happened.
    assert await admin.fetchval("select count(*) from log.log") == 1


async def test_a_client_that_goes_away_leaves_its_stream_usable(nodes: Nodes, database: Database) -> None:
    one = await nodes()
    stream, key = uuid4(), uuid4()
    await one.add(stream)
    async with locked_head(database.dsn):
        gone = asyncio.create_task(one.add(stream, id=key))
        await until(lambda: one.writer.under_way, "a call under way")
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        other = asyncio.create_task(one.add(stream))
        await until(lambda: one.writer.waiting == 1, "the next command in the queue")
    assert (await other).version == 3
    assert (await one.add(stream, id=key)).version == 2


async def test_an_unexpected_failure_ends_one_command_and_not_the_writer(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await nodes()

    def broken() -> None:
        raise RuntimeError("the clock broke")

    clock = one.writer._calls.clock
    one.writer._calls.clock = broken  # type: ignore[assignment]  # It stands in for any error that nobody thought of.
    with pytest.raises(RuntimeError):
        await one.add(uuid4())
    one.writer._calls.clock = clock
    assert (await one.add(uuid4())).position == 1
    assert (await one.store.execute(LEDGER, uuid4(), Add(now=NOW), origin())).position == 2
