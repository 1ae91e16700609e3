"""Processes that are told to end, or stand still, while people work: nothing is lost, no error is shown, the others go on."""

from __future__ import annotations

import signal
from random import Random

import pytest

from tests.faults.clients import Clients, while_working
from tests.faults.oracle import everything_must_hold
from tests.faults.processes import Town, spoken

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
SEED = 20181106
EXIT_SECONDS = 60
"""The process gives itself ten; the machine may have much else to do."""


async def test_processes_that_are_told_to_end_under_load_finish_what_they_have_begun(town: Town) -> None:
    apis = [town.process("api"), town.process("api")]
    worker = town.process("worker")
    for process in (*apis, worker):
        await process.start()
    async with Clients(town.headers, [api.url for api in apis], SEED) as clients:

        async def rolling_restart() -> None:
            for process in (*apis, worker):
                await clients.after(8)
                process.signal(signal.SIGTERM)
                assert await process.gone(EXIT_SECONDS) == 0, process.said()
                await process.start()

        await while_working(clients, 6, rolling_restart)
        assert clients.statuses <= {200, 201, 409}, "who drains refuses connections, it never answers with an error"
        await everything_must_hold(town, clients, apis[0])
    for process in (*apis, worker):
        assert not [line for line in spoken(process.log) if line.get("level") in ("error", "critical")], process.said()


async def test_a_frozen_process_stands_in_nobodys_way_and_harms_nothing_when_it_wakes(town: Town) -> None:
    apis = [town.process("api"), town.process("api")]
    # The first worker falls asleep in the middle of a transaction that holds a read model's cursor.
    workers = [town.process("worker"), town.process("worker")]
    await apis[0].start(ready=False)
    await apis[1].start()
    async with Clients(town.headers, [api.url for api in apis], SEED + 1) as clients:

        async def freeze() -> None:
            random = Random(SEED)
            await workers[0].start("projector.before_commit:sleep=3@9", ready=False)
            await workers[1].start()
            for frozen in (apis[0], workers[0]):
                await clients.after(random.randint(4, 8))
                frozen.signal(signal.SIGSTOP)
                await clients.after(6)  # The others go on.
                if frozen is apis[0]:
                    frozen.signal(signal.SIGCONT)

        await while_working(clients, 4, freeze)
        await everything_must_hold(town, clients, apis[1])  # The worker that still sleeps has lost its lock.
        workers[0].signal(signal.SIGCONT)
        await while_working(clients, 2, lambda: clients.after(4), after=1)
        clients.history.log.clear()
        await everything_must_hold(town, clients, apis[0])
        assert 500 not in clients.statuses
