"""Tells the demo's story: sends its steps as the people who would do them, at the story's own time, and is safe to be told again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx2

from bindeglied.answers import begun, reach, said
from bindeglied.issuer import DemoIssuer
from bindeglied.outbox import Outbox
from bindeglied.world.crowd import Contributed
from bindeglied.world.read import REGISTRY, Find, Mail, Step, World, WorldBody, WorldSeat, founding_key
from shared.clock import StoryClock

Progress = Callable[[int, int, datetime, str], None]
"""Called before each step: steps done, steps in all, when it happens in the story, what is told."""

FOUNDING_PATH = "/api/meetings/bodies"
OPERATOR = "betrieb"
AT_ONCE = 100
"""Generated contributions that are told in one line."""
SIDE_BY_SIDE = 8
"""How many of them are sent beside each other."""

PASSING = {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE}
"""What may pass by itself: another service has not heard yet of the step before, or the machine is busy."""
TRIES = 20
"""Looks until what follows by itself has to be there: half a minute."""
PATIENCE = 60
"""Looks until all readers have to be quiet: two minutes at most."""
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0


class StoryBroken(Exception):
    """A step was not granted; the text says which and why, and what to do."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}\nWenn die Daten von einer anderen Fassung der Geschichte sind: `bindeglied reset` beginnt von vorn."
        )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One thing that is told: when, in which words, and what is done."""

    at: datetime
    tells: str
    do: Callable[[], Awaitable[None]]


class Story:
    """The demo city's bodies, people and steps, sent through `client` in order. Every request carries an Idempotency-Key of its own, so a
    story that was broken off, or told before, ends in the same state. `services` are those whose readers are waited for before the
    clock goes on."""

    def __init__(
        self, world: World, issuer: DemoIssuer, client: httpx2.AsyncClient, clock: StoryClock, outbox: Outbox, services: Sequence[str]
    ) -> None:
        self.world, self.client, self.clock, self.outbox, self.services = world, client, clock, outbox, services
        self.names: dict[str, str] = {key: str(found) for key, found in world.ids.items()}
        """What the story knows by name: ids of things, and the words of links that were sent by mail."""
        self._tokens = {persona: issuer.token(persona) for persona in world.personas}
        self._tags: dict[str, str] = {}

    def parts(self) -> list[Told]:
        """Everything in the order in which it is told."""
        beginning = self.world.steps[0].at
        return [
            *(Told(beginning, f"Das Gremienbüro trägt ein: {body.name}", _bound(self._found, body)) for body in self.world.bodies),
            *(
                Told(beginning, f"{seat.member_name}, {seat.title}: {self._name_of(seat.body)}", _bound(self._seat, seat))
                for seat in self.world.seats
            ),
            *self._steps(),
        ]

    def _steps(self) -> Iterator[Told]:
        for number, step in enumerate(self.world.steps):
            if (crowd := self.world.crowd) and number == crowd.before:
                for first in range(0, len(crowd.contributions), AT_ONCE):
                    some = crowd.contributions[first : first + AT_ONCE]
                    tells = f"Weitere Beiträge: {first + len(some)} von {len(crowd.contributions)}"
                    yield Told(step.at, tells, _bound(self._contribute, crowd.like, some))
            yield Told(step.at, step.tells, _bound(self._take, number, step))

    async def tell(self, progress: Progress) -> None:
        """Tell it all; the clock stands at each part's time and flows on from the last."""
        parts = self.parts()
        for done, part in enumerate(parts):
            await self._go_to(part.at)
            progress(done, len(parts), part.at, part.tells)
            await part.do()
        await self.quiet()
        self.clock.release()

    async def post(
        self, who: str | None, path: str, sent: Mapping[str, Any], key: str, tells: str, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Send a wish until it is granted; StoryBroken where it is not."""
        all_headers = {**(headers or {}), **self._signed_in(who), "idempotency-key": key}
        answer = await self.client.post(path, json=sent, headers=all_headers)
        for pause in _pauses():
            if answer.status_code not in PASSING:
                break
            await asyncio.sleep(pause)
            answer = await self.client.post(path, json=sent, headers=all_headers)
        if answer.is_error:
            raise StoryBroken(f"„{tells}“ wurde mit {answer.status_code} beantwortet: {said(answer)}")
        return answer

    async def quiet(self) -> None:
        """Wait until nothing is on its way any more: every reader of every service at the end, twice without a change between."""
        seen: list[Any] = []
        behind: list[str] = []
        for pause in _pauses(PATIENCE):
            looked, behind = await self._look()
            if not behind and looked == seen:
                return
            seen = [] if behind else looked
            await asyncio.sleep(pause if behind else 0)
        raise StoryBroken(f"Nicht zur Ruhe gekommen: {', '.join(behind) or 'es geschieht immer noch etwas'}")

    async def _look(self) -> tuple[list[Any], list[str]]:
        """Where all readers stand, and which of them are behind; one that stopped is waited for by nobody."""
        found, behind = [], []
        for service in self.services:
            answer = await self.client.get(f"/api/{service}/operations/positions", headers=self._signed_in(OPERATOR))
            rows = [] if answer.is_error else answer.json()
            if answer.is_error:
                behind.append(service)
            behind += [f"{service} {row['reader']}" for row in rows if row["lag"] != 0 and not row["stopped"]]
            found.append([(row["reader"], row["source"], row["position"]) for row in rows])
        return found, behind

    async def _go_to(self, at: datetime) -> None:
        """The story's time only goes forward, and only when all is quiet: told again, it does not throw back whoever has carried on."""
        if not self.clock.file.exists():
            self.clock.set(at)
        elif self.clock() < at:
            await self.quiet()
            self.clock.set(at)

    async def _found(self, body: WorldBody) -> None:
        sent: dict[str, Any] = body.model_dump(mode="json", exclude={"key"}, exclude_none=True)
        sent |= {name: self.names[sent[name]] for name in ("secretariat", "lead_office", "reports_to") if name in sent}
        await self.post(REGISTRY, FOUNDING_PATH, sent, founding_key(body.key), body.name)

    async def _seat(self, seat: WorldSeat) -> None:
        body, member, key = self.names[seat.body], self.names[seat.key], f"world:seat:{seat.key}"
        wish: dict[str, Any] = {"title": seat.title, "kind": seat.kind, "voting": seat.voting, "on_behalf_of": seat.on_behalf_of}
        made = await self.post(REGISTRY, f"{FOUNDING_PATH}/{body}/seats", wish, key, seat.title)
        sits = {"member": member, "member_name": seat.member_name, "on_behalf_of": seat.on_behalf_of, "since": seat.since.isoformat()}
        await self.post(REGISTRY, f"{FOUNDING_PATH}/{body}/seats/{begun(made)}/member", sits, f"{key}:member", seat.member_name)
        contact = {"member": member, "body": body, "email": seat.email, "language": seat.language}
        keeper = next(name for name, persona in self.world.personas.items() if f"{body}:secretariat" in persona.grants)
        await self.post(keeper, "/api/notifications/contacts", contact, f"{key}:contact", seat.member_name)

    async def _take(self, number: int, step: Step) -> None:
        if step.find and (step.find.take or self.clock() <= step.at):  # Told again, what was to be seen then may have passed.
            await self._wait_for(step.find, step)
        if step.mail:
            await self._read(step.mail, step)
        if step.post is None:
            return
        headers = {"if-match": self._tags[step.if_match]} if step.if_match else {}
        path, sent = step.post.format_map(self.names), self._filled(step.send)
        answer = await self.post(step.who, path, sent, f"story:{number}", step.tells, headers)
        if step.made:
            self.names[step.made] = begun(answer)
            self._tags[step.made] = answer.headers.get("etag", "")
        for name, field in step.keep.items():
            self.names[name] = str(reach(answer.json(), field))

    async def _contribute(self, like: Step, some: Sequence[Contributed]) -> None:
        assert like.post is not None
        path, slots = like.post.format_map(self.names), asyncio.Semaphore(SIDE_BY_SIDE)

        async def contribute(one: Contributed) -> None:
            async with slots:
                answer = await self.post(like.who, path, one.send, f"crowd:{one.name}", like.tells)
            self.names[one.name] = begun(answer)

        await asyncio.gather(*(contribute(one) for one in some))

    async def _wait_for(self, find: Find, step: Step) -> None:
        path, where = find.get.format_map(self.names), self._filled(find.where)
        answer = await self.client.get(path, headers=self._signed_in(step.who))
        for pause in [*_pauses(), 0]:
            if answer.is_success:
                among = reach(answer.json(), find.among) if find.among else [answer.json()]
                if one := next((one for one in among if all(reach(one, name) == value for name, value in where.items())), None):
                    self.names |= {name: str(reach(one, field)) for name, field in find.take.items()}
                    return
            await asyncio.sleep(pause)
            answer = await self.client.get(path, headers=self._signed_in(step.who))
        raise StoryBroken(f"„{step.tells}“: {path} zeigt nichts mit {where}, zuletzt {answer.status_code}: {said(answer)}")

    async def _read(self, mail: Mail, step: Step) -> None:
        for pause in [*_pauses(), 0]:
            if token := self.outbox.token(mail.to, mail.link):
                self.names[mail.made] = token
                return
            await asyncio.sleep(pause)
        raise StoryBroken(f"„{step.tells}“: {mail.to} hat keinen Brief mit einem Verweis auf {mail.link}")

    def _filled(self, sent: Any) -> Any:
        match sent:
            case str():
                return sent.format_map(self.names)
            case Mapping():
                return {name: self._filled(value) for name, value in sent.items()}
            case list():
                return [self._filled(value) for value in sent]
            case datetime():
                return sent.isoformat()
            case _:
                return sent

    def _signed_in(self, who: str | None) -> dict[str, str]:
        return {"authorization": f"Bearer {self._tokens[who]}"} if who else {}

    def _name_of(self, body: str) -> str:
        return next(one.name for one in self.world.bodies if one.key == body)


def _bound(do: Callable[..., Awaitable[None]], *arguments: Any) -> Callable[[], Awaitable[None]]:
    return lambda: do(*arguments)


def _pauses(tries: int | None = None) -> Iterator[float]:
    pause = FIRST_PAUSE
    for _ in range(TRIES if tries is None else tries):
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)
