"""From the resolution to the issue, and the withdrawal: what the secretariat of the body does with a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from services.recommendations.events import (
    RecommendationDrafted,
    RecommendationEvent,
    RecommendationIssued,
    RecommendationStarted,
    RecommendationWithdrawn,
    ResolutionCorrectionNoted,
)
from services.recommendations.parts import Addressed, Addressee, AnswerRule, Information, Instrument, Matter, Succeeded
from services.recommendations.standing import (
    DayLiesInTheFuture,
    Recommendation,
    must_be_day_since_issue,
    must_be_issued,
)
from shared.domain import Command, Refusal
from shared.localday import local_day


class StartRecommendation(Command):
    """A body has resolved that a recommendation or a statement be given."""

    title: str
    instrument: Instrument
    body: UUID
    body_name: str
    public: bool
    resolution: UUID
    meeting: UUID
    item: UUID
    matter: Matter | None
    resolution_text: str
    resolved_at: AwareDatetime


class NoteResolutionCorrection(Command):
    """What was recorded of the resolution has been corrected."""

    resolution_text: str
    reason: str
    corrected_at: AwareDatetime


class DraftRecommendation(Command):
    """Write it, or write it anew."""

    title: str
    text: str
    admissibility: str
    addressees: tuple[Addressed, ...]
    informs: tuple[Information, ...]


class IssueRecommendation(Command):
    """Issue what was drafted; the days follow from the rule that holds on the day of the issue."""

    issued_on: date
    acknowledge_by: date
    answer_by: date
    rule: AnswerRule
    succeeded: tuple[Succeeded, ...] = ()
    """The bodies of the city whose place another has taken by that day."""


class WithdrawRecommendation(Command):
    """The body no longer upholds it: as of today, or of the day on which that was so."""

    reason: str
    withdrawn_on: date | None = None


class RecommendationRestsOnAResolution(Refusal):
    """A recommendation rests on a resolution of the body that gives it."""


class ResolutionHasItsRecommendation(Refusal):
    """A resolution starts one recommendation."""


class RecommendationIsIssued(Refusal):
    """What was issued is neither drafted anew nor issued again; it can be withdrawn."""


class RecommendationIsNotDrafted(Refusal):
    """What nobody has drafted cannot be issued."""


class RecommendationHasNoAddressee(Refusal):
    """A recommendation is issued to at least one addressee."""


class IssuedBeforeItWasResolved(Refusal):
    """A recommendation is issued on the day of its resolution or afterwards."""


class BodyHasSuccessor(Refusal):
    """A recommendation is issued to bodies that stand on that day; where another has taken the place of one, it is the successor's."""


class RecommendationIsWithdrawnAlready(Refusal):
    """A recommendation is withdrawn once."""


def start(command: StartRecommendation, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The beginning; the same one again is nothing to do."""
    started = RecommendationStarted(**command.model_dump(exclude={"now"}))
    if state.started is None:
        return [started]
    if state.started == started:
        return []
    raise ResolutionHasItsRecommendation


def note_correction(command: NoteResolutionCorrection, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The corrected text, for those who draft; a resolution that asked for nothing, or other votes for it, concern nobody here."""
    if state.started is None or command.resolution_text == (state.correction or state.started).resolution_text:
        return []
    return [ResolutionCorrectionNoted(**state.named(), **command.model_dump(exclude={"now"}))]


def draft(command: DraftRecommendation, state: Recommendation) -> Sequence[RecommendationEvent]:
    """A new revision, unless it says just what the last one says."""
    if state.started is None:
        raise RecommendationRestsOnAResolution
    revision = state.draft.revision + 1 if state.draft else 1
    drafted = RecommendationDrafted(**state.named() | command.model_dump(exclude={"now"}), revision=revision)
    if state.draft and drafted == state.draft.model_copy(update={"revision": revision}):
        return []
    if state.issued:
        raise RecommendationIsIssued
    return [drafted]


def issue(command: IssueRecommendation, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The issue to all addressees, with the days by which something is expected of them; once more for the same day is nothing to do."""
    if state.started is None:
        raise RecommendationRestsOnAResolution
    if state.issued:
        if state.issued.issued_on == command.issued_on:
            return []
        raise RecommendationIsIssued
    written = state.draft
    if written is None:
        raise RecommendationIsNotDrafted
    if not written.addressees:
        raise RecommendationHasNoAddressee
    if command.issued_on > local_day(command.now):
        raise DayLiesInTheFuture
    resolved_on = local_day(state.started.resolved_at)
    if command.issued_on < resolved_on:
        raise IssuedBeforeItWasResolved(resolved_on=resolved_on.isoformat())
    must_stand(written.addressees, written.informs, command.succeeded)
    issued = RecommendationIssued(
        **state.named(),
        resolution=state.started.resolution,
        matter=state.started.matter,
        text=written.text,
        admissibility=written.admissibility,
        addressees=tuple(
            Addressee(**dict(one), acknowledge_by=command.acknowledge_by, answer_by=command.answer_by) for one in written.addressees
        ),
        informs=written.informs,
        issued_on=command.issued_on,
        rule=command.rule,
    )
    return [issued]


def must_stand(addressees: Sequence[Addressed], informs: Sequence[Information], succeeded: Sequence[Succeeded]) -> None:
    """BodyHasSuccessor for the first that is addressed, or that is to inform or to be informed, and does not stand any more."""
    named = {*(one.body for one in addressees), *(one.committee for one in informs), *(one.department for one in informs)}
    for gone in succeeded:
        if gone.body in named:
            raise BodyHasSuccessor(body=gone.body_name, successor=gone.successor_name)


def withdraw(command: WithdrawRecommendation, state: Recommendation) -> Sequence[RecommendationEvent]:
    """The withdrawal; once more for the same reason is nothing to do."""
    issued = must_be_issued(state)
    if state.withdrawn:
        if state.withdrawn.reason == command.reason and command.withdrawn_on in (None, state.withdrawn.withdrawn_on):
            return []
        raise RecommendationIsWithdrawnAlready(withdrawn_on=state.withdrawn.withdrawn_on.isoformat())
    withdrawn_on = must_be_day_since_issue(state, command.withdrawn_on, command.now)
    addressees = tuple(one.body for one in issued.addressees)
    return [RecommendationWithdrawn(**state.named(), reason=command.reason, withdrawn_on=withdrawn_on, addressees=addressees)]
