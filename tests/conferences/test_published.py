"""Which facts become contracts, what they say, and what stays inside."""

from __future__ import annotations

import pytest

from services.conferences.published import published
from services.conferences.service import SERVICE
from shared.contracts import conferences as contracts
from shared.contracts.conferences import CONTRACTS
from shared.domain import Contract, Event
from shared.envelope import Received
from shared.eventstore.mapper import encode
from shared.testing import History
from tests.conferences.examples import (
    CALLED_OFF,
    CANCELLED,
    CLOSED,
    CONFERENCE,
    CONFERENCE_CANCELLED,
    CONFERENCE_CORRECTED,
    CONFIRMED,
    CONTRACT_EXAMPLES,
    CONTRIBUTION,
    CONTRIBUTION_CORRECTED,
    CORRECTED,
    ERASED,
    EVENT_EXAMPLES,
    HANDED_IN,
    HELD,
    MOVED,
    OPENED,
    PERIOD_CORRECTED,
    PLANNED,
    PUBLISHED,
    RECORDED,
    REGISTRATIONS,
    RELEASED,
    REQUESTED,
    SETTLED,
    USED,
)

OF_CONFERENCE = (PLANNED, RECORDED, CORRECTED, HELD, CONFERENCE_CANCELLED, CONFERENCE_CORRECTED)
OF_REGISTRATIONS = (OPENED, CLOSED, REQUESTED, CONFIRMED, MOVED, CALLED_OFF, CANCELLED)
OF_CONTRIBUTION = (HANDED_IN, PUBLISHED, SETTLED, CONTRIBUTION_CORRECTED)


UNTOLD = MOVED.model_copy(update={"told": False})
"""Of what is over, nobody hears."""


def told_of(event: Event) -> Contract | None:
    stream = CONFERENCE if event in OF_CONFERENCE else REGISTRATIONS if event in OF_REGISTRATIONS else CONTRIBUTION
    (entry,) = History().add(stream, event).entries
    return published(Received(event, entry))


@pytest.mark.parametrize(
    ("event", "contract"), list(zip(OF_CONFERENCE + OF_REGISTRATIONS + OF_CONTRIBUTION, CONTRACT_EXAMPLES, strict=True))
)
def test_a_fact_that_others_need_is_published(event: Event, contract: Contract) -> None:
    assert told_of(event) == contract


@pytest.mark.parametrize("event", [ERASED, USED, RELEASED, PERIOD_CORRECTED, UNTOLD])
def test_other_facts_stay_inside(event: Event) -> None:
    assert told_of(event) is None


def test_outsiders_hear_of_what_was_corrected_of_a_published_contribution_only() -> None:
    hidden = CONTRIBUTION_CORRECTED.model_copy(update={"text": None})
    heard = [told_of(event) for event in (CONTRIBUTION_CORRECTED, hidden)]
    assert [isinstance(told, contracts.ContributionCorrected) and told.public for told in heard] == [True, False]


def test_nobody_else_hears_of_access_needs_or_of_what_was_handed_in_before_it_is_published() -> None:
    for event, kept in ((REQUESTED, REQUESTED.access_needs), (HANDED_IN, HANDED_IN.text), (HANDED_IN, HANDED_IN.name)):
        assert kept is not None
        told = told_of(event)
        assert told is not None
        assert kept.purpose.encode() in encode(event)
        assert kept.purpose.encode() not in encode(told)


def test_every_fact_and_every_contract_has_an_example() -> None:
    assert {type(example) for example in EVENT_EXAMPLES} == set(SERVICE.events)
    assert {type(example) for example in CONTRACT_EXAMPLES} == set(CONTRACTS)
