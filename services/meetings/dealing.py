"""What a sitting does with an item: receive, deliberate, resolve, take note. Pure: wishes and what was done in, facts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.attendance import Attendance
from services.meetings.dealt import Dealt, ResultsAreDeliberatedBeforeItIsResolved, ResultsAreReceivedBeforeTheyAreDeliberated
from services.meetings.events.body import BodyKind
from services.meetings.events.sitting import (
    DealingEvent,
    ItemDeliberated,
    ItemReceived,
    NoteTaken,
    ResolutionPassed,
    ResolutionRejected,
)
from services.meetings.items import Asked, Instrument, Votes
from shared.domain import Command, Refusal


def resolution_of(item: UUID) -> UUID:
    """The id of the resolution on an item."""
    return uuid5(item, "resolution")


class ReceiveItem(Command):
    """The body receives what was put to it."""

    item: UUID
    at: AwareDatetime | None = None


class DeliberateItem(Command):
    """The body deliberates the item."""

    item: UUID
    summary: str | None
    at: AwareDatetime | None = None


class TakeNote(Command):
    """The body takes note of the item; of what sort it and the one that proposed it are is looked up."""

    item: UUID
    body_kind: BodyKind
    proposed_by_kind: BodyKind | None
    at: AwareDatetime | None = None


class Resolve(Command):
    """The body votes on a resolution."""

    item: UUID
    text: str
    instrument: Instrument
    yes: int
    no: int
    abstentions: int
    at: AwareDatetime | None = None


class ItemIsDealtWithAlready(Refusal):
    """An item is received, deliberated and noted once in a sitting."""


class ItemIsResolvedAlready(Refusal):
    """A body resolves on an item once; what was recorded wrongly of a resolution is corrected."""


class VotesFollowEachOther(Refusal):
    """No two votes on an item fail at the same time, and none does after the one that passed."""


class MoreVotesThanMembersPresent(Refusal):
    """No more votes are cast than voting members are present."""


def receive(command: ReceiveItem, dealt: Dealt, at: datetime, named: Mapping[str, Any]) -> Sequence[DealingEvent]:
    """The receipt; once more is nothing to do."""
    if dealt.received_at:
        return nothing_for_the_same(command.at, dealt.received_at)
    return [ItemReceived(**named, item=dealt.item, received_at=at)]


def deliberate(command: DeliberateItem, dealt: Dealt, at: datetime, named: Mapping[str, Any]) -> Sequence[DealingEvent]:
    """The deliberation; of results only what has been received, in this sitting or in one before it."""
    if done := dealt.deliberated:
        if done.summary != command.summary:
            raise ItemIsDealtWithAlready
        return nothing_for_the_same(command.at, done.at)
    received_at = dealt.received_at or dealt.item.received_at
    if dealt.item.asked is Asked.RECEIVE_AND_DELIBERATE and (received_at is None or at < received_at):
        raise ResultsAreReceivedBeforeTheyAreDeliberated
    return [ItemDeliberated(**named, item=dealt.item, deliberated_at=at, summary=command.summary)]


def take_note(command: TakeNote, dealt: Dealt, at: datetime, named: Mapping[str, Any]) -> Sequence[DealingEvent]:
    """Taking note; once more is nothing to do."""
    if dealt.noted_at:
        return nothing_for_the_same(command.at, dealt.noted_at)
    return [
        NoteTaken(
            **named, item=dealt.item, body_kind=command.body_kind, proposed_by_kind=command.proposed_by_kind, noted_at=at
        )
    ]  # fmt: skip


def nothing_for_the_same(wished: datetime | None, known: datetime) -> Sequence[DealingEvent]:
    """Nothing to do where no other time is said than what is known. ItemIsDealtWithAlready where one is."""
    if wished in (None, known):
        return []
    raise ItemIsDealtWithAlready


def resolve(command: Resolve, dealt: Dealt, attendance: Attendance, at: datetime, named: Mapping[str, Any]) -> Sequence[DealingEvent]:
    """Passed by more yes than no, a tie is a rejection (our decision, as RLP has it); a rejected wish can be put again in other words."""
    recorded = dict(dealt.voted())
    known = recorded.get(command.at) if command.at else next(reversed(recorded.values()), None)
    if known:
        cast = (known.votes.yes, known.votes.no, known.votes.abstentions)
        if (known.text, cast) == (command.text, (command.yes, command.no, command.abstentions)):
            return []
    if dealt.resolution:
        raise ItemIsResolvedAlready
    if dealt.deliberated is None or at < dealt.deliberated.at:
        raise ResultsAreDeliberatedBeforeItIsResolved
    present = attendance.must_have_quorum(at)
    if command.yes + command.no + command.abstentions > present:
        raise MoreVotesThanMembersPresent(present=present)
    passed = command.yes > command.no
    if any(at < failed if passed else at == failed for failed in recorded):
        raise VotesFollowEachOther
    votes = Votes(
        yes=command.yes,
        no=command.no,
        abstentions=command.abstentions,
        present=present,
        entitled=attendance.quorum.entitled,
        quorum=attendance.quorum.needed,
    )
    if not passed:
        return [ResolutionRejected(**named, item=dealt.item, text=command.text, votes=votes, rejected_at=at)]
    resolved = ResolutionPassed(
        **named,
        item=dealt.item,
        resolution=resolution_of(dealt.item.id),
        text=command.text,
        instrument=command.instrument,
        votes=votes,
        resolved_at=at,
    )
    return [resolved]
