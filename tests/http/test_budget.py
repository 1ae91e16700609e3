"""Whoever is not signed in has a budget of commands, by the address they come from; everybody else has none."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest

from shared.http.budget import Budget, TooMany, network_of
from shared.settings import Settings
from tests.http.conftest import bearer, served_on
from tests.http.test_app import listening
from tests.http.test_commands import told
from tests.support.postgres import Database

PATH = "/api/notes/left-notebooks"
HERE, THERE = "203.0.113.7", "198.51.100.4"


class Clock:
    """Seconds that pass when the test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def granted(budget: Budget, address: str, wishes: int) -> int:
    """How many of so many commands in a row get through."""
    for number in range(wishes):
        try:
            budget.take(address)
        except TooMany:
            return number
    return wishes


def test_so_many_come_at_once_and_then_one_for_each_part_of_a_minute(clock: Clock) -> None:
    budget = Budget(5, 20, monotonic=clock)
    assert granted(budget, HERE, 9) == 5
    clock.now += 2.9
    assert granted(budget, HERE, 9) == 0
    clock.now += 0.2
    assert granted(budget, HERE, 9) == 1
    clock.now += 60
    assert granted(budget, HERE, 9) == 5


def test_a_refusal_says_when_to_come_again_and_costs_nothing(clock: Clock) -> None:
    budget = Budget(1, 20, monotonic=clock)
    budget.take(HERE)
    for _ in range(3):
        with pytest.raises(TooMany) as refused:
            budget.take(HERE)
        assert refused.value.retry_after == 3
    clock.now += 3
    budget.take(HERE)


def test_each_address_has_its_own_and_of_ipv6_each_network(clock: Clock) -> None:
    budget = Budget(1, 1, monotonic=clock)
    budget.take(HERE)
    budget.take(THERE)
    budget.take("2001:db8:0:1::1")
    budget.take("2001:db8:0:2::1")
    for known in (HERE, f"::ffff:{HERE}", "2001:db8:0:1:ffff::9"):
        with pytest.raises(TooMany):
            budget.take(known)
    assert network_of("nobody") == "nobody"


def test_a_class_of_thirty_behind_one_address_is_let_through(clock: Clock) -> None:
    fields = Settings.model_fields
    budget = Budget(fields["anonymous_at_once"].default, fields["anonymous_per_minute"].default, monotonic=clock)
    for _ in range(5):
        assert granted(budget, HERE, 36) == 36
        clock.now += 60


def test_what_is_remembered_is_bounded_and_holds_no_address(clock: Clock) -> None:
    budget = Budget(2, 60, most_clients=100, monotonic=clock)
    for number in range(1000):
        budget.take(f"10.0.{number // 256}.{number % 256}")
        assert len(budget) <= 100
    assert not any(b"10.0" in client for client in budget._full_at)
    clock.now += 3600
    for number in range(60):
        budget.take(f"10.9.0.{number}")
    assert len(budget) == 60, "who has all of the budget again is forgotten"


def test_whoever_sends_on_is_not_forgotten_before_those_who_do_not(clock: Clock) -> None:
    budget = Budget(1, 1, most_clients=10, monotonic=clock)
    budget.take(HERE)
    for number in range(50):
        budget.take(f"10.0.0.{number}")
        with pytest.raises(TooMany):
            budget.take(HERE)


def wish() -> dict[str, str]:
    return {"body": str(uuid4())}


async def test_beyond_the_budget_the_answer_is_429_and_nothing_happens(database: Database) -> None:
    async with served_on(database.dsn, budget=Budget(2, 1)) as served:
        for _ in range(2):
            assert (await served.client.post(PATH, json=wish())).status_code == 201
        refused = await served.client.post(PATH, json=wish())
        problem = told(refused, 429)
        assert problem["type"] == "urn:bindeglied:problem:too-many"
        assert problem["detail"] == TooMany.__doc__
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert await served.runtime.tail() == 2


async def test_whoever_is_signed_in_has_no_budget_and_reading_takes_nothing(database: Database) -> None:
    async with served_on(database.dsn, budget=Budget(1, 1)) as served:
        for _ in range(3):
            assert (await served.client.get("/api/notes/whoami")).status_code == 200
            assert (await served.client.post(PATH, json=wish(), headers=bearer("somebody"))).status_code == 201
            assert (await served.client.post("/api/notes/notebooks", json=wish())).status_code == 401
        assert (await served.client.post(PATH, json=wish())).status_code == 201
        told(await served.client.post(PATH, json=wish()), 429)


@pytest.mark.parametrize(
    ("trusted", "sent", "through"),
    [
        ((), lambda number: f"203.0.113.{number}", 2),
        (("127.0.0.1",), lambda number: f"203.0.113.{number}", 6),
        (("127.0.0.0/8",), lambda number: f"10.0.0.{number}, {HERE}", 2),
        (("127.0.0.0/8", "10.1.0.0/16"), lambda number: f"203.0.113.{number}, 10.1.0.9", 6),
    ],
    ids=["nobody is believed", "the proxy is", "what the client says to the proxy is not", "a row of proxies is"],
)
async def test_for_whom_a_proxy_asks_is_believed_of_a_trusted_one_alone(
    database: Database, trusted: tuple[str, ...], sent: Callable[[int], str], through: int
) -> None:
    async with (
        served_on(database.dsn, budget=Budget(2, 1)) as served,
        listening(served.app, *trusted) as address,
        httpx2.AsyncClient(base_url=address) as client,
    ):
        statuses = [(await client.post(PATH, json=wish(), headers={"x-forwarded-for": sent(number)})).status_code for number in range(1, 7)]
    assert statuses == [201] * through + [429] * (6 - through)
