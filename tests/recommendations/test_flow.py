"""The whole way of a recommendation: from what meetings tell to what others hear, with the real reactions, timers and read models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.recommendations.published import published
from shared.contracts.recommendations import CONTRACTS, AnswerOverdue, CommitteeInformed
from shared.domain import Contract
from shared.envelope import WATERMARK, Cursor
from shared.eventstore.log import read_log
from shared.eventstore.mapper import MessageTypes
from shared.localday import day_end
from shared.sources.log import LogSource
from tests.recommendations.city import CLERK, DEPARTMENT_CLERK, PATH, SECRETARY, TEACHER, City
from tests.recommendations.examples import (
    ACKNOWLEDGE_BY,
    ANSWER_BY,
    COMMITTEE,
    COMMITTEE_MEETING,
    DEPARTMENT,
    DEPARTMENT_NAME,
    DUE_ON,
    EVIDENCE,
    FINDING,
    INFORMED,
    MEETING,
    NOTE_CORRECTED,
    NOTE_TAKEN,
    NOTED_AT,
    OFFICE,
    OTHER_COMMITTEE,
    OTHER_COMMITTEE_NAME,
    REASONS,
    RECOMMENDATION,
    RESOLUTION_CORRECTED,
    RESOLUTION_PASSED,
    SCHOOLS,
    SCHOOLS_NAME,
    WHAT,
)

BEGINNING = ["RecommendationStarted", "RecommendationDrafted", "RecommendationIssued"]


async def granted(city: City, path: str, body: dict[str, Any], who: dict[str, str]) -> dict[str, Any]:
    response = await city.post(f"{PATH}{path}", body, who)
    assert response.status_code in (200, 201), response.text
    answer: dict[str, Any] = response.json()
    return answer


async def told_outside(city: City) -> list[Contract]:
    source = LogSource(city.process.pool, city.process.signals, "recommendations", published=published, types=city.process.types)
    entries = [entry for entry in await source.read(Cursor(), 100) if entry.type != WATERMARK]
    await source.close()
    outside = MessageTypes(CONTRACTS)
    messages = [outside.decode(entry.type, entry.schema_version, entry.data) for entry in entries]
    return [message for message in messages if isinstance(message, Contract)]


async def test_from_the_resolution_to_the_measure_that_was_verified(city: City) -> None:
    await city.issued()
    await granted(city, "/acknowledgement", {"addressee": str(OFFICE)}, CLERK)
    claimed = await city.post(f"{PATH}/information", {"committee": str(COMMITTEE)}, DEPARTMENT_CLERK)
    assert claimed.status_code == 409
    assert claimed.json()["detail"] == "A committee is informed by taking note in its own sitting, and by nothing else."
    city.clock.now = datetime(2019, 3, 20, 9, 0, tzinfo=UTC)
    await city.until("AcknowledgementOverdue")  # The other office has not even acknowledged it.
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN)
    await granted(city, "/information", {"committee": str(COMMITTEE)}, DEPARTMENT_CLERK)
    await granted(city, "/answer", {"addressee": str(OFFICE), "verdict": "accepted", "reasons": REASONS}, CLERK)
    promised = {"addressee": str(OFFICE), "what": WHAT, "due_on": DUE_ON.isoformat()}
    measure = (await granted(city, "/measures", promised, CLERK))["id"]
    city.clock.now = day_end(ANSWER_BY)
    await city.until("AnswerOverdue")
    city.clock.now = datetime(2019, 9, 5, 9, 0, tzinfo=UTC)
    await granted(city, f"/measures/{measure}/completion", {"evidence": EVIDENCE, "done_on": "2019-08-20"}, CLERK)
    await granted(city, f"/measures/{measure}/verification", {"finding": FINDING}, SECRETARY)
    way = [
        *BEGINNING, "RecommendationAcknowledged", "AcknowledgementOverdue", "CommitteeInformed", "RecommendationAnswered",
        "MeasurePromised", "AnswerOverdue", "MeasureReportedDone", "MeasureVerified",
    ]  # fmt: skip
    assert await city.facts() == way

    told = await told_outside(city)
    assert [message.NAME.removeprefix("recommendations.") for message in told] == [one for one in way if one != "RecommendationDrafted"]
    (informed,) = [message for message in told if isinstance(message, CommitteeInformed)]
    assert (informed.through, informed.through_name, informed.informed_at) == (DEPARTMENT, DEPARTMENT_NAME, NOTED_AT)
    (overdue,) = [message for message in told if isinstance(message, AnswerOverdue)]
    assert (overdue.addressee, overdue.addressee_name, overdue.was_due) == (SCHOOLS, SCHOOLS_NAME, ANSWER_BY)

    facts = await read_log(city.process.pool, 0, 100)
    assert facts[0].actor == "reaction:when_resolution_passed_then_start_recommendation"
    assert facts[0].causation_id == next(entry.event_id for entry in city.heard.entries if entry.stream == MEETING)
    assert facts[5].actor == "reaction:when_note_taken_then_record_committee_informed"
    assert facts[8].actor == "timer:answer_deadlines"
    assert {fact.stream for fact in facts} == {RECOMMENDATION}
    for projector in city.process.readers.projectors:
        if "own" in projector.sources:
            assert await projector.reached("own", facts[-1].pos, 60)
        verified = await projector.verify()
        assert verified.difference is None
        assert verified.rows > 0 or projector.projection.name == "answer_deadlines_v2"


async def test_what_is_told_twice_happens_once(city: City) -> None:
    await city.issued()
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN)
    assert await city.facts() == [*BEGINNING, "CommitteeInformed"]
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN, again=True)
    await city.hear(MEETING, RESOLUTION_PASSED, again=True)
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN)  # Even as another message: it is the same note.
    assert await city.facts() == [*BEGINNING, "CommitteeInformed"]
    assert [one.refusal for one in await city.process.readers.refused(10)] == []


async def test_a_correction_that_comes_with_the_resolution_is_noted_after_the_start(city: City) -> None:
    await city.hear(MEETING, RESOLUTION_PASSED, RESOLUTION_CORRECTED)
    assert await city.facts() == ["RecommendationStarted", "ResolutionCorrectionNoted"]
    shown = (await city.get(PATH, SECRETARY)).json()
    assert (shown["resolution_text"], shown["resolution_corrected"]["reason"]) == (RESOLUTION_CORRECTED.text, RESOLUTION_CORRECTED.reason)


async def test_a_note_of_what_was_not_issued_is_refused_and_recorded(city: City) -> None:
    await city.drafted()
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN)
    assert await city.facts() == BEGINNING[:2]
    (refused,) = await city.process.readers.refused(10)
    assert (refused.reaction, refused.refusal) == ("when_note_taken_then_record_committee_informed", "RecommendationIsNotIssued")


async def test_a_note_that_came_after_the_withdrawal_is_refused_and_recorded(city: City) -> None:
    await city.issued()
    assert (await city.post(f"{PATH}/withdrawal", {"reason": "Überholt."}, SECRETARY)).status_code == 200
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN)
    assert await city.facts() == [*BEGINNING, "RecommendationWithdrawn"]
    (refused,) = await city.process.readers.refused(10)
    assert refused.refusal == "NoteCameAfterTheWithdrawal"
    assert (await city.get(PATH)).json()["informs"][0]["standing"] == "not_informed"


async def test_a_note_that_was_corrected_or_never_taken_is_followed(city: City) -> None:
    await city.issued()
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN, NOTE_CORRECTED)
    [shown] = (await city.get(PATH)).json()["informs"]
    assert NOTE_CORRECTED.at
    assert (shown["standing"], datetime.fromisoformat(shown["informed_at"])) == ("informed", NOTE_CORRECTED.at)
    never = NOTE_CORRECTED.model_copy(update={"formerly": NOTE_CORRECTED.at, "at": None})
    await city.hear(COMMITTEE_MEETING, never)
    await city.hear(COMMITTEE_MEETING, never)
    told = (await city.get(PATH)).json()
    assert [one["standing"] for one in told["informs"]] == ["not_informed"]
    assert [(one["entry"], one["of"], one["stands"]) for one in told["corrections"]] == [
        ("note", str(COMMITTEE), True), ("note", str(COMMITTEE), False),
    ]  # fmt: skip
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN.model_copy(update={"noted_at": NOTE_CORRECTED.at}))
    assert [one["standing"] for one in (await city.get(PATH)).json()["informs"]] == ["informed"]
    assert await city.process.readers.refused(10) == []


async def test_the_correction_of_a_note_behind_closed_doors_shows_outsiders_nothing(city: City) -> None:
    await city.issued()
    before = await city.get(PATH)
    hidden = {"public": False}
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN.model_copy(update=hidden), NOTE_CORRECTED.model_copy(update=hidden))
    after = await city.get(PATH)
    assert (before.content, dict(before.headers)) == (after.content, dict(after.headers))
    assert [one["entry"] for one in (await city.get(PATH, TEACHER)).json()["corrections"]] == ["note"]


async def test_a_committee_of_which_nobody_thought_is_shown_as_informed_too(city: City) -> None:
    await city.issued()
    other = {"body": OTHER_COMMITTEE, "body_name": OTHER_COMMITTEE_NAME}
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN.model_copy(update=other))
    shown = (await city.get(PATH)).json()["informs"]
    assert [(one["committee_name"], one["standing"], one["department"]) for one in shown] == [
        (INFORMED.committee_name, "not_informed", str(DEPARTMENT)),
        (OTHER_COMMITTEE_NAME, "informed", str(DEPARTMENT)),
    ]


async def test_what_a_network_notes_for_itself_informs_nobody(city: City) -> None:
    await city.issued()
    network = {"body": MEETING, "body_name": "Netzwerk", "body_kind": "network"}
    nobody = {"proposed_by": None, "proposed_by_name": None, "proposed_by_kind": None}
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN.model_copy(update=network | nobody))
    assert await city.facts() == BEGINNING
    assert await city.process.readers.refused(10) == []
    assert [one["standing"] for one in (await city.get(PATH)).json()["informs"]] == ["not_informed"]


async def test_a_note_behind_closed_doors_shows_outsiders_nothing(city: City) -> None:
    await city.issued()
    before = await city.get(PATH)
    await city.hear(COMMITTEE_MEETING, NOTE_TAKEN.model_copy(update={"public": False}))
    after = await city.get(PATH)
    assert (before.content, dict(before.headers)) == (after.content, dict(after.headers))
    assert (await city.get(PATH, TEACHER)).json()["informs"][0]["standing"] == "informed"
    (informed,) = [message for message in await told_outside(city) if isinstance(message, CommitteeInformed)]
    assert not informed.public


async def test_withdrawal_calls_off_what_was_expected(city: City) -> None:
    await city.issued()
    assert (await city.post(f"{PATH}/withdrawal", {"reason": "Überholt."}, SECRETARY)).status_code == 200
    city.clock.now = day_end(ANSWER_BY) + timedelta(days=30)
    (timers,) = city.process.readers.timers
    assert await timers.projector.reached("own", 4, 60)
    assert (await timers.status())["planned"] == 0
    refused = await city.post(f"{PATH}/answer", {"addressee": str(OFFICE), "verdict": "accepted", "reasons": REASONS}, CLERK)
    assert refused.status_code == 409
    assert refused.json()["detail"] == "A withdrawn recommendation is not answered any more."
    assert await city.facts() == [*BEGINNING, "RecommendationWithdrawn"]


async def test_the_last_day_ends_in_the_city(city: City) -> None:
    await city.issued()
    (timers,) = city.process.readers.timers
    assert await timers.projector.reached("own", 3, 60)
    assert (await timers.status())["next_due"] == datetime(2019, 2, 28, 23, 0, tzinfo=UTC) == day_end(ACKNOWLEDGE_BY)
