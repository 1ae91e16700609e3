"""Two worlds that differ only in what is not public answer everybody alike, byte for byte: every route, page and public topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.e2e.asking import PUBLIC, RANDOM, Asking, Said
from tests.e2e.cities import STRANGER, City, city_of
from tests.e2e.homes import told_home
from tests.e2e.telling import told_to_outsiders
from tests.e2e.worlds import CONFERENCES, HIDDEN, NOTIFICATIONS, OFFICE, SECRET, go_on, meeting
from tests.support.run import Run
from tests.support.spoken import unmarked

BY_HAND = {"imprint", "privacy", "accessibility"}
"""Pages that are written in each language as a whole."""
pytestmark = pytest.mark.timeout(1800)  # Two cities are told and asked for everything, and servers start slowly where many tests run.


async def test_what_is_not_public_changes_no_byte_of_any_answer(run: Run) -> None:
    with told_home(run) as operator:
        async with city_of(operator.home) as city:
            await go_on(city, hidden=True)
            hidden = {kind: [city.names[name] for name in names] for kind, names in HIDDEN.items()}
            busy_told, busy = await told_to_outsiders(city), await _everything(city, hidden)
            assert await _knows(city, "/api/meetings/meetings/{geheime-sitzung}", OFFICE), "whoever may see it does"
    _says_what_is_german(busy)
    with told_home(run) as operator:
        async with city_of(operator.home) as city:
            await go_on(city, hidden=False)
            quiet_told, quiet = await told_to_outsiders(city), await _everything(city, hidden)
            assert [one.question for one in quiet] == [one.question for one in busy]
            assert differing(quiet, busy) == []
            await city.does("/api/meetings/meetings", meeting("Sondersitzung", "2024-01-12", public=True), OFFICE)
            asking = Asking(city, hidden)
            changed = {path for path in ("/api/meetings/meetings", "/de/", "/en/", "/de/meetings") if await asking.differs(path, quiet)}
    assert SECRET.encode() not in b"".join(one.content for one in busy)
    assert busy_told == quiet_told
    assert {service for service, _, _ in busy_told} == {"meetings", "conferences", "recommendations"}
    assert SECRET.encode() not in b"".join(value for _, _, value in busy_told)
    assert {one.status for one in busy} >= {200, 401, 403, 404}
    assert len(busy) > 500
    assert changed == {"/api/meetings/meetings", "/de/", "/en/", "/de/meetings"}, "what is public is told"


def _says_what_is_german(said: Sequence[Said]) -> None:
    """What was asked for already shows it on every page: German on an English page is marked as such (WCAG 3.1.2)."""
    pages = {one.question: one.content.decode() for one in said if one.status == 200 and b"<html" in one.content[:500]}
    pairs = [
        (page, pages[question.replace(" /de/", " /en/")])
        for question, page in pages.items()
        if " GET /de/" in question and question.rsplit("/", 1)[1] not in BY_HAND
    ]
    assert len(pairs) > 50
    assert {tuple(wrong) for pair in pairs if (wrong := unmarked(*pair))} == set()


def differing(one: Sequence[Said], other: Sequence[Said]) -> list[str]:
    """The questions that were answered otherwise, each with the first place where the two answers part."""
    told = []
    for said, heard in zip(one, other, strict=True):
        if said != heard:
            first, second = (f"{answer.status} {answer.headers} {answer.content.decode()}" for answer in (said, heard))
            place = max(0, next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first)) - 60)
            told.append(f"{said.question}: …{first[place : place + 160]}… or …{second[place : place + 160]}…")
    return told


async def _everything(city: City, hidden: Mapping[str, Sequence[str]]) -> list[Said]:
    """What is answered to everything that can be asked for, and to what people send who need no account."""
    composition = (await city.get("/api/meetings/bodies/{fachbeirat}/composition")).json()
    city.names["ein-sitz"] = composition["seats"][0]["seat"]
    assert {name for names in PUBLIC.values() for name in names} <= city.names.keys(), "what is asked for is there"
    said = await Asking(city, hidden).everything()
    assert len({one.question for one in said}) == len(said), "nothing is asked twice"
    return said + [await _sent(city, name, path, body, who) for who in (None, STRANGER) for name, path, body in OPEN]


OPEN: list[tuple[str, str, dict[str, Any]]] = [
    *(
        (
            f"register {name}",
            CONFERENCES + "/conferences/{dialog}/registrations",
            {"name": "Neu", "email": f"{name}@post.example", "language": "de"},
        )
        for name in ("neu", "eins", "zwei", "drei", "vier")
    ),
    *(
        (f"{what} in vain", f"{CONFERENCES}/registrations/{what}", {"token": "x" * 22})
        for what in ("confirmation", "cancellation", "erasure")
    ),
    *(
        (f"subscribe {name}", NOTIFICATIONS + "/subscriptions", {"email": f"{name}@post.example", "language": "de", "about": "everything"})
        for name in ("neu", "eins", "fuenf", "sechs")
    ),
    *(
        (f"{what} in vain too", f"{NOTIFICATIONS}/subscriptions/{what}", {"token": "x" * 22})
        for what in ("confirmation", "stop", "erasure")
    ),
    ("say what is wrong", NOTIFICATIONS + "/feedback", {"text": "Der Kontrast.", "email": "eins@post.example"}),
    (
        "subscribe to what is hidden",
        NOTIFICATIONS + "/subscriptions",
        {"email": "neu@post.example", "language": "de", "about": {"service": "meetings", "kind": "meeting", "id": RANDOM}},
    ),
]


async def _sent(city: City, name: str, path: str, body: dict[str, Any], who: str | None) -> Said:
    answer = await city.post(path, body, who)
    return Said(f"{who} {name}", answer.status_code, tuple(sorted(answer.headers.items())), answer.content)


async def _knows(city: City, path: str, who: str | None) -> bool:
    answer = await city.get(path, who)
    return answer.status_code == 200 and SECRET in answer.text
