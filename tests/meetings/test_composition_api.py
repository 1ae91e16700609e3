"""Bodies and their people over HTTP: seats, members, vacancies, the quorum of a day, and the body that takes another one's place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.meetings.city import NOBODY, PREFIX, REGISTRY, STRANGER, City, signed_in
from tests.meetings.examples import BOARD_NAME, MEMBER_NAME, SEAT_TITLE, SENDER, STARTS
from tests.meetings.test_api import UNKNOWN, fields, refused_as

NEW_SEAT = {"title": SEAT_TITLE, "kind": "nominated", "voting": True, "on_behalf_of": SENDER}
QUORUM = {"valid_from": "2013-04-25", "more_than_percent": 33, "source": "Geschäftsordnung 2013"}

CORRECTION = {"recorded_since": "2018-02-01", "member_name": "Ayşe Beispiel", "reason": "Der Name war falsch geschrieben."}


async def a_seat(city: City, body: str, who: dict[str, str], **changes: Any) -> str:
    created = await city.post(f"/bodies/{body}/seats", NEW_SEAT | changes, who)
    assert created.status_code == 201, created.text
    seat: str = created.json()["id"]
    assert created.headers["location"] == f"{PREFIX}/bodies/{body}/seats/{seat}"
    return seat


async def seated(city: City, body: str, seat: str, who: dict[str, str], name: str = MEMBER_NAME, **changes: Any) -> str:
    answer = await city.post(f"/bodies/{body}/seats/{seat}/member", {"member_name": name, "since": "2018-02-01"} | changes, who)
    assert answer.status_code == 200, answer.text
    member: str = answer.json()["member"]
    return member


async def test_seats_are_created_filled_and_vacated_and_everybody_sees_who_sits_there_on_a_day(city: City) -> None:
    body, secretary = await city.board()
    seat, other = await a_seat(city, body, secretary), await a_seat(city, body, secretary, title="Vorsitz", kind="ex_officio")
    member = await seated(city, body, seat, secretary)
    left = await city.post(f"/bodies/{body}/seats/{seat}/vacancy", {"until": "2018-08-31", "reason": "Verzicht"}, secretary)
    assert left.status_code == 200, left.text
    next_member = await seated(city, body, seat, secretary, "Jan Muster", since="2018-09-01", on_behalf_of="Caritas")
    held: dict[str, Any] = {
        "member": member,
        "member_name": MEMBER_NAME,
        "on_behalf_of": SENDER,
        "since": "2018-02-01",
        "until": "2018-08-31",
        "corrected": [],
    }
    holds: dict[str, Any] = {
        "member": next_member,
        "member_name": "Jan Muster",
        "on_behalf_of": "Caritas",
        "since": "2018-09-01",
        "until": None,
        "corrected": [],
    }
    shown = {"seat": seat, "title": SEAT_TITLE, "kind": "nominated", "voting": True, "on_behalf_of": SENDER}
    vacant = {"seat": other, "title": "Vorsitz", "kind": "ex_officio", "voting": True, "on_behalf_of": SENDER, "holder": None}
    half = {"needed": 1, "entitled": 1, "more_than_percent": 50}
    composition = (await city.get(f"/bodies/{body}/composition")).json()
    source = composition["quorum"].pop("source")
    assert source.startswith("our decision")
    assert composition == {
        "body": body,
        "body_name": BOARD_NAME,
        "on": "2018-09-03",
        "seats": [{**shown, "holder": holds}, vacant],
        "quorum": half,
        "quorum_rules": [],
    }
    before = (await city.get(f"/bodies/{body}/composition", on="2018-08-31")).json()
    assert (before["on"], before["seats"]) == ("2018-08-31", [{**shown, "holder": held}, vacant])
    empty = (await city.get(f"/bodies/{body}/composition", on="2018-01-31")).json()
    assert [one["holder"] for one in empty["seats"]] == [None, None]
    assert empty["quorum"]["entitled"] == 0
    assert (await city.get(f"/bodies/{body}/seats/{seat}")).json() == {
        **shown,
        "holder": holds,
        "terms": [held, holds],
        "taken_back": [],
        "corrected": [],
    }


async def test_a_quorum_rule_is_set_on_a_body_without_seats_and_holds_from_its_day(city: City) -> None:
    body, secretary = await city.board()
    assert (await city.post(f"/bodies/{body}/quorum", QUORUM, secretary)).status_code == 200
    for number in range(6):
        seat = await a_seat(city, body, secretary, title=f"Sitz {number}", voting=number > 0)
        await seated(city, body, seat, secretary, f"Person {number}")
    stricter = {"more_than_percent": 66, "source": "Geschäftsordnung 2018"}
    assert (await city.post(f"/bodies/{body}/quorum", stricter, secretary)).status_code == 200
    today = (await city.get(f"/bodies/{body}/composition")).json()["quorum"]
    assert today == {"needed": 4, "entitled": 5, "more_than_percent": 66, "source": "Geschäftsordnung 2018"}
    yesterday = (await city.get(f"/bodies/{body}/composition", on="2018-09-02")).json()["quorum"]
    assert yesterday == {"needed": 2, "entitled": 5, "more_than_percent": 33, "source": "Geschäftsordnung 2013"}


async def test_a_seat_is_held_by_one_person_and_nobody_holds_two(city: City) -> None:
    body, secretary = await city.board()
    seat, other = await a_seat(city, body, secretary), await a_seat(city, body, secretary, title="Vorsitz")
    member = await seated(city, body, seat, secretary)
    takes = {"member_name": "Jan Muster"}
    assert refused_as(await city.post(f"/bodies/{body}/seats/{seat}/member", takes, secretary), "SeatIsTaken")
    both = {"member_name": MEMBER_NAME, "member": member}
    assert refused_as(await city.post(f"/bodies/{body}/seats/{other}/member", both, secretary), "MemberHoldsAnotherSeat")
    early = {"member_name": "Jan Muster", "since": "2013-04-24"}
    assert refused_as(await city.post(f"/bodies/{body}/seats/{other}/member", early, secretary), "BodyDoesNotStandThen")
    assert refused_as(await city.post(f"/bodies/{body}/seats/{other}/vacancy", {"reason": "Verzicht"}, secretary), "SeatIsVacant")


async def test_what_was_entered_wrongly_of_a_member_is_corrected_and_meetings_held_keep_what_they_were_opened_with(city: City) -> None:
    body, secretary = await city.board()
    seat = await a_seat(city, body, secretary)
    member = await seated(city, body, seat, secretary)
    meeting = (await city.schedule(body, secretary)).json()["id"]
    city.clock.now = STARTS
    assert (await city.post(f"/meetings/{meeting}/opening", {}, secretary)).status_code == 200
    path, seen = f"/bodies/{body}/seats/{seat}/member-correction", {"If_Match": '"2"'}
    moved = await city.post(path, CORRECTION | {"since": "2018-03-01"}, secretary, **seen)
    assert moved.status_code == 200, moved.text
    assert (await city.post(path, CORRECTION, secretary, **seen)).status_code == 412
    assert refused_as(await city.post(path, CORRECTION, secretary), "NobodyTookTheSeatThen")
    early = CORRECTION | {"recorded_since": "2018-03-01", "since": "2013-04-24"}
    assert refused_as(await city.post(path, early, secretary), "BodyDoesNotStandThen")
    [term] = (await city.get(f"/bodies/{body}/seats/{seat}")).json()["terms"]
    [corrected] = term.pop("corrected")
    assert (corrected["reason"], datetime.fromisoformat(corrected["corrected_at"])) == (CORRECTION["reason"], STARTS)
    said = {"member_name": "Ayşe Beispiel", "on_behalf_of": SENDER, "since": "2018-03-01", "until": None}
    assert term == {"member": member, **said}
    [vacant] = (await city.get(f"/bodies/{body}/composition", on="2018-02-28")).json()["seats"]
    assert vacant["holder"] is None
    opened = (await city.get(f"/meetings/{meeting}", secretary)).json()["attendance"]["members"]
    assert [one["member_name"] for one in opened] == [MEMBER_NAME]


async def test_a_wish_sent_twice_under_one_key_makes_one_seat_and_one_member(city: City) -> None:
    body, secretary = await city.board()
    first, again = [await city.post(f"/bodies/{body}/seats", NEW_SEAT, secretary, Idempotency_Key="seat-1") for _ in range(2)]
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    path, takes = f"/bodies/{body}/seats/{first.json()['id']}/member", {"member_name": MEMBER_NAME}
    sits, repeated = [await city.post(path, takes, secretary, Idempotency_Key="member-1") for _ in range(2)]
    assert sits.json() == repeated.json()
    composition = (await city.get(f"/bodies/{body}/composition")).json()
    assert [one["holder"]["member"] for one in composition["seats"]] == [sits.json()["member"]]


async def test_only_who_keeps_the_body_changes_its_composition_and_nobody_that_of_a_body_that_is_not_there(city: City) -> None:
    body, secretary = await city.board()
    seat = await a_seat(city, body, secretary)
    member = signed_in("member", f"{body}:member", f"{UNKNOWN}:secretariat")
    wishes = {
        f"/bodies/{body}/seats": NEW_SEAT,
        f"/bodies/{body}/seats/{seat}/member": {"member_name": MEMBER_NAME},
        f"/bodies/{body}/seats/{seat}/vacancy": {"reason": "Verzicht"},
        f"/bodies/{body}/seats/{seat}/member-correction": CORRECTION,
        f"/bodies/{body}/quorum": QUORUM,
    }
    for path, wish in wishes.items():
        assert (await city.post(path, wish, NOBODY)).status_code == 401
        assert (await city.post(path, wish, STRANGER)).status_code == 403
        assert (await city.post(path, wish, member)).status_code == 403
        assert (await city.post(path.replace(body, UNKNOWN), wish, REGISTRY)).status_code == 404
    assert (await city.post(f"/bodies/{body}/seats/{UNKNOWN}/member", {"member_name": MEMBER_NAME}, secretary)).status_code == 404
    assert (await city.post(f"/bodies/{body}/seats/{UNKNOWN}/vacancy", {"reason": "Verzicht"}, secretary)).status_code == 404
    assert (await city.post(f"/bodies/{body}/seats/{UNKNOWN}/member-correction", CORRECTION, secretary)).status_code == 404
    assert (await city.get(f"/bodies/{UNKNOWN}/composition")).status_code == 404
    assert (await city.get(f"/bodies/{body}/seats/{UNKNOWN}")).status_code == 404
    assert fields(await city.post(f"/bodies/{body}/quorum", QUORUM | {"more_than_percent": 100}, secretary)) == ["body.more_than_percent"]


async def test_its_version_is_told_to_those_who_may_change_the_composition_only(city: City) -> None:
    body, secretary = await city.board()
    seat = await a_seat(city, body, secretary)
    await seated(city, body, seat, secretary)
    path = f"/bodies/{body}/composition"
    assert (await city.get(path, secretary)).headers["etag"] == '"2"'
    assert (await city.get(path)).headers["etag"] != '"2"'
    stale = await city.post(f"/bodies/{body}/seats/{seat}/vacancy", {"reason": "Verzicht"}, secretary, If_Match='"1"')
    assert stale.status_code == 412


async def test_a_body_says_who_leads_and_to_whom_it_reports(city: City) -> None:
    office = {"kind": "office", "legal_nature": "administration", "cadence": None}
    lead, council = [(await city.found(name, **office)).json()["id"] for name in ("Sozialamt", "Dezernat IV")]
    body = (await city.found(lead_office=lead, reports_to=council)).json()["id"]
    shown = (await city.get(f"/bodies/{body}")).json()
    assert (shown["lead_office"], shown["lead_office_name"]) == (lead, "Sozialamt")
    assert (shown["reports_to"], shown["reports_to_name"]) == (council, "Dezernat IV")
    assert fields(await city.found("Amt", lead_office=UNKNOWN)) == ["body.lead_office"]
    assert fields(await city.found("Amt", reports_to=UNKNOWN)) == ["body.reports_to"]


async def test_another_body_takes_ones_place_and_from_then_on_it_meets_no_more(city: City) -> None:
    body, secretary = await city.board()
    city.clock.now = datetime(2023, 10, 12, 8, tzinfo=UTC)
    successor = (await city.found("Migrationsrat", founded_on="2023-10-12")).json()["id"]
    wish = {"successor": successor, "on": "2023-10-12", "reason": "Die Satzung ist ausgelaufen."}
    path = f"/bodies/{body}/succession"
    assert (await city.post(path, wish, secretary)).status_code == 403
    assert (await city.post(f"/bodies/{UNKNOWN}/succession", wish, REGISTRY)).status_code == 404
    assert fields(await city.post(path, wish | {"successor": UNKNOWN}, REGISTRY)) == ["body.successor"]
    assert refused_as(await city.post(path, wish | {"successor": body}, REGISTRY), "BodySucceedsItself")
    assert refused_as(await city.post(path, wish | {"on": "2023-10-11"}, REGISTRY), "SuccessorDoesNotStand")
    succeeded = await city.post(path, wish, REGISTRY)
    assert succeeded.status_code == 200, succeeded.text
    assert refused_as(await city.post(path, wish | {"reason": "Anders"}, REGISTRY), "BodyIsSucceeded")
    shown = (await city.get(f"/bodies/{body}")).json()["succeeded"]
    assert shown == {
        "successor": successor,
        "successor_name": "Migrationsrat",
        "on": "2023-10-12",
        "reason": "Die Satzung ist ausgelaufen.",
    }
    listed = (await city.get("/bodies", REGISTRY, min_position=succeeded.headers["position"])).json()["items"]
    assert [(one["body"], one["successor_name"], one["succeeded_on"]) for one in listed] == [
        (body, "Migrationsrat", "2023-10-12"),
        (successor, None, None),
    ]
    on_the_day = {"starts_at": "2023-10-12T10:00:00+02:00", "ends_at": None, "entered_later": True}
    assert fields(await city.schedule(body, secretary, **on_the_day)) == ["body.body"]
    assert (await city.schedule(body, secretary, **on_the_day | {"starts_at": "2023-10-11T23:00:00+02:00"})).status_code == 201
    assert refused_as(await city.found(BOARD_NAME), "BodyNameIsTaken")
    seat = await a_seat(city, body, secretary)
    sits = {"member_name": MEMBER_NAME, "since": "2023-10-12"}
    assert refused_as(await city.post(f"/bodies/{body}/seats/{seat}/member", sits, secretary), "BodyDoesNotStandThen")
