"""Which facts become contracts, what they say, and what stays inside."""

from __future__ import annotations

import pytest

from services.meetings.events import EVENTS
from services.meetings.published import published
from shared.contracts.meetings import CONTRACTS
from shared.domain import Contract, Event
from shared.envelope import Received
from shared.testing import History
from tests.meetings.examples import (
    BOARD,
    CANCELLED,
    CONTRACT_EXAMPLES,
    EVENT_EXAMPLES,
    FOUNDED,
    MEETING,
    MEMBER_LEFT,
    MEMBER_SEATED,
    OPENED,
    QUORUM_RULE_SET,
    RESCHEDULED,
    SCHEDULED,
    SEAT_CREATED,
    SITTING,
    SITTING_CLOSED,
    SITTING_OPENED,
    SUCCEEDED,
    TOLD_OF_BODY,
    TWICE_A_YEAR,
)


def told_of(event: Event) -> Contract | None:
    stream = SITTING if event in (SITTING_OPENED, SITTING_CLOSED) else BOARD if event in (FOUNDED, SUCCEEDED) else MEETING
    (entry,) = History().add(stream, event).entries
    return published(Received(event, entry))


@pytest.mark.parametrize(
    ("event", "contract"),
    list(zip((SCHEDULED, RESCHEDULED, CANCELLED, SITTING_CLOSED), CONTRACT_EXAMPLES[len(TOLD_OF_BODY) :], strict=True)),
)
def test_a_fact_that_others_need_is_published_with_the_meetings_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize(("event", "contract"), list(zip((FOUNDED, SUCCEEDED, MEMBER_SEATED, MEMBER_LEFT), TOLD_OF_BODY, strict=True)))
def test_a_fact_about_a_body_and_its_people_is_published_with_the_bodys_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


def test_why_a_member_left_stays_inside() -> None:
    told = told_of(MEMBER_LEFT)
    assert told is not None
    assert MEMBER_LEFT.reason not in told.model_dump_json()


@pytest.mark.parametrize("event", [TWICE_A_YEAR, SEAT_CREATED, QUORUM_RULE_SET, OPENED, SITTING_OPENED])
def test_other_facts_stay_inside(event: Event) -> None:
    assert told_of(event) is None


def test_a_contract_says_that_a_meeting_is_not_public() -> None:
    told = told_of(SCHEDULED.model_copy(update={"public": False}))
    assert told is not None
    assert told.model_dump()["public"] is False


def test_every_fact_and_every_contract_has_an_example() -> None:
    assert {type(example) for example in EVENT_EXAMPLES} == set(EVENTS)
    assert {type(example) for example in CONTRACT_EXAMPLES} == set(CONTRACTS)
