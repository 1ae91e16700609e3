"""What follows by itself: sittings open, results are put to the body that owes it to them, and what it did not come to waits again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.meetings.agenda import RestoreItem, ReturnItems
from services.meetings.duty import DUTY as DUTY_RULES
from services.meetings.duty import CorrectDealing, OpenDuty, RecordDeliberation, RecordReceipt, RenameDuty
from services.meetings.events.sitting import DeliberationEntry, SittingCorrected
from services.meetings.items import Matter
from services.meetings.meeting import MEETING as MEETING_RULES
from services.meetings.proposal import PROPOSAL as PROPOSAL_RULES
from services.meetings.proposal import MatterIsProposedAlready, ProposeItem, RenameProposal
from services.meetings.reactions import (
    HANDOVER,
    REACTIONS,
    WHEN_CONFERENCE_HELD_THEN_OPEN_HANDOVER_DUTY,
    WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS,
    WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY,
    WHEN_ITEM_RECEIVED_THEN_TELL_DUTY,
    WHEN_MEETING_OPENED_THEN_OPEN_SITTING,
    WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS,
)
from services.meetings.sitting import SITTING as SITTING_RULES
from services.meetings.sitting import OpenSitting
from shared.contracts.conferences import ConferenceCancelled
from shared.domain import Named
from shared.envelope import Received
from shared.reactor import Reaction, Send
from shared.testing import History, Rules
from tests.meetings.examples import (
    CONFERENCE,
    CONFERENCE_CORRECTED,
    CONFERENCE_HELD,
    CONFERENCE_TITLE,
    DELIBERATED,
    DUTY,
    DUTY_CORRECTED,
    DUTY_DELIBERATED,
    DUTY_FULFILLED,
    DUTY_OPENED,
    DUTY_RECEIVED,
    FROZEN,
    ITEM,
    ITEM_ADDED,
    ITEM_ID,
    ITEM_PLACED,
    ITEM_RETURNED,
    MEETING,
    MINUTE,
    MISREAD,
    OF_MEETING,
    OF_PROPOSAL,
    OPENED,
    OWN_ITEM,
    PLACE,
    PROPOSAL,
    PROPOSED,
    RECEIPT_CORRECTED,
    RECEIVED,
    RENAMED,
    RIGHT_TITLE,
    SCHEDULED,
    SITTING,
    SITTING_CLOSED,
    SITTING_OPENED,
    STARTS,
    TEXT_CORRECTED,
)

HELD_AT = datetime(2018, 11, 30, 17, 0, tzinfo=UTC)
"""When the conferences service recorded it."""
HANDED_OVER = {"opened_on": date(2018, 11, 30), "due_by": date(2019, 5, 30), "source": HANDOVER.source}


def sent(reaction: Reaction, stream: UUID, message: Named, at: datetime = HELD_AT) -> list[Send]:
    """What a reaction sends when it hears of this."""
    (entry,) = History(reaction.source).add(stream, message, at=at).entries
    return list(reaction.react(Received(message, entry)))


def test_when_a_meeting_was_opened_then_its_sitting_opens_with_what_was_frozen() -> None:
    command = OpenSitting(now=STARTS, **OF_MEETING, meeting=MEETING, opened_at=STARTS, place=PLACE, **FROZEN)
    assert sent(WHEN_MEETING_OPENED_THEN_OPEN_SITTING, MEETING, OPENED, STARTS) == [Send(SITTING_RULES, SITTING, command)]
    Rules(SITTING_RULES).given().when(command).then(SITTING_OPENED).when(command).then_nothing()


def test_when_a_sitting_was_closed_then_what_it_did_not_come_to_waits_again() -> None:
    command = ReturnItems(now=HELD_AT, items=(ITEM_ID,))
    assert sent(WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS, SITTING, SITTING_CLOSED) == [Send(MEETING_RULES, MEETING, command)]
    held = Rules(MEETING_RULES).given(SCHEDULED, ITEM_PLACED, ITEM_ADDED, OPENED)
    held.when(command).then(ITEM_RETURNED).when(command).then_nothing()


def test_a_sitting_that_came_to_everything_sends_nothing() -> None:
    assert sent(WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS, SITTING, SITTING_CLOSED.model_copy(update={"undealt": ()})) == []


NEVER_DELIBERATED: SittingCorrected = RECEIPT_CORRECTED.model_copy(
    update={
        "entry": DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=None, summary=None),
        "dealt_with": False,
    }
)


def test_when_a_closed_sitting_is_corrected_then_what_it_did_not_come_to_waits_again_and_what_it_did_no_longer() -> None:
    back = ReturnItems(now=HELD_AT, items=(ITEM_ID,))
    assert sent(WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS, SITTING, NEVER_DELIBERATED) == [Send(MEETING_RULES, MEETING, back)]
    restore = RestoreItem(now=HELD_AT, item=ITEM)
    after_all = NEVER_DELIBERATED.model_copy(update={"dealt_with": True})
    assert sent(WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS, SITTING, after_all) == [Send(MEETING_RULES, MEETING, restore)]
    held = Rules(MEETING_RULES).given(SCHEDULED, ITEM_PLACED, OPENED).when(back).then(ITEM_RETURNED)
    held.when(restore).then(ITEM_PLACED).when(restore).then_nothing()


def test_what_nobody_proposed_goes_nowhere_and_another_correction_sends_nothing() -> None:
    for other in (RECEIPT_CORRECTED, TEXT_CORRECTED):
        assert sent(WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS, SITTING, other) == []
    restore = RestoreItem(now=HELD_AT, item=OWN_ITEM)
    Rules(MEETING_RULES).given(SCHEDULED, OPENED).when(restore).then_nothing()


def test_when_a_receipt_or_deliberation_is_corrected_then_the_duty_hears_of_it() -> None:
    command = CorrectDealing(now=HELD_AT, **dict(DUTY_CORRECTED))
    assert sent(WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY, SITTING, NEVER_DELIBERATED) == [Send(DUTY_RULES, DUTY, command)]
    assert sent(WHEN_ITEM_RECEIVED_THEN_TELL_DUTY, SITTING, NEVER_DELIBERATED) == []
    receipt = command.model_copy(update={"what": "receipt", "at": STARTS + 3 * MINUTE, "reason": MISREAD})
    assert sent(WHEN_ITEM_RECEIVED_THEN_TELL_DUTY, SITTING, RECEIPT_CORRECTED) == [Send(DUTY_RULES, DUTY, receipt)]
    assert sent(WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY, SITTING, RECEIPT_CORRECTED) == []
    other = NEVER_DELIBERATED.entry.model_copy(update={"item": OWN_ITEM})
    assert sent(WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY, SITTING, NEVER_DELIBERATED.model_copy(update={"entry": other})) == []


def test_when_a_conference_was_held_then_its_body_owes_the_hand_over() -> None:
    opened = DUTY_OPENED.model_copy(update=HANDED_OVER)
    command = OpenDuty(now=HELD_AT, **dict(opened))
    assert sent(WHEN_CONFERENCE_HELD_THEN_OPEN_HANDOVER_DUTY, CONFERENCE, CONFERENCE_HELD) == [Send(DUTY_RULES, DUTY, command)]
    Rules(DUTY_RULES).given().when(command).then(opened).when(command).then_nothing()


def test_when_a_conference_was_held_then_its_results_are_put_to_that_body_in_the_hosts_name() -> None:
    command = ProposeItem(now=HELD_AT, **OF_PROPOSAL, due_by=date(2019, 5, 30))
    assert sent(WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS, CONFERENCE, CONFERENCE_HELD) == [Send(PROPOSAL_RULES, PROPOSAL, command)]
    proposed = PROPOSED.model_copy(update={"proposed_at": HELD_AT})
    Rules(PROPOSAL_RULES).given().when(command).then(proposed).when(command).then_nothing()


def test_when_a_conference_was_corrected_then_the_duty_and_the_proposal_bear_its_right_title() -> None:
    of_duty = RenameDuty(now=HELD_AT, conference_title=RIGHT_TITLE, reason=RENAMED)
    assert sent(WHEN_CONFERENCE_HELD_THEN_OPEN_HANDOVER_DUTY, CONFERENCE, CONFERENCE_CORRECTED) == [Send(DUTY_RULES, DUTY, of_duty)]
    of_proposal = RenameProposal(now=HELD_AT, formerly=CONFERENCE_TITLE, title=RIGHT_TITLE, reason=RENAMED)
    found = sent(WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS, CONFERENCE, CONFERENCE_CORRECTED)
    assert found == [Send(PROPOSAL_RULES, PROPOSAL, of_proposal)]


def test_of_a_conference_that_was_called_off_nothing_is_owed_and_nothing_is_put_to_a_body() -> None:
    why = {"held_on": None, "attendance": None, "cancelled_because": "Die Halle ist gesperrt."}
    off = CONFERENCE_CORRECTED.model_copy(update=why)
    for reaction in (WHEN_CONFERENCE_HELD_THEN_OPEN_HANDOVER_DUTY, WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS):
        assert ConferenceCancelled not in reaction.reacts_to
        [follows] = sent(reaction, CONFERENCE, off)
        Rules(follows.decider).given().when(follows.command).then_nothing()


def test_results_that_somebody_has_put_there_by_hand_are_not_put_there_again() -> None:
    (by_itself,) = sent(WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS, CONFERENCE, CONFERENCE_HELD)
    by_hand = PROPOSED.model_copy(update={"title": "Konferenz"})
    assert isinstance(by_itself.command, ProposeItem)
    Rules(PROPOSAL_RULES).given(by_hand).when(by_itself.command).then_refused(MatterIsProposedAlready)


def test_when_results_were_received_then_the_duty_hears_of_it() -> None:
    command = RecordReceipt(now=HELD_AT, **dict(DUTY_RECEIVED))
    assert sent(WHEN_ITEM_RECEIVED_THEN_TELL_DUTY, SITTING, RECEIVED) == [Send(DUTY_RULES, DUTY, command)]
    Rules(DUTY_RULES).given(DUTY_OPENED).when(command).then(DUTY_RECEIVED).when(command).then_nothing()


def test_when_results_were_deliberated_then_the_duty_hears_of_it() -> None:
    command = RecordDeliberation(now=HELD_AT, **dict(DUTY_DELIBERATED))
    assert sent(WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY, SITTING, DELIBERATED) == [Send(DUTY_RULES, DUTY, command)]
    received = Rules(DUTY_RULES).given(DUTY_OPENED, DUTY_RECEIVED)
    received.when(command).then(DUTY_DELIBERATED, DUTY_FULFILLED).when(command).then_nothing()


@pytest.mark.parametrize(
    ("reaction", "event"), [(WHEN_ITEM_RECEIVED_THEN_TELL_DUTY, RECEIVED), (WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY, DELIBERATED)]
)
def test_a_duty_hears_of_results_only_and_whether_it_is_public(reaction: Reaction, event: Any) -> None:
    recommendation = ITEM.model_copy(update={"matter": Matter(service="recommendations", kind="recommendation", id=CONFERENCE)})
    for item in (OWN_ITEM, recommendation):
        assert sent(reaction, SITTING, event.model_copy(update={"item": item})) == []
    hidden = ITEM.model_copy(update={"public": False})
    for changes in ({"public": False}, {"item": hidden}):
        (told,) = sent(reaction, SITTING, event.model_copy(update=changes))
        assert isinstance(told.command, RecordReceipt | RecordDeliberation)
        assert told.command.public is False


@pytest.mark.parametrize(
    ("opened_on", "due_by"),
    [
        (date(2018, 11, 30), date(2019, 5, 30)),
        (date(2018, 8, 31), date(2019, 2, 28)),
        (date(2019, 8, 31), date(2020, 2, 29)),
        (date(2018, 6, 1), date(2018, 12, 1)),
        (date(2018, 7, 31), date(2019, 1, 31)),
        (date(2018, 12, 31), date(2019, 6, 30)),
    ],
)
def test_half_a_year_ends_on_the_same_day_or_on_the_months_last(opened_on: date, due_by: date) -> None:
    assert HANDOVER.due_by(opened_on) == due_by


def test_every_reaction_has_a_name_of_its_own() -> None:
    assert len({reaction.name for reaction in REACTIONS}) == len(REACTIONS)
