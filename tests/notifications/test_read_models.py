"""What became of letters, what things are called, and what people said: rows, queries, and no reliance on order across streams."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.notifications.events.parts import Wanted
from services.notifications.read_models.feedback import FEEDBACK_MODEL, ListedFeedback, list_feedback
from services.notifications.read_models.known_matters import KNOWN_MATTERS, known_matter
from services.notifications.read_models.outcomes import OUTCOMES, QUERY, counted, list_notifications
from shared.contracts.meetings.bodies import BodyCorrected
from shared.contracts.recommendations import RecommendationCorrected
from shared.testing import History, ReadModel, assert_order_independent
from tests.notifications.examples import (
    ABOUT_BOARD,
    ABOUT_CONFERENCE,
    ADA,
    BOARD,
    BOARD_NAME,
    CAUSE,
    CONFERENCE,
    CONFERENCE_CORRECTED,
    CONFERENCE_PLANNED,
    FAILED,
    FEEDBACK_ANSWERED,
    FEEDBACK_GIVEN,
    HANDED_OVER,
    MEETING,
    MEMBER,
    NOTIFICATION_ID,
    NOW,
    PLANNED,
    RECOMMENDATION,
    RECOMMENDATION_ISSUED,
    RECOMMENDATION_TITLE,
    UNKNOWN,
    sealed,
    some,
)
from tests.notifications.test_api import FOUNDED

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

ROW: dict[str, Any] = {
    "notification": NOTIFICATION_ID, "cause": CAUSE, "kind": "meeting_scheduled", "about_service": "meetings", "about_kind": "meeting",
    "about_id": MEETING, "body": BOARD, "member": None, "language": "de", "planned_at": NOW, "standing": "planned", "failure": None,
    "attempts": 0, "at": None, "tried": False,
}  # fmt: skip


async def test_a_planned_letter_is_open(pool: Pool) -> None:
    await ReadModel(pool, OUTCOMES).given(own=History().add(NOTIFICATION_ID, PLANNED)).then(outcomes_v4=[ROW])
    assert await counted(pool) == (1, 1, 0)


@pytest.mark.parametrize(
    ("outcome", "changes", "failed"),
    [
        (HANDED_OVER, {"standing": "handed_over", "attempts": 1}, 0),
        (FAILED, {"standing": "failed", "failure": "refused", "attempts": 1}, 1),
        (UNKNOWN, {"standing": "unknown", "attempts": 2}, 1),
    ],
    ids=["handed over", "failed", "unknown"],
)
async def test_its_outcome_is_told(pool: Pool, outcome: Any, changes: dict[str, Any], failed: int) -> None:
    history = History().add(NOTIFICATION_ID, PLANNED, outcome)
    await ReadModel(pool, OUTCOMES).given(own=history).then(outcomes_v4=[ROW | changes | {"at": NOW}])
    assert await counted(pool) == (1, 0, failed)


def letters() -> History:
    history = History()
    for number in range(5):
        changes: dict[str, Any] = {"planned_at": NOW + timedelta(minutes=number), "member": MEMBER if number % 2 else None}
        changes |= {"body": some("other body"), "cause": some("other cause")} if number == 4 else {}
        history.add(some(f"letter {number}"), PLANNED.model_copy(update=changes))
    for number, outcome in enumerate((HANDED_OVER, FAILED, UNKNOWN)):
        history.add(some(f"letter {number}"), outcome)
    return history


async def test_letters_are_counted_as_they_come_and_not_when_somebody_asks(pool: Pool) -> None:
    history = letters().add(some("letter 3"), FAILED.model_copy(update={"cause": "stopped"}))
    history.add(some("letter 5"), PLANNED.model_copy(update={"kind": "meeting_invited"}))
    counts = [("meeting_invited", "planned", 1)]
    counts += [
        ("meeting_scheduled", what, letters) for what, letters in (("failed", 2), ("handed_over", 1), ("planned", 5), ("stopped", 1))
    ]
    rows = [dict(zip(("kind", "what", "letters"), row, strict=True)) for row in counts]
    await ReadModel(pool, OUTCOMES).given(own=history).then(outcomes_v4_counts=rows)
    assert await counted(pool) == (6, 2, 2)


async def test_letters_are_listed_as_they_were_planned_by_cause_thing_and_body(pool: Pool) -> None:
    await ReadModel(pool, OUTCOMES).given(own=letters()).then()
    nothing: dict[str, Any] = {"cause": None, "about": None, "body": None, "after": None, "limit": 10}

    async def listed(**changes: Any) -> list[UUID]:
        return [row.notification for row in await list_notifications(pool, **nothing | changes)]

    every = [some(f"letter {number}") for number in range(5)]
    assert await listed() == every
    assert await listed(body=BOARD) == every[:4]
    assert await listed(cause=some("other cause")) == every[4:]
    assert await listed(about=MEETING) == every
    assert await listed(about=CONFERENCE) == []
    assert await listed(after=(NOW + timedelta(minutes=1), every[1]), limit=2) == every[2:4]


async def test_a_secretariats_letters_are_found_without_reading_everybody_elses(pool: Pool) -> None:
    await ReadModel(pool, OUTCOMES).given(own=History().add(NOTIFICATION_ID, PLANNED)).then(outcomes_v4=[ROW])
    async with pool.acquire() as connection, connection.transaction():
        # So few rows would be read one after the other; what is asked is how many would be.
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
        plan = await connection.fetch(f"explain {QUERY}", None, None, BOARD, None, None, 50)
    assert "outcomes_v4_by_body" in str(plan)


async def test_the_outcomes_do_not_depend_on_the_order_across_streams(pool: Pool) -> None:
    assert await assert_order_independent(pool, OUTCOMES, letters())


def matters() -> list[History]:
    hidden = RECOMMENDATION_ISSUED.model_copy(update={"public": False, "recommendation": some("hidden")})
    return [
        History("conferences").add(CONFERENCE, CONFERENCE_PLANNED),
        History("meetings").add(BOARD, FOUNDED),
        History("recommendations").add(RECOMMENDATION, RECOMMENDATION_ISSUED).add(some("hidden"), hidden),
    ]


async def test_what_is_public_is_known_by_its_name_and_nothing_else_is(pool: Pool) -> None:
    await (
        ReadModel(pool, KNOWN_MATTERS)
        .given(**{one.source: one for one in matters()})
        .then(
            known_matters_v1=sorted(
                (
                    {"id": CONFERENCE, "service": "conferences", "kind": "conference", "title": CONFERENCE_PLANNED.title},
                    {"id": BOARD, "service": "meetings", "kind": "body", "title": BOARD_NAME},
                    {"id": RECOMMENDATION, "service": "recommendations", "kind": "recommendation", "title": RECOMMENDATION_TITLE},
                ),
                key=lambda row: str(row["id"]),
            )
        )
    )
    assert await known_matter(pool, "meetings", "body", BOARD) == ABOUT_BOARD
    assert await known_matter(pool, "conferences", "results", CONFERENCE) == ABOUT_CONFERENCE
    assert isinstance(await known_matter(pool, "recommendations", "recommendation", RECOMMENDATION), Wanted)
    for service, kind, thing in (("recommendations", "recommendation", some("hidden")), ("meetings", "conference", CONFERENCE)):
        assert await known_matter(pool, service, kind, thing) is None


async def test_a_conference_is_known_by_the_title_that_was_corrected(pool: Pool) -> None:
    renamed = CONFERENCE_CORRECTED.model_copy(update={"title": "Sechste Integrationskonferenz"})
    told = History("conferences").add(CONFERENCE, CONFERENCE_PLANNED, renamed)
    await ReadModel(pool, KNOWN_MATTERS).given(conferences=told).then()
    known = await known_matter(pool, "conferences", "conference", CONFERENCE)
    assert known == ABOUT_CONFERENCE.model_copy(update={"title": renamed.title})


async def test_a_recommendation_is_known_by_the_title_that_was_corrected(pool: Pool) -> None:
    right = RECOMMENDATION_ISSUED.model_copy(update={"title": "Sprachkurse am Morgen"})
    of = {name: getattr(right, name) for name in ("recommendation", "title", "instrument", "body", "body_name", "public")}
    corrected = RecommendationCorrected(**of, entry=right, stands=True, reason="Verschrieben.", corrected_at=NOW)
    hidden = corrected.model_copy(update={"recommendation": some("hidden"), "public": False})
    told = History("recommendations").add(RECOMMENDATION, RECOMMENDATION_ISSUED, corrected).add(some("hidden"), hidden)
    await ReadModel(pool, KNOWN_MATTERS).given(recommendations=told).then()
    known = await known_matter(pool, "recommendations", "recommendation", RECOMMENDATION)
    assert known
    assert known.title == right.title
    assert await known_matter(pool, "recommendations", "recommendation", some("hidden")) is None


async def test_a_body_is_known_by_its_right_name(pool: Pool) -> None:
    right = {"formerly_name": BOARD_NAME, "body_name": "Fachbeirat für Migration", "reason": "Falsch geschrieben.", "corrected_at": NOW}
    corrected = BodyCorrected(**dict(FOUNDED) | right)
    await ReadModel(pool, KNOWN_MATTERS).given(meetings=History("meetings").add(BOARD, FOUNDED, corrected)).then()
    known = await known_matter(pool, "meetings", "body", BOARD)
    assert known
    assert known.title == "Fachbeirat für Migration"


async def test_the_names_do_not_depend_on_the_order_across_sources(pool: Pool) -> None:
    assert await assert_order_independent(pool, KNOWN_MATTERS, *matters())


def said() -> History:
    later = FEEDBACK_GIVEN.model_copy(update={"given_at": NOW + timedelta(hours=1), "email": None})
    return History().add(some("first"), FEEDBACK_GIVEN).add(some("second"), later).add(some("first"), FEEDBACK_ANSWERED)


async def test_feedback_is_listed_as_it_came_and_stays_sealed(pool: Pool) -> None:
    await ReadModel(pool, FEEDBACK_MODEL).given(own=said()).then()
    first, second = await list_feedback(pool, None, 10)
    given = FEEDBACK_GIVEN
    assert first == ListedFeedback(some("first"), given.text, given.email, given.page, NOW, FEEDBACK_ANSWERED.note, None, NOW)
    assert (second.feedback, second.email, second.note, second.answered_at) == (some("second"), None, None, None)
    assert await list_feedback(pool, (NOW, some("first")), 10) == [second]
    assert await list_feedback(pool, None, 10, answered=True) == [first]
    assert await list_feedback(pool, None, 10, answered=False) == [second]


async def test_the_note_about_feedback_is_the_one_that_was_told_last(pool: Pool) -> None:
    corrected = FEEDBACK_ANSWERED.model_copy(
        update={"note": sealed("other", ADA), "reason": sealed("reason", ADA), "answered_at": NOW + timedelta(days=1)}
    )
    history = History().add(some("first"), FEEDBACK_GIVEN, FEEDBACK_ANSWERED, corrected)
    await ReadModel(pool, FEEDBACK_MODEL).given(own=history).then()
    [one] = await list_feedback(pool, None, 10)
    assert (one.note, one.reason, one.answered_at) == (corrected.note, corrected.reason, NOW)


async def test_feedback_does_not_depend_on_the_order_across_streams(pool: Pool) -> None:
    assert await assert_order_independent(pool, FEEDBACK_MODEL, said())
