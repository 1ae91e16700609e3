"""Informed means proven: a committee is informed when it has taken note in its own sitting, put to it by the department."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import AwareDatetime

from services.recommendations.events import CommitteeInformed, RecommendationEvent
from services.recommendations.standing import Recommendation, must_be_issued
from shared.domain import Command, Refusal
from shared.localday import local_day


class RecordNoteTaken(Command):
    """A committee has taken note of the recommendation, put to it by a department."""

    committee: UUID
    committee_name: str
    through: UUID
    """The department."""
    through_name: str | None
    meeting: UUID
    item: UUID
    public: bool
    """Of the meeting and the item together."""
    noted_at: AwareDatetime


class InformCommittee(Command):
    """Somebody says that a committee has been informed."""

    committee: UUID


class CommitteeIsInformedByTakingNote(Refusal):
    """A committee is informed by taking note in its own sitting, and by nothing else."""


class NoteCameAfterTheWithdrawal(Refusal):
    """No committee is informed by taking note of a recommendation that was withdrawn before."""


def record_note(command: RecordNoteTaken, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The committee is informed, whether or not that was foreseen; of one note it is once."""
    must_be_issued(state)
    if any((one.meeting, one.item) == (command.meeting, command.item) for one in state.informed):
        return []
    if state.withdrawn and local_day(command.noted_at) > state.withdrawn.withdrawn_on:
        raise NoteCameAfterTheWithdrawal(withdrawn_on=state.withdrawn.withdrawn_on.isoformat())
    named = state.named()
    informed = CommitteeInformed(
        **named | {"public": named["public"] and command.public},
        committee=command.committee,
        committee_name=command.committee_name,
        through=command.through,
        through_name=command.through_name,
        meeting=command.meeting,
        item=command.item,
        informed_at=command.noted_at,
    )
    return [informed]


def inform(command: InformCommittee, state: Recommendation) -> Sequence[RecommendationEvent]:
    """Never a fact: either the committee has taken note, and nothing is left to do, or saying so does not make it so."""
    if any(one.committee == command.committee for one in state.informed):
        return []
    raise CommitteeIsInformedByTakingNote
