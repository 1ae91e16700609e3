"""From wishes over HTTP to what others hear and what stays asked for: the log, the contracts, and read models that equal a fold of it."""

from __future__ import annotations

from datetime import timedelta

from services.meetings.published import published
from shared.contracts.meetings.catalogue import CONTRACTS
from shared.contracts.meetings.sittings import MeetingHeld
from shared.envelope import WATERMARK, Cursor
from shared.eventstore.log import read_log
from shared.eventstore.mapper import MessageTypes
from shared.projections.projection import OWN
from shared.sources.log import LogSource
from tests.meetings.city import City
from tests.meetings.examples import BOARD_NAME, ENDS, OTHER_PLACE, PLACE, REASON, STARTS, TITLE


async def a_year(city: City) -> tuple[str, str]:
    """A body with a meeting that was moved and held, and one that was cancelled; its id and that of the meeting held."""
    body, secretary = await city.board()
    held = await city.schedule(body, secretary)
    meeting = held.json()["id"]
    moved = {"starts_at": STARTS.isoformat(), "place": OTHER_PLACE}
    assert (await city.post(f"/meetings/{meeting}/rescheduling", moved, secretary, If_Match='"1"')).status_code == 200
    later = (STARTS + timedelta(days=30)).isoformat()
    other = (await city.schedule(body, secretary, starts_at=later, ends_at=None)).json()["id"]
    assert (await city.post(f"/meetings/{other}/cancellation", {"reason": REASON}, secretary)).status_code == 200
    city.clock.now = STARTS
    assert (await city.post(f"/meetings/{meeting}/opening", {}, secretary)).status_code == 200
    city.clock.now = ENDS
    assert (await city.post(f"/meetings/{meeting}/closing", {}, secretary)).status_code == 200
    return body, meeting


async def test_a_year_of_a_body_leaves_these_facts_contracts_and_read_models(city: City) -> None:
    body, meeting = await a_year(city)
    facts = await read_log(city.process.pool, 0, 100)
    assert [fact.type.removeprefix("meetings.") for fact in facts] == [
        "BodyFounded",
        "CadenceSet",
        "MeetingScheduled",
        "MeetingRescheduled",
        "MeetingScheduled",
        "MeetingCancelled",
        "MeetingOpened",
        "SittingOpened",
        "SittingClosed",
    ]
    opened, sitting = facts[6], facts[7]
    assert (sitting.causation_id, sitting.correlation_id) == (opened.event_id, opened.correlation_id)
    assert sitting.actor == "reaction:when_meeting_opened_then_open_sitting"

    source = LogSource(city.process.pool, city.process.signals, "meetings", published=published, types=city.process.types)
    told = [entry for entry in await source.read(Cursor(), 100) if entry.type != WATERMARK]
    await source.close()
    assert [entry.type.removeprefix("meetings.") for entry in told] == [
        "BodyFounded",
        "MeetingScheduled",
        "MeetingRescheduled",
        "MeetingScheduled",
        "MeetingCancelled",
        "MeetingHeld",
    ]
    outside = MessageTypes(CONTRACTS)
    heard = [outside.decode(entry.type, entry.schema_version, entry.data) for entry in told]
    assert heard[-1] == MeetingHeld.model_validate(
        {
            "meeting": meeting,
            "body": body,
            "body_name": BOARD_NAME,
            "title": TITLE,
            "public": True,
            "opened_at": STARTS,
            "closed_at": ENDS,
            "place": OTHER_PLACE,
        }
    )
    assert PLACE not in told[-1].data.decode()

    told_types = {fact.type for fact in facts}
    for projector in city.process.readers.projectors:
        folded = {message.NAME for message in projector.projection.folds.get(OWN, ())}
        assert not folded or await projector.reached(OWN, facts[-1].pos, 60)
        verified = await projector.verify()
        assert verified.difference is None
        assert (verified.rows > 0) is bool(folded & told_types)


async def test_a_meeting_that_was_held_leaves_the_list_of_those_coming_before_its_time_is_over(city: City) -> None:
    body, secretary = await city.board()
    meetings = [(await city.schedule(body, secretary)).json()["id"] for _ in range(2)]
    city.clock.now = STARTS
    first, second = [await city.post(f"/meetings/{meeting}/opening", {}, secretary) for meeting in meetings]
    assert (first.status_code, second.status_code) == (200, 200)
    city.clock.now = STARTS + (ENDS - STARTS) / 2
    coming = await city.get("/meetings", secretary, min_position=second.headers["position"])
    assert {item["meeting"] for item in coming.json()["items"]} == set(meetings)
    closed = await city.post(f"/meetings/{meetings[0]}/closing", {}, secretary)
    assert closed.status_code == 200, closed.text
    left = await city.get("/meetings", secretary, min_position=closed.headers["position"])
    assert [(item["meeting"], item["standing"]) for item in left.json()["items"]] == [(meetings[1], "opened")]
