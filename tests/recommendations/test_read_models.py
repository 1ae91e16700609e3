"""Which recommendations there are, what is still to be done, which bodies stand: rows, queries, and no reliance on order across streams."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import pytest

from services.recommendations.events import Entry, RecommendationCorrected
from services.recommendations.parts import Succeeded
from services.recommendations.read_models.known_bodies import KNOWN_BODIES, KnownBody, known_bodies, names_by_now, succeeded_bodies
from services.recommendations.read_models.open_answers import OPEN_ANSWERS, OpenAnswer, list_what_is_open
from services.recommendations.read_models.recommendations import RECOMMENDATIONS, Standing, list_by_standing
from services.recommendations.service import SERVICE
from shared.contracts.meetings.bodies import SuccessionCorrected
from shared.localday import local_day
from shared.projections.projection import OWN, Projection
from shared.testing import History, ReadModel, assert_order_independent
from tests.recommendations.examples import (
    ACKNOWLEDGE_BY,
    ACKNOWLEDGED,
    ANSWER_BY,
    ANSWERED,
    BOARD,
    BOARD_NAME,
    BODIES_FOUNDED,
    COMMITTEE,
    COMMITTEE_NAME,
    DEPARTMENT,
    DRAFTED,
    DUE_ON,
    ISSUED,
    ISSUED_ON,
    ITEM_TITLE,
    MEASURE,
    OF_RECOMMENDATION,
    OFFICE,
    OTHER_COMMITTEE,
    OTHER_COMMITTEE_NAME,
    PROMISED,
    RECOMMENDATION,
    REPORTED_DONE,
    RESOLVED_AT,
    SCHOOLS,
    STARTED,
    SUCCEEDED,
    TITLE,
    VERIFIED,
    WITHDRAWN,
    renamed,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

OTHER_BODY = UUID(int=77)
RIGHT_NAME = "Ausschuss für Soziales"
ROW = {
    "recommendation": RECOMMENDATION,
    "resolution": STARTED.resolution,
    "body": BOARD,
    "body_name": BOARD_NAME,
    "title": ITEM_TITLE,
    "instrument": "recommendation",
    "public": True,
    "standing": "started",
    "newest": date(2019, 2, 14),
    "issued_on": None,
    "withdrawn_on": None,
}
ISSUED_ROW = ROW | {"title": TITLE, "standing": "issued", "newest": ISSUED_ON, "issued_on": ISSUED_ON}
ALONE = ISSUED.model_copy(update={"addressees": ISSUED.addressees[:1]})


def number(count: int) -> UUID:
    return uuid5(RECOMMENDATION, str(count))


def corrected(entry: Entry, *, stands: bool = True, **changes: Any) -> RecommendationCorrected:
    """This was entered wrongly."""
    told = OF_RECOMMENDATION | ({"title": changes["title"]} if "title" in changes else {})
    right = entry.model_copy(update=changes)
    return RecommendationCorrected(**told, entry=right, stands=stands, reason="Verlesen.", corrected_at=RESOLVED_AT, expects=())


EVERYTHING = (ACKNOWLEDGED, ANSWERED, PROMISED, REPORTED_DONE, VERIFIED, WITHDRAWN)


def a_story() -> History:
    """Recommendations in every state."""
    story = History().add(RECOMMENDATION, STARTED, DRAFTED, ISSUED, ACKNOWLEDGED, ANSWERED, PROMISED, REPORTED_DONE, VERIFIED)
    story.add(number(1), STARTED).add(number(2), STARTED, DRAFTED)
    story.add(number(3), STARTED, DRAFTED, ISSUED, WITHDRAWN)
    other = uuid5(MEASURE, "other")
    return story.add(number(4), STARTED, DRAFTED, ISSUED, ACKNOWLEDGED, PROMISED.model_copy(update={"measure": other}))


def a_corrected_story() -> History:
    """The same, and every entry corrected and taken back."""
    story = a_story()
    for entry in (ISSUED, *EVERYTHING):
        story.add(uuid5(RECOMMENDATION, entry.NAME), STARTED, DRAFTED, ISSUED, *EVERYTHING, corrected(entry))
    for entry in EVERYTHING:
        story.add(uuid5(RECOMMENDATION, f"no {entry.NAME}"), STARTED, DRAFTED, ISSUED, *EVERYTHING, corrected(entry, stands=False))
    return story


def bodies_story() -> History:
    story = History("meetings")
    for founded in BODIES_FOUNDED:
        story.add(founded.body, founded)
    return story.add(COMMITTEE, SUCCEEDED)


def corrected_bodies_story() -> History:
    story = bodies_story().add(OTHER_COMMITTEE, renamed(OTHER_COMMITTEE, OTHER_COMMITTEE_NAME, RIGHT_NAME, "city_council"))
    nobody: dict[str, Any] = {"successor": None, "successor_name": None, "on": None, "because": None}
    taken_back = SuccessionCorrected(body=COMMITTEE, body_name=COMMITTEE_NAME, **nobody, reason="Irrtum", corrected_at=RESOLVED_AT)
    return story.add(COMMITTEE, taken_back)


@pytest.mark.parametrize("projection", SERVICE.projections, ids=lambda projection: projection.name)
async def test_a_read_model_does_not_depend_on_the_order_across_streams(pool: Pool, projection: Projection) -> None:
    folded = {cls.NAME for classes in projection.folds.values() for cls in classes}
    assert folded <= {entry.type for entry in (*a_corrected_story().entries, *corrected_bodies_story().entries)}
    stories = [story for story in (a_corrected_story(), corrected_bodies_story()) if story.source in projection.folds]
    dumped = await assert_order_independent(pool, projection, *stories, shuffles=10)
    assert len(dumped.splitlines()) > 1


async def test_a_recommendation_stands_where_its_last_step_left_it(pool: Pool) -> None:
    model, story = ReadModel(pool, RECOMMENDATIONS), History().add(RECOMMENDATION, STARTED)
    await model.given(own=story).then(recommendations_v1=[ROW], recommendations_v1_concerned=[])
    drafted = ROW | {"title": TITLE, "standing": "drafted"}
    await model.given(own=story.add(RECOMMENDATION, DRAFTED)).then(recommendations_v1=[drafted])
    concerned = [
        {"recommendation": RECOMMENDATION, "body": OFFICE, "addressed": True, "answered": True},
        {"recommendation": RECOMMENDATION, "body": SCHOOLS, "addressed": True, "answered": False},
        {"recommendation": RECOMMENDATION, "body": DEPARTMENT, "addressed": False, "answered": False},
    ]
    answered = model.given(own=story.add(RECOMMENDATION, ISSUED, ANSWERED))
    await answered.then(recommendations_v1=[ISSUED_ROW], recommendations_v1_concerned=concerned)
    withdrawn = ISSUED_ROW | {"standing": "withdrawn", "withdrawn_on": WITHDRAWN.withdrawn_on}
    await model.given(own=story.add(RECOMMENDATION, WITHDRAWN)).then(recommendations_v1=[withdrawn])


async def listed(
    pool: Pool,
    *,
    standing: Standing | None = None,
    body: UUID | None = None,
    sees_bodies: tuple[UUID, ...] = (),
    acts_for: tuple[UUID, ...] = (),
) -> list[UUID]:
    """All pages of two."""
    found: list[UUID] = []
    after: tuple[date, UUID] | None = None
    while page := await list_by_standing(
        pool, standing=standing, body=body, sees_bodies=sees_bodies, acts_for=acts_for, after=after, limit=2
    ):
        found += [row.recommendation for row in page]
        after = (page[-1].newest, page[-1].recommendation)
    return found


async def test_the_newest_come_first_page_by_page_even_where_they_are_of_one_day(pool: Pool) -> None:
    story = History()
    days = {number(count): date(2019, 3, 1 + count // 3) for count in range(7)}
    for stream, day in days.items():
        story.add(stream, STARTED, DRAFTED, ISSUED.model_copy(update={"issued_on": day}))
    await ReadModel(pool, RECOMMENDATIONS).given(own=story).then()
    assert await listed(pool) == sorted(days, key=lambda stream: (days[stream], stream), reverse=True)


async def test_they_are_listed_by_standing_and_by_body(pool: Pool) -> None:
    elsewhere = [event.model_copy(update={"body": OTHER_BODY}) for event in (STARTED, DRAFTED, ISSUED)]
    await ReadModel(pool, RECOMMENDATIONS).given(own=a_story().add(number(9), *elsewhere)).then()
    assert set(await listed(pool, standing="issued", body=BOARD)) == {RECOMMENDATION, number(4)}
    assert await listed(pool, body=OTHER_BODY) == [number(9)]
    assert await listed(pool, standing="withdrawn") == [number(3)]
    assert await listed(pool, standing="drafted", sees_bodies=(BOARD,)) == [number(2)]
    assert await listed(pool, standing="started", sees_bodies=(BOARD,)) == [number(1)]


async def test_drafts_and_what_is_not_public_are_listed_for_those_concerned_only(pool: Pool) -> None:
    hidden: list[Any] = [event.model_copy(update={"public": False}) for event in (STARTED, DRAFTED, ISSUED)]
    story = History().add(number(1), STARTED).add(number(2), STARTED, DRAFTED).add(number(3), *hidden)
    await ReadModel(pool, RECOMMENDATIONS).given(own=story).then()
    assert await listed(pool) == []
    assert await listed(pool, sees_bodies=(OTHER_BODY,), acts_for=(OTHER_BODY, BOARD, COMMITTEE)) == []
    assert await listed(pool, acts_for=(SCHOOLS,)) == [number(3)]
    assert await listed(pool, acts_for=(DEPARTMENT,)) == [number(3)]
    assert set(await listed(pool, sees_bodies=(BOARD,))) == {number(1), number(2), number(3)}


async def test_the_list_says_how_many_have_answered(pool: Pool) -> None:
    await ReadModel(pool, RECOMMENDATIONS).given(own=a_story()).then()
    rows = await list_by_standing(pool, standing="issued", body=None, sees_bodies=(), acts_for=(), after=None, limit=9)
    assert {row.recommendation: (row.answered, row.addressees) for row in rows} == {RECOMMENDATION: (1, 2), number(4): (0, 2)}


async def is_open(pool: Pool, *events: Any) -> list[tuple[str, date]]:
    """What the office has to do after these, and by when."""
    await pool.execute("set client_min_messages = warning; drop schema if exists read cascade")
    await ReadModel(pool, OPEN_ANSWERS).given(own=History().add(RECOMMENDATION, STARTED, DRAFTED, ALONE, *events)).then()
    return [(row.duty, row.due) for row in await list_what_is_open(pool, OFFICE, ANSWER_BY, None, 9)]


DO_ACKNOWLEDGE, DO_ANSWER, DO_MEASURE = ("acknowledge", ACKNOWLEDGE_BY), ("answer", ANSWER_BY), ("measure", DUE_ON)


async def test_what_is_to_be_done_is_open_until_it_is_done(pool: Pool) -> None:
    assert await is_open(pool) == [DO_ACKNOWLEDGE, DO_ANSWER]
    assert await is_open(pool, ACKNOWLEDGED) == [DO_ANSWER]
    assert await is_open(pool, ACKNOWLEDGED, ANSWERED) == []
    assert await is_open(pool, ANSWERED, PROMISED) == [DO_MEASURE]
    assert await is_open(pool, ANSWERED, PROMISED, REPORTED_DONE) == []


async def test_whoever_answers_need_not_acknowledge_any_more(pool: Pool) -> None:
    assert await is_open(pool, ANSWERED) == []


async def test_nothing_is_to_be_done_about_what_was_withdrawn(pool: Pool) -> None:
    assert await is_open(pool, PROMISED, WITHDRAWN) == []


async def test_what_never_happened_is_open_again(pool: Pool) -> None:
    done = (ACKNOWLEDGED, ANSWERED, PROMISED, REPORTED_DONE)
    assert await is_open(pool, *done, corrected(ANSWERED, stands=False)) == [DO_ANSWER]
    never = [corrected(entry, stands=False) for entry in (ANSWERED, ACKNOWLEDGED)]
    assert await is_open(pool, *done, *never) == [DO_ACKNOWLEDGE, DO_ANSWER]
    assert await is_open(pool, *done, *never, ANSWERED) == []
    assert await is_open(pool, *done, corrected(REPORTED_DONE, stands=False)) == [DO_MEASURE]
    assert await is_open(pool, PROMISED, corrected(PROMISED, stands=False)) == [DO_ACKNOWLEDGE, DO_ANSWER]
    assert await is_open(pool, ACKNOWLEDGED, WITHDRAWN, corrected(WITHDRAWN, stands=False)) == [DO_ANSWER]


async def test_other_days_are_the_ones_that_hold(pool: Pool) -> None:
    days = {"acknowledge_by": date(2019, 3, 1), "answer_by": date(2019, 4, 4)}
    addressees = tuple(one.model_copy(update=days) for one in ALONE.addressees)
    moved = corrected(ALONE, addressees=addressees, issued_on=date(2019, 2, 21), title="Kurse")
    assert await is_open(pool, moved) == [("acknowledge", date(2019, 3, 1)), ("answer", date(2019, 4, 4))]
    assert [row.title for row in await list_what_is_open(pool, OFFICE, ANSWER_BY, None, 9)] == ["Kurse", "Kurse"]
    assert await is_open(pool, ACKNOWLEDGED, moved) == [("answer", date(2019, 4, 4))]
    assert await is_open(pool, ANSWERED, PROMISED, corrected(PROMISED, due_on=date(2019, 10, 1))) == [("measure", date(2019, 10, 1))]


async def test_the_list_shows_what_was_put_right(pool: Pool) -> None:
    model, story = ReadModel(pool, RECOMMENDATIONS), History().add(RECOMMENDATION, STARTED, DRAFTED, ISSUED, ANSWERED, WITHDRAWN)
    story.add(RECOMMENDATION, corrected(WITHDRAWN, withdrawn_on=date(2019, 3, 25)))
    row = ISSUED_ROW | {"standing": "withdrawn", "withdrawn_on": date(2019, 3, 25)}
    await model.given(own=story).then(recommendations_v1=[row])
    day = date(2019, 2, 21)
    row |= {"title": "Kurse", "issued_on": day, "newest": day}
    await model.given(own=story.add(RECOMMENDATION, corrected(ISSUED, title="Kurse", issued_on=day))).then(recommendations_v1=[row])
    story.add(RECOMMENDATION, corrected(WITHDRAWN, stands=False), corrected(ANSWERED, stands=False), corrected(PROMISED))
    await model.given(own=story).then(recommendations_v1=[row | {"standing": "issued", "withdrawn_on": None}])
    [listed] = await list_by_standing(pool, standing="issued", body=None, sees_bodies=(), acts_for=(), after=None, limit=9)
    assert (listed.answered, listed.addressees) == (0, 2)


async def test_an_addressee_sees_what_it_has_to_do_by_when(pool: Pool) -> None:
    await ReadModel(pool, OPEN_ANSWERS).given(own=History().add(RECOMMENDATION, STARTED, DRAFTED, ISSUED, PROMISED)).then()
    rows: list[OpenAnswer] = []
    after: tuple[date, UUID, str, UUID] | None = None
    while page := await list_what_is_open(pool, OFFICE, ANSWER_BY, after, 1):
        rows += page
        after = (page[-1].due, page[-1].recommendation, page[-1].duty, page[-1].concerns)
    assert [(row.duty, row.due, row.overdue) for row in rows] == [
        ("acknowledge", ACKNOWLEDGE_BY, True),
        ("answer", ANSWER_BY, False),  # Its last day is not over.
        ("measure", DUE_ON, False),
    ]
    assert [row.duty for row in await list_what_is_open(pool, SCHOOLS, ANSWER_BY, None, 9)] == ["acknowledge", "answer"]
    assert await list_what_is_open(pool, BOARD, ANSWER_BY, None, 9) == []


async def test_bodies_that_stand_are_known_with_their_sort(pool: Pool) -> None:
    await ReadModel(pool, KNOWN_BODIES).given(meetings=bodies_story()).then()
    known = await known_bodies(pool, [COMMITTEE, OTHER_BODY], local_day(RESOLVED_AT))
    assert known == {COMMITTEE: KnownBody(COMMITTEE, COMMITTEE_NAME, "committee")}


async def test_a_succeeded_body_is_known_with_its_successor(pool: Pool) -> None:
    await ReadModel(pool, KNOWN_BODIES).given(meetings=bodies_story()).then()
    gone = Succeeded(
        body=COMMITTEE, body_name=COMMITTEE_NAME, successor=SUCCEEDED.successor, successor_name=SUCCEEDED.successor_name
    )  # fmt: skip
    assert await succeeded_bodies(pool, SUCCEEDED.on) == (gone,)
    assert await succeeded_bodies(pool, SUCCEEDED.on - timedelta(days=1)) == ()


async def test_a_succeeded_body_stands_until_the_day_before_its_successor(pool: Pool) -> None:
    await ReadModel(pool, KNOWN_BODIES).given(meetings=bodies_story()).then()
    assert set(await known_bodies(pool, [COMMITTEE, OFFICE], SUCCEEDED.on - timedelta(days=1))) == {COMMITTEE, OFFICE}
    assert set(await known_bodies(pool, [COMMITTEE, OFFICE], SUCCEEDED.on)) == {OFFICE}


async def test_a_corrected_body_is_known_as_it_is_right_also_as_a_successor(pool: Pool) -> None:
    story = bodies_story().add(OTHER_COMMITTEE, renamed(OTHER_COMMITTEE, OTHER_COMMITTEE_NAME, RIGHT_NAME, "city_council"))
    await ReadModel(pool, KNOWN_BODIES).given(meetings=story).then()
    known = await known_bodies(pool, [OTHER_COMMITTEE], SUCCEEDED.on)
    assert known == {OTHER_COMMITTEE: KnownBody(OTHER_COMMITTEE, RIGHT_NAME, "city_council")}
    assert [one.successor_name for one in await succeeded_bodies(pool, SUCCEEDED.on)] == [RIGHT_NAME]
    assert await names_by_now(pool, [COMMITTEE, OTHER_COMMITTEE]) == {
        COMMITTEE: COMMITTEE_NAME,
        OTHER_COMMITTEE: RIGHT_NAME,
    }


async def test_a_body_whose_place_nobody_took_stands(pool: Pool) -> None:
    await ReadModel(pool, KNOWN_BODIES).given(meetings=corrected_bodies_story()).then()
    assert set(await known_bodies(pool, [COMMITTEE], SUCCEEDED.on)) == {COMMITTEE}
    assert await succeeded_bodies(pool, SUCCEEDED.on) == ()


def test_every_own_read_model_folds_own_facts_and_the_reference_data_those_of_meetings() -> None:
    assert {projection.name: set(projection.folds) for projection in SERVICE.projections} == {
        "recommendations_v1": {OWN}, "open_answers_v2": {OWN}, "known_bodies_v3": {"meetings"},
    }  # fmt: skip
