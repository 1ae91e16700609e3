"""What was entered wrongly of a seat's member is put right with a reason, and has to fit what else stands."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.meetings.composition import COMPOSITION
from services.meetings.correcting_seats import CorrectSeating, MemberHasNotLeftTheSeat, NobodyTookTheSeatThen
from services.meetings.seating import (
    BodyDoesNotStandThen,
    MemberHoldsAnotherSeat,
    MemberLeavesBeforeTakingTheSeat,
    SeatIsTaken,
    SeatIsUnknown,
    StandingBody,
)
from services.meetings.seats import Correction, members_on
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    FOUNDED_ON,
    LEFT_ON,
    MEMBER_LEFT,
    MEMBER_NAME,
    MEMBER_SEATED,
    NOW,
    SEAT,
    SEAT_CREATED,
    SEATED_ON,
    SEATING_CORRECTED,
)

composition = Rules(COMPOSITION)

DAY = timedelta(days=1)
OF = StandingBody(body=BOARD, body_name=BOARD_NAME, stands_from=FOUNDED_ON, stands_until=None)
RENAME = CorrectSeating(
    now=NOW,
    of=OF,
    seat=SEAT,
    recorded_since=SEATED_ON,
    member_name=SEATING_CORRECTED.member_name,
    on_behalf_of=None,
    since=None,
    until=None,
    never_left=False,
    never_seated=False,
    reason=SEATING_CORRECTED.reason,
)
MOVE = RENAME.model_copy(update={"since": FOUNDED_ON})
RENAMED = SEATING_CORRECTED.model_copy(update={"since": SEATED_ON, "until": None})
NEXT_SEATED = MEMBER_SEATED.model_copy(update={"member": UUID(int=9), "member_name": "Jan Muster", "since": LEFT_ON + DAY})
OTHER_SEAT = SEAT_CREATED.model_copy(update={"seat": UUID(int=10), "seat_title": "Leitung des Sozialamts"})
HELD = composition.given(SEAT_CREATED, MEMBER_SEATED)
LEFT = composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT)
FOLLOWED = composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT, NEXT_SEATED)


def test_a_name_is_corrected_and_everything_else_stays_as_it_was_entered() -> None:
    after = HELD.when(RENAME).then(RENAMED)
    [holder] = members_on(after.state, SEATED_ON)
    assert holder.member_name == SEATING_CORRECTED.member_name != MEMBER_NAME
    assert after.state.seats[SEAT].terms[0].corrections == (Correction(RENAME.reason, NOW),)


def test_the_days_and_the_organisation_are_corrected_also_of_somebody_who_has_left() -> None:
    after = LEFT.when(MOVE.model_copy(update={"on_behalf_of": "Caritas", "until": LEFT_ON - DAY})).then(
        SEATING_CORRECTED.model_copy(update={"on_behalf_of": "Caritas", "until": LEFT_ON - DAY})
    )
    assert [len(members_on(after.state, day)) for day in (FOUNDED_ON, LEFT_ON - DAY, LEFT_ON)] == [1, 1, 0]
    assert after.state.seats[SEAT].terms[0].reason == MEMBER_LEFT.reason


def test_what_was_entered_rightly_or_is_corrected_already_changes_nothing() -> None:
    HELD.when(RENAME.model_copy(update={"member_name": MEMBER_NAME, "since": SEATED_ON})).then_nothing()
    HELD.when(RENAME).then(RENAMED).when(RENAME).then_nothing()
    LEFT.when(MOVE).then(SEATING_CORRECTED).when(MOVE).then_nothing()


def test_the_latest_of_several_corrections_stands_and_all_reasons_are_kept() -> None:
    again = RENAME.model_copy(update={"recorded_since": FOUNDED_ON, "member_name": "Aysche Beispiel", "reason": "Noch einmal geprüft."})
    fact = SEATING_CORRECTED.model_copy(
        update={"formerly_since": FOUNDED_ON, "member_name": "Aysche Beispiel", "reason": "Noch einmal geprüft."}
    )
    after = LEFT.when(MOVE).then(SEATING_CORRECTED).when(again).then(fact)
    [term] = after.state.seats[SEAT].terms
    assert (term.member_name, [one.reason for one in term.corrections]) == ("Aysche Beispiel", [RENAME.reason, again.reason])


def test_only_who_took_the_seat_on_that_day_is_corrected() -> None:
    HELD.when(RENAME.model_copy(update={"recorded_since": SEATED_ON + DAY})).then_refused(NobodyTookTheSeatThen)
    HELD.when(MOVE.model_copy(update={"recorded_since": SEATED_ON + DAY, "since": SEATED_ON})).then_refused(NobodyTookTheSeatThen)
    composition.given(OTHER_SEAT).when(RENAME).then_refused(SeatIsUnknown)


def test_whoever_holds_the_seat_leaves_it_by_a_vacancy_and_not_by_a_correction() -> None:
    HELD.when(RENAME.model_copy(update={"until": LEFT_ON})).then_refused(MemberHasNotLeftTheSeat)


def test_a_corrected_first_day_is_one_on_which_the_body_stands() -> None:
    HELD.when(MOVE.model_copy(update={"since": FOUNDED_ON - DAY})).then_refused(BodyDoesNotStandThen)
    succeeded = {"of": OF.model_copy(update={"stands_until": SEATED_ON - DAY})}
    HELD.when(MOVE.model_copy(update=succeeded | {"since": SEATED_ON + DAY})).then_refused(BodyDoesNotStandThen)
    HELD.when(RENAME.model_copy(update=succeeded)).then(RENAMED)


def test_a_corrected_last_day_is_not_before_the_first() -> None:
    LEFT.when(RENAME.model_copy(update={"until": SEATED_ON - DAY})).then_refused(
        MemberLeavesBeforeTakingTheSeat, since=SEATED_ON.isoformat()
    )
    LEFT.when(RENAME.model_copy(update={"since": LEFT_ON + DAY})).then_refused(MemberLeavesBeforeTakingTheSeat)
    LEFT.when(RENAME.model_copy(update={"until": SEATED_ON})).then(RENAMED.model_copy(update={"until": SEATED_ON}))


@pytest.mark.parametrize("late", [DAY, 2 * DAY])
def test_corrected_days_do_not_meet_those_of_the_next_one_in_the_seat(late: timedelta) -> None:
    FOLLOWED.when(RENAME.model_copy(update={"until": LEFT_ON + late})).then_refused(SeatIsTaken, seat=str(SEAT))
    early = RENAME.model_copy(update={"recorded_since": NEXT_SEATED.since, "since": LEFT_ON + DAY - late})
    FOLLOWED.when(early).then_refused(SeatIsTaken)


def test_the_next_one_may_follow_on_the_very_next_day() -> None:
    sooner = RENAME.model_copy(update={"until": LEFT_ON - DAY})
    FOLLOWED.when(sooner).then(RENAMED.model_copy(update={"until": LEFT_ON - DAY})).when(
        RENAME.model_copy(update={"recorded_since": NEXT_SEATED.since, "member_name": None, "since": LEFT_ON})
    ).then(
        RENAMED.model_copy(
            update={"member": NEXT_SEATED.member, "member_name": "Jan Muster", "formerly_since": LEFT_ON + DAY, "since": LEFT_ON}
        )
    )


def test_a_correction_gives_nobody_two_seats_at_a_time() -> None:
    second = MEMBER_SEATED.model_copy(update={"seat": OTHER_SEAT.seat, "seat_title": OTHER_SEAT.seat_title, "since": LEFT_ON + DAY})
    moved = composition.given(SEAT_CREATED, OTHER_SEAT, MEMBER_SEATED, MEMBER_LEFT, second)
    moved.when(RENAME.model_copy(update={"until": LEFT_ON + DAY})).then_refused(MemberHoldsAnotherSeat)
    moved.when(RENAME).then(RENAMED.model_copy(update={"until": LEFT_ON}))


def test_terms_that_change_places_are_told_the_earliest_first() -> None:
    earlier = NEXT_SEATED.model_copy(update={"since": LEFT_ON + 2 * DAY})
    gone = MEMBER_LEFT.model_copy(update={"member": earlier.member, "member_name": "Jan Muster", "until": LEFT_ON + 3 * DAY})
    both = composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT, earlier, gone)
    before = {"since": SEATED_ON - 2 * DAY, "until": SEATED_ON - DAY}
    swap = RENAME.model_copy(update={"recorded_since": earlier.since, "member_name": None, **before})
    fact = {"member": earlier.member, "member_name": "Jan Muster", "formerly_since": earlier.since, **before}
    after = both.when(swap).then(RENAMED.model_copy(update=fact))
    assert [term.since for term in after.state.seats[SEAT].terms] == [SEATED_ON - 2 * DAY, SEATED_ON]
