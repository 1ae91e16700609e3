"""A worker is killed at each step of handing a letter over: every letter has one outcome, and comes once, or twice with the same id."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from email import message_from_bytes
from email.policy import default
from typing import Any, Literal
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest

from services.notifications.events.notification import NotificationFailed, NotificationHandedOver, NotificationPlanned, NotificationUnknown
from services.notifications.service import SERVICE
from shared.eventstore.log import read_log
from shared.eventstore.mapper import MessageTypes
from tests.faults.processes import ServiceProcess, Town, until
from tests.infrastructure import Databases
from tests.notifications.mailserver import HOST, mail_server
from tests.support.run import Run

pytestmark = pytest.mark.timeout(400)  # Processes start slowly where many tests run.
KILLED = 128 + 9
MODULE = "services.notifications"
POINTS = ("notify.before_claim", "notify.after_claim", "notify.before_send", "notify.after_send")
OUTCOMES = {one.NAME for one in (NotificationHandedOver, NotificationFailed, NotificationUnknown)}


@pytest.fixture
async def town(run: Run, databases: Databases, kafka: str) -> AsyncIterator[Town]:
    """On the run's servers."""
    made = Town(run, await databases(), await databases("keyring"), kafka, f"city{uuid4().hex[:12]}", "notifications")
    yield made
    made.remove()


@pytest.mark.parametrize("way", ["outbox", "smtp"])
@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_killed_while_it_hands_a_letter_over(town: Town, point: str, way: Literal["outbox", "smtp"]) -> None:
    api, worker = town.process("api", MODULE), town.process("worker", MODULE)
    outbox = town.folder / "outbox"
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(mail_server())
        out: dict[str, Any] = (
            {"BINDEGLIED_OUTBOX": str(outbox)} if way == "outbox" else {"BINDEGLIED_SMTP_URL": f"smtp://{HOST}:{server.port}"}
        )
        await api.start(**out)
        await worker.start(f"{point}:kill", ready=False, **out)
        await subscribe(api, "first@example.org")
        assert await worker.gone() == KILLED, worker.said()
        await leases_run_out(town)
        await worker.start(ready=False, **out)
        for address in ("second@example.org", "third@example.org"):
            await subscribe(api, address)
        await until(lambda: accounted(town, 3), f"three letters have their outcome:\n{worker.said()}")
        taken = [str(letter["Message-ID"]) for letter in server.taken]
    if way == "outbox":
        files = [file for file in outbox.iterdir() if file.suffix == ".eml"]
        taken = [str(message_from_bytes(file.read_bytes(), policy=default)["Message-ID"]) for file in files]
    handed_over = await message_ids(town)
    expected = Counter(handed_over)
    assert len(handed_over) == len(expected) == 3
    if way == "smtp" and point == "notify.after_send":
        # It had been taken, and nobody could know any more: once more, under the same id.
        assert sorted(Counter(taken).values()) == [1, 1, 2]
        assert set(taken) == set(expected)
    else:
        assert Counter(taken) == expected


async def subscribe(api: ServiceProcess, address: str) -> None:
    """Let somebody ask for letters: the one that asks to confirm follows."""
    wish = {"email": address, "language": "de", "about": "everything"}
    async with httpx2.AsyncClient(base_url=api.url, timeout=30) as client:
        answer = await client.post("/api/notifications/subscriptions", json=wish)
    assert answer.status_code == 202, answer.text


async def leases_run_out(town: Town) -> None:
    """What takes some minutes otherwise."""
    connection = await asyncpg.connect(town.database.dsn)
    await connection.execute("update work.notification set leased_until = now()")
    await connection.close()


async def facts(town: Town) -> Sequence[tuple[UUID, str, bytes, int]]:
    """The log."""
    async with asyncpg.create_pool(town.database.dsn, min_size=1, max_size=1) as pool:
        return [(entry.stream, entry.type, entry.data, entry.schema_version) for entry in await read_log(pool, 0, 1000)]


async def accounted(town: Town, count: int) -> bool:
    """Whether as many letters were planned, and each has one outcome."""
    found = await facts(town)
    planned = Counter(stream for stream, kind, _, _ in found if kind == NotificationPlanned.NAME)
    ended = Counter(stream for stream, kind, _, _ in found if kind in OUTCOMES)
    assert not ended or max(ended.values()) == 1
    assert ended.keys() <= planned.keys()
    return len(planned) == len(ended) == count


async def message_ids(town: Town) -> list[str]:
    """Of the letters that were handed over, by the log."""
    types = MessageTypes(SERVICE.events)
    decoded = [types.decode(kind, version, data) for _, kind, data, version in await facts(town)]
    return [one.message_id for one in decoded if isinstance(one, NotificationHandedOver)]
