"""What is coming, which bodies there are, and what is known of a cadence: rows, queries, and no reliance on order across streams."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.meetings.cadence import Rule
from services.meetings.events.meeting import MeetingCancelled, MeetingRescheduled, MeetingScheduled
from services.meetings.events.sitting import DeliberationEntry, SittingClosed, SittingCorrected, SpanEntry
from services.meetings.items import Asked
from services.meetings.read_models.bodies import BODIES, first_succession_by, list_bodies, names_of
from services.meetings.read_models.cadence import CADENCE, first_meeting, known_cadence
from services.meetings.read_models.upcoming import UPCOMING, list_past, list_upcoming
from services.meetings.service import SERVICE
from services.meetings.sitting import sitting_of
from shared.contracts.matter import Matter as FoldedMatter
from shared.contracts.notifications import NotificationFailed, NotificationHandedOver
from shared.contracts.recommendations import RecommendationCorrected, RecommendationIssued, RecommendationWithdrawn
from shared.eventstore.mapper import MessageTypes
from shared.localday import day_end, local_day
from shared.projections.projection import Projection
from shared.sorting import sort_key
from shared.testing import History, ReadModel, assert_order_independent
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    BODY_CORRECTED,
    CADENCE_CORRECTED,
    CANCELLED,
    CONFERENCE,
    CONFERENCE_CORRECTED,
    CONFERENCE_HELD,
    CORRECTED,
    COUNCIL,
    DECLINATION_CORRECTED,
    DECLINED,
    DELIBERATED,
    DUTY,
    DUTY_CORRECTED,
    DUTY_DELIBERATED,
    DUTY_FULFILLED,
    DUTY_OPENED,
    DUTY_RECEIVED,
    DUTY_RENAMED,
    DUTY_REOPENED,
    ENDS,
    FOUNDED,
    FOUNDED_ON,
    INVITED,
    ITEM,
    ITEM_ADDED,
    ITEM_PLACED,
    ITEM_REMOVED,
    ITEM_RETURNED,
    LATER,
    MEETING,
    MEETING_TITLE,
    MEMBER,
    NOTED,
    NOW,
    OFFICE,
    OPENED,
    OTHER_PLACE,
    PLACE,
    PROPOSAL,
    PROPOSAL_RENAMED,
    PROPOSED,
    REASON,
    RECEIPT_CORRECTED,
    RESCHEDULED,
    RIGHT_DAY,
    RIGHT_NAME,
    SCHEDULED,
    SITTING,
    SITTING_CLOSED,
    SITTING_OPENED,
    SOURCE,
    STARTS,
    SUCCEEDED,
    SUCCEEDED_ON,
    SUCCESSION_CORRECTED,
    SUCCESSION_TAKEN_BACK,
    SUCCESSOR,
    SUCCESSOR_NAME,
    TITLE,
    TWICE_A_YEAR,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

OTHER_BODY = UUID(int=77)
TYPES = MessageTypes(SERVICE.events)
OFFICE_FOUNDED = FOUNDED.model_copy(update={"body_name": "Koordinierungsstelle", "secretariat": None})
SUCCESSOR_FOUNDED = OFFICE_FOUNDED.model_copy(update={"body_name": SUCCESSOR_NAME, "founded_on": SUCCEEDED_ON})
ROW = {
    "meeting": MEETING,
    "body": BOARD,
    "body_name": BOARD_NAME,
    "title": TITLE,
    "public": True,
    "starts_at": STARTS,
    "ends_at": ENDS,
    "over_at": ENDS,
    "place": PLACE,
    "standing": "scheduled",
    "reason": None,
    "formerly_starts_at": None,
}
MOVED = {
    "starts_at": LATER,
    "ends_at": None,
    "over_at": datetime(2018, 11, 13, 23, tzinfo=UTC),
    "place": OTHER_PLACE,
    "formerly_starts_at": STARTS,
}


def meeting_number(number: int, **changes: object) -> tuple[UUID, MeetingScheduled]:
    return uuid5(MEETING, str(number)), SCHEDULED.model_copy(update=changes)


def a_story() -> History:
    """Two bodies, and meetings in every state."""
    story = History().add(OFFICE, OFFICE_FOUNDED).add(BOARD, FOUNDED, TWICE_A_YEAR)
    story.add(SUCCESSOR, SUCCESSOR_FOUNDED).add(BOARD, SUCCEEDED)
    story.add(MEETING, SCHEDULED, RESCHEDULED, OPENED).add(SITTING, SITTING_OPENED, SITTING_CLOSED).add(MEETING, CORRECTED)
    called_off, planned = meeting_number(1, starts_at=LATER)
    story.add(called_off, planned, CANCELLED)
    hidden, secret = meeting_number(2, public=False, title="Vertraulich")
    story.add(hidden, secret)
    held, past = meeting_number(3)
    story.add(held, past, OPENED)
    story.add(sitting_of(held), SITTING_OPENED.model_copy(update={"meeting": held}), SITTING_CLOSED.model_copy(update={"meeting": held}))
    add_a_way_of_results(story)
    story.add(BOARD, BODY_CORRECTED, CADENCE_CORRECTED, SUCCESSION_CORRECTED, SUCCESSION_TAKEN_BACK)
    return story.add(BOARD, TWICE_A_YEAR.model_copy(update={"valid_from": date(2019, 1, 1), "minimum_per_year": 3}))


def add_a_way_of_results(story: History) -> None:
    """Results that were placed, invited to, returned, placed again and dealt with, and what was declined."""
    story.add(PROPOSAL, PROPOSED, PROPOSAL_RENAMED).add(DUTY, DUTY_OPENED, DUTY_RENAMED, DUTY_RECEIVED)
    first, planned = meeting_number(4)
    story.add(first, planned, ITEM_PLACED, ITEM_ADDED, INVITED, ITEM_RETURNED)
    second, again = meeting_number(5)
    item = ITEM.model_copy(update={"id": uuid5(second, "item")})
    story.add(second, again, ITEM_PLACED.model_copy(update={"item": item}))
    noted = item.model_copy(update={"id": uuid5(second, "noted"), "proposal": uuid5(second, "proposal"), "asked": Asked.TAKE_NOTE})
    story.add(second, ITEM_PLACED.model_copy(update={"item": noted}))
    deliberated = DELIBERATED.model_copy(update={"meeting": second, "item": item})
    story.add(sitting_of(second), deliberated, NOTED.model_copy(update={"meeting": second, "item": noted}))
    entry = DeliberationEntry(item=item, formerly=DELIBERATED.deliberated_at, at=None, summary=None)
    for right in (entry, entry.model_copy(update={"formerly": None, "at": DELIBERATED.deliberated_at})):
        story.add(sitting_of(second), RECEIPT_CORRECTED.model_copy(update={"meeting": second, "entry": right}))
    story.add(DUTY, DUTY_DELIBERATED, DUTY_FULFILLED, DUTY_CORRECTED, DUTY_REOPENED).add(uuid5(DUTY, "another"), DUTY_RECEIVED, DUTY_OPENED)
    third, off = meeting_number(6)
    declined = uuid5(third, "proposal")
    unplaced = ITEM.model_copy(update={"id": uuid5(third, "item"), "proposal": declined})
    story.add(third, off, ITEM_PLACED.model_copy(update={"item": unplaced}), ITEM_REMOVED.model_copy(update={"item": unplaced}))
    story.add(declined, PROPOSED.model_copy(update={"proposal": declined}), DECLINED, DECLINATION_CORRECTED)


def others() -> dict[str, History]:
    """What the other services have told."""
    recommended = uuid5(MEETING, "recommendation")
    told: dict[str, Any] = {
        "recommendation": recommended,
        "title": "Sprachkurse",
        "instrument": "recommendation",
        "body": BOARD,
        "body_name": BOARD_NAME,
        "public": False,
    }
    issued = RecommendationIssued(
        **told, resolution=MEETING, matter=None, text="…", admissibility="…", addressees=(), informs=(), issued_on=FOUNDED_ON
    )
    withdrawn = RecommendationWithdrawn(**told, reason="…", withdrawn_on=FOUNDED_ON)
    upheld = RecommendationCorrected(**told, entry=withdrawn, stands=False, reason="…", corrected_at=NOW)
    about = FoldedMatter(service="meetings", kind="meeting", id=MEETING)
    letter: dict[str, Any] = {"kind": "meeting_invited", "about": about, "recipient": OFFICE, "member": MEMBER, "channel": "email"}
    handed_over = NotificationHandedOver(**letter, notification=UUID(int=1), message_id="<1@city.test>", handed_over_at=NOW)
    failed = NotificationFailed(**letter, notification=UUID(int=2), cause="refused", failed_at=NOW)
    return {
        "conferences": History("conferences").add(CONFERENCE, CONFERENCE_HELD, CONFERENCE_CORRECTED),
        "recommendations": History("recommendations").add(recommended, issued, withdrawn, upheld),
        "notifications": History("notifications").add(UUID(int=1), handed_over).add(UUID(int=2), failed),
    }


def stories(projection: Projection) -> list[History]:
    """What the sources of a read model tell."""
    return [story for story in (a_story(), *others().values()) if story.source in projection.folds]


@pytest.mark.parametrize("projection", SERVICE.projections, ids=lambda projection: projection.name)
def test_the_story_tells_everything_that_a_read_model_folds(projection: Projection) -> None:
    told = {story.source: {entry.type for entry in story.entries} for story in stories(projection)}
    for source, folded in projection.folds.items():
        assert {cls.NAME for cls in folded} <= told[source]


@pytest.mark.parametrize("projection", SERVICE.projections, ids=lambda projection: projection.name)
async def test_a_read_model_does_not_depend_on_the_order_across_streams(pool: Pool, projection: Projection) -> None:
    dumped = await assert_order_independent(pool, projection, *stories(projection), shuffles=20)
    assert len(dumped.splitlines()) > 1


async def test_a_scheduled_meeting_is_coming(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED)).then(upcoming_v1=[ROW])


async def test_a_moved_meeting_is_coming_at_its_new_time_until_that_day_is_over_in_the_city(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED, RESCHEDULED)).then(upcoming_v1=[ROW | MOVED])


async def test_a_cancelled_meeting_says_why_and_still_where_it_had_been_moved_from(pool: Pool) -> None:
    cancelled = CANCELLED.model_copy(update={"starts_at": LATER, "ends_at": None, "place": OTHER_PLACE})
    story = History().add(MEETING, SCHEDULED, RESCHEDULED, cancelled)
    await ReadModel(pool, UPCOMING).given(own=story).then(upcoming_v1=[ROW | MOVED | {"standing": "cancelled", "reason": REASON}])


RIGHT = {"title": MEETING_TITLE, "place": OTHER_PLACE}


async def test_a_meeting_that_was_corrected_is_shown_as_it_should_have_been_entered(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED, CORRECTED)).then(upcoming_v1=[ROW | RIGHT])


async def test_a_cancelled_meeting_that_was_corrected_says_why_it_really_was(pool: Pool) -> None:
    why = "Der Saal ist gesperrt."
    story = History().add(MEETING, SCHEDULED, CANCELLED, CORRECTED.model_copy(update={"cancelled_because": why}))
    await ReadModel(pool, UPCOMING).given(own=story).then(upcoming_v1=[ROW | RIGHT | {"standing": "cancelled", "reason": why}])


async def test_for_when_a_meeting_was_really_planned_counts_for_its_place_in_the_list_and_for_the_cadence(pool: Pool) -> None:
    righted = CORRECTED.model_copy(update={"starts_at": LATER, "ends_at": None})
    cancelled = righted.model_copy(update={"cancelled_because": REASON})
    story = History().add(MEETING, SCHEDULED, righted)
    right_times = {"starts_at": LATER, "ends_at": None, "over_at": day_end(local_day(LATER))}
    await ReadModel(pool, UPCOMING).given(own=story).then(upcoming_v1=[ROW | RIGHT | right_times])
    story.add(MEETING, CANCELLED, cancelled)
    await ReadModel(pool, CADENCE).given(own=story).then()
    known = [(await known_cadence(pool, BOARD, entry.recorded_at, sees_all=True)).planned for entry in story.entries]
    assert known == [[local_day(STARTS)], [local_day(LATER)], [], []]


async def test_a_meeting_that_has_begun_is_shown_as_begun(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED, OPENED)).then(upcoming_v1=[ROW | {"standing": "opened"}])


async def ids_of_upcoming(pool: Pool, now: datetime, *, sees_all: bool = False, sees_bodies: tuple[UUID, ...] = ()) -> list[UUID]:
    rows = await list_upcoming(pool, now, body=None, sees_all=sees_all, sees_bodies=sees_bodies, after=None, limit=10)
    return [row.meeting for row in rows]


async def test_what_is_over_is_no_longer_coming(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED)).then()
    assert await ids_of_upcoming(pool, ENDS - timedelta(seconds=1)) == [MEETING]
    assert await ids_of_upcoming(pool, ENDS) == []


async def test_a_meeting_that_was_held_is_no_longer_coming_whichever_is_heard_first(pool: Pool) -> None:
    begun = History().add(MEETING, SCHEDULED, OPENED).add(SITTING, SITTING_OPENED)
    await ReadModel(pool, UPCOMING).given(own=begun).then(upcoming_v1_held=[])
    assert await ids_of_upcoming(pool, STARTS) == [MEETING]
    model = ReadModel(pool, UPCOMING).given(own=begun.add(SITTING, SITTING_CLOSED))
    await model.then(upcoming_v1=[ROW | {"standing": "opened"}], upcoming_v1_held=[{"sitting": SITTING, "meeting": MEETING}])
    assert await ids_of_upcoming(pool, STARTS) == []


async def test_a_cancelled_meeting_is_listed_until_its_time_is_over(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED, CANCELLED)).then()
    assert await ids_of_upcoming(pool, STARTS) == [MEETING]
    assert await ids_of_upcoming(pool, ENDS) == []


async def test_a_meeting_that_is_not_public_is_listed_for_its_own_people_only(pool: Pool) -> None:
    secret = SCHEDULED.model_copy(update={"public": False})
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, secret)).then()
    assert await ids_of_upcoming(pool, NOW) == []
    assert await ids_of_upcoming(pool, NOW, sees_bodies=(OTHER_BODY,)) == []
    assert await ids_of_upcoming(pool, NOW, sees_bodies=(OTHER_BODY, BOARD)) == [MEETING]
    assert await ids_of_upcoming(pool, NOW, sees_all=True) == [MEETING]


async def test_upcoming_meetings_come_page_by_page_even_where_they_begin_together(pool: Pool) -> None:
    story = History()
    meetings = [meeting_number(n, starts_at=STARTS + timedelta(days=n // 3)) for n in range(7)]
    for stream, event in meetings:
        story.add(stream, event.model_copy(update={"ends_at": None}))
    elsewhere, event = meeting_number(99, body=OTHER_BODY)
    await ReadModel(pool, UPCOMING).given(own=story.add(elsewhere, event)).then()
    found: list[UUID] = []
    after: tuple[datetime, UUID] | None = None
    while page := await list_upcoming(pool, NOW, body=BOARD, sees_all=False, sees_bodies=(), after=after, limit=2):
        found += [row.meeting for row in page]
        after = (page[-1].starts_at, page[-1].meeting)
    assert found == [stream for stream, _ in sorted(meetings, key=lambda meeting: (meeting[1].starts_at, meeting[0]))]


async def past(pool: Pool, now: datetime, *, sees_all: bool = False) -> list[tuple[UUID, str, str | None]]:
    rows = await list_past(pool, now, BOARD, sees_all=sees_all, after=None, limit=10)
    return [(row.meeting, row.standing, row.reason) for row in rows]


async def test_a_body_has_had_what_was_held_and_what_is_over_and_a_cancelled_meeting_says_why(pool: Pool) -> None:
    story = History().add(MEETING, SCHEDULED, OPENED).add(SITTING, SITTING_OPENED, SITTING_CLOSED)
    called_off, planned = meeting_number(1, starts_at=STARTS - timedelta(days=1), ends_at=None)
    cancelled = CANCELLED.model_copy(update={"starts_at": planned.starts_at, "ends_at": None})
    forgotten, never_opened = meeting_number(2, starts_at=STARTS - timedelta(days=2), ends_at=None)
    elsewhere, event = meeting_number(3, body=OTHER_BODY, starts_at=STARTS - timedelta(days=3))
    story.add(called_off, planned, cancelled).add(forgotten, never_opened).add(elsewhere, event)
    await ReadModel(pool, UPCOMING).given(own=story).then()
    held, off, open_ = (MEETING, "held", None), (called_off, "cancelled", REASON), (forgotten, "scheduled", None)
    assert await past(pool, ENDS) == [held, off, open_]
    # Its time is not over, but it was held: it has been.
    assert await past(pool, STARTS - timedelta(days=3)) == [held]


async def test_a_meeting_that_is_still_coming_is_not_past(pool: Pool) -> None:
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, SCHEDULED)).then()
    assert await past(pool, ENDS - timedelta(seconds=1)) == []
    assert await past(pool, ENDS) == [(MEETING, "scheduled", None)]


async def test_a_past_meeting_that_is_not_public_is_listed_for_its_own_people_only(pool: Pool) -> None:
    secret = SCHEDULED.model_copy(update={"public": False})
    await ReadModel(pool, UPCOMING).given(own=History().add(MEETING, secret)).then()
    assert await past(pool, ENDS) == []
    assert [one[0] for one in await past(pool, ENDS, sees_all=True)] == [MEETING]


async def test_past_meetings_come_page_by_page_the_latest_first_even_where_they_began_together(pool: Pool) -> None:
    story = History()
    meetings = [meeting_number(n, starts_at=STARTS + timedelta(days=n // 3), ends_at=None) for n in range(7)]
    for stream, event in meetings:
        story.add(stream, event)
    await ReadModel(pool, UPCOMING).given(own=story).then()
    found: list[UUID] = []
    after: tuple[datetime, UUID] | None = None
    while page := await list_past(pool, ENDS + timedelta(days=9), BOARD, sees_all=False, after=after, limit=2):
        found += [row.meeting for row in page]
        after = (page[-1].starts_at, page[-1].meeting)
    assert found == [stream for stream, _ in sorted(meetings, key=lambda meeting: (meeting[1].starts_at, meeting[0]), reverse=True)]


async def test_bodies_are_listed_in_german_order_with_their_secretariats_name(pool: Pool) -> None:
    names = ["Zukunftsnetz", "Ämternetz", "Arbeitskreis Ost", "ämterrunde", "Straßenrat", "Strassenbund", "Ärztebeirat", "Amt"]
    story = History().add(OFFICE, OFFICE_FOUNDED)
    for n, name in enumerate(names):
        story.add(UUID(int=n), FOUNDED.model_copy(update={"body_name": name}))
    await ReadModel(pool, BODIES).given(own=story).then()
    found: list[tuple[str, str | None]] = []
    after: UUID | None = None
    while page := await list_bodies(pool, after, 3):
        found += [(row.body_name, row.secretariat_name) for row in page]
        after = page[-1].body
    ordered = ["Amt", "Ämternetz", "ämterrunde", "Arbeitskreis Ost", "Ärztebeirat", "Strassenbund", "Straßenrat", "Zukunftsnetz"]
    assert [name for name, _ in found if name != "Koordinierungsstelle"] == ordered
    assert dict(found) == {**dict.fromkeys(names, "Koordinierungsstelle"), "Koordinierungsstelle": None}


async def test_a_body_is_listed_with_the_names_of_those_it_stands_in_relation_to_and_stays_when_it_is_succeeded(pool: Pool) -> None:
    story = History().add(BOARD, FOUNDED, SUCCEEDED).add(OFFICE, OFFICE_FOUNDED).add(SUCCESSOR, SUCCESSOR_FOUNDED)
    story.add(COUNCIL, OFFICE_FOUNDED.model_copy(update={"body_name": "Stadtverordnetenversammlung"}))
    await ReadModel(pool, BODIES).given(own=story).then()
    listed = {row.body: row for row in await list_bodies(pool, None, 10)}
    board, office = listed[BOARD], listed[SUCCESSOR]
    # Nobody has entered the office that leads: its name is not known, and the row is there all the same.
    assert (board.lead_office, board.lead_office_name) == (FOUNDED.lead_office, None)
    assert (board.reports_to, board.reports_to_name) == (COUNCIL, "Stadtverordnetenversammlung")
    assert (board.successor, board.successor_name, board.succeeded_on) == (SUCCESSOR, SUCCESSOR_NAME, SUCCEEDED_ON)
    assert (office.successor, office.succeeded_on) == (None, None)


async def test_a_corrected_body_is_listed_and_named_as_it_is_right_and_stands_where_nobody_took_its_place(pool: Pool) -> None:
    story = History().add(SUCCESSOR, SUCCESSOR_FOUNDED).add(BOARD, FOUNDED, SUCCEEDED, BODY_CORRECTED, SUCCESSION_CORRECTED)
    await ReadModel(pool, BODIES).given(own=story).then()
    board = (await list_bodies(pool, None, 10))[0]
    assert (board.body_name, board.founded_on, board.succeeded_on) == (RIGHT_NAME, RIGHT_DAY, SUCCESSION_CORRECTED.on)
    assert await names_of(pool, [BOARD, OFFICE]) == {BOARD: RIGHT_NAME}
    assert await first_succession_by(pool, SUCCESSOR) == SUCCESSION_CORRECTED.on
    await ReadModel(pool, BODIES).given(own=story.add(BOARD, SUCCESSION_TAKEN_BACK)).then()
    board = (await list_bodies(pool, None, 10))[0]
    assert (board.successor, board.successor_name, board.succeeded_on) == (None, None, None)
    assert await first_succession_by(pool, SUCCESSOR) is None


def test_umlauts_sort_beside_their_letters_and_case_breaks_ties_only() -> None:
    assert sorted(["Zoo", "Öl", "Ofen", "ofen"], key=sort_key) == ["Ofen", "ofen", "Öl", "Zoo"]


async def test_a_planned_meeting_turns_into_a_held_one_when_its_sitting_is_closed(pool: Pool) -> None:
    story = History().add(BOARD, FOUNDED, TWICE_A_YEAR).add(MEETING, SCHEDULED, OPENED).add(SITTING, SITTING_OPENED, SITTING_CLOSED)
    await ReadModel(pool, CADENCE).given(own=story).then()
    rule = Rule(FOUNDED_ON, 2, None, SOURCE)
    opened, closed = story.entries[4].recorded_at, story.entries[5].recorded_at
    before = await known_cadence(pool, BOARD, opened, sees_all=False)
    assert (before.rules, before.held, before.planned) == ([rule], [], [date(2018, 11, 6)])
    after = await known_cadence(pool, BOARD, closed, sees_all=False)
    assert (after.rules, after.held, after.planned) == ([rule], [date(2018, 11, 6)], [])


async def test_a_meeting_counts_on_the_day_on_which_it_really_began_once_that_is_known(pool: Pool) -> None:
    other_day = STARTS + timedelta(days=1)
    begun = RECEIPT_CORRECTED.model_copy(update={"entry": SpanEntry(kind="opening", formerly=STARTS, at=other_day), "opened_at": other_day})
    while_it_goes_on = begun.model_copy(update={"closed_at": None})
    story = History().add(MEETING, SCHEDULED, OPENED).add(SITTING, SITTING_OPENED, while_it_goes_on, SITTING_CLOSED, begun)
    await ReadModel(pool, CADENCE).given(own=story).then()
    at = [entry.recorded_at for entry in story.entries]
    known = [await known_cadence(pool, BOARD, one, sees_all=False) for one in at[3:]]
    assert [one.held for one in known] == [[], [date(2018, 11, 6)], [date(2018, 11, 7)]]


async def test_the_latest_rule_for_a_day_is_the_one_that_holds(pool: Pool) -> None:
    story = History().add(BOARD, FOUNDED, TWICE_A_YEAR, TWICE_A_YEAR.model_copy(update={"minimum_per_year": 4}))
    await ReadModel(pool, CADENCE).given(own=story).then()
    as_first_entered = await known_cadence(pool, BOARD, story.entries[1].recorded_at, sees_all=False)
    assert [rule.minimum_per_year for rule in as_first_entered.rules] == [2]
    as_corrected = await known_cadence(pool, BOARD, story.entries[2].recorded_at, sees_all=False)
    assert [rule.minimum_per_year for rule in as_corrected.rules] == [4]


async def test_a_rule_holds_from_the_day_and_with_the_numbers_that_are_right_or_not_at_all(pool: Pool) -> None:
    same_day = CADENCE_CORRECTED.model_copy(update={"formerly_from": date(2014, 1, 1)})
    gone = same_day.model_copy(update={"rule": None})
    again = TWICE_A_YEAR.model_copy(update={"valid_from": date(2014, 1, 1)})
    story = History().add(BOARD, FOUNDED, TWICE_A_YEAR, CADENCE_CORRECTED, same_day, gone, again)
    await ReadModel(pool, CADENCE).given(own=story).then()
    known = [await known_cadence(pool, BOARD, entry.recorded_at, sees_all=False) for entry in story.entries[1:]]
    moved = [Rule(date(2014, 1, 1), 3, 150, SOURCE)]
    assert [one.rules for one in known] == [
        [Rule(FOUNDED_ON, 2, None, SOURCE)],
        moved,
        moved,
        [],
        [Rule(date(2014, 1, 1), 2, None, SOURCE)],
    ]


async def test_the_first_meeting_is_the_earliest_that_was_held_or_is_planned(pool: Pool) -> None:
    hidden, secret = meeting_number(1, public=False)
    off, planned = meeting_number(2, starts_at=STARTS - timedelta(days=9))
    story = History().add(hidden, secret).add(off, planned, CANCELLED.model_copy(update={"starts_at": planned.starts_at}))
    await ReadModel(pool, CADENCE).given(own=story).then()
    at = story.entries[-1].recorded_at
    assert (await first_meeting(pool, BOARD, at), await first_meeting(pool, OTHER_BODY, at)) == (date(2018, 11, 6), None)


async def test_meetings_that_are_not_public_count_for_insiders_only(pool: Pool) -> None:
    hidden, secret = meeting_number(1, public=False)
    held = SITTING_CLOSED.model_copy(update={"public": False})
    story = History().add(hidden, secret).add(SITTING, held)
    await ReadModel(pool, CADENCE).given(own=story).then()
    at = story.entries[-1].recorded_at
    outside = await known_cadence(pool, BOARD, at, sees_all=False)
    assert (len(outside.held), len(outside.planned)) == (0, 0)
    inside = await known_cadence(pool, BOARD, at, sees_all=True)
    assert (len(inside.held), len(inside.planned)) == (1, 1)


async def test_a_meeting_counts_on_the_day_on_which_it_began_in_the_city(pool: Pool) -> None:
    new_years_eve = datetime(2018, 12, 31, 22, 59, tzinfo=UTC)
    story = History().add(SITTING, SITTING_CLOSED.model_copy(update={"opened_at": new_years_eve}))
    story.add(OTHER_BODY, SITTING_CLOSED.model_copy(update={"opened_at": new_years_eve + timedelta(minutes=1)}))
    await ReadModel(pool, CADENCE).given(own=story).then()
    known = await known_cadence(pool, BOARD, story.entries[-1].recorded_at, sees_all=False)
    assert known.held == [date(2018, 12, 31), date(2019, 1, 1)]


@settings(deadline=None)  # A slow machine is no failure.
@given(st.dates(date(1980, 1, 1), date(2037, 12, 31)))
def test_a_day_ends_where_the_next_begins_whatever_the_clocks_do(day: date) -> None:
    end = day_end(day)
    assert local_day(end - timedelta(microseconds=1)) == day
    assert local_day(end) == day + timedelta(days=1)


async def test_what_is_known_as_of_a_moment_is_what_was_known_then(pool: Pool) -> None:
    """Any cut through the log answers like a log that was never longer (an oracle in plain Python)."""
    story = a_story()
    await ReadModel(pool, CADENCE).given(own=story).then()
    for until in range(1, len(story.entries) + 1):
        known = await known_cadence(pool, BOARD, story.entries[until - 1].recorded_at, sees_all=True)
        plans: dict[UUID, date | None] = {}
        held: dict[UUID, date] = {}
        for entry in story.entries[:until]:
            match message := TYPES.decode(entry.type, entry.schema_version, entry.data):
                case SittingClosed() | SittingCorrected() if message.closed_at:
                    held[message.meeting] = local_day(message.opened_at)
                case MeetingCancelled():
                    plans[entry.stream] = None
                case MeetingScheduled() | MeetingRescheduled():
                    plans[entry.stream] = local_day(message.starts_at)
                case _:
                    pass  # Nothing else counts.
        assert sorted(known.held) == sorted(held.values())
        assert sorted(known.planned) == sorted(day for meeting, day in plans.items() if day and meeting not in held)
