"""The slice over HTTP, on a real database, with the worker at work: wishes, refusals, answers, and what outsiders do not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from services.meetings.seats import HALF
from tests.meetings.city import NOBODY, PREFIX, REGISTRY, STRANGER, City, signed_in
from tests.meetings.examples import BOARD_NAME, ENDS, NOW, OTHER_PLACE, PLACE, REASON, SOURCE, STARTS, TITLE

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
MOVED = {"starts_at": "2018-11-13T15:00:00Z", "place": OTHER_PLACE}


def refused_as(response: httpx2.Response, refusal: str) -> bool:
    assert response.status_code == 409, response.text
    return bool(response.json()["type"] == f"urn:bindeglied:meetings:{refusal}")


def fields(response: httpx2.Response) -> list[str]:
    assert response.status_code == 422, response.text
    return [error["where"] for error in response.json()["errors"]]


async def test_a_body_is_founded_shown_and_listed(city: City) -> None:
    office = (await city.found("Koordinierungsstelle", kind="office", legal_nature="administration", cadence=None)).json()["id"]
    founded = await city.found(secretariat=office)
    assert founded.status_code == 201
    body = founded.json()["id"]
    assert founded.headers["location"] == f"{PREFIX}/bodies/{body}"
    assert (founded.headers["etag"], founded.headers["position"]) == ('"2"', "3")
    shown = {
        "id": body,
        "name": BOARD_NAME,
        "kind": "advisory_board",
        "legal_nature": "advisory",
        "secretariat": office,
        "secretariat_name": "Koordinierungsstelle",
        "lead_office": None,
        "lead_office_name": None,
        "reports_to": None,
        "reports_to_name": None,
        "founded_on": "2013-04-25",
        "succeeded": None,
        "cadence": [{"minimum_per_year": 2, "maximum_gap_days": None, "source": SOURCE, "valid_from": "2013-04-25"}],
        "corrected": [],
    }
    assert (await city.get(f"/bodies/{body}")).json() == shown
    listed = (await city.get("/bodies", REGISTRY, min_position=3)).json()["items"]
    assert [(one["body_name"], one["secretariat_name"]) for one in listed] == [
        (BOARD_NAME, "Koordinierungsstelle"),
        ("Koordinierungsstelle", None),
    ]


async def test_no_two_bodies_bear_one_name(city: City) -> None:
    assert (await city.found()).status_code == 201
    assert refused_as(await city.found(BOARD_NAME.upper()), "BodyNameIsTaken")
    assert (await city.found("Netzwerk für Zugewanderte")).status_code == 201


async def test_a_body_is_not_managed_by_an_office_that_does_not_stand(city: City) -> None:
    assert fields(await city.found(secretariat=UNKNOWN)) == ["body.secretariat"]


async def test_a_meeting_is_scheduled_moved_opened_closed_and_counts(city: City) -> None:
    body, secretary = await city.board()
    scheduled = await city.schedule(body, secretary)
    assert scheduled.status_code == 201
    meeting = scheduled.json()["id"]
    moved = await city.post(f"/meetings/{meeting}/rescheduling", MOVED, secretary, If_Match=scheduled.headers["etag"])
    assert moved.status_code == 200
    coming = (await city.get("/meetings", secretary, min_position=moved.headers["position"])).json()["items"]
    assert coming == [
        {
            "meeting": meeting,
            "body": body,
            "body_name": BOARD_NAME,
            "title": TITLE,
            "public": True,
            "starts_at": "2018-11-13T15:00:00Z",
            "ends_at": None,
            "place": OTHER_PLACE,
            "standing": "scheduled",
            "reason": None,
            "formerly_starts_at": "2018-11-06T15:00:00Z",
        }
    ]
    city.clock.now = datetime(2018, 11, 13, 15, 5, tzinfo=UTC)
    opened = await city.post(f"/meetings/{meeting}/opening", {}, secretary)
    assert opened.status_code == 200
    city.clock.advance(timedelta(hours=2))
    closed = await city.post(f"/meetings/{meeting}/closing", {}, secretary)
    assert closed.status_code == 200, closed.text
    held = (await city.get(f"/meetings/{meeting}")).json()
    assert held == {
        "id": meeting,
        "body": body,
        "body_name": BOARD_NAME,
        "title": TITLE,
        "public": True,
        "starts_at": "2018-11-13T15:00:00Z",
        "ends_at": None,
        "place": OTHER_PLACE,
        "entered_later": False,
        "standing": "held",
        "reason": None,
        "opened_at": "2018-11-13T15:05:00Z",
        "closed_at": "2018-11-13T17:05:00Z",
        "agenda": [],
        "invited": None,
        "quorum": {"needed": 1, "entitled": 0, "more_than_percent": 50, "source": HALF.source},
        "attendance": {"present": 0, "voting_present": 0, "members": None, "moves": None},
        "corrected": [],
        "waiting": [],
    }
    cadence = (await city.get(f"/bodies/{body}/cadence", secretary, min_position=closed.headers["position"])).json()
    assert (cadence["standing"], cadence["held"], cadence["planned"], cadence["required"]) == ("at_risk", 1, 0, 2)
    before = (await city.get(f"/bodies/{body}/cadence", as_of=NOW.isoformat().replace("+00:00", "Z"))).json()
    assert (before["standing"], before["held"], before["planned"], before["day"]) == ("at_risk", 0, 1, "2018-09-03")


async def test_a_meeting_can_be_closed_right_after_it_was_opened_again_and_again(city: City) -> None:
    body, secretary = await city.board()
    for _ in range(10):
        meeting = (await city.schedule(body, secretary)).json()["id"]
        city.clock.now = STARTS
        await city.post_only(f"/meetings/{meeting}/opening", {}, secretary)
        closed = await city.post(f"/meetings/{meeting}/closing", {}, secretary)
        assert closed.status_code == 200, closed.text
        city.clock.now = NOW


async def test_a_meeting_of_long_ago_is_entered_with_its_own_dates(city: City) -> None:
    body, secretary = await city.board()
    city.clock.now = datetime(2026, 3, 1, tzinfo=UTC)
    assert refused_as(await city.schedule(body, secretary), "MeetingLiesInThePast")
    meeting = (await city.schedule(body, secretary, entered_later=True)).json()["id"]
    opened = await city.post(f"/meetings/{meeting}/opening", {"opened_at": STARTS.isoformat()}, secretary)
    assert opened.status_code == 200, opened.text
    assert refused_as(await city.post(f"/meetings/{meeting}/closing", {}, secretary), "SittingLastsTooLong")
    closed = await city.post(f"/meetings/{meeting}/closing", {"closed_at": ENDS.isoformat()}, secretary)
    assert closed.status_code == 200
    cadence = (await city.get(f"/bodies/{body}/cadence", secretary, year=2018, min_position=closed.headers["position"])).json()
    assert (cadence["standing"], cadence["held"]) == ("missed", 1)


async def test_a_cancelled_meeting_stays_in_the_list_and_says_why(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    cancelled = await city.post(f"/meetings/{meeting}/cancellation", {"reason": REASON}, secretary)
    again = await city.post(f"/meetings/{meeting}/cancellation", {"reason": REASON}, secretary)
    assert (again.status_code, again.headers["etag"]) == (200, cancelled.headers["etag"])
    (coming,) = (await city.get("/meetings", secretary, min_position=cancelled.headers["position"])).json()["items"]
    assert (coming["standing"], coming["reason"]) == ("cancelled", REASON)
    city.clock.now = STARTS
    assert refused_as(await city.post(f"/meetings/{meeting}/opening", {}, secretary), "MeetingIsCancelled")
    city.clock.now = ENDS
    assert (await city.get("/meetings")).json()["items"] == []


async def test_who_moves_a_meeting_says_what_they_saw(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    path = f"/meetings/{meeting}/rescheduling"
    assert (await city.post(path, MOVED, secretary)).status_code == 428
    seen = (await city.get(f"/meetings/{meeting}", secretary)).headers["etag"]
    assert (await city.post(path, MOVED, secretary, If_Match=seen)).status_code == 200
    stale = await city.post(path, {**MOVED, "place": PLACE}, secretary, If_Match=seen)
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')


async def test_the_same_wish_sent_twice_happens_once(city: City) -> None:
    body, secretary = await city.board()
    first = await city.post("/meetings", wish := await a_wish(body), secretary, Idempotency_Key="one")
    second = await city.post("/meetings", wish, secretary, Idempotency_Key="one")
    assert (second.status_code, second.content) == (201, first.content)
    other = await city.post("/meetings", {**wish, "title": "Andere"}, secretary, Idempotency_Key="one")
    assert (other.status_code, other.json()["type"]) == (422, "urn:bindeglied:problem:key-reused")
    listed = await city.get("/meetings", secretary, min_position=first.headers["position"])
    assert len(listed.json()["items"]) == 1


async def a_wish(body: str, **changes: Any) -> dict[str, Any]:
    return {"body": body, "title": TITLE, "starts_at": "2018-11-06T15:00:00Z", "place": PLACE, "public": True} | changes


async def test_a_sitting_that_was_not_opened_cannot_be_closed(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    assert refused_as(await city.post(f"/meetings/{meeting}/closing", {}, secretary), "SittingIsNotOpen")


async def test_opening_and_closing_need_no_body(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    city.clock.now = STARTS
    for step in ("opening", "closing"):
        response = await city.client.post(f"{PREFIX}/meetings/{meeting}/{step}", headers=secretary)
        assert response.status_code == 200, response.text


COMMANDS = [
    ("/bodies/{body}/cadence", {"valid_from": "2019-01-01", "rule": {"minimum_per_year": 3, "source": "Satzung"}}),
    ("/meetings/{meeting}/rescheduling", MOVED),
    ("/meetings/{meeting}/plan-correction", {"title": "Andere", "place": PLACE, "reason": REASON}),
    ("/meetings/{meeting}/cancellation", {"reason": REASON}),
    ("/meetings/{meeting}/opening", {}),
    ("/meetings/{meeting}/closing", {}),
]


async def test_only_those_who_keep_a_body_may_change_its_things(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    city.clock.now = STARTS
    others = [STRANGER, signed_in("member", f"{body}:member"), signed_in("other", f"{UNKNOWN}:secretariat")]
    for path, wish in COMMANDS:
        address = path.format(body=body, meeting=meeting)
        answers = [(await city.post(address, wish, who, If_Match="*")).status_code for who in (NOBODY, *others)]
        assert answers == [401, 403, 403, 403], path
    for path, wish in COMMANDS:
        allowed = await city.post(path.format(body=body, meeting=meeting), wish, secretary, If_Match="*")
        assert allowed.status_code in {200, 409}, allowed.text


async def test_only_the_registry_founds_bodies_and_only_a_secretariat_schedules(city: City) -> None:
    body, secretary = await city.board()
    assert (await city.post("/bodies", {}, NOBODY)).status_code == 401
    assert (await city.post("/bodies", {}, secretary)).status_code == 403
    assert (await city.schedule(body, NOBODY)).status_code == 401
    assert (await city.schedule(body, signed_in("member", f"{body}:member"))).status_code == 403
    assert (await city.schedule(body, REGISTRY)).status_code == 201


async def test_nobody_schedules_a_meeting_of_a_body_that_does_not_stand(city: City) -> None:
    assert fields(await city.schedule(UNKNOWN, REGISTRY)) == ["body.body"]


async def test_what_does_not_exist_is_not_found(city: City) -> None:
    for path, wish in COMMANDS:
        response = await city.post(path.format(body=UNKNOWN, meeting=UNKNOWN), wish, REGISTRY, If_Match='"1"')
        assert response.status_code == 404, path
    for path in ("/bodies/{}", "/bodies/{}/cadence", "/bodies/{}/past-meetings", "/meetings/{}"):
        assert (await city.get(path.format(UNKNOWN), REGISTRY)).status_code == 404, path


def seen(response: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that an answer shows."""
    return response.status_code, response.content, sorted(response.headers.multi_items())


async def test_a_meeting_that_is_not_public_is_as_if_it_were_not_there(city: City) -> None:
    body, secretary = await city.board()
    await city.get(f"/bodies/{body}/cadence", secretary, min_position=2)
    canary = "Vertraulich-4711"
    past = f"/bodies/{body}/past-meetings"
    questions: list[tuple[str, dict[str, Any]]] = [
        ("/meetings", {}),
        ("/meetings", {"body": body}),
        (f"/bodies/{body}/cadence", {}),
        (past, {}),
    ]
    outsiders = [NOBODY, STRANGER, signed_in("other", f"{UNKNOWN}:member")]
    before = [seen(await city.get(path, who, **query)) for path, query in questions for who in outsiders]
    over = await city.schedule(
        body, secretary, title=f"{canary}, vorbei", public=False, starts_at="2018-06-05T15:00:00Z", ends_at=None, entered_later=True
    )
    assert over.status_code == 201
    hidden = await city.schedule(body, secretary, title=canary, public=False)
    meeting, position = hidden.json()["id"], hidden.headers["position"]
    insiders = [secretary, signed_in("member", f"{body}:member"), REGISTRY]
    for insider in insiders:
        assert canary in (await city.get("/meetings", insider, min_position=position)).text
        assert (await city.get(f"/bodies/{body}/cadence", insider, min_position=position)).json()["planned"] == 1
        assert [one["title"] for one in (await city.get(past, insider)).json()["items"]] == [f"{canary}, vorbei"]
        assert (await city.get(f"/meetings/{meeting}", insider)).json()["title"] == canary
    assert [seen(await city.get(path, who, **query)) for path, query in questions for who in outsiders] == before
    for who in outsiders:
        there, not_there = await city.get(f"/meetings/{meeting}", who), await city.get(f"/meetings/{UNKNOWN}", who)
        assert (there.status_code, seen(there)) == (404, seen(not_there))
        for path, wish in COMMANDS[1:]:
            answers = [await city.post(path.format(meeting=m), wish, who, If_Match='"1"') for m in (meeting, UNKNOWN)]
            assert seen(answers[0]) == seen(answers[1])
            assert answers[0].status_code == (404 if who else 401)


async def test_an_outsiders_answer_tells_no_version(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    assert (await city.get(f"/meetings/{meeting}", secretary)).headers["etag"] == '"1"'
    for who in (NOBODY, STRANGER, signed_in("member", f"{body}:member")):
        response = await city.get(f"/meetings/{meeting}", who)
        assert response.headers["etag"].startswith('"h')
        assert "position" not in response.headers


BAD_TEXTS = ["", "   ", "Zeile\r\nBcc: x@example.org", "Zeile\nzwei", "\x00", "\x1b[2J", "a\u2028b", "\u202egnuztiS", "x" * 251]


BAD_MEETINGS: list[tuple[dict[str, Any], str]] = [
    ({"starts_at": "2018-11-06T15:00:00"}, "body.starts_at"),
    ({"starts_at": "2018-11-06"}, "body.starts_at"),
    ({"starts_at": 1541516400}, "body.starts_at"),
    ({"starts_at": "1541516400"}, "body.starts_at"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, "body.starts_at"),
    ({"starts_at": "9999-12-31T23:59:59-14:00"}, "body.starts_at"),
    ({"ends_at": "2018-11-06T15:00:00Z"}, "body.ends_at"),
    ({"ends_at": "2018-11-13T15:00:00Z"}, "body.ends_at"),
    ({"public": "yes"}, "body.public"),
    ({"body": "board"}, "body.body"),
    ({"chair": "Frau Ö."}, "body.chair"),
]
BAD_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"founded_on": "2013-04-25T00:00:00Z"}, "body.founded_on"),
    ({"founded_on": "1799-12-31"}, "body.founded_on"),
    ({"founded_on": 0}, "body.founded_on"),
    ({"kind": "club"}, "body.kind"),
    ({"cadence": {"minimum_per_year": -1, "source": SOURCE}}, "body.cadence.minimum_per_year"),
    ({"cadence": {"minimum_per_year": 2**40, "source": SOURCE}}, "body.cadence.minimum_per_year"),
    ({"cadence": {"minimum_per_year": True, "source": SOURCE}}, "body.cadence.minimum_per_year"),
    ({"cadence": {"minimum_per_year": 1, "maximum_gap_days": 0, "source": SOURCE}}, "body.cadence.maximum_gap_days"),
    ({"cadence": {"minimum_per_year": 1}}, "body.cadence.source"),
]


async def test_a_hostile_title_is_refused_at_the_door(city: City) -> None:
    body, secretary = await city.board()
    for text in BAD_TEXTS:
        refused = await city.schedule(body, secretary, title=text, place=text)
        assert sorted(fields(refused)) == ["body.place", "body.title"], ascii(text)


async def test_what_does_not_fit_is_refused_by_field(city: City) -> None:
    body, secretary = await city.board()
    for changes, where in BAD_MEETINGS:
        assert fields(await city.schedule(body, secretary, **changes)) == [where], changes
    for changes, where in BAD_BODIES:
        assert fields(await city.found(**{"name": "Anderes Gremium", **changes})) == [where], changes


async def test_a_cadence_is_not_asked_for_in_the_future_nor_far_away(city: City) -> None:
    body, _ = await city.board()
    assert fields(await city.get(f"/bodies/{body}/cadence", as_of="2018-09-03T09:00:01Z")) == ["query.as_of"]
    assert fields(await city.get(f"/bodies/{body}/cadence", year=99999)) == ["query.year"]
    assert (await city.get(f"/bodies/{UNKNOWN}/cadence")).status_code == 404


async def test_a_changed_cadence_holds_from_its_day_on(city: City) -> None:
    body, secretary = await city.board()
    wish = {"valid_from": "2019-01-01", "rule": {"minimum_per_year": 3, "maximum_gap_days": 150, "source": "Satzung"}}
    changed = await city.post(f"/bodies/{body}/cadence", wish, secretary)
    required = [
        (await city.get(f"/bodies/{body}/cadence", secretary, year=year, min_position=changed.headers["position"])).json()["required"]
        for year in (2018, 2019)
    ]
    assert required == [2, 3]


async def test_lists_are_read_page_by_page(city: City) -> None:
    body, secretary = await city.board()
    position = "0"
    for n in range(5):
        position = (await city.schedule(body, secretary, title=f"Sitzung {n}")).headers["position"]
    await city.get("/meetings", secretary, min_position=position)
    found: list[str] = []
    page: dict[str, Any] = {"next": f"{PREFIX}/meetings?limit=2&body={body}"}
    while page["next"]:
        response = await city.client.get(page["next"])
        page = response.json()
        found += [one["title"] for one in page["items"]]
        assert ("link" in response.headers) == bool(page["next"])
    assert sorted(found) == [f"Sitzung {n}" for n in range(5)]
    bodies = (await city.get("/bodies", limit=1)).json()
    assert (len(bodies["items"]), bodies["next"]) == (1, None)
