"""The slice over HTTP, on a real database, with the worker at work: wishes, refusals, answers, and what outsiders do not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from shared.localday import local_day
from tests.meetings.city import NOBODY, signed_in
from tests.recommendations.city import (
    CLERK,
    DEPARTMENT_CLERK,
    DRAFT,
    MEMBER,
    OTHER_SECRETARY,
    PATH,
    PREFIX,
    SECRETARY,
    STRANGER,
    TEACHER,
    City,
)
from tests.recommendations.examples import (
    ADMISSIBILITY,
    BOARD,
    BOARD_NAME,
    COMMITTEE,
    COMMITTEE_ITEM,
    COMMITTEE_MEETING,
    COMMITTEE_NAME,
    CONFERENCE,
    DEPARTMENT,
    DEPARTMENT_NAME,
    EVIDENCE,
    FINDING,
    ITEM,
    MEETING,
    NOTE_TAKEN,
    NOW,
    OFFICE,
    OFFICE_NAME,
    OTHER_COMMITTEE_NAME,
    OTHER_REASONS,
    REASONS,
    RECOMMENDATION,
    RESOLUTION,
    RESOLUTION_TEXT,
    RESOLVED_AT,
    SCHOOLS,
    SCHOOLS_NAME,
    SUCCEEDED,
    TEXT,
    TITLE,
    WHAT,
    renamed,
)

ANSWER = {"addressee": str(OFFICE), "verdict": "accepted", "reasons": REASONS}
ACKNOWLEDGE = {"addressee": str(OFFICE)}
MEASURE = {"addressee": str(OFFICE), "what": WHAT, "due_on": "2019-09-01"}
RIGHT = {"kind": "answer", "addressee": str(OFFICE), "verdict": "partly", "reasons": OTHER_REASONS, "answered_on": "2019-03-19"}
CORRECTION = {"right": RIGHT, "reason": "Verlesen."}


def refused_as(response: httpx2.Response, refusal: str, sentence: str | None = None) -> bool:
    assert response.status_code == 409, response.text
    said: dict[str, Any] = response.json()
    return said["type"] == f"urn:bindeglied:recommendations:{refusal}" and sentence in (None, said["detail"])


def fields(response: httpx2.Response) -> list[str]:
    assert response.status_code == 422, response.text
    return [error["where"] for error in response.json()["errors"]]


async def test_a_recommendation_is_drafted_issued_and_shown_with_all_that_came_of_it(city: City) -> None:
    await city.drafted()
    issued = await city.post(f"{PATH}/issue", {}, SECRETARY)
    assert issued.status_code == 200
    assert (issued.json()["id"], issued.headers["etag"], issued.headers["position"]) == (str(RECOMMENDATION), '"3"', "3")
    city.clock.now = datetime(2019, 3, 20, 9, 0, tzinfo=UTC)
    assert (await city.post(f"{PATH}/acknowledgement", {**ACKNOWLEDGE, "on": "2019-02-22"}, CLERK)).status_code == 200
    assert (await city.post(f"{PATH}/answer", ANSWER, CLERK)).status_code == 200
    assert (await city.post(f"{PATH}/correction", CORRECTION, CLERK)).status_code == 200
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN)
    promised = await city.post(f"{PATH}/measures", MEASURE, CLERK)
    assert promised.status_code == 201
    measure = promised.json()["id"]
    assert promised.headers["location"] == f"{PREFIX}{PATH}/measures/{measure}"
    city.clock.now = datetime(2019, 9, 5, 9, 0, tzinfo=UTC)
    await city.until("AnswerOverdue")
    assert (await city.post(f"{PATH}/measures/{measure}/completion", {"evidence": EVIDENCE}, CLERK)).status_code == 200
    assert (await city.post(f"{PATH}/measures/{measure}/verification", {"finding": FINDING}, SECRETARY)).status_code == 200
    shown_measure = {
        "id": measure,
        "addressee": str(OFFICE),
        "addressee_name": OFFICE_NAME,
        "what": WHAT,
        "due_on": "2019-09-01",
        "standing": "verified",
        "overdue": False,
        "evidence": EVIDENCE,
        "done_on": "2019-09-05",
        "finding": FINDING,
        "verified_on": "2019-09-05",
    }
    assert (await city.client.get(promised.headers["location"])).json() == shown_measure
    shown = (await city.get(PATH)).json()
    assert shown["rule"]["source"].startswith("Vorbild: Ortsgesetz über Beiräte und Ortsämter")
    assert shown | {"rule": None} == {
        "id": str(RECOMMENDATION),
        "title": TITLE,
        "instrument": "recommendation",
        "body": str(BOARD),
        "body_name": BOARD_NAME,
        "public": True,
        "standing": "issued",
        "resolution": str(RESOLUTION),
        "resolution_text": RESOLUTION_TEXT,
        "resolution_corrected": None,
        "resolved_at": "2019-02-14T16:00:00Z",
        "meeting": str(MEETING),
        "item": str(ITEM),
        "matter": {"service": "conferences", "kind": "results", "id": str(CONFERENCE)},
        "revision": 1,
        "text": TEXT,
        "admissibility": ADMISSIBILITY,
        "issued_on": "2019-02-20",
        "rule": None,
        "addressees": [
            {
                "body": str(OFFICE),
                "body_name": OFFICE_NAME,
                "address_class": "office",
                "standing": "answered",
                "acknowledge_by": "2019-02-28",
                "answer_by": "2019-04-03",
                "acknowledged_on": "2019-02-22",
                "answered_on": "2019-03-19",
                "verdict": "partly",
                "reasons": OTHER_REASONS,
                "late": False,
                "acknowledgement_overdue": False,
                "answer_overdue": False,
            },
            {
                "body": str(SCHOOLS),
                "body_name": SCHOOLS_NAME,
                "address_class": "office",
                "standing": "waiting",
                "acknowledge_by": "2019-02-28",
                "answer_by": "2019-04-03",
                "acknowledged_on": None,
                "answered_on": None,
                "verdict": None,
                "reasons": None,
                "late": False,
                "acknowledgement_overdue": True,
                "answer_overdue": True,
            },
        ],
        "informs": [
            {
                "committee": str(COMMITTEE),
                "committee_name": COMMITTEE_NAME,
                "department": str(DEPARTMENT),
                "department_name": DEPARTMENT_NAME,
                "standing": "informed",
                "informed_at": "2019-03-12T16:30:00Z",
                "meeting": str(COMMITTEE_MEETING),
                "item": str(COMMITTEE_ITEM),
            }
        ],
        "measures": [shown_measure],
        "withdrawn": None,
        "corrections": [
            {"entry": "answer", "of": str(OFFICE), "stands": True, "reason": "Verlesen.", "corrected_at": "2019-03-20T09:00:00Z"}
        ],
    }
    late = await city.post(f"{PATH}/answer", {**ANSWER, "addressee": str(SCHOOLS)}, TEACHER)
    assert late.status_code == 200
    theirs = (await city.get(PATH)).json()["addressees"][1]
    assert (theirs["standing"], theirs["late"], theirs["answer_overdue"]) == ("answered", True, False)


async def test_bodies_are_called_by_their_right_names_also_in_what_was_issued_before(city: City) -> None:
    await city.issued()
    promised = await city.post(f"{PATH}/measures", MEASURE, CLERK)
    for body, formerly, kind in ((OFFICE, OFFICE_NAME, "office"), (BOARD, BOARD_NAME, "advisory_board")):
        await city.hear(body, renamed(body, formerly, f"{formerly} (richtig)", kind))
    shown = (await city.get(PATH)).json()
    assert shown["body_name"] == f"{BOARD_NAME} (richtig)"
    [addressee] = [one for one in shown["addressees"] if one["body"] == str(OFFICE)]
    [measure] = shown["measures"]
    alone = (await city.client.get(promised.headers["location"])).json()
    names = [addressee["body_name"], measure["addressee_name"], alone["addressee_name"]]
    assert names == [f"{OFFICE_NAME} (richtig)"] * 3
    [listed] = (await city.get("/recommendations")).json()["items"]
    assert listed["body_name"] == f"{BOARD_NAME} (richtig)"
    owed = (await city.get("/recommendations/open-answers", CLERK, addressee=str(OFFICE))).json()["items"]
    assert {one["body_name"] for one in owed} == {f"{BOARD_NAME} (richtig)"}


async def test_a_recommendation_rests_on_a_resolution_whatever_else_there_is(city: City) -> None:
    await city.started(public=False)
    sentence = "A recommendation rests on a resolution of the body that gives it."
    unknown = await city.post(f"/recommendations/{uuid4()}/draft", DRAFT, SECRETARY)
    assert refused_as(unknown, "RecommendationRestsOnAResolution", sentence)
    # The secretariat of another body learns nothing of a recommendation that it may not see.
    hidden = await city.post(f"{PATH}/draft", DRAFT, OTHER_SECRETARY)
    assert refused_as(hidden, "RecommendationRestsOnAResolution", sentence)
    assert [(await city.post(f"{path}/draft", DRAFT, STRANGER)).status_code for path in (PATH, f"/recommendations/{uuid4()}")] == [403, 403]
    assert (await city.post(f"{PATH}/draft", DRAFT, NOBODY)).status_code == 401
    assert await city.facts() == ["RecommendationStarted"]


async def test_a_public_recommendation_is_drafted_by_its_own_secretariat_alone(city: City) -> None:
    await city.issued()
    assert (await city.post(f"{PATH}/draft", DRAFT, OTHER_SECRETARY)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"addressees": [{"body": str(uuid4()), "address_class": "office"}]}, ["body.addressees.0.body"]),
        ({"addressees": [{"body": str(OFFICE), "address_class": "magistrat"}]}, ["body.addressees.0.body"]),
        ({"addressees": [{"body": str(OFFICE), "address_class": "office"}] * 2}, ["body.addressees"]),
        ({"informs": [{"committee": str(OFFICE), "department": str(DEPARTMENT)}]}, ["body.informs.0.committee"]),
        ({"informs": [{"committee": str(COMMITTEE), "department": str(OFFICE)}]}, ["body.informs.0.department"]),
        ({"informs": [{"committee": str(COMMITTEE), "department": str(DEPARTMENT)}] * 2}, ["body.informs"]),
        ({"admissibility": " "}, ["body.admissibility"]),
    ],
)
async def test_only_bodies_that_stand_and_fit_are_addressed(city: City, changes: dict[str, Any], where: list[str]) -> None:
    await city.started()
    assert fields(await city.post(f"{PATH}/draft", DRAFT | changes, SECRETARY)) == where
    assert await city.facts() == ["RecommendationStarted"]


@pytest.mark.parametrize(("days", "status"), [(0, 422), (1, 200)])
async def test_those_are_addressed_who_stood_on_the_day_of_the_resolution(city: City, days: int, status: int) -> None:
    await city.started()
    succeeded = SUCCEEDED.model_copy(update={"on": local_day(RESOLVED_AT) + timedelta(days=days)})
    await city.hear(COMMITTEE, succeeded)
    response = await city.post(f"{PATH}/draft", DRAFT, SECRETARY)
    assert response.status_code == status
    if status == 422:
        assert fields(response) == ["body.informs.0.committee"]


async def test_a_rule_holds_from_its_day_on(city: City) -> None:
    await city.drafted()
    assert fields(await city.post(f"{PATH}/issue", {"issued_on": "2013-04-24"}, SECRETARY)) == ["body.issued_on"]
    assert refused_as(await city.post(f"{PATH}/issue", {"issued_on": "2019-02-13"}, SECRETARY), "IssuedBeforeItWasResolved")


async def test_a_draft_is_found_by_its_own_people_alone(city: City) -> None:
    await city.drafted()
    for who in (NOBODY, STRANGER, CLERK, DEPARTMENT_CLERK, OTHER_SECRETARY):
        assert (await city.get(PATH, who)).status_code == 404
        assert (await city.get("/recommendations", who)).json()["items"] == []
    for who in (SECRETARY, MEMBER):
        assert (await city.get(PATH, who)).json()["standing"] == "drafted"
        assert [one["standing"] for one in (await city.get("/recommendations", who)).json()["items"]] == ["drafted"]
    assert (await city.get(PATH, SECRETARY)).headers["etag"] == '"2"'
    assert (await city.post(f"{PATH}/issue", {}, STRANGER)).status_code == 404


async def test_what_was_resolved_behind_closed_doors_is_found_by_those_concerned_alone(city: City) -> None:
    await city.issued(public=False)
    measure = (await city.post(f"{PATH}/measures", MEASURE, CLERK)).json()["id"]
    outsiders: list[dict[str, str]] = [NOBODY, STRANGER, OTHER_SECRETARY]
    for who in outsiders:
        assert (await city.get(PATH, who)).status_code == 404
        assert (await city.get(f"{PATH}/measures/{measure}", who)).status_code == 404
        assert (await city.get("/recommendations", who)).json()["items"] == []
    for who in (SECRETARY, MEMBER, CLERK, TEACHER, DEPARTMENT_CLERK):
        assert (await city.get(PATH, who)).status_code == 200
        assert len((await city.get("/recommendations", who)).json()["items"]) == 1
    theirs = {**ANSWER, "addressee": str(COMMITTEE)}
    assert (await city.post(f"{PATH}/answer", theirs, OTHER_SECRETARY)).status_code == 404
    assert (await city.post(f"{PATH}/measures", {**MEASURE, "addressee": str(COMMITTEE)}, OTHER_SECRETARY)).status_code == 404


async def test_nobody_answers_for_somebody_else(city: City) -> None:
    await city.issued()
    for path, wish in (("acknowledgement", ACKNOWLEDGE), ("answer", ANSWER), ("measures", MEASURE), ("correction", CORRECTION)):
        assert (await city.post(f"{PATH}/{path}", wish, TEACHER)).status_code == 403
        assert (await city.post(f"{PATH}/{path}", wish, SECRETARY)).status_code == 403
    assert refused_as(await city.post(f"{PATH}/answer", {**ANSWER, "addressee": str(COMMITTEE)}, OTHER_SECRETARY), "OnlyAddresseesAnswer")
    assert await city.facts() == ["RecommendationStarted", "RecommendationDrafted", "RecommendationIssued"]


async def test_measures_are_reported_by_who_promised_and_verified_by_the_secretariat(city: City) -> None:
    await city.issued()
    promised = await city.post(f"{PATH}/measures", MEASURE, CLERK, Idempotency_Key="promise")
    again = await city.post(f"{PATH}/measures", MEASURE, CLERK, Idempotency_Key="promise")
    assert (again.status_code, again.json()) == (201, promised.json())
    measure = f"{PATH}/measures/{promised.json()['id']}"
    assert refused_as(
        await city.post(f"{measure}/verification", {"finding": FINDING}, SECRETARY),
        "MeasureIsNotReportedDone",
        "Nobody verifies what was not reported done.",
    )
    assert (await city.post(f"{measure}/completion", {"evidence": EVIDENCE}, TEACHER)).status_code == 403
    assert (await city.post(f"{measure}/verification", {"finding": FINDING}, CLERK)).status_code == 403
    assert (await city.post(f"{PATH}/measures/{uuid4()}/completion", {"evidence": EVIDENCE}, CLERK)).status_code == 404
    assert (await city.post(f"{PATH}/measures/{uuid4()}/verification", {"finding": FINDING}, SECRETARY)).status_code == 404
    city.clock.now = datetime(2019, 9, 2, 9, 0, tzinfo=UTC)
    assert (await city.get(measure)).json()["overdue"]


async def test_a_withdrawn_recommendation_stays_to_be_seen(city: City) -> None:
    await city.issued()
    withdrawn = await city.post(f"{PATH}/withdrawal", {"reason": "Überholt."}, SECRETARY)
    assert withdrawn.status_code == 200
    shown = (await city.get(PATH)).json()
    assert (shown["standing"], shown["withdrawn"]) == ("withdrawn", {"reason": "Überholt.", "withdrawn_on": "2019-02-20"})
    listed = await city.get("/recommendations", SECRETARY, standing="withdrawn", min_position=withdrawn.headers["position"])
    assert [one["recommendation"] for one in listed.json()["items"]] == [str(RECOMMENDATION)]
    assert refused_as(await city.post(f"{PATH}/withdrawal", {"reason": "Anders."}, SECRETARY), "RecommendationIsWithdrawnAlready")


async def test_an_addressee_asks_what_it_still_has_to_do(city: City) -> None:
    await city.issued()
    position = (await city.post(f"{PATH}/acknowledgement", ACKNOWLEDGE, CLERK)).headers["position"]
    city.clock.now = NOW + timedelta(days=90)
    open_answers = await city.get("/recommendations/open-answers", CLERK, addressee=str(OFFICE), min_position=position)
    assert open_answers.json() == {
        "items": [
            {
                "recommendation": str(RECOMMENDATION),
                "duty": "answer",
                "concerns": str(OFFICE),
                "addressee": str(OFFICE),
                "title": TITLE,
                "body": str(BOARD),
                "body_name": BOARD_NAME,
                "what": None,
                "due": "2019-04-03",
                "overdue": True,
            }
        ],
        "next": None,
    }
    assert (await city.get("/recommendations/open-answers", CLERK, addressee=str(SCHOOLS))).status_code == 403
    assert (await city.get("/recommendations/open-answers", NOBODY, addressee=str(OFFICE))).status_code == 401
    page = (await city.get("/recommendations/open-answers", TEACHER, addressee=str(SCHOOLS), limit=1)).json()
    following = await city.client.get(page["next"], headers=TEACHER)
    assert [one["duty"] for one in (*page["items"], *following.json()["items"])] == ["acknowledge", "answer"]


async def test_information_needs_a_department_that_is_to_inform(city: City) -> None:
    await city.issued()
    for who in (STRANGER, CLERK, SECRETARY):
        assert (await city.post(f"{PATH}/information", {"committee": str(COMMITTEE)}, who)).status_code == 403
    other = await city.post(f"{PATH}/information", {"committee": str(OFFICE)}, DEPARTMENT_CLERK)
    assert refused_as(other, "CommitteeIsInformedByTakingNote")


async def test_whoever_enters_puts_right_and_nobody_else(city: City) -> None:
    await city.issued()
    assert (await city.post(f"{PATH}/acknowledgement", ACKNOWLEDGE, CLERK)).status_code == 200
    measure = (await city.post(f"{PATH}/measures", MEASURE, CLERK)).json()["id"]
    issue = {"kind": "issue", "title": "Kurse am Abend", "issued_on": "2019-02-19"}
    promise = {"kind": "promise", "measure": measure, "what": WHAT, "due_on": "2019-10-01"}
    never = {"kind": "never_happened", "entry": "acknowledgement", "of": str(OFFICE)}
    theirs: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
        "issue": (SECRETARY, issue),
        "promise": (CLERK, promise),
        "acknowledgement": (CLERK, never),
    }
    others = (SECRETARY, CLERK, TEACHER, MEMBER, OTHER_SECRETARY, signed_in("head", f"{OFFICE}:secretariat", f"{BOARD}:officer"))
    for who, right in theirs.values():
        for other in others:
            if other is not who:
                assert (await city.post(f"{PATH}/correction", {"right": right, "reason": "Verlesen."}, other)).status_code == 403
        assert (await city.post(f"{PATH}/correction", {"right": right, "reason": "Verlesen."}, who)).status_code == 200
    shown = (await city.get(PATH)).json()
    assert (shown["title"], shown["issued_on"], shown["measures"][0]["due_on"]) == ("Kurse am Abend", "2019-02-19", "2019-10-01")
    addressee = shown["addressees"][0]
    assert (addressee["standing"], addressee["acknowledged_on"], addressee["acknowledge_by"]) == ("waiting", None, "2019-02-27")
    assert [(one["entry"], one["of"], one["stands"]) for one in shown["corrections"]] == [
        ("issue", None, True),
        ("promise", measure, True),
        ("acknowledgement", str(OFFICE), False),
    ]
    listed = (await city.get("/recommendations")).json()["items"][0]
    assert (listed["title"], listed["issued_on"]) == ("Kurse am Abend", "2019-02-19")
    duties = (await city.get("/recommendations/open-answers", CLERK, addressee=str(OFFICE))).json()["items"]
    assert [(one["duty"], one["due"]) for one in duties] == [
        ("acknowledge", "2019-02-27"),
        ("answer", "2019-04-02"),
        ("measure", "2019-10-01"),
    ]


@pytest.mark.parametrize(
    ("right", "where"),
    [
        ({"kind": "issue", "title": TITLE, "issued_on": "2013-04-24"}, ["body.right.issued_on"]),
        ({"kind": "issue", "title": " ", "issued_on": "2019-02-20"}, ["body.right.issue.title"]),
        ({"kind": "never_happened", "entry": "issue"}, ["body.right.never_happened.entry"]),
        ({"kind": "acknowledgement", "addressee": str(OFFICE), "acknowledged_on": 20}, ["body.right.acknowledgement.acknowledged_on"]),
    ],
)
async def test_a_correction_is_as_strict_as_the_entry(city: City, right: dict[str, Any], where: list[str]) -> None:
    await city.issued()
    assert fields(await city.post(f"{PATH}/correction", {"right": right, "reason": "Verlesen."}, SECRETARY)) == where


async def test_what_outsiders_may_not_see_they_cannot_correct(city: City) -> None:
    await city.issued(public=False)
    never = {"kind": "never_happened", "entry": "answer", "of": str(OFFICE)}
    for path in (PATH, f"/recommendations/{uuid4()}"):
        assert (await city.post(f"{path}/correction", {"right": never, "reason": "Verlesen."}, OTHER_SECRETARY)).status_code == 404


async def test_it_is_issued_to_bodies_that_stand_on_that_day(city: City) -> None:
    await city.drafted()
    await city.hear(COMMITTEE, SUCCEEDED)
    response = await city.post(f"{PATH}/issue", {}, SECRETARY)
    assert refused_as(response, "BodyHasSuccessor")
    assert (response.json()["body"], response.json()["successor"]) == (COMMITTEE_NAME, OTHER_COMMITTEE_NAME)
    assert (await city.post(f"{PATH}/issue", {"issued_on": "2019-02-14"}, SECRETARY)).status_code == 200
    later = {"right": {"kind": "issue", "title": TITLE, "issued_on": "2019-02-15"}, "reason": "Verlesen."}
    assert refused_as(await city.post(f"{PATH}/correction", later, SECRETARY), "BodyHasSuccessor")
