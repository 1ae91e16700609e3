"""Informed means proven: a committee is informed when it has taken note in its own sitting, put to it by the department."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import AwareDatetime

from services.recommendations.events import CommitteeInformed, RecommendationCorrected, RecommendationEvent
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


class CorrectNoteTaken(RecordNoteTaken):
    """What was recorded of a committee's note was wrong: it took note at `really_at`, or never; `noted_at` is what was recorded."""

    really_at: AwareDatetime | None
    reason: str
    corrected_at: AwareDatetime


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
    if note_of(command, state):
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


def correct_note(command: CorrectNoteTaken, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The note as it was, in the place of the wrong one; one that never was informs nobody, nor does one after the withdrawal.

    Whoever keeps by committee what they were told is told anew of another note of it that goes on standing."""
    found, really_at = note_of(command, state), command.really_at
    if found is None:
        told = {name: getattr(command, name) for name in RecordNoteTaken.model_fields}
        return record_note(RecordNoteTaken(**told | {"noted_at": really_at}), state) if really_at else []
    if really_at == found.informed_at:
        return []
    stands = really_at is not None and not (state.withdrawn and local_day(really_at) > state.withdrawn.withdrawn_on)
    right = found.model_copy(update={"informed_at": really_at}) if stands else found
    others = [one for one in state.informed if one.committee == found.committee and one != found and not stands]
    left = sorted(others, key=lambda one: one.informed_at)[:1]
    return [corrected(right, command, state, stands=stands), *(corrected(one, command, state, stands=True) for one in left)]


def corrected(entry: CommitteeInformed, command: CorrectNoteTaken, state: Recommendation, *, stands: bool) -> RecommendationCorrected:
    """The fact that a note was recorded wrongly; who may learn of the note may learn of this."""
    return RecommendationCorrected(
        **state.named() | {"public": entry.public},
        entry=entry,
        stands=stands,
        reason=command.reason,
        corrected_at=command.corrected_at,
        expects=(),
    )


def note_of(command: RecordNoteTaken, state: Recommendation) -> CommitteeInformed | None:
    """The note that is recorded of this item in this meeting."""
    return next((one for one in state.informed if (one.meeting, one.item) == (command.meeting, command.item)), None)


def inform(command: InformCommittee, state: Recommendation) -> Sequence[RecommendationEvent]:
    """Never a fact: either the committee has taken note, and nothing is left to do, or saying so does not make it so."""
    if any(one.committee == command.committee for one in state.informed):
        return []
    raise CommitteeIsInformedByTakingNote
