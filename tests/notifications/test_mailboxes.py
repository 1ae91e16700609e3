"""Letters that anybody can have sent to any address are bounded for each mailbox and day; nobody is told, but for operators."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.notifications.mailboxes import KEPT, Mailboxes
from shared.settings import Settings
from tests.notifications.city import OPERATOR, City
from tests.notifications.examples import CONFERENCE, MEETING, MEETING_SCHEDULED, registration_confirmed, registration_requested, some

MOST: int = Settings.model_fields["letters_per_mailbox"].default
DAY = date(2018, 11, 30)


async def by_outcome(city: City) -> Counter[str]:
    """How many letters were handed over or failed, and why, as operators see it."""
    await city.quiet()
    listed = (await city.get("/notifications", OPERATOR, limit="100")).json()["items"]
    return Counter(one["failure"] or one["standing"] for one in listed)


async def test_a_mailbox_gets_a_few_letters_a_day_that_anybody_can_have_sent_there(city: City) -> None:
    for number in range(MOST + 2):
        asked = await city.subscribe(f"Ada+{number}@Example.org")
        assert (asked.status_code, asked.json()) == (202, {"heard": True}), "nobody is told"
    assert await by_outcome(city) == {"handed_over": MOST, "too_many": 2}
    await city.subscribe("bea@example.org")
    assert await by_outcome(city) == {"handed_over": MOST + 1, "too_many": 2}, "another mailbox"
    city.clock.now += timedelta(days=1)
    await city.subscribe("ada@example.org")
    assert await by_outcome(city) == {"handed_over": MOST + 2, "too_many": 2}, "another day"
    assert len(city.letters()) == MOST + 2
    standing = await city.process.readers.effects["dispatch"].standing()
    assert standing.failed == 2, "operators see it"


async def test_it_counts_over_everything_but_for_what_somebody_has_confirmed(city: City) -> None:
    city.clock.now = city.others["conferences"][0].begins
    for number in range(MOST):
        await city.subscribed(f"ada+{number}@example.org")
    subject = await city.keyring.subject_for("ada@example.org")
    email, name, token = [await city.keyring.seal(value, subject, "test.value") for value in ("ada@example.org", "Ada", "token")]
    city.tell("conferences", CONFERENCE, registration_requested(email, name, token, token))
    assert await by_outcome(city) == {"handed_over": MOST, "too_many": 1}
    city.tell("conferences", CONFERENCE, registration_confirmed(email, name, token))
    city.tell("meetings", MEETING, MEETING_SCHEDULED)
    assert await by_outcome(city) == {"handed_over": 2 * MOST + 1, "too_many": 1}


@pytest.fixture
def mailboxes(city: City) -> Mailboxes:
    return Mailboxes(city.process.pool, city.keyring, MOST)


async def test_the_last_place_is_given_once_and_kept(mailboxes: Mailboxes) -> None:
    letters = [uuid4() for _ in range(4 * MOST)]
    taken = await asyncio.gather(*(mailboxes.take("ada@example.org", DAY, letter) for letter in letters))
    assert sum(taken) == MOST
    again = [await mailboxes.take("ADA+x@example.org", DAY, letter) for letter in letters]
    assert again == taken, "a letter that is tried again has its place, and no other gets it"


async def test_what_is_counted_is_forgotten_and_holds_no_address(city: City, mailboxes: Mailboxes) -> None:
    await mailboxes.take("ada@example.org", DAY, some("letter"))
    kept = await city.process.pool.fetchval("select t::text from work.mailbox t")
    assert "ada" not in kept
    assert b"ada".hex() not in kept
    await mailboxes.take("bea@example.org", DAY + KEPT, some("letter"))
    assert await city.process.pool.fetchval("select count(*) from work.mailbox") == 2
    await mailboxes.forget(DAY + KEPT + timedelta(days=1))
    assert await city.process.pool.fetchval("select count(*) from work.mailbox") == 1
