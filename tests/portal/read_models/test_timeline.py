"""What is on, what was decided, what became of it: public things only."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal.read_models.timeline import TIMELINE
from services.portal.read_models.timeline_of_recommendations import CAME, DECIDED
from services.portal.read_models.timeline_query import list_coming, list_news, timeline_as_of
from shared.contracts import recommendations
from shared.localday import local_day
from tests.portal.read_models import story
from tests.portal.read_models.story import BEGINS, MEETS, NOW, Told, whole_story

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

TABLES = ("timeline_v1", "timeline_v1_coming", "timeline_v1_over", "timeline_v1_registration")


OPENED = "conferences.RegistrationOpened"


async def test_conferences_and_meetings_are_coming_until_they_are_over(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    held = next(entry for entry in told.conferences.entries if entry.type == "conferences.ConferenceHeld")
    del told.conferences.entries[told.conferences.entries.index(held) :]
    story.the_board_meets(told)
    del told.meetings.entries[10:]
    await told.fill(pool, TIMELINE)
    coming = await list_coming(pool, BEGINS - timedelta(days=4), after=None, limit=10)
    assert [(one.kind, one.thing, one.cancelled) for one in coming] == [
        ("conference", story.CONFERENCE, False),
        ("meeting", story.CANCELLED, True),
        ("meeting", story.MEETING, False),
    ]
    assert coming[0].register_until == BEGINS - timedelta(days=3)
    [conference, *_] = await list_coming(pool, BEGINS, after=None, limit=10)
    assert conference.register_until is None
    assert [one.thing for one in await list_coming(pool, MEETS, after=None, limit=10)] == [story.MEETING]
    [_, second] = await list_coming(pool, BEGINS, after=(BEGINS, story.CONFERENCE), limit=10)
    assert second.thing == story.MEETING


async def test_what_was_held_is_no_longer_coming(pool: Pool) -> None:
    await whole_story(secret=False).fill(pool, TIMELINE)
    assert story.MEETING not in [one.thing for one in await list_coming(pool, MEETS, after=None, limit=10)]


async def test_a_conference_that_was_corrected_comes_as_it_should_have_been_entered(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    told.conferences.entries[:] = [one for one in told.conferences.entries if one.type in ("conferences.ConferencePlanned", OPENED)]
    earlier = BEGINS - timedelta(days=5)
    right = story.conference_corrected(title="Sechste", starts_at=earlier, ends_at=earlier + timedelta(hours=2), place="Saal")
    told.conferences.add(story.CONFERENCE, right)
    await told.fill(pool, TIMELINE)
    [coming] = await list_coming(pool, earlier - timedelta(days=1), after=None, limit=10)
    assert (coming.title, coming.starts_at, coming.place, coming.register_until) == ("Sechste", earlier, "Saal", earlier)
    [begun] = await list_coming(pool, earlier + timedelta(hours=1), after=None, limit=10)
    assert begun.register_until is None
    assert await list_coming(pool, earlier + timedelta(hours=2), after=None, limit=10) == []


async def test_a_conference_that_was_called_off_is_shown_as_such_with_the_right_reason_until_it_would_be_over(pool: Pool) -> None:
    told = Told()
    story.the_conference_is_cancelled(told)
    await told.fill(pool, TIMELINE)
    [coming] = await list_coming(pool, BEGINS - timedelta(days=10), after=None, limit=10)
    assert (coming.cancelled, coming.reason, coming.register_until) == (True, story.WHY_NOT, None)
    assert await list_coming(pool, BEGINS + timedelta(hours=6), after=None, limit=10) == []
    told.conferences.add(story.CONFERENCE, story.conference_corrected(cancelled_because="Wasserschaden."))
    await told.fill_anew(pool, TIMELINE)
    [coming] = await list_coming(pool, BEGINS - timedelta(days=10), after=None, limit=10)
    assert (coming.cancelled, coming.reason) == (True, "Wasserschaden.")


async def test_what_was_corrected_of_a_conference_that_was_held_makes_it_come_no_more(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    later = BEGINS + timedelta(days=300)
    told.conferences.add(story.CONFERENCE, story.conference_corrected(held_on=story.HELD_ON, attendance=80, starts_at=later, ends_at=later))
    await told.fill(pool, TIMELINE)
    assert await list_coming(pool, NOW, after=None, limit=10) == []


async def test_a_meeting_that_was_corrected_comes_as_it_should_have_been_entered_and_a_hidden_one_does_not(pool: Pool) -> None:
    told = Told()
    story.the_board_meets(told)
    del told.meetings.entries[10:]
    earlier = MEETS - timedelta(days=8)
    told.meetings.add(story.MEETING, story.meeting_corrected(title="Dritte Sitzung"))
    told.meetings.add(story.CANCELLED, story.meeting_corrected(story.CANCELLED, cancelled_because="Gesperrt.", starts_at=earlier))
    told.meetings.add(story.SECRET_MEETING, story.scheduled(story.SECRET_MEETING, MEETS, public=False))
    told.meetings.add(story.SECRET_MEETING, story.meeting_corrected(story.SECRET_MEETING, public=False))
    await told.fill(pool, TIMELINE)
    coming = await list_coming(pool, BEGINS, after=None, limit=10)
    assert [(one.title, one.place, one.cancelled, one.reason, one.starts_at) for one in coming] == [
        ("Sitzung", "Stadthaus 1", True, "Gesperrt.", earlier),
        ("Dritte Sitzung", "Stadthaus 1", False, None, MEETS),
    ]
    assert [one.title for one in await list_coming(pool, MEETS - timedelta(days=7, hours=1), after=None, limit=10)] == ["Dritte Sitzung"]


async def test_registration_that_was_closed_is_not_offered(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    told.conferences.entries[:] = [entry for entry in told.conferences.entries if entry.type != "conferences.ConferenceHeld"]
    await told.fill(pool, TIMELINE)
    [conference] = await list_coming(pool, BEGINS - timedelta(days=10), after=None, limit=10)
    assert conference.register_until is None


async def test_what_was_decided_and_what_became_of_it_stand_in_their_latest_state(pool: Pool) -> None:
    await whole_story().fill(pool, TIMELINE)
    decided = await list_news(pool, DECIDED, after=None, limit=10)
    assert [(one.news, one.day, one.detail) for one in decided] == [
        ("recommendation", story.ISSUED_ON, "Empfohlen wird …"),
        ("resolution", date(2019, 1, 22), f"{story.ASKS}."),
    ]
    came = await list_news(pool, CAME, after=None, limit=10)
    assert [(one.news, one.verdict, one.day) for one in came] == [
        ("verified", None, date(2019, 10, 1)),
        ("answered", "accepted", date(2019, 6, 20)),
        ("informed", None, date(2019, 3, 5)),
    ]


async def test_what_was_resolved_stands_there_under_the_right_title(pool: Pool) -> None:
    told = Told()
    story.the_board_meets(told)
    told.meetings.add(story.named("sitting"), story.title_corrected(story.ITEM, story.RESOLUTION, item_title="Ergebnisse"))
    await told.fill(pool, TIMELINE)
    assert [(one.news, one.title) for one in await list_news(pool, DECIDED, after=None, limit=10)] == [("resolution", "Ergebnisse")]


async def test_an_answer_that_is_overdue_stands_there_as_such(pool: Pool) -> None:
    told = Told()
    story.the_recommendation_is_issued(told)
    told.recommendations.add(story.RECOMMENDATION, story.OVERDUE)
    await told.fill(pool, TIMELINE)
    assert [(one.news, one.day, one.body_name) for one in await list_news(pool, CAME, after=None, limit=10)] == [
        ("overdue", story.ANSWER_BY, "Sozialamt")
    ]


async def test_a_recommendation_that_was_withdrawn_says_so(pool: Pool) -> None:
    told = Told()
    story.the_recommendation_is_issued(told)
    withdrawn = recommendations.RecommendationWithdrawn(**story.of_recommendation(), reason="Erledigt.", withdrawn_on=date(2019, 3, 1))
    told.recommendations.add(story.RECOMMENDATION, withdrawn)
    await told.fill(pool, TIMELINE)
    assert [(one.news, one.detail) for one in await list_news(pool, CAME, after=None, limit=10)] == [("withdrawn", "Erledigt.")]


async def test_what_is_not_public_changes_no_row_and_no_date(pool: Pool) -> None:
    async def everything() -> list[object]:
        rows = [await pool.fetch(f"select * from {table} order by 1, 2") for table in TABLES]
        return [*rows, await timeline_as_of(pool), await list_coming(pool, NOW - timedelta(days=400), after=None, limit=99)]

    await whole_story(secret=False).fill(pool, TIMELINE)
    without = await everything()
    await whole_story().fill_anew(pool, TIMELINE)
    assert await everything() == without
    assert story.SECRET not in repr(without)


async def test_news_come_page_by_page_the_newest_first(pool: Pool) -> None:
    told = Told()
    for number in range(7):
        stream = story.named(f"recommendation {number}")
        issued = story.issued(stream, story.RESOLUTION, None).model_copy(update={"issued_on": date(2019, 2, 1 + number // 3)})
        told.recommendations.add(stream, issued)
    await told.fill(pool, TIMELINE)
    found: list[UUID] = []
    days: list[date] = []
    after: tuple[date, UUID] | None = None
    while page := await list_news(pool, DECIDED, after=after, limit=2):
        found += [one.thing for one in page]
        days += [one.day for one in page]
        after = (page[-1].day, page[-1].thing)
    assert len(found) == len(set(found)) == 7
    assert days == sorted(days, reverse=True)


async def came(pool: Pool, *told_then: Any) -> list[tuple[str, date, str | None]]:
    """What became of the recommendation once these were told."""
    told = Told()
    story.the_recommendation_is_issued(told)
    told.recommendations.add(story.RECOMMENDATION, *told_then)
    await told.fill_anew(pool, TIMELINE)
    return [(one.news, one.day, one.detail) for one in await list_news(pool, CAME, after=None, limit=10)]


async def test_news_that_were_put_right_say_what_was_so_and_those_that_never_were_are_gone(pool: Pool) -> None:
    await Told().fill(pool, TIMELINE)
    never = partial(story.corrected, stands=False)
    overdue, answered = ("overdue", story.ANSWER_BY, None), ("answered", date(2019, 6, 20), "Zum Teil.")
    assert await came(pool, story.OVERDUE, story.ANSWERED) == [answered]
    right = story.corrected(story.ANSWERED, answered_on=date(2019, 3, 1), reasons="Ganz.")
    assert await came(pool, story.OVERDUE, story.ANSWERED, right) == [("answered", date(2019, 3, 1), "Ganz.")]
    assert await came(pool, story.OVERDUE, story.ANSWERED, never(story.ANSWERED)) == [overdue]
    assert await came(pool, story.ANSWERED, never(story.ANSWERED)) == []
    kept = (story.PROMISED, story.REPORTED, story.VERIFIED)
    promise = story.corrected(story.PROMISED, what="Anders")
    assert await came(pool, *kept, promise) == [("verified", date(2019, 10, 1), "Gesehen.")]
    assert [one.title for one in await list_news(pool, CAME, after=None, limit=10)] == ["Anders"]
    assert await came(pool, *kept, never(story.VERIFIED)) == [("done", date(2019, 9, 20), "Dienstanweisung")]
    [(news, _, due)] = await came(pool, *kept, never(story.VERIFIED), never(story.REPORTED))
    assert (news, due) == ("promised", "2019-09-30")
    assert await came(pool, story.ACKNOWLEDGED, never(story.ACKNOWLEDGED)) == []


async def test_a_note_that_was_put_right_is_news_of_its_day_and_another_stands_in_the_place_of_one_taken_back(pool: Pool) -> None:
    await Told().fill(pool, TIMELINE)
    later = story.INFORMED.informed_at + timedelta(days=7)
    never = story.corrected(story.INFORMED, stands=False)
    other = story.corrected(story.INFORMED, informed_at=later)
    day = local_day(later)
    assert [one[:2] for one in await came(pool, story.INFORMED, other)] == [("informed", day)]
    assert await came(pool, story.INFORMED, never) == []
    assert [one[:2] for one in await came(pool, story.INFORMED, never, other)] == [("informed", day)]
    hidden = story.INFORMED.model_copy(update={"public": False})
    assert await came(pool, hidden, story.corrected(hidden, informed_at=later)) == []


async def test_another_day_of_the_issue_leaves_no_answer_overdue_by_the_old_one(pool: Pool) -> None:
    await Told().fill(pool, TIMELINE)
    issued = story.issued(story.RECOMMENDATION, story.RESOLUTION, story.RESULTS)
    [addressee] = issued.addressees
    later = (addressee.model_copy(update={"answer_by": date(2019, 3, 18)}),)
    moved = story.corrected(issued, title="Berichtigt", issued_on=date(2019, 2, 4), addressees=later)
    assert await came(pool, story.OVERDUE, moved) == []
    [decided] = await list_news(pool, DECIDED, after=None, limit=10)
    assert (decided.title, decided.day) == ("Berichtigt", date(2019, 2, 4))
    assert len(await came(pool, story.OVERDUE, story.corrected(issued, title="Berichtigt"))) == 1
