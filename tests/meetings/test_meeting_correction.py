"""What was entered wrongly of a meeting as invited is put right with a reason, before and after it was held, and of a cancelled one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.meetings.bounds import MeetingIsNotDueYet
from services.meetings.correcting_meeting import CorrectMeeting, MeetingIsNotCancelled, PlannedMeetingIsMoved
from services.meetings.events.meeting import MeetingEvent
from services.meetings.inviting import InviteMembers
from services.meetings.meeting import MEETING, OpenMeeting
from services.meetings.planned import MeetingIsUnknown
from shared.testing import Rules
from tests.meetings.city import STRANGER, City
from tests.meetings.examples import (
    CANCELLED,
    CORRECTED,
    ENDS,
    INVITED,
    ITEM_ADDED,
    ITEM_PLACED,
    MEETING_TITLE,
    MEMBERS,
    NOW,
    OPENED,
    OTHER_PLACE,
    PLACE,
    QUORUM,
    REASON,
    RESCHEDULED,
    SCHEDULED,
    STARTS,
    TITLE,
)

meeting = Rules(MEETING)

CORRECT = CorrectMeeting(now=NOW, title=MEETING_TITLE, place=OTHER_PLACE, cancelled_because=None, reason=CORRECTED.reason)
SAME_PLACE = CORRECT.model_copy(update={"place": PLACE})
TITLE_ONLY = CORRECTED.model_copy(update={"place": PLACE})
MOVED = RESCHEDULED.model_copy(update={"title": MEETING_TITLE, "starts_at": STARTS, "ends_at": ENDS})
"""To another place, at the same time."""
WISH = {"title": MEETING_TITLE, "place": OTHER_PLACE, "reason": CORRECTED.reason}


def test_a_title_is_put_right_and_nobody_is_told_that_the_meeting_is_moved() -> None:
    meeting.given(SCHEDULED).when(SAME_PLACE).then(TITLE_ONLY)


def test_of_a_coming_meeting_whoever_was_invited_hears_of_the_right_place() -> None:
    meeting.given(SCHEDULED).when(CORRECT).then(CORRECTED, MOVED)
    told = MOVED.model_copy(update={"invited": INVITED.members})
    meeting.given(SCHEDULED, INVITED).when(CORRECT).then(CORRECTED, told)


@pytest.mark.parametrize("given", [(SCHEDULED,), (SCHEDULED, INVITED, OPENED)])
def test_where_it_was_held_is_put_right_without_moving_it(given: tuple[MeetingEvent, ...]) -> None:
    meeting.given(*given).when(CORRECT.model_copy(update={"now": STARTS})).then(CORRECTED.model_copy(update={"corrected_at": STARTS}))


def test_why_a_meeting_was_cancelled_is_put_right_and_kept_where_nothing_else_is_said() -> None:
    why = "Der Saal ist gesperrt."
    righted = CORRECTED.model_copy(update={"cancelled_because": why})
    meeting.given(SCHEDULED, CANCELLED).when(CORRECT.model_copy(update={"cancelled_because": why})).then(righted)
    meeting.given(SCHEDULED, CANCELLED).when(CORRECT).then(CORRECTED.model_copy(update={"cancelled_because": REASON}))


@pytest.mark.parametrize("given", [(SCHEDULED, CORRECTED), (SCHEDULED, CORRECTED, MOVED), (SCHEDULED, CORRECTED, OPENED)])
def test_the_same_correction_again_changes_nothing(given: tuple[MeetingEvent, ...]) -> None:
    meeting.given(*given).when(CORRECT.model_copy(update={"reason": "Noch einmal."})).then()


def test_the_same_correction_of_a_cancelled_meeting_changes_nothing() -> None:
    meeting.given(SCHEDULED, CANCELLED).when(CORRECT.model_copy(update={"title": TITLE, "place": PLACE})).then()


def test_only_what_is_there_is_corrected() -> None:
    meeting.given().when(CORRECT).then_refused(MeetingIsUnknown)
    why = CORRECT.model_copy(update={"cancelled_because": REASON})
    meeting.given(SCHEDULED).when(why).then_refused(MeetingIsNotCancelled)


def test_it_is_opened_under_its_right_title_and_members_can_be_invited_anew() -> None:
    invite = InviteMembers(now=NOW, members=INVITED.members)
    right: dict[str, Any] = {"title": MEETING_TITLE, "place": OTHER_PLACE}
    on_it = (ITEM_PLACED, ITEM_ADDED)
    meeting.given(SCHEDULED, *on_it, INVITED).when(invite).then()
    meeting.given(SCHEDULED, *on_it, INVITED, CORRECTED, MOVED).when(invite).then(INVITED.model_copy(update=right))
    opened = OPENED.model_copy(update=right)
    begin = OpenMeeting(now=STARTS, members=MEMBERS, quorum=QUORUM)
    meeting.given(SCHEDULED, *on_it, CORRECTED).when(begin).then(opened)


OTHER_DAY = CORRECT.model_copy(update={"place": PLACE, "starts_at": STARTS - timedelta(days=1), "ends_at": None})
RIGHT_DAY = TITLE_ONLY.model_copy(update={"starts_at": STARTS - timedelta(days=1), "ends_at": None})


@pytest.mark.parametrize("given", [(SCHEDULED, INVITED, OPENED), (SCHEDULED, CANCELLED)])
def test_for_when_it_was_planned_is_put_right_of_a_meeting_that_was_held_or_cancelled(given: tuple[MeetingEvent, ...]) -> None:
    why = REASON if CANCELLED in given else None
    righted = RIGHT_DAY.model_copy(update={"cancelled_because": why, "corrected_at": ENDS})
    meeting.given(*given).when(OTHER_DAY.model_copy(update={"now": ENDS})).then(righted)
    meeting.given(*given, righted).when(OTHER_DAY).then()
    title_only = SAME_PLACE.model_copy(update={"title": TITLE, "now": ENDS})
    meeting.given(*given, righted).when(title_only).then(righted.model_copy(update={"title": TITLE}))


def test_the_times_of_a_meeting_that_is_planned_are_changed_by_moving_it() -> None:
    meeting.given(SCHEDULED).when(OTHER_DAY).then_refused(PlannedMeetingIsMoved)
    meeting.given(SCHEDULED).when(SAME_PLACE.model_copy(update={"starts_at": STARTS, "ends_at": ENDS})).then(TITLE_ONLY)


def test_no_meeting_was_planned_for_a_day_after_it_was_opened() -> None:
    later = OTHER_DAY.model_copy(update={"now": ENDS + timedelta(days=9), "starts_at": STARTS + timedelta(days=1)})
    meeting.given(SCHEDULED, OPENED).when(later).then_refused(MeetingIsNotDueYet)
    really = later.model_copy(update={"opened_at": STARTS + timedelta(days=1)})
    said = {"starts_at": really.starts_at, "corrected_at": really.now}
    meeting.given(SCHEDULED, OPENED).when(really).then(RIGHT_DAY.model_copy(update=said))


async def test_a_past_meeting_that_was_entered_under_a_wrong_day_is_put_right_in_all_its_times(city: City) -> None:
    body, secretary = await city.board()
    wrong: dict[str, Any] = {"starts_at": "2017-11-07T16:00:00+01:00", "ends_at": None, "entered_later": True}
    planned = (await city.schedule(body, secretary, **wrong)).json()["id"]
    assert (await city.post(f"/meetings/{planned}/opening", {"opened_at": "2017-11-07T16:00:00+01:00"}, secretary)).status_code == 200
    assert (await city.post(f"/meetings/{planned}/closing", {"closed_at": "2017-11-07T18:00:00+01:00"}, secretary)).status_code == 200
    path, right = f"/meetings/{planned}/plan-correction", WISH | {"starts_at": "2017-11-06T16:00:00+01:00"}
    beside = await city.post(path, WISH | {"ends_at": "2017-11-06T18:00:00+01:00"}, secretary)
    assert [error["where"] for error in beside.json()["errors"]] == ["body.ends_at"]
    reversed_times = await city.post(path, right | {"ends_at": "2017-11-06T15:00:00+01:00"}, secretary)
    assert [error["where"] for error in reversed_times.json()["errors"]] == ["body.ends_at"]
    assert (await city.post(path, right | {"ends_at": "2017-11-06T18:00:00+01:00"}, secretary)).status_code == 200
    opening = {"right": {"kind": "opening", "at": "2017-11-06T16:05:00+01:00"}, "reason": REASON}
    assert (await city.post(f"/meetings/{planned}/correction", opening, secretary)).status_code == 200
    too_late = await city.post(path, WISH | {"starts_at": "2017-11-07T16:00:00+01:00"}, secretary)
    assert too_late.json()["type"] == "urn:bindeglied:meetings:MeetingIsNotDueYet"
    shown = (await city.get(f"/meetings/{planned}")).json()
    assert (shown["starts_at"], shown["ends_at"], shown["opened_at"]) == (
        "2017-11-06T15:00:00Z", "2017-11-06T17:00:00Z", "2017-11-06T15:05:00Z",
    )  # fmt: skip
    (past,) = (await city.get(f"/bodies/{body}/past-meetings")).json()["items"]
    assert past["starts_at"] == "2017-11-06T15:00:00Z"


async def test_a_meeting_that_was_held_is_corrected_over_http_and_says_why(city: City) -> None:
    body, secretary = await city.board()
    planned = (await city.schedule(body, secretary)).json()["id"]
    city.clock.now = STARTS
    assert (await city.post(f"/meetings/{planned}/opening", {}, secretary)).status_code == 200
    city.clock.now = ENDS
    assert (await city.post(f"/meetings/{planned}/closing", {}, secretary)).status_code == 200
    path = f"/meetings/{planned}/plan-correction"
    assert (await city.post(path, WISH, STRANGER)).status_code == 403
    nowhere = await city.post(path, WISH | {"place": " "}, secretary)
    assert [error["where"] for error in nowhere.json()["errors"]] == ["body.place"]
    corrected = await city.post(path, WISH, secretary)
    assert corrected.status_code == 200
    assert (await city.post(path, WISH, secretary)).headers["etag"] == corrected.headers["etag"]
    shown = (await city.get(f"/meetings/{planned}")).json()
    assert (shown["title"], shown["place"], shown["standing"]) == (MEETING_TITLE, OTHER_PLACE, "held")
    assert [(one["kind"], one["reason"]) for one in shown["corrected"]] == [("meeting", CORRECTED.reason)]
    (past,) = (await city.get(f"/bodies/{body}/past-meetings")).json()["items"]
    assert (past["title"], past["place"], past["standing"]) == (MEETING_TITLE, OTHER_PLACE, "held")


async def test_a_cancelled_meeting_is_corrected_and_one_that_is_not_public_stays_hidden(city: City) -> None:
    body, secretary = await city.board()
    planned = (await city.schedule(body, secretary, public=False)).json()["id"]
    path, why = f"/meetings/{planned}/plan-correction", {"cancelled_because": "Der Saal ist gesperrt."}
    assert (await city.post(path, WISH, STRANGER)).status_code == 404
    refused = await city.post(path, WISH | why, secretary)
    assert refused.json()["type"] == "urn:bindeglied:meetings:MeetingIsNotCancelled"
    assert (await city.post(f"/meetings/{planned}/cancellation", {"reason": REASON}, secretary)).status_code == 200
    assert (await city.post(path, WISH | why, secretary)).status_code == 200
    (coming,) = (await city.get("/meetings", secretary)).json()["items"]
    assert (coming["title"], coming["standing"], coming["reason"]) == (MEETING_TITLE, "cancelled", why["cancelled_because"])
    assert (await city.get("/meetings")).json()["items"] == []
    assert (await city.get(f"/meetings/{planned}")).status_code == 404
