"""A seat is held by one person at a time, and nobody holds two; who counts on a day follows from that."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest

from services.meetings.composition import COMPOSITION, CreateSeat, SeatIsCreatedAlready, SetQuorumRule, composition_of, evolve
from services.meetings.events.composition import CompositionEvent, MemberSeated, SeatCreated, SeatKind
from services.meetings.seating import (
    BodyDoesNotStandThen,
    MemberHoldsAnotherSeat,
    MemberLeavesBeforeTakingTheSeat,
    SeatIsTaken,
    SeatIsUnknown,
    SeatIsVacant,
    SeatMember,
    StandingBody,
    VacateSeat,
)
from services.meetings.seats import HALF, Composition, Quorum, SeatHolder, members_on, quorum_on
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    FOUNDED_ON,
    LEFT_ON,
    MEMBER,
    MEMBER_LEFT,
    MEMBER_NAME,
    MEMBER_SEATED,
    NOW,
    OF_BODY,
    QUORUM_RULE_SET,
    SEAT,
    SEAT_CREATED,
    SEAT_TITLE,
    SEATED_ON,
    SENDER,
)

composition = Rules(COMPOSITION)

DAY = timedelta(days=1)
OF = StandingBody(body=BOARD, body_name=BOARD_NAME, stands_from=FOUNDED_ON, stands_until=None)
CREATE = CreateSeat(now=NOW, of=OF, seat=SEAT, title=SEAT_TITLE, kind=SeatKind.NOMINATED, voting=True, on_behalf_of=SENDER)
SIT = SeatMember(now=NOW, of=OF, seat=SEAT, member=MEMBER, member_name=MEMBER_NAME, on_behalf_of=None, since=SEATED_ON)
LEAVE = VacateSeat(now=NOW, of=OF, seat=SEAT, until=LEFT_ON, reason=MEMBER_LEFT.reason)
RULE = SetQuorumRule(now=NOW, of=OF, valid_from=FOUNDED_ON, more_than_percent=50, source=QUORUM_RULE_SET.source)
NEXT = SIT.model_copy(update={"member": UUID(int=9), "member_name": "Jan Muster", "since": LEFT_ON + DAY})
NEXT_SEATED = MEMBER_SEATED.model_copy(update={"member": UUID(int=9), "member_name": "Jan Muster", "since": LEFT_ON + DAY})
OTHER_SEAT = SEAT_CREATED.model_copy(update={"seat": UUID(int=10), "seat_title": "Leitung des Sozialamts"})


def test_the_composition_is_a_stream_of_the_bodys_own() -> None:
    assert composition_of(BOARD) == uuid5(BOARD, "composition")


def test_a_seat_is_created_and_nobody_holds_it_yet() -> None:
    composition.given().when(CREATE).then(SEAT_CREATED)


def test_creating_the_same_seat_again_changes_nothing_even_when_it_is_held() -> None:
    composition.given(SEAT_CREATED).when(CREATE).then_nothing()
    composition.given(SEAT_CREATED, MEMBER_SEATED).when(CREATE).then_nothing()


def test_creating_it_again_in_another_way_is_refused() -> None:
    composition.given(SEAT_CREATED).when(CREATE.model_copy(update={"voting": False})).then_refused(SeatIsCreatedAlready)


def test_a_member_takes_a_seat_from_a_day_of_the_past_on_and_acts_for_the_seats_organisation() -> None:
    composition.given(SEAT_CREATED).when(SIT).then(MEMBER_SEATED)


def test_a_member_may_act_for_another_organisation_than_the_seat_names() -> None:
    own = SIT.model_copy(update={"on_behalf_of": "Caritas"})
    composition.given(SEAT_CREATED).when(own).then(MEMBER_SEATED.model_copy(update={"on_behalf_of": "Caritas"}))


def test_a_seating_says_whether_the_seat_votes() -> None:
    advising = SEAT_CREATED.model_copy(update={"voting": False})
    composition.given(advising).when(SIT).then(MEMBER_SEATED.model_copy(update={"voting": False}))


def test_the_same_seating_again_changes_nothing() -> None:
    composition.given(SEAT_CREATED, MEMBER_SEATED).when(SIT).then_nothing()


def test_nobody_takes_a_seat_that_is_not_there() -> None:
    composition.given(OTHER_SEAT).when(SIT).then_refused(SeatIsUnknown)
    composition.given(OTHER_SEAT).when(LEAVE).then_refused(SeatIsUnknown)


@pytest.mark.parametrize("since", [SEATED_ON - DAY, SEATED_ON, LEFT_ON + DAY])
def test_a_seat_that_is_held_is_taken_by_nobody_else(since: date) -> None:
    composition.given(SEAT_CREATED, MEMBER_SEATED).when(NEXT.model_copy(update={"since": since})).then_refused(SeatIsTaken, seat=str(SEAT))


def test_the_next_one_takes_the_seat_on_the_day_after_the_last_one_left_and_no_earlier() -> None:
    vacant = composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT)
    vacant.when(NEXT.model_copy(update={"since": LEFT_ON})).then_refused(SeatIsTaken)
    vacant.when(NEXT).then(NEXT_SEATED)


def test_the_same_person_may_take_the_seat_again() -> None:
    again = SIT.model_copy(update={"since": LEFT_ON + DAY})
    composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT).when(again).then(MEMBER_SEATED.model_copy(update={"since": LEFT_ON + DAY}))


def test_nobody_holds_two_seats_of_the_body_at_a_time() -> None:
    second = SIT.model_copy(update={"seat": OTHER_SEAT.seat, "since": LEFT_ON})
    held = composition.given(SEAT_CREATED, OTHER_SEAT, MEMBER_SEATED)
    held.when(second).then_refused(MemberHoldsAnotherSeat)
    left = composition.given(SEAT_CREATED, OTHER_SEAT, MEMBER_SEATED, MEMBER_LEFT)
    left.when(second).then_refused(MemberHoldsAnotherSeat)
    left.when(second.model_copy(update={"since": LEFT_ON + DAY})).then(
        MEMBER_SEATED.model_copy(update={"seat": OTHER_SEAT.seat, "seat_title": OTHER_SEAT.seat_title, "since": LEFT_ON + DAY})
    )


@pytest.mark.parametrize(("day", "stands"), [(FOUNDED_ON - DAY, False), (FOUNDED_ON, True), (LEFT_ON, True), (LEFT_ON + DAY, False)])
def test_nobody_takes_a_seat_and_no_rule_begins_while_the_body_does_not_stand(day: date, stands: bool) -> None:
    succeeded = {"of": OF.model_copy(update={"stands_until": LEFT_ON})}
    sit = SIT.model_copy(update=succeeded | {"since": day})
    rule = RULE.model_copy(update=succeeded | {"valid_from": day})
    if stands:
        composition.given(SEAT_CREATED).when(sit).then(MEMBER_SEATED.model_copy(update={"since": day}))
        composition.given().when(rule).then(QUORUM_RULE_SET.model_copy(update={"valid_from": day}))
    else:
        composition.given(SEAT_CREATED).when(sit).then_refused(BodyDoesNotStandThen, stands_from=FOUNDED_ON.isoformat())
        composition.given().when(rule).then_refused(BodyDoesNotStandThen)


def test_a_member_leaves_and_the_seat_says_who_it_was_and_why() -> None:
    composition.given(SEAT_CREATED, MEMBER_SEATED).when(LEAVE).then(MEMBER_LEFT).when(LEAVE).then_nothing()


def test_a_member_may_leave_on_the_day_of_taking_the_seat_but_not_before() -> None:
    held = composition.given(SEAT_CREATED, MEMBER_SEATED)
    held.when(LEAVE.model_copy(update={"until": SEATED_ON})).then(MEMBER_LEFT.model_copy(update={"until": SEATED_ON}))
    early = LEAVE.model_copy(update={"until": SEATED_ON - DAY})
    held.when(early).then_refused(MemberLeavesBeforeTakingTheSeat, since=SEATED_ON.isoformat())


def test_a_vacant_seat_is_not_vacated() -> None:
    composition.given(SEAT_CREATED).when(LEAVE).then_refused(SeatIsVacant, seat=str(SEAT))
    other = LEAVE.model_copy(update={"reason": "Verzicht"})
    composition.given(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT).when(other).then_refused(SeatIsVacant)


def test_a_quorum_rule_holds_from_its_day_and_one_for_the_same_day_replaces_it() -> None:
    composition.given().when(RULE).then(QUORUM_RULE_SET).when(RULE).then_nothing()
    corrected = RULE.model_copy(update={"more_than_percent": 33})
    after = composition.given(QUORUM_RULE_SET).when(corrected).then(QUORUM_RULE_SET.model_copy(update={"more_than_percent": 33}))
    assert [rule.more_than_percent for rule in after.state.quorum] == [33]


def folded(*events: CompositionEvent) -> Composition:
    state = Composition()
    for event in events:
        state = evolve(state, event)
    return state


def seats(voting: int, advising: int = 0) -> list[CompositionEvent]:
    """So many filled seats."""
    made: list[CompositionEvent] = []
    for number in range(voting + advising):
        said = {**OF_BODY, "seat": UUID(int=100 + number), "seat_title": f"Sitz {number}", "on_behalf_of": None, "voting": number < voting}
        made.append(SeatCreated(**said, kind=SeatKind.OPEN_CALL))
        made.append(MemberSeated(**said, member=UUID(int=200 + number), member_name=f"Person {number}", since=SEATED_ON))
    return made


def test_who_is_a_member_on_a_day() -> None:
    state = folded(SEAT_CREATED, MEMBER_SEATED, MEMBER_LEFT, NEXT_SEATED)
    first = SeatHolder(MEMBER, MEMBER_NAME, SEAT, SEAT_TITLE, SENDER, voting=True)
    second = SeatHolder(NEXT.member, NEXT.member_name, SEAT, SEAT_TITLE, SENDER, voting=True)
    assert members_on(state, SEATED_ON - DAY) == ()
    assert members_on(state, SEATED_ON) == members_on(state, LEFT_ON) == (first,)
    assert members_on(state, LEFT_ON + DAY) == (second,)


@pytest.mark.parametrize(
    ("voting", "percent", "needed"), [(1, 50, 1), (2, 50, 2), (5, 50, 3), (20, 50, 11), (21, 50, 11), (3, 0, 1), (3, 33, 1), (3, 99, 3)]
)
def test_more_than_the_share_has_to_be_present(voting: int, percent: int, needed: int) -> None:
    state = folded(*seats(voting, advising=2), QUORUM_RULE_SET.model_copy(update={"more_than_percent": percent}))
    assert quorum_on(state, SEATED_ON) == Quorum(needed, voting, percent, QUORUM_RULE_SET.source)


def test_without_a_rule_it_is_more_than_half_and_says_who_decided_that() -> None:
    assert quorum_on(folded(*seats(4)), SEATED_ON) == Quorum(3, 4, 50, HALF.source)
    assert HALF.source.startswith("our decision")


def test_a_rule_holds_from_its_own_day_on_and_not_before() -> None:
    later = QUORUM_RULE_SET.model_copy(update={"valid_from": LEFT_ON, "more_than_percent": 66, "source": "Geschäftsordnung 2018"})
    state = folded(*seats(3), later, QUORUM_RULE_SET)
    assert quorum_on(state, FOUNDED_ON - DAY).source == HALF.source
    assert quorum_on(state, LEFT_ON - DAY) == Quorum(2, 3, 50, QUORUM_RULE_SET.source)
    assert quorum_on(state, LEFT_ON) == Quorum(2, 3, 66, "Geschäftsordnung 2018")


def test_a_vacant_seat_does_not_count_and_a_body_without_voting_members_resolves_nothing() -> None:
    assert quorum_on(folded(*seats(3), OTHER_SEAT), SEATED_ON).entitled == 3
    assert quorum_on(folded(*seats(0, advising=3)), SEATED_ON) == Quorum(1, 0, 50, HALF.source)
