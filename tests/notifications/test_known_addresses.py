"""Nobody learns from an answer, or from the time that it takes, whether an address has subscribed already."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.notifications.events.register import SubscriptionRequested
from shared.eventstore.log import read_log
from tests.notifications.city import city as running_city
from tests.support.postgres import Database

LONG = 600.0
"""Seconds, of which a test waits none."""


async def test_whether_an_address_is_known_shows_neither_in_the_answer_nor_in_its_time(
    database: Database, keyring_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr("shared.http.call.rest", rest)
    async with running_city(database, keyring_database, tmp_path, anonymous_seconds=LONG) as city:
        answers = [await city.subscribe(email) for email in ("ada@example.org", "bea@example.org", "ada@example.org")]
        assert {(one.status_code, one.content) for one in answers} == {(202, answers[0].content)}
        asked = [one for one in await read_log(city.process.pool, 0, 100) if one.type == SubscriptionRequested.NAME]
        assert len(asked) == 2, "the second time there is nothing to do"
    assert len(rests) == 3
    assert all(0 < seconds < LONG for seconds in rests), "as much as is left of the time that they all take"
