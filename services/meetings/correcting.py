"""What was recorded wrongly of a sitting, or left out, is put right. Pure: what really was so and a state in, a fact out.

It is judged as it would have been at once: on everything that is recorded together, with the correction in it. A vote keeps the numbers
on which it was judged, and therefore a correction of who was there is refused where the vote could not have been held so: a resolution
that the body had no power to pass is no slip of the pen, and putting it right is not the clerk's alone to decide. The members and the
quorum stay those with which the meeting was opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from pydantic import AwareDatetime

from services.meetings.attendance import must_be_member
from services.meetings.bounds import must_be_closable, must_be_due, must_end_after_all, must_lie_within
from services.meetings.dealing import MoreVotesThanMembersPresent
from services.meetings.dealt import Dealt, must_be_on_the_agenda
from services.meetings.events.body import BodyKind
from services.meetings.events.sitting import (
    AnyEntry,
    DeliberationEntry,
    NoteEntry,
    PresenceEntry,
    ReceiptEntry,
    RejectionEntry,
    ResolutionEntry,
    SittingCorrected,
    SpanEntry,
    TitleEntry,
)
from services.meetings.held import Opened, Sitting, evolve, must_have_been_opened
from services.meetings.items import Votes
from services.meetings.righting import (
    AnyRight,
    NothingIsRecorded,
    RightDeliberation,
    RightPresence,
    RightReceipt,
    RightRejection,
    RightResolution,
    RightSpan,
    RightTitle,
)
from shared.domain import Command, Refusal


class CorrectSitting(Command):
    """Let the record of a sitting say what was so. For when the meeting was planned, and of what sort its body is and the one that
    proposed the item, is looked up."""

    right: AnyRight
    reason: str
    starts_at: AwareDatetime
    body_kind: BodyKind
    proposed_by_kind: BodyKind | None


class SittingGoesOn(Refusal):
    """A sitting that goes on has no end that could be wrong."""


class OutcomeWouldChange(Refusal):
    """Whether something was resolved is no slip of the pen: the body votes on it again, as another item."""


class ResolutionIsUnknown(Refusal):
    """Nothing was resolved under that id in this sitting."""


def correct(command: CorrectSitting, state: Sitting) -> Sequence[SittingCorrected]:
    """What was so, which has to fit all else that is recorded; what stands already is nothing to do."""
    opened = must_have_been_opened(state)
    entry = entry_of(command, opened, state.closed_at)
    if entry is None:
        return []
    begun, ended = opened.opened_at, state.closed_at
    if isinstance(entry, SpanEntry):
        begun, ended = (entry.at, ended) if entry.kind == "opening" else (begun, entry.at)
    corrected = SittingCorrected(
        **opened.named(),
        entry=entry,
        reason=command.reason,
        corrected_at=command.now,
        opened_at=begun,
        closed_at=ended,
        dealt_with=None,
    )
    after = must_have_been_opened(evolve(state, corrected))
    must_stand(after, ended, command)
    return [corrected.model_copy(update={"dealt_with": dealt_with_now(opened, after) if ended else None})]


def must_stand(after: Opened, closed_at: datetime | None, command: CorrectSitting) -> None:
    """The refusal of a record that cannot have been so."""
    must_be_due(after.opened_at, command.starts_at, command.now)
    for at in after.times():
        must_lie_within(at, after.opened_at, command.now)
    if closed_at:
        must_end_after_all(closed_at, after.opened_at, after.latest, command.now)
    must_be_closable(after.latest, after.opened_at)
    after.must_hold()


def dealt_with_now(before: Opened, after: Opened) -> bool | None:
    """Whether what was proposed is dealt with by now, or is not any more; None where nothing changes."""
    if before.undealt() == after.undealt():
        return None
    return len(after.undealt()) < len(before.undealt())


def entry_of(command: CorrectSitting, opened: Opened, closed_at: datetime | None) -> AnyEntry | None:
    """The entry as it is right; None where it says so already."""
    match right := command.right:
        case RightSpan():
            formerly = opened.opened_at if right.kind == "opening" else closed_at
            if formerly is None:
                raise SittingGoesOn
            return None if formerly == right.at else SpanEntry(kind=right.kind, formerly=formerly, at=right.at)
        case RightPresence():
            return presence_of(right, opened)
        case RightReceipt():
            dealt = must_be_on_the_agenda(opened.items, right.item)
            formerly = dealt.received_at if right.kind == "receipt" else dealt.noted_at
            if formerly == (at := right.really_at(formerly)):
                return None
            if right.kind == "receipt":
                return ReceiptEntry(item=dealt.item, formerly=formerly, at=at)
            # Whom it was told to follows from what sort of body took note: what was judged then stays.
            judged = dealt.note or command
            return NoteEntry(
                item=dealt.item, formerly=formerly, at=at, body_kind=judged.body_kind, proposed_by_kind=judged.proposed_by_kind
            )
        case RightDeliberation():
            dealt = must_be_on_the_agenda(opened.items, right.item)
            formerly, summary = (dealt.deliberated.at, dealt.deliberated.summary) if dealt.deliberated else (None, None)
            at = right.really_at(formerly)
            said = right.really_said(summary) if at else None
            return None if (formerly, summary) == (at, said) else DeliberationEntry(item=dealt.item, formerly=formerly, at=at, summary=said)
        case RightResolution():
            found = next((one for one in opened.items if one.resolution and one.resolution.resolution == right.resolution), None)
            if found is None:
                raise ResolutionIsUnknown
            return resolution_entry(right, found)
        case RightRejection():
            return rejection_entry(right, must_be_on_the_agenda(opened.items, right.item))
        case RightTitle(title=title):
            dealt = must_be_on_the_agenda(opened.items, right.item)
            resolution = dealt.resolution.resolution if dealt.resolution else None
            return None if title == dealt.item.title else TitleEntry(item=dealt.item, title=title, resolution=resolution)
        case _:
            assert_never(right)


def resolution_entry(right: RightResolution, dealt: Dealt) -> ResolutionEntry | None:
    """What was resolved and by which votes, as it is right; None where it says so already. It stays resolved, by those who were there."""
    assert dealt.resolution  # Or it would not have been found.
    votes = right.cast(recorded := dealt.resolution.votes)
    if (dealt.text, recorded) == (right.text, votes):
        return None
    must_come_out(votes, passed=True)
    return ResolutionEntry(item=dealt.item, resolution=right.resolution, text=right.text, votes=votes)


def rejection_entry(right: RightRejection, dealt: Dealt) -> RejectionEntry | None:
    """What found no majority and by which votes, as it is right; None where it says so already. It stays rejected."""
    found = next((one for one in dealt.rejections if one.rejected_at == right.recorded_at), None)
    if found is None:
        raise NothingIsRecorded
    votes = right.cast(found.votes)
    if (found.text, found.votes) == (right.text, votes):
        return None
    must_come_out(votes, passed=False)
    return RejectionEntry(item=dealt.item, rejected_at=found.rejected_at, text=right.text, votes=votes)


def must_come_out(votes: Votes, *, passed: bool) -> None:
    """The refusal of votes by which it would have come out otherwise, or that more cast than were there."""
    if (votes.yes > votes.no) != passed:
        raise OutcomeWouldChange
    if votes.yes + votes.no + votes.abstentions > votes.present:
        raise MoreVotesThanMembersPresent(present=votes.present)


def presence_of(right: RightPresence, opened: Opened) -> PresenceEntry | None:
    """That a member came or went, as it is right; None where it says so already."""
    member = must_be_member(opened.attendance, right.member)
    at = right.really_at(right.recorded_at)
    entry = PresenceEntry(**dict(member), kind=right.kind, formerly=right.recorded_at, at=at)
    moves = [move.at for move in opened.attendance.moves if (move.member, move.came) == (right.member, right.kind == "arrival")]
    if at == right.recorded_at or (right.recorded_at is None and at in moves):
        return None
    if right.recorded_at is None or right.recorded_at in moves:
        return entry
    if any(one.entry == entry for one in opened.corrections):
        return None
    raise NothingIsRecorded
