"""What is kept of people is kept for a time, forgotten by itself, and erased wherever it is once somebody asks for it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from services.notifications.events.feedback import FeedbackErased
from services.notifications.events.register import REGISTER_STREAM, SubscriptionErased
from services.notifications.keeping import KEPT, PERIODS
from services.notifications.periods import CONFIRM_WITHIN, KEPT_FEEDBACK, KEPT_STOPPED, KEPT_UNCONFIRMED
from shared.domain import Named
from shared.eventstore.log import read_log
from shared.forgetting import Forgetter
from shared.testing import History, ReadModel, assert_order_independent
from tests.notifications.city import SECRETARY, City
from tests.notifications.examples import (
    ADA,
    BOARD,
    CONFIRMED,
    ERASED,
    FEEDBACK_ERASED,
    FEEDBACK_GIVEN,
    MEMBER,
    NOW,
    REQUESTED,
    STOPPED,
    SUBSCRIPTION,
    some,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

MAIL, OTHER_MAIL = "ada@example.org", "bea@example.org"
KEYS = "select count(*) from keyring.subject_key where state = 'live'"
FEEDBACK = some("feedback")


@pytest.mark.parametrize(
    ("facts", "at"),
    [
        ((REQUESTED,), NOW + CONFIRM_WITHIN + KEPT_UNCONFIRMED),
        ((REQUESTED, CONFIRMED), None),
        ((REQUESTED, CONFIRMED, STOPPED), NOW + KEPT_STOPPED),
        ((REQUESTED, ERASED), None),
    ],
    ids=["requested", "confirmed", "stopped", "erased"],
)
async def test_a_subscription_falls_due_a_week_after_its_link_or_its_end(pool: Pool, facts: tuple[Named, ...], at: datetime | None) -> None:
    history = History().add(REGISTER_STREAM, *facts)
    planned = [(REGISTER_STREAM, str(SUBSCRIPTION), at, REGISTER_STREAM, "ForgetSubscription")] if at else []
    assert await falls_due(pool, history) == planned


async def test_feedback_falls_due_after_a_year(pool: Pool) -> None:
    history = History().add(FEEDBACK, FEEDBACK_GIVEN)
    assert await falls_due(pool, history) == [(FEEDBACK, "due", NOW + KEPT_FEEDBACK, FEEDBACK, "ForgetFeedback")]


async def falls_due(pool: Pool, history: History) -> list[tuple[Any, ...]]:
    await ReadModel(pool, PERIODS.projection).given(own=history).then()
    rows = await pool.fetch("select cause, key, due_at, stream, command from periods_v1")
    return [tuple(row.values()) for row in rows]


async def test_what_is_kept_stands_there_once_and_does_not_rely_on_order(pool: Pool) -> None:
    told = History().add(REGISTER_STREAM, REQUESTED, CONFIRMED).add(FEEDBACK, FEEDBACK_GIVEN, FEEDBACK_ERASED).add(REGISTER_STREAM, STOPPED)
    rows: list[dict[str, Any]] = [
        {"thing": SUBSCRIPTION, "subject": ADA, "kind": "subscription", "stream": REGISTER_STREAM, "forgotten": False, "settled": False},
        {"thing": FEEDBACK, "subject": ADA, "kind": "feedback", "stream": FEEDBACK, "forgotten": True, "settled": False},
    ]
    rows.sort(key=lambda row: row["thing"])
    await ReadModel(pool, KEPT.projection).given(own=told).then(kept_v2=rows)
    await assert_order_independent(pool, KEPT.projection, told)
    await assert_order_independent(pool, PERIODS.projection, told)


async def facts(city: City) -> list[Named]:
    """Every fact in the log."""
    entries = await read_log(city.process.pool, 0, 1000)
    return [city.process.types.decode(entry.type, entry.schema_version, entry.data) for entry in entries]


async def erased(city: City, count: int) -> list[SubscriptionErased]:
    """The subscriptions that are erased, once they are as many as that and all that follows has happened."""
    async with asyncio.timeout(60):
        while len(found := [one for one in await facts(city) if isinstance(one, SubscriptionErased)]) < count:
            await asyncio.sleep(0.05)
    await city.quiet()
    return found


async def test_whoever_never_confirmed_and_whoever_has_stopped_is_forgotten(city: City) -> None:
    stop = await city.subscribed(MAIL)
    assert (await city.subscribe(OTHER_MAIL)).status_code == 202
    await city.quiet()
    city.clock.now += CONFIRM_WITHIN + KEPT_UNCONFIRMED
    [gone] = await erased(city, 1)
    assert gone.reason == "period"
    assert await city.keyring.person_at(OTHER_MAIL) is None, "nothing leads to the address any more"
    assert (await city.post("/subscriptions/stop", {"token": stop})).status_code == 200
    await city.quiet()
    city.clock.now += KEPT_STOPPED
    assert [one.reason for one in await erased(city, 2)] == ["period", "period"]
    assert await city.keyring.pool.fetchval(KEYS) == 0
    assert (await city.post("/subscriptions/erasure", {"token": stop})).status_code == 404


async def test_an_erasure_asked_for_in_another_service_reaches_all_that_is_kept_here(city: City) -> None:
    stop, others = await city.subscribed(MAIL), await city.subscribed(OTHER_MAIL)
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": MAIL, "language": "de"}
    assert (await city.post("/contacts", contact, SECRETARY)).status_code == 201
    assert (await city.post("/feedback", {"text": "Der Kontrast ist zu schwach.", "email": MAIL})).status_code == 202
    await city.quiet()
    person = await city.keyring.person_at(MAIL)
    assert person
    await city.keyring.erase(person)
    forgetter = city.process.readers.effects["forgetting"]
    assert isinstance(forgetter, Forgetter)
    await forgetter.enter()
    await city.quiet()
    assert [one.reason for one in await erased(city, 1)] == ["asked"]
    assert sum(isinstance(one, FeedbackErased) for one in await facts(city)) == 1
    assert (await city.post("/subscriptions/stop", {"token": stop})).status_code == 404
    assert (await city.post("/subscriptions/stop", {"token": others})).status_code == 200
    shown = (await city.get("/contacts", SECRETARY, body=str(BOARD))).json()
    assert [one["email"] for one in shown] == [MAIL], "what a body keeps of its member is the body's"
    assert await forgetter.enter() == 0, "each once"


async def test_what_leads_to_nothing_leaves_no_key_and_a_contacts_end_none_either(city: City) -> None:
    await city.subscribed(MAIL)
    before = await city.keyring.pool.fetchval(KEYS)
    assert (await city.subscribe(MAIL)).status_code == 202, "what is subscribed to already is answered as anything"
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": OTHER_MAIL, "language": "de"}
    assert (await city.post("/contacts", contact, SECRETARY)).status_code == 201
    assert (await city.post("/contacts/erasure", {"member": str(MEMBER), "body": str(BOARD)}, SECRETARY)).status_code == 200
    assert await city.keyring.pool.fetchval(KEYS) == before
    assert await city.keyring.person_at(OTHER_MAIL) is None
