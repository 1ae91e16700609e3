"""What a sitting has done with an item, and what of that cannot have been so. Pure: facts in, a state out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

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
    RejectionEntry,
    ResolutionEntry,
    ResolutionPassed,
    ResolutionRejected,
    TitleEntry,
)
from services.meetings.items import AgendaItem, Asked, ItemIsNotOnTheAgenda
from shared.domain import Refusal


class ResultsAreReceivedBeforeTheyAreDeliberated(Refusal):
    """Results are received before they are deliberated."""


class ResultsAreDeliberatedBeforeItIsResolved(Refusal):
    """An item is deliberated before the body resolves on it."""


class VoteWouldNotStand(Refusal):
    """Nobody is recorded or corrected as absent from a vote that would then have lacked its quorum, or more voters than were present."""


@dataclass(frozen=True)
class Deliberation:
    """That and what the body deliberated."""

    at: datetime
    summary: str | None


@dataclass(frozen=True)
class Note:
    """That the body took note, and of what sort it and the one that proposed the item were then."""

    at: datetime
    body_kind: BodyKind
    proposed_by_kind: BodyKind | None


@dataclass(frozen=True)
class Dealt:
    """What a sitting has done with an item so far."""

    item: AgendaItem
    received_at: datetime | None = None
    deliberated: Deliberation | None = None
    note: Note | None = None
    rejections: tuple[ResolutionRejected, ...] = ()
    resolution: ResolutionPassed | None = None
    text: str | None = None
    """What was resolved, as it stands."""

    @property
    def noted_at(self) -> datetime | None:
        """When the body took note."""
        return self.note.at if self.note else None

    def is_done(self) -> bool:
        """Whether the body has done what it was asked for."""
        return self.note is not None if self.item.asked is Asked.TAKE_NOTE else self.deliberated is not None

    def voted(self) -> Iterable[tuple[datetime, ResolutionRejected | ResolutionPassed]]:
        """When it was voted on the item, and what came of it; what was passed comes last."""
        yield from ((one.rejected_at, one) for one in self.rejections)
        if self.resolution:
            yield self.resolution.resolved_at, self.resolution

    def times(self) -> Iterable[datetime]:
        """When something was done with it in this sitting."""
        deliberated_at = self.deliberated.at if self.deliberated else None
        yield from (at for at in (self.received_at, deliberated_at, self.noted_at) if at)
        yield from (at for at, _ in self.voted())

    def with_event(self, event: DealingEvent) -> Dealt:
        """The same after a fact about the item."""
        match event:
            case ItemReceived():
                return replace(self, received_at=event.received_at)
            case ItemDeliberated():
                return replace(self, deliberated=Deliberation(event.deliberated_at, event.summary))
            case NoteTaken():
                return replace(self, note=Note(event.noted_at, event.body_kind, event.proposed_by_kind))
            case ResolutionRejected():
                return replace(self, rejections=(*self.rejections, event))
            case ResolutionPassed():
                return replace(self, resolution=event, text=event.text)
            case _:
                assert_never(event)

    def corrected(self, entry: ItemEntry) -> Dealt:
        """The same as a correction has it."""
        match entry:
            case RejectionEntry(rejected_at=rejected_at):
                right = {"text": entry.text, "votes": entry.votes}
                rejections = (one.model_copy(update=right) if one.rejected_at == rejected_at else one for one in self.rejections)
                return replace(self, rejections=tuple(rejections))
            case ReceiptEntry(at=at):
                return replace(self, received_at=at)
            case DeliberationEntry(at=at):
                return replace(self, deliberated=Deliberation(at, entry.summary) if at else None)
            case NoteEntry(at=at):
                return replace(self, note=Note(at, entry.body_kind, entry.proposed_by_kind) if at else None)
            case ResolutionEntry(votes=votes):
                resolution = self.resolution and self.resolution.model_copy(update={"votes": votes})
                return replace(self, text=entry.text, resolution=resolution)
            case TitleEntry(title=title):
                return replace(self, item=self.item.model_copy(update={"title": title}))
            case _:
                assert_never(entry)

    def must_hold(self, attendance: Attendance) -> None:
        """The refusal of what cannot have been so: results are received, then deliberated, then resolved upon by a quorum."""
        received_at, deliberated_at = self.received_at or self.item.received_at, self.deliberated.at if self.deliberated else None
        if deliberated_at and self.item.asked is Asked.RECEIVE_AND_DELIBERATE and (received_at is None or deliberated_at < received_at):
            raise ResultsAreReceivedBeforeTheyAreDeliberated
        for at, voted in self.voted():
            votes = voted.votes
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
