"""The slice over HTTP, on a real database, with the worker at work: wishes, refusals, answers, and what outsiders do not see."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.conferences.api.personal import digest_of
from services.conferences.events.contribution import ContributionErased, ContributionReceived
from services.conferences.events.registrations import RegistrationCalledOff, RegistrationConfirmed, RegistrationMoved
from shared.eventstore.log import read_log
from shared.http.call import Invocation
from tests.conferences.city import COUNCIL, NOBODY, ORGANISER, OTHER_ORGANISER, PREFIX, STRANGER, City, renamed, signed_in
from tests.conferences.city import city as running_city
from tests.conferences.examples import (
    BOARD,
    BOARD_NAME,
    CLOSES,
    ENDS,
    GROUP,
    OFFICE,
    OFFICE_NAME,
    PLACE,
    REASON,
    RESULT_TEXT,
    RESULT_TITLE,
    STARTS,
    TEXT,
    TITLE,
    WHY_NOT,
)
from tests.support.postgres import Database

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
NO_TOKEN = "x" * 22


def refused_as(response: httpx2.Response, refusal: str) -> bool:
    assert response.status_code == 409, response.text
    return bool(response.json()["type"] == f"urn:bindeglied:conferences:{refusal}")


def fields(response: httpx2.Response) -> list[str]:
    assert response.status_code == 422, response.text
    return [error["where"] for error in response.json()["errors"]]


async def test_a_conference_is_planned_shown_and_listed(city: City) -> None:
    planned = await city.plan()
    assert planned.status_code == 201
    conference = planned.json()["id"]
    assert planned.headers["location"] == f"{PREFIX}/conferences/{conference}"
    assert (planned.headers["etag"], planned.headers["position"]) == ('"1"', "1")
    assert (await city.get(f"/conferences/{conference}")).json() == {
        "id": conference,
        "title": TITLE,
        "host": str(OFFICE),
        "host_name": OFFICE_NAME,
        "partners": ["Volkshochschule"],
        "groups": [GROUP.model_dump(), {"key": "arbeit", "name": "Arbeit und Ausbildung"}],
        "starts_at": "2018-11-30T13:00:00Z",
        "ends_at": "2018-11-30T18:00:00Z",
        "place": PLACE,
        "results_go_to": str(BOARD),
        "results_go_to_name": BOARD_NAME,
        "held_on": None,
        "attendance": None,
        "cancelled_because": None,
        "corrected": [],
        "registration": {"standing": "not_open", "closes_at": None, "full": False},
        "results": [],
    }
    later = (await city.plan(starts_at="2020-11-30T14:00:00+01:00", ends_at="2020-11-30T19:00:00+01:00")).json()
    await city.tail()
    listed = (await city.get("/conferences", ORGANISER, min_position=later["position"])).json()["items"]
    assert [one["conference"] for one in listed] == [later["id"], conference]
    first = (await city.get("/conferences", limit=1)).json()
    rest = (await city.client.get(first["next"])).json()
    assert [one["conference"] for one in first["items"] + rest["items"]] == [later["id"], conference]
    assert rest["next"] is None


async def test_a_body_is_called_by_its_right_name_also_in_conferences_planned_before(city: City) -> None:
    conference = (await city.plan()).json()["id"]
    await city.hear(OFFICE, renamed(OFFICE, OFFICE_NAME, "Koordinierungsstelle Integration"))
    await city.hear(BOARD, renamed(BOARD, BOARD_NAME, "Fachbeirat für Migration"))
    shown = (await city.get(f"/conferences/{conference}")).json()
    assert (shown["host_name"], shown["results_go_to_name"]) == ("Koordinierungsstelle Integration", "Fachbeirat für Migration")
    [listed] = (await city.get("/conferences")).json()["items"]
    assert listed["host_name"] == "Koordinierungsstelle Integration"


async def test_a_conference_is_planned_by_the_organisers_of_its_host_for_bodies_that_stand(city: City) -> None:
    assert (await city.plan(NOBODY)).status_code == 401
    assert (await city.plan(STRANGER)).status_code == 403
    assert (await city.plan(OTHER_ORGANISER)).status_code == 403
    assert fields(await city.plan(results_go_to=UNKNOWN)) == ["body.results_go_to"]
    assert fields(await city.plan(signed_in("o", f"{UNKNOWN}:organiser"), host=UNKNOWN)) == ["body.host"]
    assert fields(await city.plan(groups=[GROUP.model_dump()] * 2)) == ["body.groups"]
    assert fields(await city.plan(ends_at="2018-11-30T13:59:00+01:00")) == ["body.ends_at"]
    assert await city.tail() == 0


async def test_a_conference_of_the_past_is_entered_for_a_body_that_stood_then(city: City) -> None:
    later = {"starts_at": "2019-01-01T14:00:00+01:00", "ends_at": "2019-01-01T19:00:00+01:00"}
    assert fields(await city.plan(results_go_to=str(COUNCIL), **later)) == ["body.results_go_to"]
    assert (await city.plan(results_go_to=str(COUNCIL))).status_code == 201


async def test_registration_opens_fills_and_closes(city: City) -> None:
    conference = await city.conference(capacity=1)
    shown = (await city.get(f"/conferences/{conference}")).json()["registration"]
    assert shown == {"standing": "open", "closes_at": "2018-11-23T23:00:00Z", "full": False}
    first, _ = await city.registered(conference, "eins@example.org")
    second, _ = await city.registered(conference, "zwei@example.org")
    confirmed = await city.confirm(first)
    assert confirmed.status_code == 200
    assert confirmed.json() == {
        "conference": conference,
        "title": TITLE,
        "starts_at": "2018-11-30T13:00:00Z",
        "ends_at": "2018-11-30T18:00:00Z",
        "place": PLACE,
    }
    assert (await city.get(f"/conferences/{conference}")).json()["registration"]["full"] is True
    assert refused_as(await city.confirm(second), "ConferenceIsFull")
    assert refused_as(await city.register(conference, "drei@example.org"), "ConferenceIsFull")
    assert refused_as(await city.confirm(first), "TokenIsSpent")
    ended = await city.post(f"/conferences/{conference}/registration-end", {}, ORGANISER)
    assert ended.status_code == 200
    late = await city.register(conference, "vier@example.org")
    assert refused_as(late, "RegistrationIsClosed")
    assert late.json()["detail"] == "Nobody can register after registration has closed."
    assert (await city.get(f"/conferences/{conference}")).json()["registration"]["standing"] == "closed"


async def test_registration_closes_by_time(city: City) -> None:
    conference = await city.conference()
    city.clock.now = CLOSES
    assert refused_as(await city.register(conference), "RegistrationIsClosed")
    assert (await city.get(f"/conferences/{conference}")).json()["registration"]["standing"] == "closed"


async def test_nobody_registers_before_it_is_open_or_for_what_nobody_planned(city: City) -> None:
    conference = (await city.plan()).json()["id"]
    assert refused_as(await city.register(conference), "RegistrationIsNotOpenYet")
    assert refused_as(await city.post(f"/conferences/{conference}/registration-end", {}, ORGANISER), "RegistrationIsNotOpenYet")
    assert (await city.register(UNKNOWN)).status_code == 404


async def test_only_the_organisers_open_and_close_registration(city: City) -> None:
    conference = await city.conference()
    for path, wish in (("registration-period", {"closes_at": CLOSES.isoformat(), "capacity": 5}), ("registration-end", {})):
        statuses = [(await city.post(f"/conferences/{conference}/{path}", wish, who)).status_code for who in (NOBODY, OTHER_ORGANISER)]
        assert statuses == [401, 403]
        assert (await city.post(f"/conferences/{UNKNOWN}/{path}", wish, ORGANISER)).status_code == 404


async def test_a_mail_comes_once_a_day_and_the_answer_is_always_the_same(city: City) -> None:
    conference = await city.conference()
    first = await city.register(conference, "ada@example.org")
    again = await city.register(conference, "ADA@Example.ORG", name="Ada B.", access_needs="Rampe")
    unknown = await city.register(conference, "bea@example.org")
    assert (first.status_code, first.content) == (201, b'{"next":"confirm_by_mail"}')
    alike = [(one.status_code, one.content, sorted(one.headers.items())) for one in (first, again, unknown)]
    assert alike == [alike[0]] * 3
    assert not {"etag", "position", "location"} & set(first.headers)
    assert len(await city.requests()) == 2
    city.clock.now += timedelta(days=1)
    await city.register(conference, "ada@example.org")
    assert len(await city.requests()) == 3


async def test_a_confirmation_link_expires(city: City) -> None:
    conference = await city.conference()
    confirm, _ = await city.registered(conference)
    city.clock.now += timedelta(hours=48, seconds=1)
    assert refused_as(await city.confirm(confirm), "TokenHasExpired")


async def test_a_token_opens_only_what_it_is_for(city: City) -> None:
    conference = await city.conference()
    confirm, manage = await city.registered(conference)
    for path in ("confirmation", "cancellation", "erasure"):
        assert (await city.post(f"/registrations/{path}", {"token": NO_TOKEN})).status_code == 404
        assert fields(await city.post(f"/registrations/{path}", {"token": "Ada Beispiel"})) == ["body.token"]
    assert (await city.confirm(manage)).status_code == 404
    assert (await city.post("/registrations/cancellation", {"token": confirm})).status_code == 404
    assert (await city.post("/registrations/erasure", {"token": confirm})).status_code == 404


async def test_whoever_has_the_mail_sees_how_the_registration_stands_and_nothing_of_the_person(city: City) -> None:
    conference = await city.conference()
    confirm, manage = await city.registered(conference)

    async def stands(token: str) -> str:
        own = await city.get("/registrations/own", token=token)
        assert own.status_code == 200
        shown = own.json()
        assert shown.keys() == {"conference", "title", "starts_at", "ends_at", "place", "conference_cancelled_because", "standing"}
        return str(shown["standing"])

    assert await stands(confirm) == await stands(manage) == "waiting"
    registered, city.clock.now = city.clock.now, city.clock.now + timedelta(hours=48, seconds=1)
    assert await stands(confirm) == "expired"
    city.clock.now = registered
    await city.confirm(confirm)
    assert await stands(confirm) == await stands(manage) == "confirmed"
    await city.post("/registrations/cancellation", {"token": manage})
    assert await stands(confirm) == await stands(manage) == "cancelled"
    await city.post("/registrations/erasure", {"token": manage})
    assert await stands(confirm) == await stands(manage) == "erased"
    assert (await city.get("/registrations/own", token=NO_TOKEN)).status_code == 404
    assert (await city.get("/registrations/own")).status_code == 422


async def test_the_last_place_is_taken_once_however_many_confirm_at_a_time(city: City) -> None:
    conference = await city.conference(capacity=2)
    tokens = [(await city.registered(conference, f"gast-{n}@example.org"))[0] for n in range(5)]
    answers = await asyncio.gather(*(city.confirm(token) for token in tokens))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409]
    assert all(refused_as(answer, "ConferenceIsFull") for answer in answers if answer.status_code == 409)


async def test_a_token_is_not_called_unknown_as_long_as_the_tokens_of_late_are_not_known(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def behind(call: Invocation, reader: str, position: int) -> bool:
        return False

    monkeypatch.setattr(Invocation, "settled", behind)
    answer = await city.confirm(NO_TOKEN)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:bindeglied:problem:busy")
    assert "position" not in answer.text


async def test_a_public_answer_is_tagged_by_its_bytes(city: City) -> None:
    conference = await city.conference()
    path = f"{PREFIX}/conferences/{conference}"
    tag = (await city.client.get(path)).headers["etag"]
    assert tag.startswith('"h'), "versions count what is hidden"
    for who in (NOBODY, STRANGER, ORGANISER):
        assert (await city.client.get(path, headers={**who, "if-none-match": tag})).status_code == 304
    await city.coming(conference)
    assert (await city.client.get(path, headers={"if-none-match": tag})).status_code == 304, "who comes changes nothing"
    await city.post(f"/conferences/{conference}/registration-end", {}, ORGANISER)
    assert (await city.client.get(path, headers={"if-none-match": tag})).status_code == 200


async def test_a_cancelled_place_is_free_again(city: City) -> None:
    conference = await city.conference(capacity=1)
    manage = await city.coming(conference)
    cancelled = await city.post("/registrations/cancellation", {"token": manage})
    assert (cancelled.status_code, cancelled.json()["title"]) == (200, TITLE)
    assert (await city.get(f"/conferences/{conference}")).json()["registration"]["full"] is False
    assert (await city.register(conference, "bea@example.org")).status_code == 201


async def test_the_organisers_see_who_comes_and_of_nobody_else_anything_personal(city: City) -> None:
    conference = await city.conference()
    await city.coming(conference, "ada@example.org", name="Ada Beispiel", access_needs="Rampe")
    await city.registered(conference, "bea@example.org", name="Bea Muster", language="en")
    seen = await city.get(f"/conferences/{conference}/registrations", ORGANISER, min_position=await city.tail())
    first, second = seen.json()["items"]
    assert {name: first[name] for name in ("standing", "erased", "name", "email", "access_needs", "language")} == {
        "standing": "confirmed",
        "erased": False,
        "name": "Ada Beispiel",
        "email": "ada@example.org",
        "access_needs": "Rampe",
        "language": "de",
    }
    assert (second["standing"], second["name"], second["email"], second["access_needs"]) == ("requested", None, None, None)
    confirmed = (await city.get(f"/conferences/{conference}/registrations", ORGANISER, standing="confirmed")).json()["items"]
    assert [one["id"] for one in confirmed] == [first["id"]]
    assert (await city.get(f"/conferences/{conference}/registrations", OTHER_ORGANISER)).status_code == 403
    assert (await city.get(f"/conferences/{conference}/registrations")).status_code == 401
    assert (await city.get(f"/conferences/{UNKNOWN}/registrations", ORGANISER)).status_code == 404


async def test_after_an_erasure_the_data_are_gone_and_all_else_stands(city: City) -> None:
    conference = await city.conference(capacity=2)
    manage = await city.coming(conference, "ada@example.org", access_needs="Rampe")
    await city.coming(conference, "bea@example.org", name="Bea Muster")
    handed_in = await city.hand_in(conference, email="ada@example.org", name="Ada Beispiel")
    assert handed_in.status_code == 201
    contribution = str((await read_log(city.process.pool, 0, 100))[-1].stream)
    await city.post(f"/contributions/{contribution}/publication", {"text": "Kurse am Abend."}, ORGANISER)
    erased = await city.post("/registrations/erasure", {"token": manage})
    assert (erased.status_code, erased.json()["conference"]) == (200, conference)
    assert (await city.post("/registrations/erasure", {"token": manage})).status_code == 200
    listed = await city.get(f"/conferences/{conference}/registrations", ORGANISER, min_position=await city.tail())
    ada, bea = listed.json()["items"]
    gone = {"erased": True}
    assert (ada["standing"], ada["erased"], ada["name"], ada["email"], ada["access_needs"]) == ("confirmed", True, gone, gone, gone)
    assert (bea["erased"], bea["name"]) == (False, "Bea Muster")
    assert (await city.get(f"/conferences/{conference}")).json()["registration"]["full"] is True, "counts stay"
    settled = await city.post(f"/contributions/{contribution}/settlement", {"fate": "forwarded", "reason": REASON}, ORGANISER)
    assert settled.status_code == 200
    await city.tail()
    seen = (await city.get(f"/contributions/{contribution}", ORGANISER, min_position=settled.headers["position"])).json()
    assert (seen["text"], seen["fate"], seen["handed_in"], seen["name"]) == ("Kurse am Abend.", "forwarded", gone, gone)
    for projector in city.process.readers.projectors:
        assert (await projector.verify()).difference is None
    assert (await city.post("/registrations/cancellation", {"token": manage})).status_code == 409
    more = {"closes_at": CLOSES.isoformat(), "capacity": 3}
    assert (await city.post(f"/conferences/{conference}/registration-period", more, ORGANISER)).status_code == 200
    back = await city.registered(conference, "ada@example.org")
    assert (await city.confirm(back[0])).status_code == 200, "whoever comes back is somebody new"


async def test_what_somebody_hands_in_is_published_by_the_organisers_only(city: City) -> None:
    conference = await city.conference()
    answer = await city.hand_in(conference, name="Ada Beispiel", email="ada@example.org")
    assert (answer.status_code, list(answer.json()), answer.json()["erasure"]) == (201, ["receipt", "erasure"], None)
    assert not {"etag", "position", "location"} & set(answer.headers)
    path = f"/conferences/{conference}/contributions"
    [seen] = (await city.get(path, ORGANISER, min_position=await city.tail())).json()["items"]
    assert (seen["text"], seen["handed_in"], seen["name"], seen["email"]) == (None, TEXT, "Ada Beispiel", "ada@example.org")
    contribution = seen["id"]
    assert (await city.get(path)).json()["items"] == (await city.get(path, OTHER_ORGANISER)).json()["items"] == []
    assert (await city.get(f"/contributions/{contribution}")).status_code == 404
    publication = {"text": "Kurse am Abend wären gut."}
    for step, wish in (("publication", publication), ("settlement", {"fate": "forwarded", "reason": REASON})):
        assert (await city.post(f"/contributions/{contribution}/{step}", wish, OTHER_ORGANISER)).status_code == 404, "hidden"
        assert (await city.post(f"/contributions/{contribution}/{step}", wish)).status_code == 401
        assert (await city.post(f"/contributions/{UNKNOWN}/{step}", wish, ORGANISER)).status_code == 404
    published = await city.post(f"/contributions/{contribution}/publication", publication, ORGANISER)
    assert published.status_code == 200
    await city.tail()
    shown = {
        "id": contribution,
        "group": "sprache",
        "group_name": GROUP.name,
        "kind": "suggestion",
        "received_on": "2018-09-17",
        "text": "Kurse am Abend wären gut.",
        "used_in": [],
        "fate": None,
        "reason": None,
        "handed_in": None,
        "name": None,
        "email": None,
    }
    assert (await city.get(path)).json()["items"] == [shown]
    assert (await city.get(f"/contributions/{contribution}")).json() == shown
    refused = await city.post(f"/contributions/{contribution}/publication", publication, OTHER_ORGANISER)
    assert refused.status_code == 403, "it is no secret any more"


async def test_a_contributor_without_an_account_has_everything_erased_by_the_link_in_the_mail(city: City) -> None:
    conference = await city.conference()
    manage = await city.coming(conference, "ada@example.org")
    answer = await city.hand_in(conference, email="ada@example.org", name="Ada Beispiel")
    [received] = [one for one in await city.facts() if isinstance(one, ContributionReceived)]
    assert received.erasure_token is not None
    token = await city.keyring.open(received.erasure_token)
    assert received.erasure == digest_of(str(token))
    for other in (answer.json()["receipt"], manage, "x" * 22):
        assert (await city.post("/contributions/erasure", {"token": other})).status_code == 404, other
    for _ in range(2):
        erased = await city.post("/contributions/erasure", {"token": token})
        assert (erased.status_code, erased.json()) == (200, {"conference": conference, "title": TITLE})
    path = f"/conferences/{conference}"
    [seen] = (await city.get(f"{path}/contributions", ORGANISER, min_position=await city.tail())).json()["items"]
    gone = {"erased": True}
    assert (seen["text"], seen["handed_in"], seen["name"], seen["email"]) == (None, gone, gone, gone)
    [ada] = (await city.get(f"{path}/registrations", ORGANISER)).json()["items"]
    assert (ada["standing"], ada["email"]) == ("confirmed", gone), "wherever it is kept"
    refused = await city.post(f"/contributions/{seen['id']}/publication", {"text": "Kurse am Abend."}, ORGANISER)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:bindeglied:conferences:ContributionIsErased")
    assert sum(isinstance(one, ContributionErased) for one in await city.facts()) == 1


async def test_a_contributor_without_an_address_is_told_the_token_at_once_and_one_with_an_address_is_not(city: City) -> None:
    """Whoever types somebody else's address must not get hold of what erases that person's data."""
    conference = await city.conference()
    named = (await city.hand_in(conference, name="Ada Beispiel")).json()
    assert (await city.hand_in(conference, email="bea@example.org")).json()["erasure"] is None
    assert (await city.post("/contributions/erasure", {"token": named["erasure"]})).status_code == 200
    path = f"/conferences/{conference}/contributions"
    shown = (await city.get(path, ORGANISER, min_position=await city.tail())).json()["items"]
    assert sorted(str(one["email"]) for one in shown) == ["None", "bea@example.org"]
    assert [one["name"] for one in shown if one["email"] is None] == [{"erased": True}]


async def test_what_a_working_group_hands_in_is_public_at_once_and_listed_by_group(city: City) -> None:
    conference = await city.conference()
    entered = await city.enter(conference, received_on="2018-09-14")
    assert entered.status_code == 201, entered.text
    contribution = entered.json()["id"]
    assert entered.headers["location"] == f"{PREFIX}/contributions/{contribution}"
    other = (await city.enter(conference, group="arbeit", kind="experience")).json()
    assert {len(one["receipt"]) for one in (entered.json(), other)} == {22}
    await city.tail()
    path = f"/conferences/{conference}/contributions"
    assert [one["id"] for one in (await city.get(path)).json()["items"]] == [contribution, other["id"]]
    assert [one["id"] for one in (await city.get(path, group="arbeit")).json()["items"]] == [other["id"]]
    first = (await city.get(path, limit=1)).json()
    assert [one["id"] for one in (await city.client.get(first["next"])).json()["items"]] == [other["id"]]
    assert fields(await city.enter(conference, group="sport")) == ["body.group"]
    assert fields(await city.hand_in(conference, group="sport")) == ["body.group"]
    assert (await city.hand_in(UNKNOWN)).status_code == 404


async def test_results_come_from_contributions_and_what_went_into_one_is_not_settled_otherwise(city: City) -> None:
    conference = await city.conference()
    public = (await city.enter(conference)).json()["id"]
    await city.hand_in(conference)
    hidden = str((await read_log(city.process.pool, 0, 100))[-1].stream)
    settled = (await city.enter(conference)).json()["id"]
    wish = {"fate": "not_adopted", "reason": REASON}
    assert (await city.post(f"/contributions/{settled}/settlement", wish, ORGANISER)).status_code == 200
    recorded = await city.record(conference, public, hidden)
    assert recorded.status_code == 201, recorded.text
    done = recorded.json()
    assert done["id"] == conference
    await city.tail()
    assert refused_as(await city.post(f"/contributions/{public}/settlement", wish, ORGANISER), "ContributionIsUsed")
    assert fields(await city.record(conference, public, settled)) == ["body.comes_from.1.contribution"]
    assert fields(await city.record(conference, UNKNOWN)) == ["body.comes_from.0.contribution"]
    assert fields(await city.record(conference, public, public)) == ["body.comes_from"]
    other = await city.conference()
    assert fields(await city.record(other, public)) == ["body.comes_from.0.contribution"]
    assert refused_as(await city.record(conference, group="sport"), "GroupIsUnknown")
    await city.tail()
    result = {
        "id": done["result"],
        "number": 1,
        "title": RESULT_TITLE,
        "text": RESULT_TEXT,
        "group": "sprache",
        "level": "city",
        "reason": None,
        "comes_from": [{"contribution": public, "how": "merged", "text": TEXT}],
    }
    assert (await city.get(f"/conferences/{conference}")).json()["results"] == [result]
    [all_of_it] = (await city.get(f"/conferences/{conference}", ORGANISER)).json()["results"]
    assert [one["contribution"] for one in all_of_it["comes_from"]] == [public, hidden]
    used = (await city.get(f"/contributions/{public}")).json()["used_in"]
    assert used == [{"result": done["result"], "how": "merged"}]


async def test_results_are_corrected_and_handed_over_once(city: City) -> None:
    conference = await city.conference()
    city.clock.now = ENDS
    holding = {"attendance": 120}
    assert refused_as(await city.post(f"/conferences/{conference}/holding", holding, ORGANISER), "NothingToHandOver")
    result = (await city.record(conference)).json()["result"]
    assert (await city.post(f"/conferences/{conference}/holding", holding, OTHER_ORGANISER)).status_code == 403
    held = await city.post(f"/conferences/{conference}/holding", {**holding, "held_on": "2018-11-30"}, ORGANISER)
    assert held.status_code == 200, held.text
    again = await city.post(f"/conferences/{conference}/holding", holding, ORGANISER)
    assert refused_as(again, "ResultsAreHandedOverAlready")
    assert again.json()["detail"] == "The results of a conference are handed over once."
    assert refused_as(await city.record(conference), "ResultsAreHandedOver")
    assert refused_as(await city.hand_in(conference), "ResultsAreGone")
    correction = {"title": "Anders", "text": RESULT_TEXT, "level": "land", "reason": "Ein Schreibfehler."}
    path = f"/conferences/{conference}/results"
    assert (await city.post(f"{path}/{result}/correction", correction, ORGANISER)).status_code == 200
    assert refused_as(await city.post(f"{path}/{UNKNOWN}/correction", correction, ORGANISER), "ResultIsUnknown")
    shown = (await city.get(f"/conferences/{conference}")).json()
    assert (shown["held_on"], shown["attendance"]) == ("2018-11-30", 120)
    assert [(one["title"], one["reason"]) for one in shown["results"]] == [("Anders", "Ein Schreibfehler.")]


RIGHT: dict[str, Any] = {
    "title": "Sechste Integrationskonferenz",
    "starts_at": "2018-12-01T14:00:00+01:00",
    "ends_at": "2018-12-01T19:00:00+01:00",
    "place": "Stadthalle",
    "partners": [],
    "results_go_to": str(BOARD),
    "reason": "Der Tag war falsch eingetragen.",
}
"""The conference as it should have been planned."""


async def test_another_process_knows_what_was_corrected_here(
    city: City, database: Database, keyring_database: Database, tmp_path: Path
) -> None:
    conference = await city.conference()
    contribution, other = [(await city.enter(conference)).json()["id"] for _ in range(2)]
    fate: dict[str, Any] = {"fate": "forwarded", "reason": REASON}
    assert (await city.post(f"/contributions/{contribution}/settlement", fate, ORGANISER)).status_code == 200
    shown = (await city.get(f"/contributions/{contribution}", ORGANISER)).json()
    never_settled = {name: shown[name] for name in ("group", "kind", "text", "received_on")} | {"reason": REASON}
    of_another_group = never_settled | {"group": "neu"}
    async with running_city(database, keyring_database, tmp_path) as elsewhere:
        # It is at work, and has seen both as they were before.
        assert (await elsewhere.enter(conference)).status_code == 201
        assert fields(await elsewhere.record(conference, contribution)) == ["body.comes_from.0.contribution"]
        assert fields(await elsewhere.post(f"/contributions/{other}/correction", of_another_group, ORGANISER)) == ["body.group"]
        groups = [*(await city.get(f"/conferences/{conference}")).json()["groups"], {"key": "neu", "name": "Nachgetragen"}]
        assert (await city.post(f"/conferences/{conference}/correction", RIGHT | {"groups": groups}, ORGANISER)).status_code == 200
        assert (await city.post(f"/contributions/{contribution}/correction", never_settled, ORGANISER)).status_code == 200
        assert (await elsewhere.post(f"/contributions/{other}/correction", of_another_group, ORGANISER)).status_code == 200
        assert (await elsewhere.record(conference, contribution)).status_code == 201


async def test_a_conference_is_corrected_by_its_organisers_and_shows_why(city: City) -> None:
    conference = await city.conference()
    path = f"/conferences/{conference}/correction"
    assert (await city.post(path, RIGHT, NOBODY)).status_code == 401
    assert (await city.post(path, RIGHT, OTHER_ORGANISER)).status_code == 403
    assert (await city.post(f"/conferences/{UNKNOWN}/correction", RIGHT, ORGANISER)).status_code == 404
    assert (await city.post(path, RIGHT, ORGANISER, If_Match='"9"')).status_code == 412
    assert (await city.post(path, RIGHT, ORGANISER, If_Match='"1"')).status_code == 200
    again = await city.post(path, RIGHT, ORGANISER)
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    shown = (await city.get(f"/conferences/{conference}")).json()
    stands = RIGHT | {"starts_at": "2018-12-01T13:00:00Z", "ends_at": "2018-12-01T18:00:00Z"}
    assert {name: shown[name] for name in RIGHT if name != "reason"} == {name: stands[name] for name in RIGHT if name != "reason"}
    assert [one["reason"] for one in shown["corrected"]] == [RIGHT["reason"]]
    [listed] = (await city.get("/conferences")).json()["items"]
    assert (listed["title"], listed["place"]) == (RIGHT["title"], RIGHT["place"])


async def test_whoever_comes_to_a_conference_that_was_corrected_hears_of_it_and_whoever_confirms_later_sees_it(city: City) -> None:
    conference = await city.conference()
    manage = await city.coming(conference)
    confirm, _ = await city.registered(conference, "bea@example.org")
    assert (await city.post(f"/conferences/{conference}/correction", RIGHT, ORGANISER)).status_code == 200
    await city.tail()
    [moved] = [event for event in await city.facts() if isinstance(event, RegistrationMoved)]
    told = (moved.starts_at, moved.place, moved.formerly_starts_at, moved.formerly_place, moved.told)
    assert told == (STARTS + timedelta(days=1), "Stadthalle", STARTS, PLACE, True)
    assert (await city.get("/registrations/own", token=manage)).json()["place"] == "Stadthalle"
    assert (await city.get("/registrations/own", token=confirm)).json()["place"] == "Stadthalle"
    assert (await city.confirm(confirm)).json()["starts_at"] == "2018-12-01T13:00:00Z"
    [_, confirmed] = [event for event in await city.facts() if isinstance(event, RegistrationConfirmed)]
    assert (confirmed.title, confirmed.place, confirmed.starts_at) == (RIGHT["title"], "Stadthalle", moved.starts_at)
    await city.tail()
    assert len([event for event in await city.facts() if isinstance(event, RegistrationMoved)]) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": RIGHT["starts_at"]}, "body.ends_at"),
        ({"title": " "}, "body.title"),
        ({"results_go_to": UNKNOWN}, "body.results_go_to"),
        ({"attendance": -1}, "body.attendance"),
        ({"reason": ""}, "body.reason"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_correction_that_does_not_fit_is_told_by_its_field(city: City, wrong: dict[str, Any], field: str) -> None:
    conference = (await city.plan()).json()["id"]
    assert fields(await city.post(f"/conferences/{conference}/correction", RIGHT | wrong, ORGANISER)) == [field]


async def test_how_a_conference_was_held_is_corrected_and_not_to_whom_its_results_went(city: City) -> None:
    conference = await city.conference()
    right = RIGHT | {"starts_at": "2018-11-30T14:00:00+01:00", "ends_at": "2018-11-30T19:00:00+01:00"}
    path = f"/conferences/{conference}/correction"
    assert refused_as(await city.post(path, right | {"attendance": 80}, ORGANISER), "ConferenceIsNotHeldYet")
    city.clock.now = ENDS
    await city.record(conference)
    assert (await city.post(f"/conferences/{conference}/holding", {"attendance": 120}, ORGANISER)).status_code == 200
    assert refused_as(await city.post(path, right | {"held_on": "2018-12-01"}, ORGANISER), "HoldingLiesInTheFuture")
    assert refused_as(await city.post(path, right | {"results_go_to": str(OFFICE)}, ORGANISER), "ResultsWentElsewhere")
    assert (await city.post(path, right | {"attendance": 80}, ORGANISER)).status_code == 200
    shown = (await city.get(f"/conferences/{conference}")).json()
    assert (shown["held_on"], shown["attendance"], shown["place"]) == ("2018-11-30", 80, "Stadthalle")


async def test_a_conference_is_called_off_by_its_organisers_and_says_why(city: City) -> None:
    conference = await city.conference()
    path, wish = f"/conferences/{conference}/cancellation", {"reason": WHY_NOT}
    assert (await city.post(path, wish, NOBODY)).status_code == 401
    assert (await city.post(path, wish, OTHER_ORGANISER)).status_code == 403
    assert (await city.post(f"/conferences/{UNKNOWN}/cancellation", wish, ORGANISER)).status_code == 404
    assert fields(await city.post(path, {"reason": " "}, ORGANISER)) == ["body.reason"]
    assert (await city.post(path, wish, ORGANISER, If_Match='"9"')).status_code == 412
    correction = {"cancelled_because": "Der Saal ist gesperrt.", "reason": "Es ist nicht die Stadthalle."}
    assert refused_as(await city.post(f"{path}-correction", correction, ORGANISER), "ConferenceIsNotCancelled")
    for _ in range(2):
        again = await city.post(path, wish, ORGANISER)
        assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    shown = (await city.get(f"/conferences/{conference}")).json()
    assert (shown["cancelled_because"], shown["corrected"], shown["registration"]["standing"]) == (WHY_NOT, [], "closed")
    assert (await city.post(f"{path}-correction", correction, OTHER_ORGANISER)).status_code == 403
    assert (await city.post(f"{path}-correction", correction, ORGANISER)).status_code == 200
    shown = (await city.get(f"/conferences/{conference}")).json()
    assert (shown["cancelled_because"], shown["corrected"][0]["reason"]) == (correction["cancelled_because"], correction["reason"])
    [listed] = (await city.get("/conferences")).json()["items"]
    assert listed["cancelled_because"] == correction["cancelled_because"]


async def test_to_what_was_called_off_nobody_comes_and_nothing_is_added(city: City) -> None:
    conference = await city.conference()
    manage = await city.coming(conference)
    confirm, _ = await city.registered(conference, "bea@example.org")
    contribution = (await city.enter(conference)).json()["id"]
    live = "select count(*) from keyring.subject_key where state = 'live'"
    before = await city.keyring.pool.fetchval(live)
    assert (await city.post(f"/conferences/{conference}/cancellation", {"reason": WHY_NOT}, ORGANISER)).status_code == 200
    again = await city.register(conference, "dora@example.org")
    assert refused_as(again, "ConferenceIsCancelled")
    assert again.json()["detail"].startswith("A conference that was called off does not take place")
    period = {"closes_at": CLOSES.isoformat(), "capacity": 5}
    for refused in (
        await city.confirm(confirm),
        await city.hand_in(conference, email="dora@example.org"),
        await city.enter(conference),
        await city.record(conference, contribution),
        await city.post(f"/conferences/{conference}/holding", {"attendance": 1}, ORGANISER),
        await city.post(f"/conferences/{conference}/correction", RIGHT, ORGANISER),
        await city.post(f"/conferences/{conference}/registration-period", period, ORGANISER),
        await city.post(f"/conferences/{conference}/cancellation", {"reason": "Anders."}, ORGANISER),
    ):
        assert refused_as(refused, "ConferenceIsCancelled")
    assert await city.keyring.pool.fetchval(live) == before, "what is refused leaves no key"
    [told] = [event for event in await city.facts() if isinstance(event, RegistrationCalledOff)]
    assert (told.starts_at, told.place, told.reason, told.told) == (STARTS, PLACE, WHY_NOT, True)
    own = (await city.get("/registrations/own", token=manage)).json()
    assert (own["standing"], own["conference_cancelled_because"]) == ("confirmed", WHY_NOT)
    assert (await city.get(f"/contributions/{contribution}")).json()["text"] == TEXT, "what was handed in stays readable"
    wish: Any = {"fate": "forwarded", "reason": "An die nächste Konferenz."}
    assert (await city.post(f"/contributions/{contribution}/settlement", wish, ORGANISER)).status_code == 200


async def test_what_was_held_is_not_called_off(city: City) -> None:
    conference = await city.conference()
    city.clock.now = ENDS
    await city.record(conference)
    assert (await city.post(f"/conferences/{conference}/holding", {"attendance": 120}, ORGANISER)).status_code == 200
    assert refused_as(await city.post(f"/conferences/{conference}/cancellation", {"reason": WHY_NOT}, ORGANISER), "ConferenceWasHeld")
    assert (await city.get(f"/conferences/{conference}")).json()["cancelled_because"] is None


async def test_a_conference_is_not_held_before_its_day(city: City) -> None:
    conference = await city.conference()
    await city.record(conference)
    city.clock.now = STARTS - timedelta(days=1)
    early = await city.post(f"/conferences/{conference}/holding", {"attendance": 1}, ORGANISER)
    assert refused_as(early, "ConferenceIsNotDueYet")


async def test_what_was_seen_counts_where_somebody_sends_it(city: City) -> None:
    conference = await city.conference()
    contribution = (await city.enter(conference)).json()["id"]
    wish: Any = {"fate": "forwarded", "reason": "Das entscheidet das Land."}
    stale = await city.post(f"/contributions/{contribution}/settlement", wish, ORGANISER, If_Match='"1"')
    assert stale.status_code == 412
    assert (await city.post(f"/contributions/{contribution}/settlement", wish, ORGANISER, If_Match='"2"')).status_code == 200


async def test_where_a_result_comes_from_is_corrected_and_its_contributions_follow(city: City) -> None:
    conference = await city.conference()
    one, other = [(await city.enter(conference)).json()["id"] for _ in range(2)]
    result = (await city.record(conference, one)).json()["result"]
    address = f"/conferences/{conference}/results/{result}/correction"
    wish = {"title": RESULT_TITLE, "text": RESULT_TEXT, "group": "arbeit", "level": "land", "reason": "Verwechselt."}
    right = wish | {"comes_from": [{"contribution": other, "how": "partly"}]}
    assert (await city.post(address, right, STRANGER)).status_code == 403
    assert (await city.post(address, wish | {"group": "sport"}, ORGANISER)).status_code == 409
    unknown = await city.post(address, wish | {"comes_from": [{"contribution": UNKNOWN, "how": "partly"}]}, ORGANISER)
    assert (unknown.status_code, unknown.json()["errors"][0]["where"]) == (422, "body.comes_from.0.contribution")
    assert (await city.post(address, right, ORGANISER)).status_code == 200
    shown = (await city.get(f"/conferences/{conference}")).json()["results"][0]
    assert (shown["group"], shown["level"], [origin["contribution"] for origin in shown["comes_from"]]) == ("arbeit", "land", [other])
    assert (await city.get(f"/contributions/{one}")).json()["used_in"] == []
    assert (await city.get(f"/contributions/{other}")).json()["used_in"] == [{"result": result, "how": "partly"}]
    wish = {"fate": "forwarded", "reason": "Das entscheidet das Land."}
    assert (await city.post(f"/contributions/{one}/settlement", wish, ORGANISER)).status_code == 200, "it is free for that"
    assert refused_as(await city.post(f"/contributions/{other}/settlement", wish, ORGANISER), "ContributionIsUsed")


async def test_a_contribution_is_corrected_with_a_reason(city: City) -> None:
    conference = await city.conference()
    contribution = (await city.enter(conference)).json()["id"]
    address = f"/contributions/{contribution}/correction"
    right = {"group": "arbeit", "kind": "experience", "received_on": "2018-09-14", "text": "Mehr Kurse.", "reason": "Verwechselt."}
    assert (await city.post(address, right, OTHER_ORGANISER)).status_code == 403
    assert (await city.post(address, {**right, "group": "sport"}, ORGANISER)).status_code == 422
    alone = await city.post(address, {**right, "fate": "forwarded"}, ORGANISER)
    assert (alone.status_code, alone.json()["errors"]) == (
        422,
        [{"where": "body.fate_reason", "what": "must be given with a fate, and only then"}],
    )
    assert (await city.post(address, right, ORGANISER)).status_code == 200
    shown = (await city.get(f"/contributions/{contribution}")).json()
    assert (shown["group"], shown["group_name"], shown["kind"]) == ("arbeit", "Arbeit und Ausbildung", "experience")
    assert (shown["received_on"], shown["text"]) == ("2018-09-14", "Mehr Kurse.")
    assert refused_as(await city.post(f"/contributions/{contribution}/publication", {"text": "x"}, ORGANISER), "ContributionIsPublished")


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.org", "ada@example", "ada b@example.org", "ada@example.org\r\nBcc: x@y.org", ""]
)
async def test_what_is_no_address_is_told_by_its_field(city: City, email: str) -> None:
    conference = await city.conference()
    answer = await city.register(conference, email)
    assert fields(answer) == ["body.email"]
    assert "ada" not in answer.text
