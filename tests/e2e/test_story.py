"""The story against worlds that do not fit: it breaks off with a sentence that says which step, why, and what to do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from bindeglied.issuer import AUDIENCE, ISSUER, DemoIssuer
from bindeglied.story import Story, StoryBroken, said
from bindeglied.world.read import Step, World, read_world
from services.meetings.service import SERVICE
from shared.clock import StoryClock
from shared.run import running
from shared.settings import Settings
from shared.surroundings import surroundings
from tests.support.postgres import Database

WORLD = read_world()
Tell = Callable[[World], Story]


@pytest.fixture
async def tell(database: Database, keyring_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tell]:
    """Makes storytellers of one running service."""
    monkeypatch.setattr("bindeglied.story.TRIES", 0)
    issuer = DemoIssuer(tmp_path / "keys", WORLD.personas)
    clock = StoryClock(tmp_path / "clock")
    settings = Settings(
        database_url=database.dsn, keyring_url=keyring_database.dsn, key_file=tmp_path / "kek" / "kek.json",
        token_issuer=ISSUER, token_audience=AUDIENCE, token_keys=str(issuer.public_keys), demo=True, clock_file=clock.file,
    )  # fmt: skip
    async with (
        surroundings(settings, "all") as around,
        running(SERVICE, around, "all") as process,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=process.app), base_url="http://story.test", timeout=60) as client,
    ):
        yield lambda world: Story(world, issuer, client, clock)


def with_step(number: int, **changes: object) -> World:
    """The world with a step that is told otherwise."""
    steps = list(WORLD.steps)
    steps[number] = steps[number].model_copy(update=changes)
    return replace(WORLD, steps=tuple(steps))


def silent(done: int, total: int, at: datetime, tells: str) -> None:
    """Nobody listens."""


BROKEN: list[tuple[World, str]] = [
    (with_step(0, who="mitglied"), "wurde mit 403 beantwortet: You are signed in, but this needs a role that you do not hold."),
    (with_step(1, send={"body": "{fachbeirat}"}), "wurde mit 422 beantwortet: The input does not fit. body.starts_at is missing"),
    (with_step(3, post="/api/meetings/meetings/{sitzung-im-winter}/opening"), "wurde mit 422 beantwortet"),
    (with_step(6, post="/api/minutes"), "wurde mit 404 beantwortet"),
    (with_step(4, at=WORLD.steps[3].at + timedelta(hours=1)), "wurde mit 409 beantwortet: A meeting cannot be opened before the day"),
]


@pytest.mark.parametrize(("world", "says"), BROKEN, ids=["role", "fields", "address", "service", "rule"])
async def test_a_step_that_is_not_granted_breaks_the_story_and_says_why(tell: Tell, world: World, says: str) -> None:
    with pytest.raises(StoryBroken) as broken:
        await tell(world).tell(silent)
    assert says in str(broken.value)
    assert "`bindeglied reset` beginnt von vorn" in str(broken.value)
    assert any(f"„{step.tells}“" in str(broken.value) for step in world.steps)


async def test_data_of_another_version_of_the_story_is_noticed(tell: Tell) -> None:
    told = tell(WORLD)
    heard: list[str] = []
    await told.tell(lambda *step: heard.append(step[-1]))
    assert len(heard) == len(WORLD.bodies) + len(WORLD.steps)
    again = tell(WORLD)
    await again.tell(silent)
    assert again.position == told.position
    with pytest.raises(StoryBroken, match="This Idempotency-Key was used before, for another request"):
        await tell(with_step(6, send={"reason": "Die Heizung ist ausgefallen."})).tell(silent)


async def test_a_busy_service_is_asked_again(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bindeglied.story.TRIES", 2)
    story = tell(WORLD)
    busy = iter([True, False])
    send = story.client.post

    async def sometimes(*args: object, **options: object) -> httpx2.Response:
        return httpx2.Response(503, text="busy") if next(busy, False) else await send(*args, **options)  # type: ignore[arg-type]  # Handed on.

    monkeypatch.setattr(story.client, "post", sometimes)
    await story.tell(silent)
    assert story.position > 0


@pytest.mark.parametrize("text", ["Bad Gateway", "[]", '"no"', json.dumps({"title": "x"})])
def test_an_answer_that_is_no_problem_is_told_as_it_came(text: str) -> None:
    assert said(httpx2.Response(502, text=text)) == text


def test_a_step_with_an_unknown_member_is_no_step() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Step.model_validate({**WORLD.steps[0].model_dump(by_alias=True), "reply": 1})
