"""What PostgreSQL cannot store fails the command that brought it, and none of its batch."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from shared.eventstore.append import ACCEPTED, MAX_EVENT_BYTES, Answer, Append, NewClaim
from shared.eventstore.errors import StoreBusy, Unstorable
from tests.eventstore.conftest import Nodes
from tests.eventstore.nodes import Node, an_append, locked_head, until
from tests.support.postgres import Database

HUGE = "".join(chr(0x100 + n % 20_000) for n in range(30_000))
"""Too large for an index row, and too irregular to be compressed into one."""


def bad_appends() -> dict[str, Append]:
    return {
        "a NUL in the actor": an_append(actor="office\0"),
        "a NUL in a claim's key": an_append(claims=[NewClaim("name", "a\0b", takes=True)]),
        "a lone surrogate in the actor": an_append(actor="office\ud800"),
        "a claim's key larger than an index row": an_append(claims=[NewClaim("name", HUGE, takes=True)]),
        "a doubled claim": an_append(claims=[NewClaim("name", "doubled", takes=True)] * 2),
        "a version beyond the numbers": an_append(expected=2**31 - 1),
    }


async def in_one_batch(node: Node, database: Database, appends: list[Append]) -> list[Answer | BaseException]:
    """Submit while a first call waits for the lock, so that all of them go into the next."""
    async with locked_head(database.dsn):
        first = asyncio.create_task(node.writer.submit(an_append()))
        await until(lambda: node.writer.under_way, "a call under way")
        tasks = [asyncio.create_task(node.writer.submit(append)) for append in appends]
        await until(lambda: node.writer.waiting == len(appends), "all in the queue")
        calls = node.writer.counts.calls
    assert (await first).outcome == ACCEPTED
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert node.writer.counts.calls > calls
    return answers


@pytest.mark.parametrize("name", bad_appends())
async def test_a_bad_command_fails_alone_in_its_batch(nodes: Nodes, database: Database, name: str) -> None:
    one = await nodes()
    good = [an_append(claims=[NewClaim("name", f"good {n}", takes=True)], events=2) for n in range(4)]
    if name == "a version beyond the numbers":
        bad = bad_appends()[name]  # The log says that its stream is not there yet; the sum is never made.
        answers = await in_one_batch(one, database, [*good[:2], bad, *good[2:]])
        assert isinstance(answers[2], Answer)
        assert answers[2].outcome != ACCEPTED
    else:
        answers = await in_one_batch(one, database, [*good[:2], bad_appends()[name], *good[2:]])
        assert isinstance(answers[2], Unstorable)
        assert "office" not in str(answers[2])
    others = [answer for answer in answers if answer is not answers[2]]
    assert [answer.outcome for answer in others if isinstance(answer, Answer)] == [ACCEPTED] * 4
    assert sorted(answer.position for answer in others if isinstance(answer, Answer)) == [3, 5, 7, 9]
    admin = await asyncpg.connect(database.admin_dsn)
    try:
        assert await admin.fetchval("select count(*) from log.log") == 9
        assert await admin.fetchval("select count(*) from log.claim") == 4
        assert await admin.fetchval("select count(*) from log.command") == 5
    finally:
        await admin.close()


@pytest.mark.parametrize("name", [name for name in bad_appends() if name != "a version beyond the numbers"])
async def test_a_bad_command_alone_is_unstorable_and_the_writer_goes_on(nodes: Nodes, name: str) -> None:
    one = await nodes()
    bad = bad_appends()[name]
    with pytest.raises(Unstorable):
        await one.writer.submit(bad)
    assert (await one.writer.submit(an_append(bad.stream, id=bad.id))).outcome == ACCEPTED


async def test_an_oversized_event_is_unstorable_before_it_is_sent(nodes: Nodes) -> None:
    one = await nodes()
    with pytest.raises(Unstorable, match=str(MAX_EVENT_BYTES)):
        await one.writer.submit(an_append(data=b"x" * (MAX_EVENT_BYTES + 1)))
    assert one.writer.counts.calls == 0
    assert (await one.writer.submit(an_append(data=b"x" * MAX_EVENT_BYTES))).outcome == ACCEPTED


async def test_a_nul_inside_an_events_text_is_stored_as_json_writes_it(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    stream = uuid4()
    await one.add(stream)
    await one.writer.submit(an_append(stream, 1, data=b'{"command": "a\\u0000b"}'))
    assert await admin.fetchval("select data from log.log where pos = 2") == b'{"command": "a\\u0000b"}'


async def test_a_batch_stays_within_its_bytes(nodes: Nodes, database: Database) -> None:
    one = await nodes(max_bytes=100_000)
    answers = await in_one_batch(one, database, [an_append(data=b"x" * 40_000) for _ in range(6)])
    assert [answer.position for answer in answers if isinstance(answer, Answer)] == [2, 3, 4, 5, 6, 7]
    assert one.writer.counts.calls == 3  # The filler, then three and three.


async def test_a_full_queue_says_so_at_once_and_never_grows(nodes: Nodes, database: Database) -> None:
    one = await nodes(max_waiting=5)
    async with locked_head(database.dsn):
        first = asyncio.create_task(one.writer.submit(an_append()))
        await until(lambda: one.writer.under_way, "a call under way")
        tasks = [asyncio.create_task(one.writer.submit(an_append())) for _ in range(30)]
        await until(lambda: one.writer.counts.refused_full == 25, "the others refused")
        assert one.writer.waiting == 5
    answers = await asyncio.gather(first, *tasks, return_exceptions=True)
    assert sum(isinstance(answer, StoreBusy) and answer.retry_after >= 1 for answer in answers) == 25
    assert sum(isinstance(answer, Answer) for answer in answers) == 6


async def test_a_hot_streams_queue_is_bounded_too(nodes: Nodes, database: Database) -> None:
    one = await nodes(max_waiting=5)
    stream = uuid4()
    async with locked_head(database.dsn):
        tasks = [asyncio.create_task(one.add(stream)) for _ in range(30)]
        await until(lambda: sum(task.done() for task in tasks) >= 24, "the others refused")
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(answer, StoreBusy) for answer in answers) == 30 - 6
    assert (await one.add(stream)).version == 7
