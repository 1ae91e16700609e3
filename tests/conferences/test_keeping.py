"""What is kept of people is kept for a time, forgotten by itself, and erased wherever it is once somebody asks for it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.conferences.events.contribution import ContributionErased
from services.conferences.events.registrations import RegistrationErased
from services.conferences.keeping import KEPT, PERIODS
from services.conferences.periods import CONFIRM_WITHIN, KEPT_AFTER_CONFERENCE, KEPT_CONTRIBUTION, KEPT_UNCONFIRMED
from shared.failpoints import FailpointHit, set_failpoints
from shared.forgetting import Forgetter
from shared.privacy.sealed import ERASED as GONE
from shared.testing import History, ReadModel, assert_order_independent
from tests.conferences.city import ORGANISER, PATIENCE, City
from tests.conferences.examples import (
    CALLED_OFF,
    CANCELLED,
    CONFIRMED,
    CONTRIBUTION,
    CONTRIBUTOR_ERASED,
    ENDS,
    ENTERED,
    ERASED,
    GROUP_CONTRIBUTION,
    HANDED_IN,
    MOVED,
    NOW,
    OPENED,
    REGISTRATION,
    REGISTRATIONS,
    REQUESTED,
    STOPPED,
    SUBJECT,
    WHY_NOT,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

KEYS = "select count(*) from keyring.subject_key where state = 'live'"


@pytest.mark.parametrize(
    ("facts", "at"),
    [
        ((REQUESTED,), NOW + CONFIRM_WITHIN + KEPT_UNCONFIRMED),
        ((REQUESTED, CONFIRMED), ENDS + KEPT_AFTER_CONFERENCE),
        ((REQUESTED, CONFIRMED, MOVED), MOVED.ends_at + KEPT_AFTER_CONFERENCE),
        ((REQUESTED, CONFIRMED, STOPPED, CALLED_OFF), NOW + KEPT_AFTER_CONFERENCE),
        ((REQUESTED, CONFIRMED, CANCELLED), NOW + KEPT_UNCONFIRMED),
        ((REQUESTED, CONFIRMED, ERASED), None),
    ],
    ids=["requested", "confirmed", "moved", "called off", "cancelled", "erased"],
)
async def test_a_request_falls_due_a_week_after_its_link_and_a_place_a_month_after_the_conference(
    pool: Pool, facts: tuple[Any, ...], at: datetime | None
) -> None:
    await ReadModel(pool, PERIODS.projection).given(own=History().add(REGISTRATIONS, OPENED, *facts)).then()
    rows = await pool.fetch("select cause, key, due_at, stream, command from periods_v1")
    planned = [(REGISTRATIONS, str(REGISTRATION), at, REGISTRATIONS, "ForgetRegistration")] if at else []
    assert [tuple(row.values()) for row in rows] == planned


async def test_a_contribution_falls_due_after_a_year_and_a_working_groups_never(pool: Pool) -> None:
    told = History().add(CONTRIBUTION, HANDED_IN).add(GROUP_CONTRIBUTION, ENTERED)
    await ReadModel(pool, PERIODS.projection).given(own=told).then()
    [row] = await pool.fetch("select stream, due_at from periods_v1")
    assert row["stream"] == CONTRIBUTION
    assert row["due_at"].date() == HANDED_IN.received_on + KEPT_CONTRIBUTION
    await ReadModel(pool, PERIODS.projection).given(own=told.add(CONTRIBUTION, CONTRIBUTOR_ERASED)).then(periods_v1=[])


async def test_what_is_kept_stands_there_once_and_does_not_rely_on_order(pool: Pool) -> None:
    told = History().add(CONTRIBUTION, HANDED_IN).add(REGISTRATIONS, OPENED, REQUESTED).add(GROUP_CONTRIBUTION, ENTERED)
    told.add(REGISTRATIONS, CONFIRMED, ERASED)
    rows: list[dict[str, Any]] = [
        {"thing": REGISTRATION, "subject": SUBJECT, "kind": "registration", "stream": REGISTRATIONS, "forgotten": True, "settled": False},
        {"thing": CONTRIBUTION, "subject": SUBJECT, "kind": "contribution", "stream": CONTRIBUTION, "forgotten": False, "settled": False},
    ]
    await ReadModel(pool, KEPT.projection).given(own=told).then(kept_v2=rows)
    await assert_order_independent(pool, PERIODS.projection, told)


async def erased(city: City, count: int) -> list[UUID]:
    """The registrations that are erased, once they are as many as that."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = [one.registration for one in await city.facts() if isinstance(one, RegistrationErased)]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.05)


async def until_gone(city: City, sealed: Any) -> None:
    """The key of a value is destroyed."""
    async with asyncio.timeout(PATIENCE):
        while await city.keyring.open(sealed) != GONE:
            await asyncio.sleep(0.05)


async def test_whoever_never_confirmed_is_forgotten_and_whoever_comes_is_after_the_conference(city: City) -> None:
    conference = await city.conference(capacity=1)
    await city.registered(conference, "bea@example.org")
    await city.coming(conference, "ada@example.org", access_needs="Rampe")
    bea, ada = await city.requests()
    city.clock.now += CONFIRM_WITHIN + KEPT_UNCONFIRMED
    assert await erased(city, 1) == [bea.registration]
    await until_gone(city, bea.email)
    assert await city.keyring.person_at("bea@example.org") is None, "nothing leads to the address any more"
    assert await city.keyring.open(ada.email) == "ada@example.org"
    listed = (await city.get(f"/conferences/{conference}/registrations", ORGANISER)).json()["items"]
    assert [(one["name"], one["access_needs"]) for one in listed] == [("Ada Beispiel", "Rampe")]
    city.clock.now = ENDS + KEPT_AFTER_CONFERENCE
    assert await erased(city, 2) == [bea.registration, ada.registration]
    assert ada.access_needs
    await until_gone(city, ada.access_needs)
    [place] = (await city.get(f"/conferences/{conference}/registrations", ORGANISER)).json()["items"]
    assert (place["standing"], place["erased"], place["name"]) == ("confirmed", True, {"erased": True})
    assert (await city.get(f"/conferences/{conference}")).json()["registration"]["full"] is True, "counts stay"
    for projector in city.process.readers.projectors:
        assert (await projector.verify()).difference is None
    assert await city.keyring.pool.fetchval(KEYS) == 0


async def test_whoever_wanted_to_come_to_a_conference_that_was_called_off_is_forgotten(city: City) -> None:
    conference = await city.conference()
    await city.coming(conference, "ada@example.org")
    [ada] = await city.requests()
    assert (await city.post(f"/conferences/{conference}/cancellation", {"reason": WHY_NOT}, ORGANISER)).status_code == 200
    await city.tail()
    assert await city.keyring.open(ada.email) == "ada@example.org", "the letter can still leave"
    city.clock.now += KEPT_AFTER_CONFERENCE
    assert city.clock.now < ENDS + KEPT_AFTER_CONFERENCE
    assert await erased(city, 1) == [ada.registration]
    await until_gone(city, ada.email)


@pytest.mark.parametrize("point", ["forgetting.before_key", "forgetting.after_key"])
async def test_a_key_is_destroyed_whoever_dies_at_it(city: City, point: str) -> None:
    await city.registered(await city.conference())
    [ada] = await city.requests()
    forgetter = city.process.readers.effects["forgetting"]
    assert isinstance(forgetter, Forgetter)
    set_failpoints(f"{point}:raise")
    try:
        city.clock.now += CONFIRM_WITHIN + KEPT_UNCONFIRMED
        await erased(city, 1)
        await city.tail()
        with pytest.raises(FailpointHit):
            await forgetter.destroy()
        assert (await forgetter.standing()).open == 1
        assert (await city.keyring.open(ada.email) == GONE) is (point == "forgetting.after_key")
    finally:
        set_failpoints("")
    await until_gone(city, ada.email)
    async with asyncio.timeout(PATIENCE):
        while (await forgetter.standing()).open:
            await asyncio.sleep(0.05)


async def test_whose_key_is_destroyed_is_looked_at_no_more(city: City) -> None:
    """What is forgotten becomes ever more, and a look at it comes every second."""
    for email in ("ada@example.org", "bea@example.org"):
        await city.registered(await city.conference(), email)
    forgetter = city.process.readers.effects["forgetting"]
    assert isinstance(forgetter, Forgetter)
    pool, looked_at = city.process.pool, f"select count(*) from read.{KEPT.name} where forgotten and not settled"
    destroyed = "select subject from work.key_destroyed order by subject"

    async def settled() -> None:
        async with asyncio.timeout(PATIENCE):
            while (await forgetter.standing()).open or await pool.fetchval(looked_at):
                await asyncio.sleep(0.05)

    city.clock.now += CONFIRM_WITHIN + KEPT_UNCONFIRMED
    await erased(city, 2)
    await city.tail()
    await settled()
    [kept] = [one for one in city.process.readers.projectors if one.projection is KEPT.projection]
    before = await pool.fetch(destroyed)
    assert len(before) == 2
    await kept.rebuild()  # Which forgets what is settled.
    await settled()
    assert await pool.fetch(destroyed) == before
    assert (await kept.verify()).difference is None, "it is no part of what is verified"
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
        plan = await connection.fetch(f"explain {forgetter.open_query()}")
    assert f"{KEPT.name}_open" in str(plan)


async def test_an_erasure_reaches_everything_under_the_address_and_nothing_of_anybody_else(city: City) -> None:
    first, second = await city.conference(), await city.conference()
    manage = await city.coming(first, "ada@example.org")
    city.clock.now += timedelta(days=1)
    waiting, _ = await city.registered(second, "ada@example.org")
    assert (await city.hand_in(second, email="ada@example.org")).status_code == 201
    assert (await city.hand_in(second)).status_code == 201
    await city.coming(second, "bea@example.org")
    assert (await city.post("/registrations/erasure", {"token": manage})).status_code == 200
    forgetter = city.process.readers.effects["forgetting"]
    assert isinstance(forgetter, Forgetter)
    await city.tail()
    await forgetter.enter()
    requests = await city.requests()
    gone = [one.registration for one in await city.facts() if isinstance(one, RegistrationErased)]
    assert gone == [one.registration for one in requests[:2]]
    assert sum(isinstance(one, ContributionErased) for one in await city.facts()) == 1
    assert (await city.confirm(waiting)).json()["type"] == "urn:bindeglied:conferences:RegistrationIsUnknown"
    assert await city.keyring.open(requests[2].email) == "bea@example.org"
    await city.tail()
    assert await forgetter.enter() == 0, "each once"


async def test_what_is_refused_or_leads_to_nothing_leaves_no_key(city: City) -> None:
    conference = await city.conference()
    await city.registered(conference, "ada@example.org")
    before = await city.keyring.pool.fetchval("select count(*) from keyring.subject_key")
    assert (await city.register(conference, "ada@example.org")).status_code == 201, "whoever asked today is answered as everybody"
    assert (await city.post(f"/conferences/{conference}/registration-end", {}, ORGANISER)).status_code == 200
    for email in ("ada@example.org", "bea@example.org"):
        assert (await city.register(conference, email)).status_code == 409
    assert await city.keyring.pool.fetchval("select count(*) from keyring.subject_key") == before


async def test_the_same_request_twice_at_once_leaves_the_key_that_is_used(city: City) -> None:
    conference = await city.conference()
    answers = await asyncio.gather(*(city.register(conference, "ada@example.org") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    [only] = await city.requests()
    assert await city.keyring.open(only.email) == "ada@example.org"
    assert await city.keyring.pool.fetchval(KEYS) == 2, "the person's and that of the registration"


async def test_what_is_sent_again_under_its_key_leaves_no_other_key(city: City) -> None:
    conference = await city.conference()
    for _ in range(2):
        assert (await city.register(conference, key="anmeldung")).status_code == 201
        assert (await city.hand_in(conference, email="ada@example.org", key="beitrag")).status_code == 201
    assert await city.keyring.pool.fetchval(KEYS) == 3, "the person's, that of the registration and that of the contribution"
