"""What was entered wrongly of a conference is put right with a reason, under the rules that held at entry."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.conferences.conference import CONFERENCE, ConferenceIsPlannedAlready, ConferenceIsUnknown, HoldConference, PlanConference
from services.conferences.correcting import (
    ConferenceIsNotDueYet,
    ConferenceIsNotHeldYet,
    CorrectConference,
    HoldingLiesInTheFuture,
    ResultsWentElsewhere,
    WorkingGroupsStay,
)
from services.conferences.events.conference import ConferenceCorrected
from services.conferences.parts import WorkingGroup
from shared.testing import Rules
from tests.conferences.examples import BOARD, BOARD_NAME, ENDS, HELD, HELD_ON, OFFICE, OFFICE_NAME, PLACE, PLANNED, RECORDED, STARTS, TITLE

conference = Rules(CONFERENCE)
LATER = ENDS + timedelta(days=10)
REASON = "Der Ort war falsch eingetragen."
DAY = timedelta(days=1)


PLAN: dict[str, Any] = {
    "title": TITLE,
    "partners": PLANNED.partners,
    "groups": PLANNED.groups,
    "starts_at": STARTS,
    "ends_at": ENDS,
    "place": PLACE,
    "results_go_to": BOARD,
    "results_go_to_name": BOARD_NAME,
    "held_on": None,
    "attendance": None,
}


def correct(**changes: Any) -> CorrectConference:
    return CorrectConference(**PLAN | {"now": LATER, "reason": REASON} | changes)


def corrected(**changes: Any) -> ConferenceCorrected:
    said: dict[str, Any] = {
        "host": OFFICE, "host_name": OFFICE_NAME, "cancelled_because": None, "reason": REASON, "corrected_at": LATER,
    }  # fmt: skip
    before: dict[str, Any] = {"formerly_title": TITLE, "formerly_starts_at": STARTS, "formerly_ends_at": ENDS, "formerly_place": PLACE}
    return ConferenceCorrected(**PLAN | said | before | changes)


def test_a_planned_conference_is_corrected() -> None:
    changes: dict[str, Any] = {"title": "Sechste Integrationskonferenz", "place": "Stadthalle", "partners": ("Volkshochschule",)}
    conference.given(PLANNED).when(correct(**changes)).then(corrected(**changes))


def test_a_held_conference_is_corrected_and_keeps_what_is_not_named() -> None:
    stands: dict[str, Any] = {"held_on": HELD_ON, "attendance": 120}
    conference.given(PLANNED, RECORDED, HELD).when(correct(place="Stadthalle")).then(corrected(place="Stadthalle", **stands))
    conference.given(PLANNED, RECORDED, HELD).when(correct(attendance=0)).then(corrected(**stands | {"attendance": 0}))


def test_a_working_group_is_called_otherwise_or_added_and_none_goes() -> None:
    [group] = PLANNED.groups
    renamed, more = group.model_copy(update={"name": "Sprache"}), WorkingGroup(key="arbeit", name="Arbeit")
    conference.given(PLANNED).when(correct(groups=(renamed, more))).then(corrected(groups=(renamed, more)))
    conference.given(PLANNED).when(correct(groups=None, place="Saal")).then(corrected(place="Saal"))
    conference.given(PLANNED).when(correct(groups=(more,))).then_refused(WorkingGroupsStay)


def test_what_is_recorded_just_so_is_nothing_to_do() -> None:
    conference.given(PLANNED).when(correct()).then_nothing()
    conference.given(PLANNED, RECORDED, HELD).when(correct(held_on=HELD_ON, attendance=120)).then_nothing()
    conference.given(PLANNED, corrected(place="Stadthalle")).when(correct(place="Stadthalle", reason="Noch einmal.")).then_nothing()


def test_the_day_of_the_holding_is_not_ahead_and_not_before_the_plan() -> None:
    held = conference.given(PLANNED, RECORDED, HELD)
    held.when(correct(held_on=LATER.date() + DAY)).then_refused(HoldingLiesInTheFuture)
    held.when(correct(held_on=HELD_ON - DAY)).then_refused(ConferenceIsNotDueYet, starts_at=STARTS.isoformat())


def test_a_plan_is_not_moved_behind_the_day_of_the_holding() -> None:
    moved: dict[str, Any] = {"starts_at": STARTS + DAY, "ends_at": ENDS + DAY}
    held = conference.given(PLANNED, RECORDED, HELD)
    held.when(correct(**moved)).then_refused(ConferenceIsNotDueYet)
    held.when(correct(**moved, held_on=HELD_ON + DAY)).then(corrected(**moved, held_on=HELD_ON + DAY, attendance=120))


def test_what_was_not_held_has_no_day_of_holding() -> None:
    conference.given(PLANNED).when(correct(held_on=HELD_ON)).then_refused(ConferenceIsNotHeldYet)
    conference.given(PLANNED).when(correct(attendance=3)).then_refused(ConferenceIsNotHeldYet)


def test_the_hand_over_after_a_correction_says_what_stands() -> None:
    moved = corrected(title="Sechste Integrationskonferenz", place="Stadthalle")
    hold = HoldConference(now=LATER, held_on=date(2018, 11, 30), attendance=120)
    held = HELD.model_copy(update={"title": moved.title, "place": moved.place})
    conference.given(PLANNED, RECORDED, moved).when(hold).then(held)


def test_nothing_is_corrected_of_a_conference_that_nobody_planned() -> None:
    conference.given().when(correct()).then_refused(ConferenceIsUnknown)


def test_who_gets_the_results_is_corrected_until_they_are_handed_over() -> None:
    council: dict[str, Any] = {"results_go_to": UUID(int=5), "results_go_to_name": "Migrationsrat"}
    conference.given(PLANNED).when(correct(**council)).then(corrected(**council))
    conference.given(PLANNED, RECORDED, HELD).when(correct(**council)).then_refused(ResultsWentElsewhere)


def test_a_body_that_stays_keeps_the_name_that_was_entered_with_it() -> None:
    conference.given(PLANNED).when(correct(results_go_to_name="Heute anders")).then_nothing()


def test_a_second_correction_says_what_the_first_had_left() -> None:
    first, moved = corrected(place="Stadthalle"), {"starts_at": STARTS + DAY, "ends_at": ENDS + DAY}
    again = correct(**moved, place="Stadthalle")
    conference.given(PLANNED, first).when(again).then(corrected(**moved, place="Stadthalle", formerly_place="Stadthalle"))


def test_what_was_entered_first_can_be_entered_once_more_and_nothing_else() -> None:
    def plan(**changes: Any) -> PlanConference:
        return PlanConference(now=LATER, **dict(PLANNED) | changes)

    stands = conference.given(PLANNED, corrected(place="Stadthalle"))
    stands.when(plan()).then_nothing()
    stands.when(plan(place="Stadthalle")).then_nothing()
    stands.when(plan(place="Anderswo")).then_refused(ConferenceIsPlannedAlready)
