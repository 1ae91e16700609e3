"""Tells the demo's story: sends its steps as the people who would do them, at the story's own time, and is safe to be told again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx2

from bindeglied.issuer import DemoIssuer
from bindeglied.world.read import REGISTRY, Step, World, founding_key
from shared.clock import StoryClock

Progress = Callable[[int, int, datetime, str], None]
"""Called before each step: steps done, steps in all, when it happens in the story, what is told."""

FOUNDING_PATH = "/api/meetings/bodies"


PASSING = {HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE}
"""What may pass by itself: a reaction to the step before is on its way, or the machine is busy."""
TRIES = 4


class StoryBroken(Exception):
    """A step was not granted; the text says which and why, and what to do."""


class Story:
    """The demo city's bodies and steps, sent through `client` in order. Every request carries an Idempotency-Key of its own, so a story
    that was broken off, or told before, ends in the same state."""

    def __init__(self, world: World, issuer: DemoIssuer, client: httpx2.AsyncClient, clock: StoryClock) -> None:
        self.world, self.client, self.clock = world, client, clock
        self._tokens = {persona: issuer.token(persona) for persona in world.personas}
        self._ids: dict[str, str] = {key: str(found) for key, found in world.ids.items()}
        self._tags: dict[str, str] = {}
        self.position = 0
        """The log's position behind the last step."""

    async def tell(self, progress: Progress) -> None:
        """Found the bodies, then take every step; the clock stands at each step's time and flows on from the last."""
        total = len(self.world.bodies) + len(self.world.steps)
        self._go_to(self.world.steps[0])
        for done, body in enumerate(self.world.bodies):
            progress(done, total, self.world.steps[0].at, f"Das Gremienbüro trägt ein: {body.name}")
            sent: dict[str, Any] = body.model_dump(mode="json", exclude={"key"}, exclude_none=True)
            if body.secretariat:
                sent["secretariat"] = self._ids[body.secretariat]
            await self._post(REGISTRY, FOUNDING_PATH, sent, {"idempotency-key": founding_key(body.key)}, body.name)
        for number, step in enumerate(self.world.steps):
            self._go_to(step)
            progress(len(self.world.bodies) + number, total, step.at, step.tells)
            await self._take(number, step)
        self.clock.release()

    def _go_to(self, step: Step) -> None:
        """The story's time only goes forward: told again, it does not throw back whoever has carried on from its end."""
        if not self.clock.file.exists() or self.clock() < step.at:
            self.clock.set(step.at)

    async def _take(self, number: int, step: Step) -> None:
        headers = {"idempotency-key": f"story:{number}"}
        if step.if_match:
            headers["if-match"] = self._tags[step.if_match]
        answer = await self._post(step.who, step.post.format_map(self._ids), self._filled(step.send), headers, step.tells)
        if step.made:
            self._ids[step.made], self._tags[step.made] = answer.json()["id"], answer.headers["etag"]

    def _filled(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value.format_map(self._ids) if isinstance(value, str) else value for name, value in sent.items()}

    async def _post(self, who: str, path: str, sent: Mapping[str, Any], headers: Mapping[str, str], tells: str) -> httpx2.Response:
        authorized = {**headers, "authorization": f"Bearer {self._tokens[who]}"}
        answer = await self.client.post(path, json=sent, headers=authorized)
        for _ in range(TRIES):
            if answer.status_code not in PASSING:
                break
            await asyncio.sleep(1)
            answer = await self.client.post(path, json=sent, headers=authorized)
        if answer.is_error:
            raise StoryBroken(
                f"„{tells}“ wurde mit {answer.status_code} beantwortet: {said(answer)}\n"
                "Wenn die Daten von einer anderen Fassung der Geschichte sind: `bindeglied reset` beginnt von vorn."
            )
        self.position = max(self.position, int(answer.headers["position"]))
        return answer


def said(answer: httpx2.Response) -> str:
    """What a problem says, with the fields it names; the bare text of an answer that is no problem."""
    try:
        problem = answer.json()
        fields = "; ".join(f"{error['where']} {error['what']}" for error in problem.get("errors", ()))
        return f"{problem['detail']} {fields}".strip()
    except (ValueError, LookupError, AttributeError):
        return answer.text[:500]
