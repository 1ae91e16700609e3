"""What becomes of a contribution: results come from it, or it is settled otherwise. Pure: a wish and what stands in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.conferences.contributed import Contribution, Settlement, must_be_received, named
from services.conferences.events.contribution import ContributionReleased, ContributionSettled, ContributionUsed
from services.conferences.parts import Fate, Lineage
from shared.domain import Command, Refusal


class UseContribution(Command):
    """Note that a result comes from this contribution, and how."""

    result: UUID
    how: Lineage


class ReleaseContribution(Command):
    """Note that a result does not come from this contribution, though that was recorded."""

    result: UUID


class SettleContribution(Command):
    """Say what became of a contribution that goes into no result."""

    fate: Fate
    reason: str


class ContributionIsSettled(Refusal):
    """A contribution is settled once, and goes into no result afterwards; what was settled wrongly is corrected."""


class ContributionIsUsed(Refusal):
    """A contribution from which a result comes is not settled otherwise."""


def use(command: UseContribution, state: Contribution) -> Sequence[ContributionUsed]:
    """That a result comes from it; the same again is nothing to do."""
    received = must_be_received(state)
    if (command.result, command.how) in state.used:
        return []
    if state.settled:
        raise ContributionIsSettled
    return [ContributionUsed(**named(received), result=command.result, how=command.how)]


def release(command: ReleaseContribution, state: Contribution) -> Sequence[ContributionReleased]:
    """That a result does not come from it after all."""
    received = must_be_received(state)
    if command.result not in {result for result, _ in state.used}:
        return []
    return [ContributionReleased(**named(received), result=command.result)]


def settle(command: SettleContribution, state: Contribution) -> Sequence[ContributionSettled]:
    """What became of it instead; the same again is nothing to do."""
    received = must_be_received(state)
    if state.settled == Settlement(command.fate, command.reason):
        return []
    if state.settled:
        raise ContributionIsSettled
    if state.used:
        raise ContributionIsUsed
    return [ContributionSettled(**named(received), fate=command.fate, reason=command.reason)]
