"""What a sitting does: who is present, when it has a quorum, and what it receives, deliberates, resolves and notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.meetings.attendance import MemberHasNotArrived, MemberIsNotOfTheBody, QuorumIsMissing, RecordArrival, RecordLeaving
from services.meetings.bounds import SittingEndsBeforeTheLastThatHappened, TimeLiesOutsideTheSitting
from services.meetings.dealing import (
    DeliberateItem,
    ItemIsDealtWithAlready,
    ItemIsResolvedAlready,
    MoreVotesThanMembersPresent,
    ReceiveItem,
    Resolve,
    TakeNote,
    VotesFollowEachOther,
)
from services.meetings.dealt import ResultsAreDeliberatedBeforeItIsResolved, ResultsAreReceivedBeforeTheyAreDeliberated, VoteWouldNotStand
from services.meetings.events.sitting import SittingEvent
from services.meetings.held import SittingIsNotOpen
from services.meetings.items import Asked, ItemIsNotOnTheAgenda
from services.meetings.sitting import SITTING, CloseSitting, Doing, SittingIsClosed
from shared.testing import Rules
from tests.meetings.examples import (
    ARRIVED,
    DELIBERATED,
    ENDS,
    GUEST_MEMBER,
    ITEM,
    ITEM_ID,
    LATER,
    LEFT,
    MEMBER,
    MEMBERS,
    MINUTE,
    NOTED,
    OFFICE,
    OWN_ITEM,
    OWN_ITEM_ID,
    PASSED,
    QUORUM,
    RECEIVED,
    REJECTED,
    SECOND_ARRIVED,
    SECOND_MEMBER,
    SITTING_CLOSED,
    SITTING_OPENED,
    STARTS,
    TEXT,
)

sitting = Rules(SITTING)

THERE: tuple[SittingEvent, ...] = (SITTING_OPENED, ARRIVED, SECOND_ARRIVED)
DISCUSSED: tuple[SittingEvent, ...] = (*THERE, RECEIVED, DELIBERATED)
ARRIVE = RecordArrival(now=ENDS, member=MEMBER, at=ARRIVED.arrived_at)
LEAVE = RecordLeaving(now=ENDS, member=SECOND_MEMBER, at=LEFT.left_at)
RECEIVE = ReceiveItem(now=ENDS, item=ITEM_ID, at=RECEIVED.received_at)
DELIBERATE = DeliberateItem(now=ENDS, item=ITEM_ID, summary=DELIBERATED.summary, at=DELIBERATED.deliberated_at)
NOTE = TakeNote(now=ENDS, item=ITEM_ID, body_kind=NOTED.body_kind, proposed_by_kind=NOTED.proposed_by_kind, at=NOTED.noted_at)
RESOLVE = Resolve(now=ENDS, item=ITEM_ID, text=TEXT, instrument=PASSED.instrument, yes=2, no=0, abstentions=0, at=PASSED.resolved_at)
DOINGS: list[Doing] = [ARRIVE, LEAVE, RECEIVE, DELIBERATE, NOTE, RESOLVE]


def named(command: object) -> str:
    return type(command).__name__


def changed(command: Any, **changes: Any) -> Any:
    return command.model_copy(update=changes)


def opened_with(**changes: Any) -> SittingEvent:
    return SITTING_OPENED.model_copy(update=changes)


def test_members_arrive_and_leave_now_or_when_it_really_was() -> None:
    sitting.given(SITTING_OPENED).when(ARRIVE).then(ARRIVED)
    sitting.given(SITTING_OPENED).when(RecordArrival(now=ARRIVED.arrived_at, member=MEMBER)).then(ARRIVED)
    sitting.given(*THERE).when(LEAVE).then(LEFT)


def test_who_is_there_arrives_no_more_and_who_has_left_leaves_no_more() -> None:
    sitting.given(*THERE).when(changed(ARRIVE, at=ENDS)).then_nothing()
    left = sitting.given(*THERE, LEFT)
    left.when(changed(LEAVE, at=ENDS)).then_nothing()
    left.when(changed(ARRIVE, member=SECOND_MEMBER, at=ENDS)).then(changed(SECOND_ARRIVED, arrived_at=ENDS))


def test_an_arrival_that_was_earlier_than_known_is_entered_later() -> None:
    late = changed(ARRIVED, arrived_at=STARTS + 40 * MINUTE)
    sitting.given(SITTING_OPENED, late).when(ARRIVE).then(ARRIVED)


def test_who_has_not_arrived_cannot_leave() -> None:
    sitting.given(SITTING_OPENED, ARRIVED).when(LEAVE).then_refused(MemberHasNotArrived)
    sitting.given(*THERE).when(changed(LEAVE, at=STARTS)).then_refused(MemberHasNotArrived)


@pytest.mark.parametrize("wish", [ARRIVE, LEAVE], ids=named)
def test_only_members_of_the_body_are_recorded(wish: Doing) -> None:
    sitting.given(*THERE).when(changed(wish, member=OFFICE)).then_refused(MemberIsNotOfTheBody)


def test_results_are_received_deliberated_and_resolved() -> None:
    received = sitting.given(*THERE).when(RECEIVE).then(RECEIVED)
    received.when(DELIBERATE).then(DELIBERATED).when(RESOLVE).then(PASSED)


def test_an_item_is_noted() -> None:
    sitting.given(SITTING_OPENED).when(NOTE).then(NOTED)


@pytest.mark.parametrize("again", [RECEIVE, DELIBERATE, NOTE, RESOLVE], ids=named)
def test_the_same_again_changes_nothing(again: Doing) -> None:
    done = sitting.given(*DISCUSSED, NOTED, PASSED)
    done.when(again).then_nothing()
    done.when(changed(again, at=None, now=LATER)).then_nothing()


@pytest.mark.parametrize("again", [RECEIVE, DELIBERATE, NOTE], ids=named)
def test_what_was_done_is_not_done_at_another_time(again: Doing) -> None:
    sitting.given(*DISCUSSED, NOTED).when(changed(again, at=ENDS)).then_refused(ItemIsDealtWithAlready)


def test_what_was_deliberated_is_not_summed_up_in_other_words() -> None:
    sitting.given(*DISCUSSED).when(changed(DELIBERATE, summary=None)).then_refused(ItemIsDealtWithAlready)


def test_results_are_received_before_they_are_deliberated() -> None:
    sitting.given(*THERE).when(DELIBERATE).then_refused(ResultsAreReceivedBeforeTheyAreDeliberated)
    early = changed(DELIBERATE, at=RECEIVED.received_at - MINUTE)
    sitting.given(*THERE, RECEIVED).when(early).then_refused(ResultsAreReceivedBeforeTheyAreDeliberated)


def test_what_an_earlier_sitting_received_need_not_be_received_again() -> None:
    known = ITEM.model_copy(update={"received_at": STARTS - timedelta(days=30)})
    deliberated = DELIBERATED.model_copy(update={"item": known})
    sitting.given(opened_with(agenda=(known,))).when(DELIBERATE).then(deliberated)


def test_what_is_no_result_is_deliberated_without_a_receipt() -> None:
    deliberated = DELIBERATED.model_copy(update={"item": OWN_ITEM})
    sitting.given(SITTING_OPENED).when(changed(DELIBERATE, item=OWN_ITEM_ID)).then(deliberated)


def test_an_item_is_deliberated_before_it_is_resolved() -> None:
    sitting.given(*THERE, RECEIVED).when(RESOLVE).then_refused(ResultsAreDeliberatedBeforeItIsResolved)
    early = changed(RESOLVE, at=DELIBERATED.deliberated_at - MINUTE)
    sitting.given(*DISCUSSED).when(early).then_refused(ResultsAreDeliberatedBeforeItIsResolved)


def test_a_body_resolves_with_its_quorum_only() -> None:
    one = sitting.given(SITTING_OPENED, ARRIVED, RECEIVED, DELIBERATED)
    one.when(RESOLVE).then_refused(QuorumIsMissing, present=1, needed=2, entitled=2)


def test_a_member_without_a_vote_does_not_help_the_quorum() -> None:
    guest = ARRIVED.model_copy(update=dict(MEMBERS[2]))
    assert guest.member == GUEST_MEMBER
    sitting.given(SITTING_OPENED, ARRIVED, guest, RECEIVED, DELIBERATED).when(RESOLVE).then_refused(QuorumIsMissing)


def test_who_had_left_before_the_vote_does_not_help_the_quorum() -> None:
    left = changed(LEFT, left_at=PASSED.resolved_at - MINUTE)
    back = changed(SECOND_ARRIVED, arrived_at=PASSED.resolved_at + MINUTE)
    sitting.given(*DISCUSSED, left).when(RESOLVE).then_refused(QuorumIsMissing)
    sitting.given(*DISCUSSED, left, back).when(RESOLVE).then_refused(QuorumIsMissing)
    sitting.given(*DISCUSSED, left, back).when(changed(RESOLVE, at=ENDS)).then(PASSED.model_copy(update={"resolved_at": ENDS}))


def test_a_body_without_voting_members_cannot_resolve() -> None:
    nobody = opened_with(members=(), quorum=QUORUM.model_copy(update={"needed": 1, "entitled": 0}))
    discussed = sitting.given(nobody, RECEIVED, DELIBERATED)
    discussed.when(changed(RESOLVE, yes=0)).then_refused(QuorumIsMissing, present=0, needed=1, entitled=0)


@pytest.mark.parametrize(("yes", "no", "abstentions"), [(3, 0, 0), (1, 1, 1), (0, 0, 3)])
def test_no_more_votes_than_members_present(yes: int, no: int, abstentions: int) -> None:
    wish = changed(RESOLVE, yes=yes, no=no, abstentions=abstentions)
    sitting.given(*DISCUSSED).when(wish).then_refused(MoreVotesThanMembersPresent, present=2)


@pytest.mark.parametrize(("yes", "no", "abstentions"), [(1, 1, 0), (0, 1, 0), (0, 2, 0), (0, 0, 2), (0, 0, 0)])
def test_a_tie_is_a_rejection_and_abstentions_do_not_count(yes: int, no: int, abstentions: int) -> None:
    votes = REJECTED.votes.model_copy(update={"yes": yes, "no": no, "abstentions": abstentions})
    wish = changed(RESOLVE, yes=yes, no=no, abstentions=abstentions)
    sitting.given(*DISCUSSED).when(wish).then(REJECTED.model_copy(update={"votes": votes})).when(wish).then_nothing()


def test_one_yes_is_enough_against_abstentions() -> None:
    votes = PASSED.votes.model_copy(update={"yes": 1, "abstentions": 1})
    sitting.given(*DISCUSSED).when(changed(RESOLVE, yes=1, abstentions=1)).then(PASSED.model_copy(update={"votes": votes}))


def test_what_was_rejected_can_be_put_in_other_words() -> None:
    other = changed(RESOLVE, text="Mit Änderung.")
    sitting.given(*DISCUSSED, REJECTED).when(other).then(PASSED.model_copy(update={"text": "Mit Änderung."}))


def test_votes_that_failed_are_told_apart_by_their_times_and_none_fails_after_the_one_that_passed() -> None:
    failed = sitting.given(*DISCUSSED, REJECTED)
    again = changed(RESOLVE, text="Mit Änderung.", yes=1, no=1, at=REJECTED.rejected_at)
    failed.when(again).then_refused(VotesFollowEachOther)
    later = REJECTED.model_copy(update={"rejected_at": REJECTED.rejected_at + MINUTE, "text": "Mit Änderung."})
    failed.when(changed(again, at=later.rejected_at)).then(later)
    failed.when(changed(RESOLVE, at=REJECTED.rejected_at - MINUTE)).then_refused(VotesFollowEachOther)


def test_the_same_vote_at_another_time_is_another_one() -> None:
    again = changed(RESOLVE, yes=1, no=1, at=REJECTED.rejected_at + MINUTE)
    failed = sitting.given(*DISCUSSED, REJECTED)
    failed.when(changed(again, at=None)).then_nothing()
    both = failed.when(again).then(REJECTED.model_copy(update={"rejected_at": again.at}))
    both.when(changed(again, at=REJECTED.rejected_at)).then_nothing()


def test_an_item_is_resolved_once() -> None:
    for changes in ({"text": "Anderes"}, {"yes": 1}, {"no": 1, "yes": 0}):
        sitting.given(*DISCUSSED, PASSED).when(changed(RESOLVE, **changes)).then_refused(ItemIsResolvedAlready)


@pytest.mark.parametrize("wish", [RECEIVE, DELIBERATE, NOTE, RESOLVE], ids=named)
def test_only_what_stands_on_the_agenda_is_dealt_with(wish: Doing) -> None:
    sitting.given(*THERE).when(changed(wish, item=UUID(int=9))).then_refused(ItemIsNotOnTheAgenda)


@pytest.mark.parametrize("wish", DOINGS, ids=named)
def test_nothing_happens_before_the_opening_nor_in_the_future(wish: Doing) -> None:
    held = sitting.given(*DISCUSSED)
    held.when(changed(wish, at=STARTS - MINUTE)).then_refused(TimeLiesOutsideTheSitting, opened_at=STARTS.isoformat())
    held.when(changed(wish, at=ENDS + MINUTE)).then_refused(TimeLiesOutsideTheSitting)


@pytest.mark.parametrize("wish", DOINGS, ids=named)
def test_nothing_happens_in_a_sitting_that_is_not_open_or_no_longer(wish: Doing) -> None:
    sitting.given().when(wish).then_refused(SittingIsNotOpen)
    sitting.given(*DISCUSSED, NOTED, PASSED, SITTING_CLOSED).when(changed(wish, at=None)).then_refused(SittingIsClosed)


def test_a_vote_that_was_left_out_is_entered_after_the_end_with_its_own_time_under_the_same_rules() -> None:
    late = changed(RESOLVE, now=ENDS + 10 * MINUTE, at=PASSED.resolved_at)
    held = sitting.given(*DISCUSSED, SITTING_CLOSED)
    held.when(late).then(PASSED).when(late).then_nothing()
    held.when(changed(late, yes=1, no=1)).then(REJECTED)
    held.when(changed(late, at=ENDS + MINUTE)).then_refused(TimeLiesOutsideTheSitting)
    held.when(changed(late, at=STARTS)).then_refused(ResultsAreDeliberatedBeforeItIsResolved)
    sitting.given(*DISCUSSED, PASSED, SITTING_CLOSED).when(changed(late, text="Anderes")).then_refused(ItemIsResolvedAlready)
    sitting.given(*THERE, RECEIVED, SITTING_CLOSED).when(late).then_refused(ResultsAreDeliberatedBeforeItIsResolved)


def test_nobody_is_recorded_later_as_absent_from_a_vote_that_then_lacked_its_quorum() -> None:
    voted = sitting.given(*DISCUSSED, PASSED)
    voted.when(changed(LEAVE, at=PASSED.resolved_at - MINUTE)).then_refused(VoteWouldNotStand)
    at_once = changed(LEAVE, at=PASSED.resolved_at)
    voted.when(at_once).then(LEFT.model_copy(update={"left_at": PASSED.resolved_at}))


def test_a_sitting_ends_after_the_last_that_happened() -> None:
    at = PASSED.resolved_at
    early = CloseSitting(now=ENDS, closed_at=at - MINUTE)
    sitting.given(*DISCUSSED, PASSED).when(early).then_refused(SittingEndsBeforeTheLastThatHappened, latest=at.isoformat())
    on_time = CloseSitting(now=ENDS, closed_at=at)
    sitting.given(*DISCUSSED, PASSED).when(on_time).then(SITTING_CLOSED.model_copy(update={"closed_at": at, "undealt": ()}))


@pytest.mark.parametrize(
    ("asked", "done", "left"),
    [
        (Asked.RECEIVE_AND_DELIBERATE, (), True),
        (Asked.RECEIVE_AND_DELIBERATE, (RECEIVED,), True),
        (Asked.RECEIVE_AND_DELIBERATE, (RECEIVED, NOTED), True),
        (Asked.RECEIVE_AND_DELIBERATE, (RECEIVED, DELIBERATED), False),
        (Asked.DELIBERATE, (NOTED,), True),
        (Asked.DELIBERATE, (DELIBERATED,), False),
        (Asked.TAKE_NOTE, (DELIBERATED,), True),
        (Asked.TAKE_NOTE, (NOTED,), False),
    ],
)
def test_the_end_tells_which_proposals_were_not_dealt_with(asked: Asked, done: tuple[SittingEvent, ...], left: bool) -> None:
    item = ITEM.model_copy(update={"asked": asked})
    facts = [fact.model_copy(update={"item": item}) for fact in done]
    closed = SITTING_CLOSED.model_copy(update={"undealt": (ITEM_ID,) if left else ()})
    sitting.given(opened_with(agenda=(item, OWN_ITEM)), *facts).when(CloseSitting(now=ENDS)).then(closed)
