"""Which facts become contracts, what they say, and what stays inside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.meetings.events.body import BodyFounded, BodySucceeded
from services.meetings.events.duty import HandoverDutyFulfilled, HandoverDutyOpened
from services.meetings.events.proposal import ItemProposed, ProposalDeclined
from services.meetings.events.sitting import SittingClosed, SittingOpened
from services.meetings.published import published
from services.meetings.service import SERVICE
from shared.contracts.meetings.catalogue import CONTRACTS
from shared.contracts.meetings.planning import MeetingCancelled, MeetingRescheduled
from shared.domain import Contract, Event
from shared.envelope import Received
from shared.testing import History
from tests.meetings.examples import (
    ARRIVED,
    BOARD,
    CANCELLED,
    CONTRACT_EXAMPLES,
    CORRECTED,
    DECLINED,
    DELIBERATED,
    DUTY,
    DUTY_DELIBERATED,
    DUTY_FULFILLED,
    DUTY_OPENED,
    DUTY_RECEIVED,
    EVENT_EXAMPLES,
    FOUNDED,
    INVITED,
    ITEM_ADDED,
    ITEM_PLACED,
    ITEM_REMOVED,
    ITEM_RETURNED,
    LEFT,
    MEETING,
    MEMBER_LEFT,
    MEMBER_SEATED,
    NOTED,
    OPENED,
    OWN_ITEM,
    PASSED,
    PROPOSAL,
    PROPOSED,
    QUORUM_RULE_SET,
    RECEIVED,
    REJECTED,
    RESCHEDULED,
    SCHEDULED,
    SEAT_CREATED,
    SEATING_CORRECTED,
    SITTING,
    SITTING_CLOSED,
    SITTING_OPENED,
    SUCCEEDED,
    TOLD_OF_BODY,
    TOLD_OF_ITEMS,
    TWICE_A_YEAR,
)

STREAMS: dict[type[Event], UUID] = {
    BodyFounded: BOARD,
    BodySucceeded: BOARD,
    SittingOpened: SITTING,
    SittingClosed: SITTING,
    ItemProposed: PROPOSAL,
    ProposalDeclined: PROPOSAL,
    HandoverDutyOpened: DUTY,
    HandoverDutyFulfilled: DUTY,
}
OF_ITEMS = (
    *(INVITED, ITEM_PLACED, ITEM_RETURNED, PROPOSED, DECLINED, RECEIVED, DELIBERATED, NOTED, PASSED, REJECTED, CORRECTED),
    *(DUTY_OPENED, DUTY_FULFILLED),
)


def told_of(event: Event) -> Contract | None:
    (entry,) = History().add(STREAMS.get(type(event), MEETING), event).entries
    return published(Received(event, entry))


@pytest.mark.parametrize(
    ("event", "contract"),
    list(zip((SCHEDULED, RESCHEDULED, CANCELLED, SITTING_CLOSED), CONTRACT_EXAMPLES[len(TOLD_OF_BODY) : -len(TOLD_OF_ITEMS)], strict=True)),
)
def test_a_fact_that_others_need_is_published_with_the_meetings_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize(
    ("event", "contract"), list(zip((FOUNDED, SUCCEEDED, MEMBER_SEATED, MEMBER_LEFT, SEATING_CORRECTED), TOLD_OF_BODY, strict=True))
)
def test_a_fact_about_a_body_and_its_people_is_published_with_the_bodys_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize(("event", "contract"), list(zip(OF_ITEMS, TOLD_OF_ITEMS, strict=True)))
def test_a_fact_about_an_item_a_proposal_or_a_duty_is_published(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize("event", [RESCHEDULED, CANCELLED])
def test_whom_a_meeting_was_told_to_is_published_when_it_changes(event: Event) -> None:
    told = told_of(event.model_copy(update={"invited": INVITED.members}))
    assert isinstance(told, MeetingRescheduled | MeetingCancelled)
    assert [one.member for one in told.invited] == [one.member for one in INVITED.members]


def test_what_was_taken_off_an_agenda_is_told_as_returned_and_why_stays_inside() -> None:
    assert told_of(ITEM_REMOVED) == told_of(ITEM_RETURNED)
    assert told_of(ITEM_REMOVED.model_copy(update={"item": OWN_ITEM})) is None


@pytest.mark.parametrize("event", [ITEM_PLACED, ITEM_RETURNED, RECEIVED, DELIBERATED, NOTED, PASSED, REJECTED, CORRECTED])
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
    [TWICE_A_YEAR, SEAT_CREATED, QUORUM_RULE_SET, ITEM_ADDED, OPENED, SITTING_OPENED, ARRIVED, LEFT, DUTY_RECEIVED, DUTY_DELIBERATED],
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
