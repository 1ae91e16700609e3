"""People at work on the meetings service: bodies are founded, meetings planned, moved, called off and held, until each wish is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import Any, Self
from uuid import UUID

import httpx2

from services.meetings.sitting import sitting_of
from shared.http.command_ids import stream_begun_by
from tests.faults.processes import PATIENCE, PRINCIPAL
from tests.history.record import Answer, Attempt, History

PREFIX = "/api/meetings"
DAY = "2018-09-03"
ANSWER_SECONDS = 4.0
"""How long a client waits for an answer before it asks again, perhaps elsewhere."""
ACCEPTED, REFUSED, AGAIN = {200, 201}, {409, 412, 422}, {503}

More = Callable[[int], bool]
"""Whether to go on after so many meetings."""


class Clients:
    """Some clients of the same processes. Each repeats a wish with the same Idempotency-Key until it has a final answer."""

    def __init__(
        self, headers: Mapping[str, str], servers: Sequence[str], seed: int, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """`servers` are the addresses of processes that are asked by chance; `transport` leads into this process instead."""
        self.servers, self.seed = servers, seed
        self.history = History()
        self.statuses: set[int] = set()
        """Every HTTP status that was ever answered."""
        self.done = 0
        """Wishes with a final answer."""
        self._rounds = 0
        self._said: dict[str, tuple[int, bytes]] = {}
        self._http = httpx2.AsyncClient(headers=dict(headers), timeout=ANSWER_SECONDS, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def work(self, clients: int, more: More) -> None:
        """Each client founds a body and goes on with meetings of it while `more` says so."""
        self._rounds += 1
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(self._client(f"{self.seed} {self._rounds}.{number}", more))

    async def after(self, wishes: int) -> None:
        """Wait until so many more wishes have their final answer."""
        wanted = self.done + wishes
        async with asyncio.timeout(PATIENCE):
            while self.done < wanted:
                await asyncio.sleep(0.01)

    async def _client(self, name: str, more: More) -> None:
        random, keys = Random(name), Random(f"{name} keys")
        body = await self.found(f"Beirat {name}", keys)
        meetings = 0
        while more(meetings):
            await self.meeting(body, meetings, random, keys)
            meetings += 1

    async def found(self, name: str, keys: Random) -> str:
        """A body with a cadence rule: two facts of one command."""
        wish = {
            "name": name, "kind": "advisory_board", "legal_nature": "advisory", "founded_on": "2013-04-25",
            "cadence": {"minimum_per_year": 2, "source": "Geschäftsordnung"},
        }  # fmt: skip
        answer = await self.send("/bodies", wish, None, keys, parts=2)
        return str(answer.json()["id"])

    async def meeting(self, body: str, number: int, random: Random, keys: Random) -> None:
        """One meeting's whole life, by chance, with wishes that are refused or sent twice."""
        hour = random.randint(13, 18)
        planned = {
            "body": body,
            "title": f"Sitzung {number}",
            "starts_at": f"{DAY}T{hour}:00:00+02:00",
            "place": "Stadthaus",
            "public": True,
        }
        scheduled = await self.send("/meetings", planned, None, keys)
        meeting, tag = UUID(scheduled.json()["id"]), scheduled.headers["etag"]
        path = f"/meetings/{meeting}"
        if random.random() < 0.5:
            moved = {"starts_at": f"{DAY}T{hour + 1}:30:00+02:00", "place": "Volkshochschule"}
            await self.send(f"{path}/rescheduling", moved, meeting, keys, if_match=tag)
        match random.randrange(4):
            case 0:
                await self.send(f"{path}/cancellation", {"reason": "Raum gesperrt"}, meeting, keys, twice=True)
                await self.send(f"{path}/cancellation", {"reason": "doch nicht"}, meeting, keys, expect=REFUSED)
            case 1 | 2:
                await self.send(f"{path}/opening", {}, meeting, keys, twice=random.random() < 0.3)
                later = Random(str(meeting))  # How often it takes is chance; the keys of all other wishes do not depend on it.
                while (await self.send(f"{path}/closing", {}, sitting_of(meeting), later, expect=ACCEPTED | REFUSED)).status_code == 409:
                    await asyncio.sleep(0.1)  # Its sitting has not opened yet; who asks again has a new wish.
            case _:
                pass  # It stays planned.

    async def send(
        self,
        path: str,
        wish: dict[str, Any],
        stream: UUID | None,
        keys: Random,
        *,
        parts: int = 1,
        if_match: str | None = None,
        twice: bool = False,
        expect: set[int] = ACCEPTED,
    ) -> httpx2.Response:
        """One wish until its final answer; `stream` None where it begins one. `twice`: once more after that, for the same answer."""
        key = str(UUID(int=keys.getrandbits(128), version=4))
        headers = {"idempotency-key": key, **({"if-match": if_match} if if_match else {})}
        target = str(stream or stream_begun_by(PRINCIPAL, key))
        answer = await self._until_answered(path, wish, headers, target, parts)
        assert answer.status_code in expect, f"{path}: {answer.status_code} {answer.text}"
        if twice:
            await self._until_answered(path, wish, headers, target, parts)
        self.done += 1
        return answer

    async def _until_answered(self, path: str, wish: dict[str, Any], headers: dict[str, str], stream: str, parts: int) -> httpx2.Response:
        key = headers["idempotency-key"]
        chance = Random(key)
        while True:
            begun = time.monotonic()
            said: Answer = "unknown"
            version = position = 0
            answer = None
            try:
                answer = await self._http.post(chance.choice(self.servers) + PREFIX + path, json=wish, headers=headers)
            except httpx2.TransportError:
                pass
            else:
                self.statuses.add(answer.status_code)
                if answer.status_code in ACCEPTED:
                    said, version, position = "accepted", answer.json()["version"], answer.json()["position"]
                    self._must_say_the_same(key, answer)
                elif answer.status_code in REFUSED:
                    said = "refused"
                else:
                    assert answer.status_code in AGAIN, f"{path}: {answer.status_code} {answer.text}"
            self.history.attempts.append(Attempt(key, stream, begun, time.monotonic(), said, version, position, parts))
            if answer is not None and said != "unknown":
                return answer
            await asyncio.sleep(0.05)

    def _must_say_the_same(self, key: str, answer: httpx2.Response) -> None:
        """The stored answer is the first one, byte for byte."""
        said = (answer.status_code, answer.content)
        assert self._said.setdefault(key, said) == said, f"{key} was answered {self._said[key]}, then {said}"


def a_few(meetings: int) -> More:
    """So many meetings a client."""
    return lambda done: done < meetings


async def while_working(
    clients: Clients, number: int, fault: Callable[[], Awaitable[None]], after: int = 2, within: float = 2 * PATIENCE
) -> None:
    """`number` clients work until `fault` is over, and each for some meetings more."""
    over = asyncio.Event()
    more_at: dict[asyncio.Task[Any] | None, int] = {}

    def more(meetings: int) -> bool:
        return not over.is_set() or meetings < more_at.setdefault(asyncio.current_task(), meetings + after)

    async def happen() -> None:
        try:
            await fault()
        finally:
            over.set()

    async with asyncio.timeout(within), asyncio.TaskGroup() as group:
        group.create_task(clients.work(number, more))
        group.create_task(happen())
