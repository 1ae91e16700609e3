"""What of the meetings service's facts the other services hear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never
from uuid import UUID

from services.meetings.events.body import BodyCorrected, BodyFounded, BodySucceeded, SuccessionCorrected
from services.meetings.events.composition import MemberLeftSeat, MemberSeated, SeatCorrected, SeatingCorrected, SeatingTakenBack
from services.meetings.events.duty import HandoverDutyFulfilled, HandoverDutyOpened, HandoverDutyRenamed, HandoverDutyReopened
from services.meetings.events.meeting import (
    ItemPlaced,
    ItemRemoved,
    ItemReturned,
    MeetingCancelled,
    MeetingCorrected,
    MeetingRescheduled,
    MeetingScheduled,
    MembersInvited,
)
from services.meetings.events.proposal import DeclinationCorrected, ItemProposed, ProposalDeclined, ProposalRenamed
from services.meetings.events.sitting import (
    DeliberationEntry,
    ItemDeliberated,
    ItemReceived,
    NoteEntry,
    NoteTaken,
    OfItem,
    PresenceEntry,
    ReceiptEntry,
    RejectionEntry,
    ResolutionEntry,
    ResolutionPassed,
    ResolutionRejected,
    SittingClosed,
    SittingCorrected,
    SpanEntry,
    TitleEntry,
)
from services.meetings.items import AgendaItem
from shared.contracts.meetings import bodies, duties, planning, proposals, sittings
from shared.domain import Contract, Event
from shared.envelope import Received


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact. Whatever is not named here stays inside: publishing is a decision, never an accident."""
    match event := fact.message:
        case BodyFounded() | BodySucceeded() | BodyCorrected() | SuccessionCorrected():
            return of_body(event, fact.stream)
        case MemberSeated() | MemberLeftSeat() | SeatingCorrected() | SeatingTakenBack() | SeatCorrected():
            return seated(event)
        case MeetingScheduled():
            return planning.MeetingScheduled(meeting=fact.stream, **dict(event))
        case MeetingRescheduled():
            return planning.MeetingRescheduled(meeting=fact.stream, **event.model_dump())
        case MeetingCancelled():
            return planning.MeetingCancelled(meeting=fact.stream, **event.model_dump())
        case MeetingCorrected():
            return planning.MeetingCorrected(meeting=fact.stream, **dict(event))
        case SittingClosed():
            return sittings.MeetingHeld(**dict(event))
        case MembersInvited():
            return planning.MeetingInvited(meeting=fact.stream, **event.model_dump(exclude={"agenda"}), agenda=numbered(event.agenda))
        case ItemPlaced():
            return proposals.ItemPlaced(**of_proposal(event), meeting=fact.stream, item=event.item.id, starts_at=event.starts_at)
        case ItemRemoved() | ItemReturned():
            return proposals.ItemReturned(**of_proposal(event), meeting=fact.stream, item=event.item.id) if event.item.proposal else None
        case ItemProposed() | ProposalDeclined() | DeclinationCorrected() | ProposalRenamed():
            return proposed(event)
        case ItemReceived():
            return sittings.ResultsReceived(**of_item(event, event.item), received_at=event.received_at)
        case ItemDeliberated():
            return sittings.ItemDeliberated(**of_item(event, event.item), deliberated_at=event.deliberated_at, summary=event.summary)
        case NoteTaken():
            return sittings.NoteTaken(
                **of_item(event, event.item),
                body_kind=event.body_kind,
                proposed_by_kind=event.proposed_by_kind,
                noted_at=event.noted_at,
            )
        case ResolutionPassed() | ResolutionRejected():
            return resolved(event)
        case SittingCorrected():
            return corrected(event)
        case HandoverDutyOpened() | HandoverDutyRenamed() | HandoverDutyFulfilled() | HandoverDutyReopened():
            return owed(event, fact.stream)
        case _:
            return None


def of_body(event: BodyFounded | BodySucceeded | BodyCorrected | SuccessionCorrected, body: UUID) -> Contract:
    """That a body stands, or another one in its place, or what was told wrongly of that."""
    match event:
        case BodyFounded():
            return bodies.BodyFounded(body=body, **dict(event))
        case BodySucceeded():
            return bodies.BodySucceeded(body=body, **dict(event))
        case BodyCorrected():
            return bodies.BodyCorrected(body=body, **dict(event))
        case SuccessionCorrected():
            return bodies.SuccessionCorrected(body=body, **dict(event))
        case _:
            assert_never(event)


def seated(event: MemberSeated | MemberLeftSeat | SeatingCorrected | SeatingTakenBack | SeatCorrected) -> Contract:
    """Who holds a seat, no longer does, or was told wrongly; or what the seat is."""
    match event:
        case MemberSeated():
            return bodies.MemberSeated(**dict(event))
        case MemberLeftSeat():
            return bodies.MemberLeftSeat(**dict(event))
        case SeatingCorrected():
            return bodies.SeatingCorrected(**dict(event))
        case SeatingTakenBack():
            return bodies.SeatingTakenBack(**dict(event))
        case SeatCorrected():
            return bodies.SeatCorrected(**dict(event))
        case _:
            assert_never(event)


def proposed(event: ItemProposed | ProposalDeclined | DeclinationCorrected | ProposalRenamed) -> Contract:
    """What was put to a body, and what it is called; that and why it is declined."""
    match event:
        case ItemProposed():
            return proposals.ItemProposed(**event.model_dump())
        case ProposalDeclined():
            return proposals.ProposalDeclined(**event.model_dump())
        case DeclinationCorrected():
            return proposals.DeclinationCorrected(**event.model_dump())
        case ProposalRenamed():
            return proposals.ProposalRenamed(**event.model_dump())
        case _:
            assert_never(event)


def owed(event: HandoverDutyOpened | HandoverDutyRenamed | HandoverDutyFulfilled | HandoverDutyReopened, duty: UUID) -> Contract:
    """What a body owes to a conference, and no longer does, or does again."""
    match event:
        case HandoverDutyOpened():
            return duties.HandoverDutyOpened(duty=duty, **dict(event))
        case HandoverDutyRenamed():
            return duties.HandoverDutyRenamed(duty=duty, **dict(event))
        case HandoverDutyFulfilled():
            return duties.HandoverDutyFulfilled(duty=duty, **dict(event))
        case HandoverDutyReopened():
            return duties.HandoverDutyReopened(duty=duty, **dict(event))
        case _:
            assert_never(event)


def resolved(event: ResolutionPassed | ResolutionRejected) -> Contract:
    """What became of a vote."""
    said = {**of_item(event, event.item), **event.model_dump(exclude={"item"})} | {"public": event.public and event.item.public}
    match event:
        case ResolutionPassed():
            return sittings.ResolutionPassed(**said)
        case ResolutionRejected():
            return sittings.ResolutionRejected(**said)
        case _:
            assert_never(event)


def corrected(event: SittingCorrected) -> Contract | None:
    """What was told wrongly. What was left out is told as any fact entered later, and who came and went is told to nobody."""
    entry = event.entry
    why: dict[str, Any] = {"reason": event.reason, "corrected_at": event.corrected_at}
    if isinstance(entry, PresenceEntry):
        return None
    if isinstance(entry, TitleEntry):
        called = of_item(event, entry.item) | {"item_title": entry.title}
        return sittings.ItemTitleCorrected(**called, resolution=entry.resolution, formerly=entry.item.title, **why)
    if isinstance(entry, ResolutionEntry | RejectionEntry):
        voted: dict[str, Any] = {"text": entry.text, "votes": sittings.Votes(**entry.votes.model_dump()), **why}
        if isinstance(entry, RejectionEntry):
            return sittings.RejectionCorrected(**of_item(event, entry.item), rejected_at=entry.rejected_at, **voted)
        return sittings.ResolutionCorrected(**of_item(event, entry.item), resolution=entry.resolution, **voted)
    if entry.formerly is None:
        return left_out(event, entry)
    said: dict[str, Any] = {"what": entry.kind, "formerly": entry.formerly, "at": entry.at, **why}
    if isinstance(entry, SpanEntry):
        of_item_only = (
            "item",
            "item_title",
            "matter",
            "proposal",
            "proposed_by",
            "proposed_by_name",
            "summary",
            "body_kind",
            "proposed_by_kind",
        )
        nothing: dict[str, Any] = dict.fromkeys(of_item_only)
        return sittings.SittingCorrected(**event.model_dump(include={"meeting", "body", "body_name", "title", "public"}), **nothing, **said)
    summary = entry.summary if isinstance(entry, DeliberationEntry) else None
    kinds: dict[str, Any] = {name: getattr(entry, name, None) for name in ("body_kind", "proposed_by_kind")}
    return sittings.SittingCorrected(**of_item(event, entry.item), summary=summary, **kinds, **said)


def left_out(event: SittingCorrected, entry: SpanEntry | ReceiptEntry | DeliberationEntry | NoteEntry) -> Contract | None:
    """What the body did with an item, and nobody had recorded."""
    match entry:
        case ReceiptEntry(at=at) if at:
            return sittings.ResultsReceived(**of_item(event, entry.item), received_at=at)
        case DeliberationEntry(at=at) if at:
            return sittings.ItemDeliberated(**of_item(event, entry.item), deliberated_at=at, summary=entry.summary)
        case NoteEntry(at=at) if at:
            kinds = entry.model_dump(include={"body_kind", "proposed_by_kind"})
            return sittings.NoteTaken(**of_item(event, entry.item), **kinds, noted_at=at)
        case _:
            return None


def numbered(agenda: Iterable[AgendaItem]) -> tuple[planning.InvitedItem, ...]:
    """The agenda as the members get it: all points, by their places."""
    return tuple(planning.InvitedItem(item=item.id, number=number, **item.model_dump()) for number, item in enumerate(agenda, 1))


def of_proposal(event: ItemPlaced | ItemRemoved | ItemReturned) -> dict[str, Any]:
    """What a contract says of the proposal behind an item; it is public where the meeting that it names is, too."""
    item = event.item
    return {**item.model_dump(), "body": event.body, "body_name": event.body_name, "public": event.public and item.public}


def of_item(event: OfItem | SittingCorrected, item: AgendaItem) -> dict[str, Any]:
    """What a contract says of an item that was dealt with; it is public where both the meeting and the item are."""
    said = {"item": item.id, "item_title": item.title, "public": event.public and item.public}
    return item.model_dump(include={"matter", "proposal", "proposed_by", "proposed_by_name"}) | said | {
        "meeting": event.meeting, "body": event.body, "body_name": event.body_name, "title": event.title,
    }  # fmt: skip
