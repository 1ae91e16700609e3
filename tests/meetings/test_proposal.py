"""A matter is put to a body once, and declined with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.meetings.items import Matter, ProposalIsDecided
from services.meetings.proposal import (
    PROPOSAL,
    CorrectDeclination,
    DeclineProposal,
    MatterIsProposedAlready,
    ProposalIsNotDeclined,
    ProposalIsUnknown,
    ProposeItem,
    RenameProposal,
    proposal_of,
)
from shared.testing import Rules
from tests.meetings.examples import (
    BOARD,
    CONFERENCE_TITLE,
    DECLINATION_CORRECTED,
    DECLINED,
    DUE_BY,
    NOW,
    OF_PROPOSAL,
    OFFICE,
    PROPOSAL_RENAMED,
    PROPOSED,
    RENAMED,
    RESULTS,
    RIGHT_REASON,
    RIGHT_TITLE,
)

proposal = Rules(PROPOSAL)

PROPOSE = ProposeItem(now=NOW, **OF_PROPOSAL, due_by=DUE_BY)
DECLINE = DeclineProposal(now=NOW, reason=DECLINED.reason)


def test_a_matter_is_put_to_a_body() -> None:
    proposal.given().when(PROPOSE).then(PROPOSED)


LATER = NOW + timedelta(days=1)
HIDDEN = PROPOSED.model_copy(update={"public": False})


def test_putting_it_there_again_changes_nothing() -> None:
    proposal.given(PROPOSED).when(PROPOSE.model_copy(update={"now": LATER})).then_nothing()


@pytest.mark.parametrize("changes", [{}, {"title": "Anderes", "proposed_by": BOARD, "public": False}])
def test_what_was_declined_is_put_there_anew_and_declined_again(changes: dict[str, Any]) -> None:
    again = PROPOSE.model_copy(update={"now": LATER} | changes)
    anew = proposal.given(PROPOSED, DECLINED).when(again).then(PROPOSED.model_copy(update={"proposed_at": LATER} | changes))
    anew.when(again).then_nothing()
    said = {name: value for name, value in changes.items() if name in type(DECLINED).model_fields}
    anew.when(DECLINE).then(DECLINED.model_copy(update=said))


@pytest.mark.parametrize("changes", [{"proposed_by": BOARD}, {"proposed_by": BOARD, "title": "Anderes", "public": False}])
def test_who_may_not_know_of_it_is_not_told_that_it_is_there(changes: dict[str, Any]) -> None:
    other = PROPOSE.model_copy(update=changes | {"sees_hidden": False})
    proposal.given(HIDDEN).when(other).then_nothing()
    proposal.given(HIDDEN).when(other.model_copy(update={"sees_hidden": True})).then_refused(MatterIsProposedAlready)
    proposal.given(PROPOSED).when(other).then_refused(MatterIsProposedAlready)
    own = other.model_copy(update={"proposed_by": HIDDEN.proposed_by, "title": "Noch anders"})
    proposal.given(HIDDEN).when(own).then_refused(MatterIsProposedAlready)


@pytest.mark.parametrize("changes", [{"title": "Anderes"}, {"proposed_by": BOARD}, {"public": False}, {"due_by": None}])
def test_a_matter_is_put_to_a_body_once(changes: dict[str, Any]) -> None:
    proposal.given(PROPOSED).when(PROPOSE.model_copy(update=changes)).then_refused(MatterIsProposedAlready)


def test_a_proposal_is_declined_with_a_reason_and_once() -> None:
    declined = proposal.given(PROPOSED).when(DECLINE).then(DECLINED)
    declined.when(DECLINE).then_nothing()
    declined.when(DECLINE.model_copy(update={"reason": "Anderer Grund"})).then_refused(ProposalIsDecided)


def test_what_nobody_proposed_is_not_declined() -> None:
    proposal.given().when(DECLINE).then_refused(ProposalIsUnknown)


def test_one_matter_has_one_proposal_to_each_body() -> None:
    other = RESULTS.model_copy(update={"id": UUID(int=3)})
    same_id = Matter(service="recommendations", kind="recommendation", id=RESULTS.id)
    found = [proposal_of(BOARD, RESULTS), proposal_of(OFFICE, RESULTS), proposal_of(BOARD, other), proposal_of(BOARD, same_id)]
    assert len(set(found)) == len(found)
    assert proposal_of(BOARD, RESULTS.model_copy()) == found[0]


RIGHT = CorrectDeclination(now=NOW, declined_because=RIGHT_REASON, reason=DECLINATION_CORRECTED.reason)


def test_why_it_was_declined_is_put_right_once() -> None:
    righted = proposal.given(PROPOSED, DECLINED).when(RIGHT).then(DECLINATION_CORRECTED)
    righted.when(RIGHT.model_copy(update={"reason": "Noch einmal."})).then_nothing()
    proposal.given(PROPOSED, DECLINED, DECLINATION_CORRECTED).when(DECLINE).then_refused(ProposalIsDecided)


def test_only_why_something_is_declined_is_put_right() -> None:
    proposal.given().when(RIGHT).then_refused(ProposalIsUnknown)
    proposal.given(PROPOSED).when(RIGHT).then_refused(ProposalIsNotDeclined)
    proposal.given(PROPOSED, DECLINED, PROPOSED).when(RIGHT).then_refused(ProposalIsNotDeclined)


RENAME = RenameProposal(now=NOW, formerly=CONFERENCE_TITLE, title=RIGHT_TITLE, reason=RENAMED)


def test_a_matter_that_is_called_otherwise_is_so_here_too() -> None:
    renamed = proposal.given(PROPOSED).when(RENAME).then(PROPOSAL_RENAMED).when(RENAME).then_nothing()
    renamed.when(DECLINE).then(DECLINED.model_copy(update={"title": RIGHT_TITLE}))
    proposal.given(PROPOSED, DECLINED).when(RENAME).then(PROPOSAL_RENAMED).when(DECLINE).then_nothing()


def test_what_was_put_there_under_a_title_of_its_own_keeps_it() -> None:
    proposal.given(PROPOSED.model_copy(update={"title": "Anderes"})).when(RENAME).then_nothing()
    proposal.given().when(RENAME).then_nothing()
    proposal.given(PROPOSED).when(RENAME.model_copy(update={"title": CONFERENCE_TITLE})).then_nothing()
