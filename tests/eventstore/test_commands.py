"""Commands with ids on streams that several processes write: conflicts, stored answers, and no refusal out of a cache."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.eventstore.errors import CommandReused, Denied, StoreBusy, VersionMismatch
from shared.eventstore.log import log_tail, read_log, read_stream
from shared.eventstore.store import Store
from tests.eventstore.conftest import Nodes
from tests.eventstore.ledger import LEDGER, Add, BalanceIsTooSmall, DoNothing, Ledger, stream_number
from tests.eventstore.nodes import NOW, origin

SEED = 20260301


async def test_versions_stay_contiguous_when_processes_contend_for_the_same_streams(nodes: Nodes) -> None:
    processes = [await nodes() for _ in range(4)]
    streams = [stream_number(n) for n in range(1, 4)]
    random = Random(SEED)

    async def client(number: int) -> int:
        done = 0
        for _ in range(25):
            try:
                await processes[number % 4].add(random.choice(streams), parts=random.randint(1, 3))
            except StoreBusy:  # Lost against the others four times in a row.
                continue
            done += 1
        return done

    done = sum(await asyncio.gather(*map(client, range(12))))
    log = await read_log(processes[0].pool, 0, 10_000)
    assert done > 200, f"seed {SEED}"
    assert [entry.pos for entry in log] == list(range(1, len(log) + 1))
    for stream in streams:
        versions = [entry.version for entry in log if entry.stream == stream]
        assert versions == list(range(1, len(versions) + 1))
        for process in processes:
            version, state = await process.store.refresh(LEDGER, stream)
            assert (version, state.total) == (len(versions), len(versions))


async def test_a_conflict_is_decided_again_on_what_is_new(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream, 10)
    await two.add(stream, -4)  # `one` still has the total of 10 in its cache.
    outcome = await one.add(stream, 1)
    assert outcome.version == 3
    assert (await one.store.load(LEDGER, stream))[1].total == 7


async def test_a_conflict_may_turn_into_a_refusal(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream, 10)
    await two.add(stream, -4)
    with pytest.raises(BalanceIsTooSmall) as refused:
        await one.add(stream, -10)
    assert refused.value.facts == {"total": 6}


async def test_a_stream_thought_to_be_new_is_not_read(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await nodes()
    read: list[object] = []
    original = one.store._caught_up

    async def counted(*args: Any) -> Any:
        read.append(args[1])
        return await original(*args)

    monkeypatch.setattr(one.store, "_caught_up", counted)
    fresh, other = uuid4(), uuid4()
    outcome = await one.store.execute(LEDGER, fresh, Add(now=NOW), origin(), new=True)
    await one.store.execute(LEDGER, other, Add(now=NOW), origin())
    assert (outcome.version, outcome.known) == (1, False)
    assert read == [other]
    assert (await one.store.load(LEDGER, fresh))[1].total == 1


async def test_a_stream_wrongly_thought_to_be_new_is_decided_on_what_it_holds(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream, key = uuid4(), uuid4()
    await one.add(stream, 10, id=key)
    paid = await two.store.execute(LEDGER, stream, Add(now=NOW, amount=-4), origin(), new=True)  # Refused on an empty one.
    assert paid.version == 2
    three = await nodes()
    assert (await three.store.execute(LEDGER, stream, Add(now=NOW, amount=1), origin(), new=True)).version == 3  # Granted on an empty one.
    four = await nodes()
    with pytest.raises(BalanceIsTooSmall) as refused:
        await four.store.execute(LEDGER, stream, Add(now=NOW, amount=-8), origin(), new=True)
    assert refused.value.facts == {"total": 7}
    again = await (await nodes()).store.execute(LEDGER, stream, Add(now=NOW, amount=10), origin(key), new=True)
    assert (again.version, again.known) == (1, True)


async def test_who_always_loses_is_told_that_nothing_happened(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()

    def overtaken(_: Ledger) -> None:
        # Whenever `one` decides, its cache is behind: another process has just appended.
        one.store._states[stream] = (LEDGER.name, 0, Ledger())

    await two.add(stream)
    original = one.store._caught_up

    async def always_behind(*args: Any) -> Any:
        await two.add(stream)
        version, state = await original(*args)
        await two.add(stream)
        return version, state

    monkeypatch.setattr(one.store, "_caught_up", always_behind)  # It stands in for a stream that never rests.
    key = uuid4()
    with pytest.raises(StoreBusy):
        await one.store.execute(LEDGER, stream, Add(now=NOW, command=str(key)), origin(key), permit=overtaken)
    assert str(key).encode() not in b"".join(entry.data for entry in await read_stream(two.pool, stream))


async def test_if_match_meets_the_version_or_says_the_current_one(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream, expected=0)
    await two.add(stream, expected=1)
    with pytest.raises(VersionMismatch) as stale:
        await one.add(stream, expected=1)
    assert stale.value.current == 2
    assert (await one.add(stream, expected=2)).version == 3


async def test_if_match_of_what_another_process_wrote_is_not_refused_from_a_cache(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream)
    await two.add(stream)
    assert (await one.add(stream, expected=2)).version == 3


async def test_if_match_repeated_gets_the_stored_answer_and_no_412(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream, key = uuid4(), uuid4()
    first = await one.add(stream, id=key, expected=0)
    again = await two.add(stream, id=key, expected=0)
    assert (again.version, again.position, again.known) == (first.version, first.position, True)


async def test_the_same_command_again_gets_the_stored_answer_from_every_process(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream, key = uuid4(), uuid4()
    first = await one.add(stream, 5, id=key)
    await one.add(stream, -5)
    for process in (one, two, await nodes()):
        again = await process.add(stream, 5, id=key)
        assert (again.stream, again.version, again.position, again.known) == (stream, first.version, first.position, True)
    assert await log_tail(one.pool) == (2, (await read_log(one.pool, 1, 1))[0].event_id)


async def test_the_same_command_again_gets_its_answer_although_its_rule_would_refuse_today(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream, key = uuid4(), uuid4()
    await one.add(stream, 5)
    paid = await one.add(stream, -5, id=key)
    assert (await one.add(stream, -5, id=key)).position == paid.position
    assert (await two.add(stream, -5, id=key)).position == paid.position


async def test_the_same_id_with_another_body_is_an_error_whether_granted_or_refused(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream, key = uuid4(), uuid4()
    await one.add(stream, 5, id=key)
    for process in (one, two):
        with pytest.raises(CommandReused):
            await process.add(stream, 6, id=key)
        with pytest.raises(CommandReused):
            await process.add(stream, -60, id=key)


async def test_another_principals_id_is_unknown(nodes: Nodes) -> None:
    one = await nodes()
    stream, key = uuid4(), uuid4()
    await one.store.execute(LEDGER, stream, Add(now=NOW), origin(key, principal="anna", body=b"a"))
    outcome = await one.store.execute(LEDGER, stream, Add(now=NOW, amount=2), origin(key, principal="berta", body=b"b"))
    assert (outcome.version, outcome.known) == (2, False)


async def test_an_empty_decision_is_stored_and_a_refusal_is_not(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream, nothing, refused = uuid4(), uuid4(), uuid4()
    await one.add(stream, 5)
    first = await one.store.execute(LEDGER, stream, DoNothing(now=NOW), origin(nothing, body=b"n"))
    assert (first.version, first.position, first.known) == (1, 1, False)
    await one.add(stream, 5)
    again = await two.store.execute(LEDGER, stream, DoNothing(now=NOW), origin(nothing, body=b"n"))
    assert (again.version, again.position, again.known) == (1, 1, True)
    with pytest.raises(CommandReused):
        await two.add(stream, 1, id=nothing)
    with pytest.raises(BalanceIsTooSmall):
        await one.add(stream, -20, id=refused)
    await one.add(stream, 20)
    assert (await one.add(stream, -20, id=refused)).version == 4  # The same command may be granted later.


async def test_one_id_on_two_streams_at_once_happens_on_one_of_them(nodes: Nodes) -> None:
    one = await nodes()
    key, streams = uuid4(), [uuid4(), uuid4()]
    outcomes = await asyncio.gather(*(one.add(stream, id=key) for stream in streams))
    assert len({outcome.stream for outcome in outcomes}) == 1
    assert sorted(outcome.known for outcome in outcomes) == [False, True]
    assert (await log_tail(one.pool))[0] == 1


async def test_a_refusal_is_not_given_from_a_cache(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream, 5)
    await two.add(stream, 100)
    assert (await one.add(stream, -50)).version == 3


async def test_a_denial_is_not_given_from_a_cache(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream, 5)
    await two.add(stream, 100)

    def permit(state: Ledger) -> None:
        if state.total < 100:
            raise Denied

    outcome = await one.store.execute(LEDGER, stream, Add(now=NOW), origin(), permit=permit)
    assert outcome.version == 3
    with pytest.raises(Denied):
        await one.store.execute(LEDGER, uuid4(), Add(now=NOW), origin(), permit=permit)


async def test_an_empty_decision_is_not_given_from_a_cache(nodes: Nodes) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream)
    await two.add(stream)
    assert (await one.store.execute(LEDGER, stream, DoNothing(now=NOW), origin())).version == 2


async def test_without_the_look_at_newer_events_a_stale_cache_would_refuse(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = await nodes(), await nodes()
    stream = uuid4()
    await one.add(stream, 5)
    await two.add(stream, 100)

    async def blind(self: Store, decider: Any, stream: Any, version: int, state: Any) -> Any:
        return version, state

    monkeypatch.setattr(Store, "_caught_up", blind)
    with pytest.raises(BalanceIsTooSmall):
        await one.add(stream, -50)


async def test_a_reader_that_comes_back_late_does_not_set_the_cache_back(nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]) -> None:
    one = await nodes()
    stream = uuid4()
    await one.add(stream)
    await one.add(stream)
    one.store._states.remember(LEDGER, stream, 1, Ledger(1))
    assert (await one.store.load(LEDGER, stream))[0] == 2
    assert await admin.fetchval("select count(*) from log.log") == 2


async def test_the_cache_is_bounded(nodes: Nodes) -> None:
    one = await nodes(cached_states=3)
    for number in range(1, 8):
        await one.add(stream_number(number))
    assert list(one.store._states) == [stream_number(number) for number in (5, 6, 7)]


async def test_a_connection_that_waits_for_its_first_command_runs_no_statement(
    nodes: Nodes, admin: asyncpg.Connection[asyncpg.Record]
) -> None:
    """To the server, what was prepared and not ended would run on: its first call would be cancelled for the time it had waited."""
    one = await nodes()
    query = "select state from pg_stat_activity where application_name = 'writer' and datname = current_database()"
    assert await admin.fetchval(query) == "idle"
    await one.add(stream_number(1))
    assert one.writer.counts.reconnects == 0
    assert await admin.fetchval(query) == "idle"
