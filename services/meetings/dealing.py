"""What a sitting does with an item: receive, deliberate, resolve, take note. Pure: wishes and what was done in, facts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from services.meetings.attendance import Attendance
from services.meetings.events.body import BodyKind
from services.meetings.events.sitting import (
    DealingEvent,
    DeliberationEntry,
    ItemDeliberated,
    ItemEntry,
    ItemReceived,
    NoteEntry,
    NoteTaken,
    ReceiptEntry,
    ResolutionEntry,
    ResolutionPassed,
    ResolutionRejected,
)
from services.meetings.items import AgendaItem, Asked, Instrument, ItemIsNotOnTheAgenda, Votes
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


class ResultsAreReceivedBeforeTheyAreDeliberated(Refusal):
    """Results are received before they are deliberated."""


class ResultsAreDeliberatedBeforeItIsResolved(Refusal):
    """An item is deliberated before the body resolves on it."""


class VoteWouldNotStand(Refusal):
    """Nobody is recorded or corrected as absent from a vote that would then have lacked its quorum, or more voters than were present."""


class ItemIsDealtWithAlready(Refusal):
    """An item is received, deliberated and noted once in a sitting."""


class ItemIsResolvedAlready(Refusal):
    """A body resolves on an item once; what was recorded wrongly of a resolution is corrected."""


class MoreVotesThanMembersPresent(Refusal):
    """No more votes are cast than voting members are present."""


@dataclass(frozen=True)
class Deliberation:
    """That and what the body deliberated."""

    at: datetime
    summary: str | None


@dataclass(frozen=True)
class Dealt:
    """What a sitting has done with an item so far."""

    item: AgendaItem
    received_at: datetime | None = None
    deliberated: Deliberation | None = None
    noted_at: datetime | None = None
    rejections: tuple[ResolutionRejected, ...] = ()
    resolution: ResolutionPassed | None = None
    text: str | None = None
    """What was resolved, as it stands."""

    def is_done(self) -> bool:
        """Whether the body has done what it was asked for."""
        return self.noted_at is not None if self.item.asked is Asked.TAKE_NOTE else self.deliberated is not None

    def votes(self) -> Iterable[tuple[datetime, Votes]]:
        """When it was voted on the item, and how."""
        yield from ((one.rejected_at, one.votes) for one in self.rejections)
        if self.resolution:
            yield self.resolution.resolved_at, self.resolution.votes

    def times(self) -> Iterable[datetime]:
        """When something was done with it in this sitting."""
        deliberated_at = self.deliberated.at if self.deliberated else None
        yield from (at for at in (self.received_at, deliberated_at, self.noted_at) if at)
        yield from (at for at, _ in self.votes())

    def with_event(self, event: DealingEvent) -> Dealt:
        """The same after a fact about the item."""
        match event:
            case ItemReceived():
                return replace(self, received_at=event.received_at)
            case ItemDeliberated():
                return replace(self, deliberated=Deliberation(event.deliberated_at, event.summary))
            case NoteTaken():
                return replace(self, noted_at=event.noted_at)
            case ResolutionRejected():
                return replace(self, rejections=(*self.rejections, event))
            case ResolutionPassed():
                return replace(self, resolution=event, text=event.text)
            case _:
                assert_never(event)

    def corrected(self, entry: ItemEntry) -> Dealt:
        """The same as a correction has it."""
        match entry:
            case ReceiptEntry(at=at):
                return replace(self, received_at=at)
            case DeliberationEntry(at=at):
                return replace(self, deliberated=Deliberation(at, entry.summary) if at else None)
            case NoteEntry(at=at):
                return replace(self, noted_at=at)
            case ResolutionEntry():
                return replace(self, text=entry.text)
            case _:
                assert_never(entry)

    def must_hold(self, attendance: Attendance) -> None:
        """The refusal of what cannot have been so: results are received, then deliberated, then resolved upon by a quorum."""
        received_at, deliberated_at = self.received_at or self.item.received_at, self.deliberated.at if self.deliberated else None
        if deliberated_at and self.item.asked is Asked.RECEIVE_AND_DELIBERATE and (received_at is None or deliberated_at < received_at):
            raise ResultsAreReceivedBeforeTheyAreDeliberated
        for at, votes in self.votes():
            if deliberated_at is None or at < deliberated_at:
                raise ResultsAreDeliberatedBeforeItIsResolved
            present = attendance.voters(at)
            if present < max(attendance.quorum.needed, votes.yes + votes.no + votes.abstentions):
                raise VoteWouldNotStand(voted_at=at.isoformat(), present=present, needed=attendance.quorum.needed)


Items = tuple[Dealt, ...]


def must_be_on_the_agenda(items: Items, item: UUID) -> Dealt:
    """What was done with the item so far. ItemIsNotOnTheAgenda for another body's, or for none."""
    found = next((dealt for dealt in items if dealt.item.id == item), None)
    if found is None:
        raise ItemIsNotOnTheAgenda
    return found


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
    if dealt.resolution or dealt.rejections:
        known = dealt.resolution or dealt.rejections[-1]
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
    votes = Votes(
        yes=command.yes,
        no=command.no,
        abstentions=command.abstentions,
        present=present,
        entitled=attendance.quorum.entitled,
        quorum=attendance.quorum.needed,
    )
    if command.yes <= command.no:
        return [ResolutionRejected(**named, item=dealt.item, text=command.text, votes=votes, rejected_at=at)]
    passed = ResolutionPassed(
        **named,
        item=dealt.item,
        resolution=resolution_of(dealt.item.id),
        text=command.text,
        instrument=command.instrument,
        votes=votes,
        resolved_at=at,
    )
    return [passed]
