"""What was entered wrongly of a body over HTTP: who may put it right, what holds before and after, and that all who show it follow."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx2

from shared.eventstore.log import read_log
from tests.meetings.city import NOBODY, REGISTRY, STRANGER, City, signed_in
from tests.meetings.examples import BOARD_NAME, RIGHT_NAME, SOURCE, STARTS, WRONGLY_COPIED
from tests.meetings.test_agenda_api import a_scene
from tests.meetings.test_api import UNKNOWN, fields, refused_as
from tests.meetings.test_composition_api import NEW_SEAT, QUORUM, a_seat, seated
from tests.support.caught_up import caught_up

ENTERED: dict[str, Any] = {"name": BOARD_NAME, "kind": "advisory_board", "legal_nature": "advisory", "founded_on": "2013-04-25"}
WHY = {"reason": WRONGLY_COPIED}
RULE = {"minimum_per_year": 4, "source": SOURCE}


def right(**changes: Any) -> dict[str, Any]:
    return WHY | {"right": ENTERED | changes}


async def correct(city: City, body: str, wish: dict[str, Any], **headers: str) -> httpx2.Response:
    """Put right what the body is, once the read models that are asked for its first day hold all that was written."""
    await caught_up(city.process.readers)
    return await city.post(f"/bodies/{body}/correction", wish, REGISTRY, **headers)


async def test_the_right_name_is_shown_wherever_the_body_is_and_the_wrong_one_is_free(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    taken = (await city.found("Migrationsrat", cadence=None)).json()["id"]
    assert refused_as(await correct(city, body, right(name="MIGRATIONSRAT")), "BodyNameIsTaken")
    corrected = await correct(city, body, right(name=RIGHT_NAME, secretariat=taken))
    assert corrected.status_code == 200, corrected.text
    shown = (await city.get(f"/bodies/{body}")).json()
    assert (shown["name"], shown["secretariat_name"]) == (RIGHT_NAME, "Migrationsrat")
    [correction] = shown["corrected"]
    assert (correction["kind"], correction["reason"]) == ("founding", WRONGLY_COPIED)
    [listed] = (await city.get("/meetings")).json()["items"]
    names = [listed["body_name"]] + [
        (await city.get(address)).json()["body_name"]
        for address in (f"/meetings/{meeting}", f"/bodies/{body}/composition", f"/bodies/{body}/cadence")
    ]
    assert names == [RIGHT_NAME] * 4
    assert (await city.found(BOARD_NAME)).status_code == 201


async def test_a_body_is_founded_no_later_than_the_first_that_is_recorded_of_it(city: City) -> None:
    body, secretary = await city.board()
    later = right(founded_on="2018-02-02")
    moved = {"recorded_from": "2013-04-25", "right": {"valid_from": "2018-03-01", "rule": RULE}, **WHY}
    assert refused_as(await correct(city, body, later), "BodyActedBefore")
    assert (await city.post(f"/bodies/{body}/cadence-correction", moved, secretary)).status_code == 200
    seat = await a_seat(city, body, secretary)
    await seated(city, body, seat, secretary)
    assert (await correct(city, body, later)).json()["first_day"] == "2018-02-01"
    assert (await correct(city, body, right(founded_on="2018-02-01"))).status_code == 200
    never = {"recorded_since": "2018-02-01", "never_seated": True, **WHY}
    assert (await city.post(f"/bodies/{body}/seats/{seat}/member-correction", never, secretary)).status_code == 200
    held_before = {"starts_at": "2018-02-01T10:00:00+01:00", "ends_at": None, "entered_later": True, "public": False}
    assert (await city.schedule(body, secretary, **held_before)).status_code == 201
    assert (await correct(city, body, later)).json()["first_day"] == "2018-02-01"


async def test_a_body_that_took_anothers_place_stood_on_that_day(city: City) -> None:
    body, _ = await city.board()
    successor = (await city.found("Migrationsrat", cadence=None)).json()["id"]
    succession = {"successor": successor, "on": "2018-01-01", "reason": "Neue Satzung"}
    assert (await city.post(f"/bodies/{body}/succession", succession, REGISTRY)).status_code == 200
    later = right(name="Migrationsrat", founded_on="2018-01-02")
    assert (await correct(city, successor, later)).json()["first_day"] == "2018-01-01"
    moved = WHY | {"right": succession | {"on": "2018-01-02"}}
    assert (await city.post(f"/bodies/{body}/succession-correction", moved, REGISTRY)).status_code == 200
    assert (await correct(city, successor, later)).status_code == 200
    unknown = WHY | {"right": succession | {"successor": UNKNOWN}}
    assert fields(await city.post(f"/bodies/{body}/succession-correction", unknown, REGISTRY)) == ["body.right.successor"]
    renamed = right(name="Rat für Migration", founded_on="2018-01-02")
    assert (await correct(city, successor, renamed)).status_code == 200
    shown = (await city.get(f"/bodies/{body}")).json()["succeeded"]
    assert (shown["successor_name"], shown["on"]) == ("Rat für Migration", "2018-01-02")


async def test_a_body_whose_place_nobody_took_meets_again(city: City) -> None:
    body, secretary = await city.board()
    successor = (await city.found("Migrationsrat", cadence=None)).json()["id"]
    path = f"/bodies/{body}/succession-correction"
    assert refused_as(await city.post(path, WHY | {"right": None}, REGISTRY), "BodyIsNotSucceeded")
    succession = {"successor": successor, "on": "2018-01-01", "reason": "Neue Satzung"}
    await city.post(f"/bodies/{body}/succession", succession, REGISTRY)
    assert fields(await city.schedule(body, secretary)) == ["body.body"]
    for _ in range(2):
        assert (await city.post(path, WHY | {"right": None}, REGISTRY)).status_code == 200
    assert (await city.schedule(body, secretary)).status_code == 201
    shown = (await city.get(f"/bodies/{body}")).json()
    assert (shown["succeeded"], [one["kind"] for one in shown["corrected"]]) == (None, ["succession"])


async def test_every_year_is_judged_by_the_right_rule(city: City) -> None:
    body, secretary = await city.board()
    path = f"/bodies/{body}/cadence-correction"
    moved = {"recorded_from": "2013-04-25", "right": {"valid_from": "2018-01-01", "rule": RULE}, **WHY}
    assert (await city.post(path, moved, secretary)).status_code == 200
    shown = (await city.get(f"/bodies/{body}/cadence")).json()
    assert (shown["required"], [one["valid_from"] for one in shown["rules"]]) == (4, ["2018-01-01"])
    assert (await city.get(f"/bodies/{body}/cadence", year=2017)).json()["standing"] is None
    assert refused_as(await city.post(path, moved | {"right": None}, secretary), "NoRuleBeganThen")
    assert (await city.post(path, moved | {"recorded_from": "2018-01-01", "right": None}, secretary)).status_code == 200
    assert (await city.get(f"/bodies/{body}/cadence")).json()["rules"] == []


async def test_the_right_names_stand_also_in_what_was_proposed_and_is_owed_before(city: City) -> None:
    scene = await a_scene(city)
    await scene.held()
    await scene.placed()
    office = {"name": "Stabsstelle", "kind": "office", "legal_nature": "administration", "founded_on": "2013-04-25"}
    assert (await correct(city, scene.board, right(name=RIGHT_NAME))).status_code == 200
    assert (await correct(city, scene.office, WHY | {"right": office})).status_code == 200
    [duty] = (await city.get("/duties")).json()["items"]
    [listed] = (await city.get(f"/bodies/{scene.board}/proposals")).json()["items"]
    shown = (await city.get(f"/proposals/{scene.proposal}")).json()
    meeting = await scene.shown()
    [item] = meeting["agenda"]
    point = (await city.get(f"/meetings/{scene.meeting}/items/{item['id']}")).json()
    assert [one["body_name"] for one in (duty, listed, shown, meeting)] == [RIGHT_NAME] * 4
    assert [one["proposed_by_name"] for one in (listed, shown, item, point)] == ["Stabsstelle"] * 4


async def test_the_right_kind_counts_from_now_on_and_what_was_done_before_stays_as_it_was_judged(city: City) -> None:
    scene = await a_scene(city)
    before, after = [(await scene.done("/items", {"title": "Bericht", "asked": "take_note"})).json()["id"] for _ in range(2)]
    await scene.opened()
    await scene.done(f"/items/{before}/note")
    assert (await correct(city, scene.board, right(kind="committee"))).status_code == 200
    await scene.done(f"/items/{after}/note")
    facts = [json.loads(fact.data) for fact in await read_log(city.process.pool, 0, 100) if fact.type == "meetings.NoteTaken"]
    assert [fact["body_kind"] for fact in facts] == ["advisory_board", "committee"]


async def test_a_seat_and_a_quorum_rule_are_put_right_and_meetings_opened_before_keep_theirs(city: City) -> None:
    body, secretary = await city.board()
    seat, mistake = await a_seat(city, body, secretary), await a_seat(city, body, secretary, title="Irrtum")
    await seated(city, body, seat, secretary)
    assert (await city.post(f"/bodies/{body}/quorum", QUORUM, secretary)).status_code == 200
    meeting = (await city.schedule(body, secretary)).json()["id"]
    city.clock.now = STARTS
    assert (await city.post(f"/meetings/{meeting}/opening", {}, secretary)).status_code == 200
    adviser = WHY | {"right": NEW_SEAT | {"title": "Beratender Sitz", "voting": False}}
    assert (await city.post(f"/bodies/{body}/seats/{seat}/correction", adviser, secretary)).status_code == 200
    assert refused_as(await city.post(f"/bodies/{body}/seats/{seat}/correction", WHY | {"right": None}, secretary), "SeatWasTaken")
    for _ in range(2):
        assert (await city.post(f"/bodies/{body}/seats/{mistake}/correction", WHY | {"right": None}, secretary)).status_code == 200
    stricter = {"valid_from": "2013-05-01", "more_than_percent": 66, "source": "Geschäftsordnung 2013, berichtigt"}
    rule = {"recorded_from": "2013-04-25", "right": stricter, **WHY}
    assert (await city.post(f"/bodies/{body}/quorum-correction", rule, secretary)).status_code == 200
    composition = (await city.get(f"/bodies/{body}/composition")).json()
    assert [(one["title"], one["voting"]) for one in composition["seats"]] == [("Beratender Sitz", False)]
    assert (composition["quorum"]["entitled"], composition["quorum"]["more_than_percent"]) == (0, 66)
    [shown] = composition["quorum_rules"]
    assert [one["reason"] for one in shown.pop("corrected")] == [WRONGLY_COPIED]
    assert shown == stricter
    assert [one["reason"] for one in (await city.get(f"/bodies/{body}/seats/{seat}")).json()["corrected"]] == [WRONGLY_COPIED]
    assert (await city.get(f"/bodies/{body}/seats/{mistake}")).status_code == 404
    opened = (await city.get(f"/meetings/{meeting}", secretary)).json()
    assert (opened["quorum"]["entitled"], opened["quorum"]["more_than_percent"]) == (1, 33)
    assert opened["attendance"]["members"][0]["voting"] is True


async def test_who_never_sat_or_never_left_is_put_right_and_a_name_that_was_wrong_is_not_told_on(city: City) -> None:
    body, secretary = await city.board()
    seat = await a_seat(city, body, secretary)
    await seated(city, body, seat, secretary)
    await city.post(f"/bodies/{body}/seats/{seat}/vacancy", {"until": "2018-08-31", "reason": "Verzicht"}, secretary)
    path, entry = f"/bodies/{body}/seats/{seat}/member-correction", WHY | {"recorded_since": "2018-02-01"}
    assert (await city.post(path, entry | {"never_left": True}, secretary)).status_code == 200
    assert (await city.get(f"/bodies/{body}/seats/{seat}")).json()["holder"]["until"] is None
    for wish in ({"never_left": True, "until": "2018-08-30"}, {"never_seated": True, "since": "2018-03-01"}):
        assert fields(await city.post(path, entry | wish, secretary)) == ["body"]
    assert (await city.post(path, entry | {"never_seated": True}, secretary)).status_code == 200
    shown = (await city.get(f"/bodies/{body}/seats/{seat}")).json()
    [taken_back] = shown["taken_back"]
    assert (shown["terms"], taken_back["since"], taken_back["reason"]) == ([], "2018-02-01", WRONGLY_COPIED)
    assert set(taken_back) == {"since", "reason", "corrected_at"}


async def test_only_who_enters_it_corrects_it_and_nobody_what_is_not_there(city: City) -> None:
    body, secretary = await city.board()
    seat = await a_seat(city, body, secretary)
    member = signed_in("member", f"{body}:member", f"{UNKNOWN}:secretariat")
    registrys: dict[str, Any] = {f"/bodies/{body}/correction": right(), f"/bodies/{body}/succession-correction": WHY | {"right": None}}
    keepers: dict[str, Any] = {
        f"/bodies/{body}/cadence-correction": WHY | {"recorded_from": "2013-04-25", "right": None},
        f"/bodies/{body}/seats/{seat}/correction": WHY | {"right": NEW_SEAT},
        f"/bodies/{body}/quorum-correction": WHY | {"recorded_from": "2013-04-25", "right": None},
    }
    for path, wish in (registrys | keepers).items():
        assert (await city.post(path, wish, NOBODY)).status_code == 401
        assert (await city.post(path, wish, STRANGER)).status_code == 403
        assert (await city.post(path, wish, member)).status_code == 403
        assert (await city.post(path.replace(body, UNKNOWN), wish, REGISTRY)).status_code == 404
    for path, wish in registrys.items():
        assert (await city.post(path, wish, secretary)).status_code == 403
    assert (await city.post(f"/bodies/{body}/seats/{UNKNOWN}/correction", WHY | {"right": None}, secretary)).status_code == 404


async def test_a_correction_of_what_has_changed_meanwhile_is_refused(city: City) -> None:
    body, _ = await city.board()
    etag = (await city.get(f"/bodies/{body}", REGISTRY)).headers["etag"]
    assert (await correct(city, body, right(name="Beirat"), If_Match=etag)).status_code == 200
    assert (await correct(city, body, right(name="Fachrat"), If_Match=etag)).status_code == 412
    assert datetime.fromisoformat((await city.get(f"/bodies/{body}")).json()["corrected"][0]["corrected_at"]).tzinfo == UTC
