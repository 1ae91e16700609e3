"""Which facts become contracts, what they say, and what stays inside."""

from __future__ import annotations

import pytest

from services.recommendations.events import EVENTS
from services.recommendations.published import published
from shared.contracts.recommendations import CONTRACTS
from shared.domain import Contract, Event
from shared.envelope import Received
from shared.testing import History
from tests.recommendations.examples import CONTRACT_EXAMPLES, CORRECTION_NOTED, DRAFTED, EVENT_EXAMPLES, INFORMED, RECOMMENDATION

INSIDE = (CORRECTION_NOTED, DRAFTED)
OUTSIDE = [event for event in EVENT_EXAMPLES if event not in INSIDE]


def told_of(event: Event) -> Contract | None:
    (entry,) = History().add(RECOMMENDATION, event).entries
    return published(Received(event, entry))


@pytest.mark.parametrize(("event", "contract"), list(zip(OUTSIDE, CONTRACT_EXAMPLES, strict=True)), ids=lambda one: one.NAME)
def test_a_fact_that_others_need_is_published_with_the_recommendations_own_id(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize("event", INSIDE, ids=lambda one: one.NAME)
def test_drafts_stay_inside(event: Event) -> None:
    assert told_of(event) is None


def test_a_contract_says_that_something_is_not_public() -> None:
    told = told_of(INFORMED.model_copy(update={"public": False}))
    assert told is not None
    assert told.model_dump()["public"] is False


def test_every_fact_and_every_contract_has_an_example() -> None:
    assert [type(example) for example in EVENT_EXAMPLES] == list(EVENTS)
    assert {type(example) for example in CONTRACT_EXAMPLES} == set(CONTRACTS)
