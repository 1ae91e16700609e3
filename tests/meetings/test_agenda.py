"""An agenda: proposals are placed once, points are added, taken off and returned, and the members are invited with it in time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.meetings.agenda import AddItem, ItemIsOnTheAgendaAlready, PlaceItem, RemoveItem, ReturnItems
from services.meetings.events.meeting import MeetingEvent
from services.meetings.inviting import InvitationComesTooLate, InviteMembers, NobodyIsThereToInvite
from services.meetings.items import FATE, ItemIsNotOnTheAgenda, ProposalIsDecided
from services.meetings.meeting import MEETING, CancelMeeting, MeetingCommand, OpenMeeting, RescheduleMeeting
from services.meetings.planned import MeetingHasBegun, MeetingIsCancelled, MeetingIsUnknown
from shared.domain import Refusal, Release, Take
from shared.testing import Rules
from tests.meetings.examples import (
    CANCELLED,
    DECLINED,
    INVITED,
    ITEM,
    ITEM_ADDED,
    ITEM_ID,
    ITEM_PLACED,
    ITEM_REMOVED,
    ITEM_RETURNED,
    LATER,
    MEMBERS,
    NOW,
    OPENED,
    OWN_ITEM,
    OWN_ITEM_ID,
    PROPOSAL,
    QUORUM,
    REASON,
    RESCHEDULED,
    SCHEDULED,
    STARTS,
)

meeting = Rules(MEETING)

PLACE = PlaceItem(now=NOW, item=ITEM)
ADD = AddItem(now=NOW, item=OWN_ITEM)
REMOVE = RemoveItem(now=NOW, item=ITEM_ID, reason=ITEM_REMOVED.reason)
INVITE = InviteMembers(now=NOW, members=INVITED.members)
RETURN = ReturnItems(now=LATER, items=(ITEM_ID,))
ELSEWHERE = UUID(int=5)


def test_a_proposal_is_placed_and_a_point_added() -> None:
    meeting.given(SCHEDULED).when(PLACE).then(ITEM_PLACED).when(ADD).then(ITEM_ADDED)


def test_the_same_again_changes_nothing() -> None:
    placed = meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED)
    placed.when(PLACE).then_nothing().when(ADD).then_nothing()


def test_a_point_stands_there_as_it_was_put() -> None:
    other = ADD.model_copy(update={"item": OWN_ITEM.model_copy(update={"title": "Anderes"})})
    meeting.given(SCHEDULED, ITEM_ADDED).when(other).then_refused(ItemIsOnTheAgendaAlready)


def test_a_proposal_is_not_placed_twice_on_one_agenda() -> None:
    twice = PLACE.model_copy(update={"item": ITEM.model_copy(update={"id": ELSEWHERE})})
    meeting.given(SCHEDULED, ITEM_PLACED).when(twice).then_refused(ProposalIsDecided)


def test_placing_and_declining_take_the_same_claim_and_returning_frees_it() -> None:
    taken = (Take(FATE, str(PROPOSAL), ProposalIsDecided),)
    freed = (Release(FATE, str(PROPOSAL)),)
    assert (tuple(ITEM_PLACED.claims()), tuple(DECLINED.claims())) == (taken, taken)
    assert (tuple(ITEM_REMOVED.claims()), tuple(ITEM_RETURNED.claims())) == (freed, freed)
    assert tuple(ITEM_REMOVED.model_copy(update={"item": OWN_ITEM}).claims()) == ()


def test_a_point_is_taken_off_and_can_be_placed_again_under_another_id() -> None:
    again = ITEM.model_copy(update={"id": ELSEWHERE})
    taken_off = meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED).when(REMOVE).then(ITEM_REMOVED)
    taken_off.when(PLACE.model_copy(update={"item": again})).then(ITEM_PLACED.model_copy(update={"item": again}))


def test_taking_it_off_again_changes_nothing() -> None:
    meeting.given(SCHEDULED, ITEM_PLACED, ITEM_REMOVED).when(REMOVE).then_nothing()


def test_what_is_not_on_the_agenda_is_not_taken_off() -> None:
    meeting.given(SCHEDULED, ITEM_PLACED).when(REMOVE.model_copy(update={"item": OWN_ITEM_ID})).then_refused(ItemIsNotOnTheAgenda)


def test_a_cancelled_meeting_returns_what_was_proposed_and_only_that() -> None:
    cancel = CancelMeeting(now=NOW, reason=REASON)
    cancelled = meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED).when(cancel).then(CANCELLED, ITEM_RETURNED)
    cancelled.when(cancel).then_nothing()


def test_what_the_sitting_did_not_come_to_returns_once() -> None:
    held = meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED, OPENED)
    held.when(RETURN).then(ITEM_RETURNED).when(RETURN).then_nothing()


def test_what_nobody_proposed_does_not_return() -> None:
    command = RETURN.model_copy(update={"items": (OWN_ITEM_ID, ELSEWHERE)})
    meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED, OPENED).when(command).then_nothing()


def test_a_meeting_that_nobody_scheduled_returns_nothing() -> None:
    meeting.given().when(RETURN).then_refused(MeetingIsUnknown)


@pytest.mark.parametrize("wish", [PLACE, ADD, REMOVE, INVITE], ids=lambda wish: type(wish).__name__)
@pytest.mark.parametrize(
    ("given", "refusal"),
    [((), MeetingIsUnknown), ((SCHEDULED, CANCELLED), MeetingIsCancelled), ((SCHEDULED, OPENED), MeetingHasBegun)],
)
def test_an_agenda_is_planned_before_the_meeting_only(
    wish: MeetingCommand, given: tuple[MeetingEvent, ...], refusal: type[Refusal]
) -> None:
    meeting.given(*given).when(wish).then_refused(refusal)


def test_the_members_are_invited_with_the_agenda() -> None:
    meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED).when(INVITE).then(INVITED)


def test_inviting_again_is_nothing_to_do_unless_something_has_changed() -> None:
    later = INVITE.model_copy(update={"now": NOW + timedelta(days=1)})
    invited = meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED, INVITED)
    invited.when(later).then_nothing()
    one_less = later.model_copy(update={"members": INVITED.members[:1]})
    invited.when(one_less).then(INVITED.model_copy(update={"members": INVITED.members[:1], "invited_at": later.now}))
    moved = meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED, INVITED, RESCHEDULED)
    changes = {"starts_at": RESCHEDULED.starts_at, "ends_at": None, "place": RESCHEDULED.place, "invited_at": later.now}
    moved.when(later).then(INVITED.model_copy(update=changes))


def test_whoever_was_invited_is_told_when_it_is_moved_or_called_off() -> None:
    invited, whom = meeting.given(SCHEDULED, INVITED), {"invited": INVITED.members}
    move = RescheduleMeeting(now=NOW, starts_at=RESCHEDULED.starts_at, ends_at=RESCHEDULED.ends_at, place=RESCHEDULED.place)
    invited.when(move).then(RESCHEDULED.model_copy(update=whom))
    invited.when(CancelMeeting(now=NOW, reason=REASON)).then(CANCELLED.model_copy(update=whom))


def test_nobody_is_invited_where_nobody_holds_a_seat() -> None:
    meeting.given(SCHEDULED).when(InviteMembers(now=NOW, members=())).then_refused(NobodyIsThereToInvite)


def test_nobody_is_invited_to_what_has_begun_or_was_entered_later() -> None:
    meeting.given(SCHEDULED).when(INVITE.model_copy(update={"now": STARTS})).then_refused(InvitationComesTooLate)
    last = INVITE.model_copy(update={"now": STARTS - timedelta(seconds=1)})
    invited = INVITED.model_copy(update={"agenda": (), "invited_at": last.now})
    meeting.given(SCHEDULED).when(last).then(invited)
    meeting.given(SCHEDULED.model_copy(update={"entered_later": True})).when(INVITE).then_refused(InvitationComesTooLate)


def test_opening_freezes_the_agenda_the_members_and_the_quorum() -> None:
    command = OpenMeeting(now=STARTS, members=MEMBERS, quorum=QUORUM)
    meeting.given(SCHEDULED, ITEM_PLACED, ITEM_ADDED).when(command).then(OPENED)
