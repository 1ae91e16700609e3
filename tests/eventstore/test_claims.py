"""Claims make a key unique across streams, in the same transaction that appends the fact."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.eventstore.errors import Unstorable
from tests.eventstore.conftest import Nodes
from tests.eventstore.ledger import LEDGER, NameIsTaken, ReleaseNames, Rename, TakeNames
from tests.eventstore.nodes import NOW, Node, locked_head, origin, until
from tests.support.postgres import Database


async def take(node: Node, stream: UUID, *names: str) -> int:
    return (await node.store.execute(LEDGER, stream, TakeNames(now=NOW, names=list(names)), origin())).version


async def release(node: Node, stream: UUID, *names: str) -> int:
    return (await node.store.execute(LEDGER, stream, ReleaseNames(now=NOW, names=list(names)), origin())).version


async def holders(admin: asyncpg.Connection[asyncpg.Record]) -> dict[str, UUID]:
    return {row["key"]: row["stream"] for row in await admin.fetch("select key, stream from log.claim where scope = 'name'")}


async def test_a_key_belongs_to_one_stream_in_every_process(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one, two = await nodes(), await nodes()
    first, second = uuid4(), uuid4()
    await take(one, first, "Wohnen")
    for process in (one, two):
        with pytest.raises(NameIsTaken):
            await take(process, second, "Wohnen")
    assert await holders(admin) == {"Wohnen": first}
    assert await admin.fetchval("select count(*) from log.log") == 1


async def test_a_released_key_can_be_taken_again(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    first, second = uuid4(), uuid4()
    await take(one, first, "Wohnen")
    await release(one, first, "Wohnen")
    assert await holders(admin) == {}
    await take(one, second, "Wohnen")
    with pytest.raises(NameIsTaken):
        await take(one, first, "Wohnen")
    assert await holders(admin) == {"Wohnen": second}


async def test_a_key_that_the_stream_holds_already_is_simply_kept(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    stream = uuid4()
    await take(one, stream, "Wohnen")
    assert await take(one, stream, "Wohnen", "Arbeit") == 2
    assert await holders(admin) == {"Wohnen": stream, "Arbeit": stream}


async def test_nobody_releases_the_key_of_another_stream(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    first = uuid4()
    await take(one, first, "Wohnen")
    await release(one, uuid4(), "Wohnen")
    assert await holders(admin) == {"Wohnen": first}


async def test_one_command_releases_and_takes(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    stream = uuid4()
    await take(one, stream, "Wohnen")
    for old, new in (("Wohnen", "Arbeit"), ("Arbeit", "Arbeit")):
        await one.store.execute(LEDGER, stream, Rename(now=NOW, old=old, new=new), origin())
        assert await holders(admin) == {"Arbeit": stream}


async def test_a_refused_command_takes_none_of_its_keys(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    first, second = uuid4(), uuid4()
    await take(one, first, "Wohnen")
    await take(one, second, "Arbeit")
    with pytest.raises(NameIsTaken):
        await one.store.execute(LEDGER, second, Rename(now=NOW, old="Arbeit", new="Wohnen"), origin())
    with pytest.raises(NameIsTaken):
        await take(one, second, "Schule", "Wohnen")
    assert await holders(admin) == {"Wohnen": first, "Arbeit": second}


async def test_of_two_who_want_a_key_at_once_one_gets_it(nodes: Nodes, database: Database) -> None:
    one = await nodes()
    async with locked_head(database.dsn):
        filler = asyncio.create_task(one.add(uuid4()))
        await until(lambda: one.writer.under_way, "a call under way")
        wishes = [asyncio.create_task(take(one, uuid4(), "Wohnen")) for _ in range(5)]
        await until(lambda: one.writer.waiting == 5, "five commands in the queue")
    answers = await asyncio.gather(*wishes, return_exceptions=True)
    await filler
    assert [answer for answer in answers if not isinstance(answer, NameIsTaken)] == [1]


async def test_processes_that_race_for_keys_leave_each_with_one_holder(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    processes = [await nodes() for _ in range(3)]
    keys = [f"key {n}" for n in range(10)]
    won: dict[str, int] = dict.fromkeys(keys, 0)

    async def wish(process: Node, key: str) -> None:
        try:
            await take(process, uuid4(), key)
            won[key] += 1
        except NameIsTaken:
            pass

    await asyncio.gather(*(wish(process, key) for key in keys for process in processes))
    assert set(won.values()) == {1}
    assert set(await holders(admin)) == set(keys)
    assert await admin.fetchval("select count(*) from log.log") == 10


async def test_a_key_taken_twice_in_one_command_cannot_be_stored(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    with pytest.raises(Unstorable):
        await take(one, uuid4(), "Wohnen", "Wohnen")
    assert await holders(admin) == {}
