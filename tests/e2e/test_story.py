"""The story against worlds that do not fit: it breaks off with a sentence that says which step, why, and what to do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import httpx2
import pytest

from bindeglied.address import OneAddress
from bindeglied.answers import reach, said
from bindeglied.embedded import Home, embedded
from bindeglied.outbox import Outbox
from bindeglied.story import TRIES, Story, StoryBroken
from bindeglied.world.crowd import enlarge
from bindeglied.world.read import Find, Mail, Step, World, read_world
from tests.support.postgres import PostgresServer
from tests.support.run import Run

WHOLE = read_world()
WORLD = replace(WHOLE, seats=WHOLE.seats[:1], steps=WHOLE.steps[:7])
"""As much of the story as has one step of each kind."""
Tell = Callable[[World], Story]

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
async def tell(run: Run, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tell]:
    """Makes storytellers of one embedded form."""
    monkeypatch.setattr("bindeglied.embedded.start_postgres", lambda _: SimpleNamespace(get_uri=lambda: own_postgres.dsn))
    home = Home(run.fresh_directory("home"))
    async with (
        embedded(home) as everything,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=OneAddress(everything)), base_url="http://story.test", timeout=60) as client,
    ):
        yield lambda world: Story(world, everything.issuer, client, home.clock, Outbox(home.outbox), list(everything.services))


def with_step(number: int, **changes: object) -> World:
    """The world with a step that is told otherwise."""
    steps = list(WORLD.steps)
    steps[number] = steps[number].model_copy(update=changes)
    return replace(WORLD, steps=tuple(steps))


def silent(done: int, total: int, at: datetime, tells: str) -> None:
    """Nobody listens."""


NOWHERE = Find(get="/api/meetings/bodies", where={"name": "Ältestenrat"}, take={"rat": "body"})
NOBODY = Mail(to="nobody@post.example", link="subscription/confirm", **{"as": "abo"})
EARLY: dict[str, object] = {"post": "/api/meetings/meetings/{sitzung-im-winter}/opening", "send": {}}
BROKEN: list[tuple[int, dict[str, object], str]] = [
    (1, {"who": "mitglied"}, "wurde mit 403 beantwortet: You are signed in, but this needs a role that you do not hold."),
    (2, {"send": {"body": "{fachbeirat}"}}, "wurde mit 422 beantwortet: The input does not fit. body.starts_at is missing"),
    (3, EARLY, "wurde mit 409 beantwortet: A meeting cannot be"),
    (3, {"post": "/api/minutes"}, "wurde mit 404 beantwortet"),
    (4, {"find": NOWHERE}, "/api/meetings/bodies zeigt nichts mit {'name': 'Ältestenrat'}"),
    (6, {"mail": NOBODY}, "nobody@post.example hat keinen Brief mit einem Verweis auf subscription/confirm"),
]
"""Which step is told otherwise, how, and what is said of it."""


async def test_a_step_that_is_not_granted_breaks_the_story_and_says_why(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    await tell(replace(WORLD, steps=WORLD.steps[:1])).tell(silent)
    for number, changes, says in BROKEN:
        broken_one = WORLD.steps[number].tells

        def listen(done: int, total: int, at: datetime, tells: str, broken_one: str = broken_one) -> None:
            """What will never be granted is asked for twice; before it the story is as patient as ever."""
            monkeypatch.setattr("bindeglied.story.TRIES", 1 if tells == broken_one else TRIES)

        with pytest.raises(StoryBroken) as broken:
            await tell(with_step(number, **changes)).tell(listen)
        assert says in str(broken.value)
        assert "`bindeglied reset` beginnt von vorn" in str(broken.value)
        assert f"„{broken_one}“" in str(broken.value)


async def test_data_of_another_version_of_the_story_is_noticed(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tell(WORLD)
    heard: list[str] = []
    await told.tell(lambda *step: heard.append(step[-1]))
    assert len(heard) == len(WORLD.bodies) + len(WORLD.seats) + len(WORLD.steps)
    again = tell(WORLD)
    await again.tell(silent)
    assert again.names == told.names
    monkeypatch.setattr("bindeglied.story.TRIES", 1)  # All was told: what was granted once is answered at once.
    with pytest.raises(StoryBroken, match="This Idempotency-Key was used before, for another request"):
        await tell(with_step(3, send={**WORLD.steps[3].send, "place": "Anderswo"})).tell(silent)


async def test_a_busy_service_is_asked_again(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    story = tell(replace(WORLD, steps=WORLD.steps[:1]))
    busy = iter([True, False])
    send, refused = story.client.post, 0

    async def sometimes(*args: object, **options: object) -> httpx2.Response:
        nonlocal refused
        if next(busy, False):
            refused += 1
            return httpx2.Response(503, text="busy")
        return await send(*args, **options)  # type: ignore[arg-type]  # Handed on.

    monkeypatch.setattr(story.client, "post", sometimes)
    await story.tell(silent)
    assert refused == 1


def test_a_larger_world_has_as_many_contributions_more_and_results_that_come_from_them() -> None:
    larger = enlarge(WHOLE, 100)
    assert larger == enlarge(WHOLE, 100)
    assert larger.crowd
    names = {one.name for one in larger.crowd.contributions}
    assert len(names) == 100
    used = [origin["contribution"].strip("{}") for step in larger.steps for origin in step.send.get("comes_from", ())]
    assert names <= set(used)
    assert len(used) == len(set(used))
    assert enlarge(WHOLE, 0) is WHOLE


@pytest.mark.parametrize("text", ["Bad Gateway", "[]", '"no"', json.dumps({"title": "x"})])
def test_an_answer_that_is_no_problem_is_told_as_it_came(text: str) -> None:
    assert said(httpx2.Response(502, text=text)) == text


def test_members_are_reached_inside_of_lists_and_objects() -> None:
    value = {"a": [{"b": 1}, {"b": None}]}
    assert [reach(value, name) for name in ("a.0.b", "a.1.b", "a.2.b", "c.d", "a.b")] == [1, None, None, None, None]


def test_a_step_with_an_unknown_member_is_no_step() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Step.model_validate({**WORLD.steps[0].model_dump(by_alias=True), "reply": 1})
