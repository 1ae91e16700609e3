"""Which facts become contracts, what they say, and what stays inside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.meetings.events.body import BodyCorrected, BodyFounded, BodySucceeded, SuccessionCorrected
from services.meetings.events.duty import HandoverDutyFulfilled, HandoverDutyOpened, HandoverDutyRenamed, HandoverDutyReopened
from services.meetings.events.proposal import DeclinationCorrected, ItemProposed, ProposalDeclined, ProposalRenamed
from services.meetings.events.sitting import (
    DeliberationEntry,
    NoteEntry,
    PresenceEntry,
    ReceiptEntry,
    SittingClosed,
    SittingCorrected,
    SittingOpened,
    SpanEntry,
)
from services.meetings.published import published
from services.meetings.service import SERVICE
from shared.contracts.meetings import sittings
from shared.contracts.meetings.catalogue import CONTRACTS
from shared.contracts.meetings.planning import MeetingCancelled, MeetingRescheduled
from shared.domain import Contract, Event
from shared.envelope import Received
from shared.testing import History
from tests.meetings.examples import (
    ARRIVED,
    BOARD,
    BODY_CORRECTED,
    CADENCE_CORRECTED,
    CANCELLED,
    CONTRACT_EXAMPLES,
    CORRECTED,
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
    EVENT_EXAMPLES,
    FOUNDED,
    INVITED,
    ITEM,
    ITEM_ADDED,
    ITEM_PLACED,
    ITEM_REMOVED,
    ITEM_RETURNED,
    LEFT,
    MEETING,
    MEMBER_LEFT,
    MEMBER_SEATED,
    MEMBERS,
    NOTED,
    OPENED,
    OWN_ITEM,
    PASSED,
    PROPOSAL,
    PROPOSAL_RENAMED,
    PROPOSED,
    QUORUM_RULE_CORRECTED,
    QUORUM_RULE_SET,
    RECEIPT_CORRECTED,
    RECEIVED,
    REJECTED,
    REJECTION_CORRECTED,
    RESCHEDULED,
    SCHEDULED,
    SEAT_CORRECTED,
    SEAT_CREATED,
    SEAT_TAKEN_BACK,
    SEATING_CORRECTED,
    SEATING_TAKEN_BACK,
    SITTING,
    SITTING_CLOSED,
    SITTING_OPENED,
    STARTS,
    SUCCEEDED,
    SUCCESSION_CORRECTED,
    TEXT_CORRECTED,
    TITLE_CORRECTED,
    TOLD_OF_BODY,
    TOLD_OF_ITEMS,
    TWICE_A_YEAR,
)

STREAMS: dict[type[Event], UUID] = {
    BodyFounded: BOARD,
    BodySucceeded: BOARD,
    BodyCorrected: BOARD,
    SuccessionCorrected: BOARD,
    SittingOpened: SITTING,
    SittingClosed: SITTING,
    ItemProposed: PROPOSAL,
    ProposalDeclined: PROPOSAL,
    DeclinationCorrected: PROPOSAL,
    ProposalRenamed: PROPOSAL,
    HandoverDutyOpened: DUTY,
    HandoverDutyFulfilled: DUTY,
    HandoverDutyReopened: DUTY,
    HandoverDutyRenamed: DUTY,
}
OF_BODY = (
    *(FOUNDED, SUCCEEDED, MEMBER_SEATED, MEMBER_LEFT, SEATING_CORRECTED),
    *(BODY_CORRECTED, SUCCESSION_CORRECTED, SEATING_TAKEN_BACK, SEAT_CORRECTED),
)
OF_ITEMS = (
    *(INVITED, ITEM_PLACED, ITEM_RETURNED, PROPOSED, DECLINED, DECLINATION_CORRECTED, PROPOSAL_RENAMED),
    *(RECEIVED, DELIBERATED, NOTED, PASSED, REJECTED, TEXT_CORRECTED, REJECTION_CORRECTED, TITLE_CORRECTED),
    *(RECEIPT_CORRECTED, DUTY_OPENED, DUTY_RENAMED, DUTY_FULFILLED, DUTY_REOPENED),
)


def told_of(event: Event) -> Contract | None:
    (entry,) = History().add(STREAMS.get(type(event), MEETING), event).entries
    return published(Received(event, entry))


@pytest.mark.parametrize(
    ("event", "contract"),
    list(
        zip(
            (SCHEDULED, RESCHEDULED, CANCELLED, CORRECTED, SITTING_CLOSED),
            CONTRACT_EXAMPLES[len(TOLD_OF_BODY) : -len(TOLD_OF_ITEMS)],
            strict=True,
        )
    ),
)
def test_a_fact_that_others_need_is_published_with_the_meetings_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize(("event", "contract"), list(zip(OF_BODY, TOLD_OF_BODY, strict=True)))
def test_a_fact_about_a_body_and_its_people_is_published_with_the_bodys_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize(("event", "contract"), list(zip(OF_ITEMS, TOLD_OF_ITEMS, strict=True)))
def test_a_fact_about_an_item_a_proposal_or_a_duty_is_published(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize("event", [TEXT_CORRECTED, REJECTION_CORRECTED, TITLE_CORRECTED, RECEIPT_CORRECTED])
def test_a_correction_is_public_only_where_both_its_item_and_the_meeting_are(event: SittingCorrected) -> None:
    entry = event.entry.model_copy(update={"item": ITEM.model_copy(update={"public": False})})
    told = [told_of(one) for one in (event, event.model_copy(update={"entry": entry}), event.model_copy(update={"public": False}))]
    assert [one.model_dump()["public"] for one in told if one] == [True, False, False]


def test_what_was_left_out_is_told_as_any_other_fact() -> None:
    receipt = ReceiptEntry(item=ITEM, formerly=None, at=RECEIVED.received_at)
    deliberation = DeliberationEntry(item=ITEM, formerly=None, at=DELIBERATED.deliberated_at, summary=DELIBERATED.summary)
    note = NoteEntry(item=ITEM, formerly=None, at=NOTED.noted_at, body_kind=NOTED.body_kind, proposed_by_kind=NOTED.proposed_by_kind)
    for entry, fact in ((receipt, RECEIVED), (deliberation, DELIBERATED), (note, NOTED)):
        assert told_of(RECEIPT_CORRECTED.model_copy(update={"entry": entry})) == told_of(fact)


def test_of_the_meeting_as_a_whole_its_times_are_told_and_who_was_there_is_not() -> None:
    span = RECEIPT_CORRECTED.model_copy(update={"entry": SpanEntry(kind="closing", formerly=ENDS, at=STARTS)})
    told = told_of(span)
    assert isinstance(told, sittings.SittingCorrected)
    assert (told.what, told.formerly, told.at, told.item, told.public) == ("closing", ENDS, STARTS, None, True)
    came = PresenceEntry(**dict(MEMBERS[0]), kind="arrival", formerly=None, at=STARTS)
    assert told_of(RECEIPT_CORRECTED.model_copy(update={"entry": came})) is None


@pytest.mark.parametrize("event", [RESCHEDULED, CANCELLED])
def test_whom_a_meeting_was_told_to_is_published_when_it_changes(event: Event) -> None:
    told = told_of(event.model_copy(update={"invited": INVITED.members}))
    assert isinstance(told, MeetingRescheduled | MeetingCancelled)
    assert [one.member for one in told.invited] == [one.member for one in INVITED.members]


def test_what_was_taken_off_an_agenda_is_told_as_returned_and_why_stays_inside() -> None:
    assert told_of(ITEM_REMOVED) == told_of(ITEM_RETURNED)
    assert told_of(ITEM_REMOVED.model_copy(update={"item": OWN_ITEM})) is None


@pytest.mark.parametrize("event", [ITEM_PLACED, ITEM_RETURNED, RECEIVED, DELIBERATED, NOTED, PASSED, REJECTED])
def test_an_item_is_public_only_where_both_it_and_the_meeting_are(event: Any) -> None:
    hidden_item = event.model_copy(update={"item": event.item.model_copy(update={"public": False})})
    hidden_meeting = event.model_copy(update={"public": False})
    told = [told_of(one) for one in (event, hidden_item, hidden_meeting)]
    assert [one.model_dump()["public"] for one in told if one] == [True, False, False]


def test_why_a_member_left_stays_inside() -> None:
    told = told_of(MEMBER_LEFT)
    assert told is not None
    assert MEMBER_LEFT.reason not in told.model_dump_json()


@pytest.mark.parametrize(
    "event",
    [
        TWICE_A_YEAR,
        SEAT_CREATED,
        QUORUM_RULE_SET,
        QUORUM_RULE_CORRECTED,
        CADENCE_CORRECTED,
        SEAT_TAKEN_BACK,
        ITEM_ADDED,
        OPENED,
        SITTING_OPENED,
        ARRIVED,
        LEFT,
        DUTY_RECEIVED,
        DUTY_DELIBERATED,
        DUTY_CORRECTED,
    ],
)
def test_other_facts_stay_inside(event: Event) -> None:
    assert told_of(event) is None


def test_a_contract_says_that_a_meeting_is_not_public() -> None:
    told = told_of(SCHEDULED.model_copy(update={"public": False}))
    assert told is not None
    assert told.model_dump()["public"] is False


def test_every_fact_and_every_contract_has_an_example() -> None:
    assert {type(example) for example in EVENT_EXAMPLES} == set(SERVICE.events)
    assert {type(example) for example in CONTRACT_EXAMPLES} == set(CONTRACTS)
