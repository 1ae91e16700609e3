"""Questions over HTTP: pages, waiting for a position, and what operators are shown."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http import positions
from shared.http.bad_input import BadInput
from shared.http.paging import Listing
from shared.http.positions import wait_for_position
from tests.http.conftest import FAILED, PARKED, Served, bearer
from tests.http.test_commands import told


async def test_pages_follow_their_links_to_the_last_item_and_end(served: Served) -> None:
    seen: list[int] = []
    address: str | None = "/api/notes/numbers?limit=3"
    while address:
        response = await served.client.get(address, headers=bearer())
        page = response.json()
        seen += page["items"]
        address = page["next"]
        assert response.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
    assert seen == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "after=x", "after=%FF", "after=AAAA", "after=ü", f"after={Listing('others', int).cursor([3])}"],
)
async def test_a_page_that_was_never_offered_is_422(served: Served, query: str) -> None:
    problem = told(await served.client.get(f"/api/notes/numbers?{query}", headers=bearer()), 422)
    assert problem["errors"][0]["where"] == f"query.{query.partition('=')[0]}"


@given(st.datetimes(timezones=st.just(UTC)), st.dates(), st.text(), st.integers(), st.uuids())
def test_a_cursor_carries_its_key_whole(at: datetime, day: date, text: str, number: int, last: UUID) -> None:
    listing = Listing("whole", datetime, date, str, int, UUID)
    key = (at, day, text, number, last)
    assert listing.after(listing.cursor(key)) == key


@given(st.integers(0, 30), st.sampled_from("AZaz09-_"))
def test_an_edited_cursor_is_noticed(place: int, letter: str) -> None:
    listing = Listing("numbers", int)
    cursor = listing.cursor([123_456_789])
    place %= len(cursor) - 1  # The last character's low bits are padding.
    edited = cursor[:place] + letter + cursor[place + 1 :]
    if edited != cursor:
        with pytest.raises(BadInput):
            listing.after(edited)


async def test_a_question_waits_until_the_read_model_has_come_as_far(served: Served) -> None:
    begun = await served.begin()
    asked = asyncio.create_task(
        served.client.get(begun.headers["location"], params={"min_position": begun.headers["position"]}, headers=served.secretary())
    )
    await asyncio.sleep(0.05)
    assert not asked.done()
    served.cursors.at["notebooks_v1"] = 1
    served.signals.notify("read")
    assert (await asked).status_code == 200


async def test_a_question_that_waits_in_vain_is_told_to_come_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def soon(cursor: Any, signals: Any, name: str, position: int) -> int:
        return await wait_for_position(cursor, signals, name, position, seconds=0.05)

    monkeypatch.setattr("shared.http.call.wait_for_position", soon)
    await served.begin()
    begun = await served.begin()
    served.cursors.at["notebooks_v1"] = 1
    response = await served.client.get(begun.headers["location"], params={"min_position": 2}, headers=served.secretary())
    problem = told(response, 503)
    assert problem["type"] == "urn:bindeglied:problem:read-model-behind"
    assert "position" not in problem
    assert response.headers["retry-after"] == "1"


POSITIONS = (0, 1, 2, 10**12)


async def answered(served: Served, headers: dict[str, str]) -> set[tuple[int, bytes]]:
    """What a question is answered with, for positions before, at and beyond the end of a log of one fact."""
    begun = await served.begin()
    asked = [
        await served.client.get(begun.headers["location"], params={"min_position": position}, headers=headers) for position in POSITIONS
    ]
    return {(answer.status_code, answer.content) for answer in asked}


@pytest.mark.parametrize("headers", [{}, bearer("resident")], ids=["nobody", "without a role"])
async def test_whoever_was_never_told_a_position_cannot_count_them(served: Served, headers: dict[str, str]) -> None:
    assert not served.cursors.at, "the read model stands still, so that whoever is heeded waits in vain"
    [(status, _)] = await answered(served, headers)
    assert status == 200


async def test_whoever_holds_a_role_cannot_try_out_where_the_log_ends(served: Served) -> None:
    served.cursors.at["notebooks_v1"] = 1
    [(status, _)] = await answered(served, served.secretary())
    assert status == 200


@pytest.mark.parametrize("position", ["-1", "x", str(2**63)])
async def test_a_position_that_is_none_is_422(served: Served, position: str) -> None:
    address = f"/api/notes/notebooks/{uuid4()}"
    told(await served.client.get(address, params={"min_position": position}, headers=bearer()), 422)


class Missed:
    """Signals that fall between looking and waiting, as the ticket is there for."""

    def __init__(self) -> None:
        self.count, self.waits = 0, 0

    def ticket(self, channel: str) -> int:
        assert channel == positions.CHANNEL
        return self.count

    async def wait(self, channel: str, ticket: int, timeout: float) -> None:
        self.waits += 1
        if self.count == ticket:
            await asyncio.sleep(timeout)


async def test_a_signal_between_looking_and_waiting_is_not_missed() -> None:
    signals = Missed()
    at = 0

    async def cursor(name: str) -> int:
        nonlocal at
        before, at = at, 5
        signals.count += 1 if before == 0 else 0
        return before

    assert await wait_for_position(cursor, signals, "any", 5, seconds=30) == 5
    assert signals.waits == 1


OPERATOR = bearer("operator", "city:operator")


async def test_an_operator_sees_positions_lag_and_parked_streams(served: Served) -> None:
    [position] = (await served.client.get("/api/notes/operations/positions", headers=OPERATOR)).json()
    assert (position["position"], position["tail"], position["lag"], position["parked"]) == (11, 13, 2, 1)
    [parked] = (await served.client.get("/api/notes/operations/parked", headers=OPERATOR)).json()
    assert parked == PARKED.model_dump(mode="json")
    assert (await served.client.get("/api/notes/operations/refused", headers=OPERATOR)).json() == []


@pytest.mark.parametrize("what", ["retry", "skip"])
async def test_an_operator_releases_a_parked_stream_once(served: Served, what: str) -> None:
    address = f"/api/notes/operations/parked/{PARKED.reader}/{PARKED.source}/{PARKED.stream}/{what}"
    assert (await served.client.post(address, headers=OPERATOR)).json() == {"released": True}
    told(await served.client.post(address, headers=OPERATOR), 404)


async def test_an_operator_sees_failed_timers_and_lets_them_fire_again_once(served: Served) -> None:
    [failed] = (await served.client.get("/api/notes/operations/timers/failed", headers=OPERATOR)).json()
    assert failed == FAILED.model_dump(mode="json")
    address = f"/api/notes/operations/timers/{FAILED.timer}/{FAILED.command}/retry"
    told(await served.client.post(address.replace(FAILED.timer, "others_v1"), headers=OPERATOR), 404)
    again = {"timer": FAILED.timer, "command": str(FAILED.command)}
    assert (await served.client.post(address, headers=OPERATOR)).json() == again
    told(await served.client.post(address, headers=OPERATOR), 404)
    assert (await served.client.get("/api/notes/operations/timers/failed", headers=OPERATOR)).json() == []


@pytest.mark.parametrize("headers", [{}, bearer("s", f"{uuid4()}:operator"), bearer("s", "city:registry")])
async def test_operations_are_for_the_citys_operators_only(served: Served, headers: dict[str, str]) -> None:
    wishes = (
        ("GET", "positions"), ("GET", "parked"), ("GET", "refused"), ("POST", f"parked/a/b/{uuid4()}/skip"),
        ("GET", "timers/failed"), ("POST", f"timers/{FAILED.timer}/{FAILED.command}/retry"),
    )  # fmt: skip
    for method, path in wishes:
        response = await served.client.request(method, f"/api/notes/operations/{path}", headers=headers)
        told(response, 403 if headers else 401)
    assert len(await served.runtime.operations.parked(10)) == 1
    assert len(await served.runtime.operations.failed_timers(10)) == 1


async def test_metrics_count_requests_by_route_and_commands_by_outcome(served: Served) -> None:
    await served.begin()
    await served.begin(body="nobody")
    notebook = (await served.begin()).json()["id"]
    await served.write(notebook, "x", if_match='"7"')
    served.runtime.metrics.queue.labels("notes").set_function(lambda: 3)

    async def refresh() -> None:
        served.runtime.metrics.lag.labels("notes", "notebooks_v1", "own").set(2)

    served.runtime.metrics.before_scrape(refresh)
    text = (await served.client.get("/metrics")).text
    for line in (
        'http_request_seconds_count{method="POST",route="/api/notes/notebooks",service="notes",status="201"} 2.0',
        'http_request_seconds_count{method="POST",route="/api/notes/notebooks",service="notes",status="422"} 1.0',
        'commands_total{command="BeginNotebook",outcome="accepted",service="notes"} 2.0',
        'commands_total{command="WriteLine",outcome="stale",service="notes"} 1.0',
        'append_queue{service="notes"} 3.0',
        'reader_lag{reader="notebooks_v1",service="notes",source="own"} 2.0',
    ):
        assert line in text.splitlines(), line
    assert notebook not in text
