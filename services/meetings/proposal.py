"""A proposal: a matter is put to a body and waits there until the secretariat places it on an agenda or declines it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID, uuid5

from services.meetings.events.proposal import DeclinationCorrected, ItemProposed, ProposalDeclined, ProposalEvent, ProposalRenamed
from services.meetings.items import Asked, Matter, ProposalIsDecided
from shared.domain import Command, Decider, Refusal


def proposal_of(body: UUID, matter: Matter) -> UUID:
    """The stream of what is put to a body about a matter: one for both, so that it is put there once."""
    return uuid5(matter.id, f"{body}:{matter.service}:{matter.kind}")


class ProposeItem(Command):
    """Put a matter to a body, or put it there anew once it was declined."""

    proposal: UUID
    body: UUID
    body_name: str
    matter: Matter
    title: str
    public: bool
    asked: Asked
    proposed_by: UUID | None
    proposed_by_name: str | None
    due_by: date | None
    sees_hidden: bool = True
    """Whether whoever puts it there may know of what is not public at the body."""


class DeclineProposal(Command):
    """Say why the body does not deal with it."""

    reason: str


class CorrectDeclination(Command):
    """Why it was declined was entered wrongly: this is why, and why that was entered otherwise."""

    declined_because: str
    reason: str


class RenameProposal(Command):
    """The matter is called otherwise than was entered where it comes from."""

    formerly: str
    title: str
    reason: str


ProposalCommand = ProposeItem | DeclineProposal | CorrectDeclination | RenameProposal


class MatterIsProposedAlready(Refusal):
    """A matter is put to a body once; what is proposed already waits for its secretariat or is dealt with, unless that declined it."""


class ProposalIsUnknown(Refusal):
    """There is no such proposal."""


class ProposalIsNotDeclined(Refusal):
    """Why a proposal was declined is corrected as long as it is."""


@dataclass(frozen=True)
class Proposal:
    """A proposal as its rules see it; where it was placed, the meeting knows."""

    proposed: ItemProposed | None = None
    reason: str | None = None
    """Why it was declined; None as long as it is not."""


def evolve(state: Proposal, event: ProposalEvent) -> Proposal:
    """Fold one fact into the state."""
    match event:
        case ItemProposed():
            return replace(state, proposed=event, reason=None)
        case ProposalDeclined():
            return replace(state, reason=event.reason)
        case DeclinationCorrected():
            return replace(state, reason=event.declined_because)
        case ProposalRenamed():
            return replace(state, proposed=state.proposed and state.proposed.model_copy(update={"title": event.title}))
        case _:
            assert_never(event)


def decide(command: ProposalCommand, state: Proposal) -> Sequence[ProposalEvent]:
    """Grant or refuse a command."""
    match command:
        case ProposeItem():
            return propose(command, state)
        case DeclineProposal():
            return decline(command, state)
        case CorrectDeclination():
            return correct_declination(command, state)
        case RenameProposal():
            return rename(command, state)
        case _:
            assert_never(command)


def propose(command: ProposeItem, state: Proposal) -> Sequence[ProposalEvent]:
    """A new proposal, or one anew that was declined; the same one again is nothing to do. Whoever may not know that another has put the
    matter there already is not told so by a refusal: what they wish is so."""
    proposed = ItemProposed(**{name: value for name, value in command if name not in ("now", "sees_hidden")}, proposed_at=command.now)
    if state.proposed is None or state.reason is not None:
        return [proposed]
    if state.proposed.model_copy(update={"proposed_at": command.now}) == proposed:
        return []
    if not (state.proposed.public or command.sees_hidden or state.proposed.proposed_by == command.proposed_by):
        return []
    raise MatterIsProposedAlready


def decline(command: DeclineProposal, state: Proposal) -> Sequence[ProposalEvent]:
    """The end of it; that no agenda has it, its claim sees to. Once more for the same reason is nothing to do."""
    if state.proposed is None:
        raise ProposalIsUnknown
    if state.reason == command.reason:
        return []
    if state.reason is not None:
        raise ProposalIsDecided
    return [ProposalDeclined(**said_of(state.proposed), reason=command.reason)]


def correct_declination(command: CorrectDeclination, state: Proposal) -> Sequence[ProposalEvent]:
    """The right reason; the one that stands already is nothing to do."""
    if state.proposed is None:
        raise ProposalIsUnknown
    if state.reason is None:
        raise ProposalIsNotDeclined
    if state.reason == command.declined_because:
        return []
    right = DeclinationCorrected(
        **said_of(state.proposed), declined_because=command.declined_because, reason=command.reason, corrected_at=command.now
    )
    return [right]


def rename(command: RenameProposal, state: Proposal) -> Sequence[ProposalEvent]:
    """The proposal under the matter's right title; one that was put there under a title of its own keeps it."""
    if state.proposed is None or state.proposed.title != command.formerly or command.title == command.formerly:
        return []
    return [ProposalRenamed(**said_of(state.proposed) | {"title": command.title}, reason=command.reason)]


def said_of(proposed: ItemProposed) -> dict[str, Any]:
    """What each fact about the proposal says of it."""
    return {name: value for name, value in proposed if name not in {"proposed_at", "due_by"}}


PROPOSAL: Decider[Proposal, ProposalCommand, ProposalEvent] = Decider(
    name="meetings.Proposal", initial=Proposal(), evolve=evolve, decide=decide, events=get_args(ProposalEvent)
)
