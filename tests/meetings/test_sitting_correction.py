"""What was recorded wrongly of a sitting, or left out, is put right with a reason, and judged with all else that is recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.meetings.attendance import MemberHasNotArrived, MemberIsNotOfTheBody
from services.meetings.bounds import (
    ClosingLiesInTheFuture,
    MeetingIsNotDueYet,
    OpeningLiesInTheFuture,
    SittingEndsBeforeItBegan,
    SittingEndsBeforeTheLastThatHappened,
    SittingLastsTooLong,
    TimeLiesOutsideTheSitting,
)
from services.meetings.correcting import CorrectSitting, OutcomeWouldChange, ResolutionIsUnknown, SittingGoesOn
from services.meetings.dealing import DeliberateItem, MoreVotesThanMembersPresent, ReceiveItem
from services.meetings.dealt import ResultsAreDeliberatedBeforeItIsResolved, ResultsAreReceivedBeforeTheyAreDeliberated, VoteWouldNotStand
from services.meetings.events.body import BodyKind
from services.meetings.events.sitting import (
    AnyEntry,
    DeliberationEntry,
    NoteEntry,
    PresenceEntry,
    ReceiptEntry,
    ResolutionEntry,
    SittingCorrected,
    SittingEvent,
    SpanEntry,
    TitleEntry,
)
from services.meetings.held import Sitting, SittingIsNotOpen, evolve
from services.meetings.items import Asked, ItemIsNotOnTheAgenda, Matter
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
from services.meetings.sitting import SITTING, CloseSitting
from shared.testing import Rules
from tests.meetings.examples import (
    ARRIVED,
    DELIBERATED,
    ENDS,
    IN_SITTING,
    ITEM,
    ITEM_ID,
    LATER,
    LEFT,
    MEMBER,
    MEMBERS,
    MINUTE,
    MISREAD,
    NOTED,
    OFFICE,
    OWN_ITEM,
    PASSED,
    RECEIPT_CORRECTED,
    RECEIVED,
    REJECTED,
    REJECTION_CORRECTED,
    RIGHT_TEXT,
    SECOND_ARRIVED,
    SECOND_MEMBER,
    SITTING_CLOSED,
    SITTING_OPENED,
    STARTS,
    TEXT_CORRECTED,
    TITLE_CORRECTED,
)

sitting = Rules(SITTING)

THERE: tuple[SittingEvent, ...] = (SITTING_OPENED, ARRIVED, SECOND_ARRIVED)
CLOSED = SITTING_CLOSED.model_copy(update={"undealt": ()})
RESOLVED: tuple[SittingEvent, ...] = (*THERE, RECEIVED, DELIBERATED, PASSED, LEFT, CLOSED)
OTHER_DAY = timedelta(days=1)
RIGHT_RECEIPT = RightReceipt(kind="receipt", item=ITEM_ID, at=STARTS + 3 * MINUTE)
NEVER_RECEIVED = RightReceipt(kind="receipt", item=ITEM_ID, never_happened=True)
NEVER_DELIBERATED = RightDeliberation(kind="deliberation", item=ITEM_ID, never_happened=True)


def correct(right: AnyRight, now: datetime = LATER, reason: str = MISREAD) -> CorrectSitting:
    return CorrectSitting(
        now=now, right=right, reason=reason, starts_at=STARTS, body_kind=BodyKind.ADVISORY_BOARD, proposed_by_kind=BodyKind.OFFICE
    )


def corrected(entry: AnyEntry, **changes: Any) -> SittingCorrected:
    said: dict[str, Any] = {"corrected_at": LATER, "opened_at": STARTS, "closed_at": ENDS, "dealt_with": None, "reason": MISREAD}
    return SittingCorrected(**IN_SITTING, entry=entry, **said | changes)


def presence(member: UUID, kind: Any, formerly: datetime | None, at: datetime | None) -> PresenceEntry:
    of = next(one for one in MEMBERS if one.member == member)
    return PresenceEntry(**dict(of), kind=kind, formerly=formerly, at=at)


def came(at: datetime | None, recorded_at: datetime | None = ARRIVED.arrived_at, member: UUID = MEMBER) -> RightPresence:
    return RightPresence(kind="arrival", member=member, recorded_at=recorded_at, at=at, never_happened=at is None)


def left(at: datetime | None, recorded_at: datetime | None = LEFT.left_at) -> RightPresence:
    return RightPresence(kind="departure", member=SECOND_MEMBER, recorded_at=recorded_at, at=at, never_happened=at is None)


def state_after(*facts: SittingEvent) -> Sitting:
    state = Sitting()
    for fact in facts:
        state = evolve(state, fact)
    return state


ENTRIES: list[tuple[AnyRight, SittingCorrected]] = [
    (
        RightSpan(kind="opening", at=STARTS + MINUTE),
        corrected(SpanEntry(kind="opening", formerly=STARTS, at=STARTS + MINUTE), opened_at=STARTS + MINUTE),
    ),
    (
        RightSpan(kind="closing", at=ENDS + MINUTE),
        corrected(SpanEntry(kind="closing", formerly=ENDS, at=ENDS + MINUTE), closed_at=ENDS + MINUTE),
    ),
    (came(STARTS), corrected(presence(MEMBER, "arrival", ARRIVED.arrived_at, STARTS))),
    (left(ENDS), corrected(presence(SECOND_MEMBER, "departure", LEFT.left_at, ENDS))),
    (left(None), corrected(presence(SECOND_MEMBER, "departure", LEFT.left_at, None))),
    (left(ENDS, recorded_at=None), corrected(presence(SECOND_MEMBER, "departure", None, ENDS))),
    (RIGHT_RECEIPT, RECEIPT_CORRECTED),
    (
        RightDeliberation(kind="deliberation", item=ITEM_ID, at=STARTS + 11 * MINUTE, summary="Anders."),
        corrected(DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=STARTS + 11 * MINUTE, summary="Anders.")),
    ),
    (
        RightReceipt(kind="note", item=ITEM_ID, at=ENDS),
        corrected(NoteEntry(item=ITEM, formerly=None, at=ENDS, body_kind=NOTED.body_kind, proposed_by_kind=NOTED.proposed_by_kind)),
    ),
    (
        RightDeliberation(kind="deliberation", item=OWN_ITEM.id, at=ENDS),
        corrected(DeliberationEntry(item=OWN_ITEM, formerly=None, at=ENDS, summary=None)),
    ),
]


def named(value: Any) -> str:
    return getattr(value, "kind", "")


@pytest.mark.parametrize(("right", "fact"), ENTRIES, ids=named)
def test_what_was_recorded_wrongly_or_left_out_is_put_right_after_the_end_and_said_twice_changes_nothing(
    right: AnyRight, fact: SittingCorrected
) -> None:
    sitting.given(*RESOLVED).when(correct(right)).then(fact).when(correct(right, reason="Noch einmal.")).then_nothing()


@pytest.mark.parametrize(
    ("right", "fact"), [one for one in ENTRIES if getattr(one[0], "kind", "") not in {"closing", "departure"}], ids=named
)
def test_it_is_put_right_while_the_sitting_goes_on_too(right: AnyRight, fact: SittingCorrected) -> None:
    going_on = fact.model_copy(update={"closed_at": None})
    sitting.given(*THERE, RECEIVED, DELIBERATED).when(correct(right)).then(going_on)


def test_a_resolutions_words_are_corrected_and_can_be_once_more() -> None:
    right = RightResolution(kind="resolution", resolution=PASSED.resolution, text=RIGHT_TEXT)
    wish = correct(right, reason=TEXT_CORRECTED.reason)
    first = sitting.given(*RESOLVED).when(wish).then(TEXT_CORRECTED)
    first.when(wish).then_nothing()
    back = correct(right.model_copy(update={"text": PASSED.text}), reason=TEXT_CORRECTED.reason)
    entry = TEXT_CORRECTED.entry.model_copy(update={"text": PASSED.text})
    first.when(back).then(TEXT_CORRECTED.model_copy(update={"entry": entry}))


def test_the_votes_of_a_resolution_are_corrected_and_it_stays_resolved() -> None:
    right = RightResolution(kind="resolution", resolution=PASSED.resolution, text=PASSED.text, yes=1, abstentions=1)
    votes = PASSED.votes.model_copy(update={"yes": 1, "abstentions": 1})
    entry = ResolutionEntry(item=ITEM, resolution=PASSED.resolution, text=PASSED.text, votes=votes)
    put_right = sitting.given(*RESOLVED).when(correct(right)).then(corrected(entry))
    put_right.when(correct(right)).then_nothing()
    put_right.when(correct(right.model_copy(update={"yes": None}))).then_nothing()
    tie = right.model_copy(update={"no": 1, "abstentions": 0})
    sitting.given(*RESOLVED).when(correct(tie)).then_refused(OutcomeWouldChange)
    more = right.model_copy(update={"yes": 2})
    sitting.given(*RESOLVED).when(correct(more)).then_refused(MoreVotesThanMembersPresent, present=2)


def test_what_was_rejected_is_corrected_and_stays_rejected() -> None:
    right = RightRejection(kind="rejection", item=ITEM_ID, recorded_at=REJECTED.rejected_at, text=RIGHT_TEXT, yes=0, abstentions=1)
    wish = correct(right, reason=REJECTION_CORRECTED.reason)
    voted = sitting.given(*THERE, RECEIVED, DELIBERATED, REJECTED, CLOSED)
    voted.when(wish).then(REJECTION_CORRECTED).when(wish).then_nothing()
    voted.when(correct(right.model_copy(update={"yes": 2, "abstentions": 0}))).then_refused(OutcomeWouldChange)
    voted.when(correct(right.model_copy(update={"no": 3}))).then_refused(MoreVotesThanMembersPresent, present=2)
    voted.when(correct(right.model_copy(update={"recorded_at": ENDS}))).then_refused(NothingIsRecorded)
    last = PASSED.model_copy(update={"resolved_at": REJECTED.rejected_at + MINUTE})
    sitting.given(*THERE, RECEIVED, DELIBERATED, REJECTED, last, CLOSED).when(wish).then(REJECTION_CORRECTED)


def test_what_an_item_is_called_is_corrected_and_all_that_follows_tells_the_right_title() -> None:
    entry = TITLE_CORRECTED.entry
    assert isinstance(entry, TitleEntry)
    right = RightTitle(kind="title", item=ITEM_ID, title=entry.title)
    wish = correct(right, reason=TITLE_CORRECTED.reason)
    sitting.given(*RESOLVED).when(wish).then(TITLE_CORRECTED).when(wish).then_nothing()
    unresolved = entry.model_copy(update={"resolution": None})
    going_on = TITLE_CORRECTED.model_copy(update={"entry": unresolved, "closed_at": None, "corrected_at": STARTS + 2 * MINUTE})
    called = RECEIVED.model_copy(update={"item": ITEM.model_copy(update={"title": entry.title})})
    before = sitting.given(*THERE).when(wish.model_copy(update={"now": STARTS + 2 * MINUTE})).then(going_on)
    before.when(ReceiveItem(now=STARTS + 5 * MINUTE, item=ITEM_ID, at=RECEIVED.received_at)).then(called)
    sitting.given(*THERE).when(correct(right.model_copy(update={"item": SECOND_MEMBER}))).then_refused(ItemIsNotOnTheAgenda)


def test_what_was_put_right_can_be_put_right_again_and_back() -> None:
    there, back = presence(MEMBER, "arrival", ARRIVED.arrived_at, STARTS), presence(MEMBER, "arrival", STARTS, ARRIVED.arrived_at)
    first = sitting.given(*RESOLVED).when(correct(came(STARTS))).then(corrected(there))
    second = first.when(correct(came(ARRIVED.arrived_at, recorded_at=STARTS))).then(corrected(back))
    second.when(correct(came(STARTS))).then(corrected(there))


@pytest.mark.parametrize(
    ("right", "dealt_with", "before"),
    [
        (NEVER_DELIBERATED, False, (RECEIVED, DELIBERATED, CLOSED)),
        (NEVER_RECEIVED, None, (RECEIVED, SITTING_CLOSED)),
        (RightDeliberation(kind="deliberation", item=ITEM_ID, at=ENDS), True, (RECEIVED, SITTING_CLOSED)),
        (NEVER_DELIBERATED, None, (RECEIVED, DELIBERATED)),
    ],
    ids=["never deliberated", "never received", "left out", "while it goes on"],
)
def test_it_says_whether_what_was_proposed_is_dealt_with_by_now(
    right: AnyRight, dealt_with: bool | None, before: tuple[SittingEvent, ...]
) -> None:
    state = state_after(*THERE, *before)
    (fact,) = SITTING.decide(correct(right), state)
    assert isinstance(fact, SittingCorrected)
    assert fact.dealt_with is dealt_with


def test_a_sitting_that_is_put_right_before_its_end_ends_with_what_was_so() -> None:
    never = corrected(DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=None, summary=None), closed_at=None)
    begun = corrected(SpanEntry(kind="opening", formerly=STARTS, at=STARTS + MINUTE), opened_at=STARTS + MINUTE, closed_at=None)
    closed = SITTING_CLOSED.model_copy(update={"opened_at": STARTS + MINUTE})
    sitting.given(*THERE, RECEIVED, DELIBERATED, never, begun).when(CloseSitting(now=ENDS)).then(closed)


def test_a_vote_keeps_its_numbers_where_it_still_had_its_quorum() -> None:
    right = correct(left(PASSED.resolved_at + MINUTE))
    sitting.given(*RESOLVED).when(right).then(corrected(presence(SECOND_MEMBER, "departure", LEFT.left_at, PASSED.resolved_at + MINUTE)))
    passed = state_after(*RESOLVED).opened
    assert passed
    assert passed.items[0].resolution == PASSED


@pytest.mark.parametrize("vote", [PASSED, REJECTED], ids=["passed", "rejected"])
@pytest.mark.parametrize(
    "right", [came(None), came(ENDS), left(PASSED.resolved_at - MINUTE)], ids=["never came", "came later", "left before"]
)
def test_nobody_is_corrected_as_absent_from_a_vote_that_then_lacked_its_quorum(vote: SittingEvent, right: AnyRight) -> None:
    held = sitting.given(*THERE, RECEIVED, DELIBERATED, vote, LEFT, CLOSED)
    held.when(correct(right)).then_refused(VoteWouldNotStand, voted_at=PASSED.resolved_at.isoformat(), present=1, needed=2)


def test_an_item_that_was_resolved_upon_was_deliberated_before_and_results_received() -> None:
    held = sitting.given(*RESOLVED)
    held.when(correct(NEVER_DELIBERATED)).then_refused(ResultsAreDeliberatedBeforeItIsResolved)
    late = RightDeliberation(kind="deliberation", item=ITEM_ID, at=PASSED.resolved_at + MINUTE)
    held.when(correct(late)).then_refused(ResultsAreDeliberatedBeforeItIsResolved)
    held.when(correct(NEVER_RECEIVED)).then_refused(ResultsAreReceivedBeforeTheyAreDeliberated)
    late_receipt = RIGHT_RECEIPT.model_copy(update={"at": DELIBERATED.deliberated_at + MINUTE})
    held.when(correct(late_receipt)).then_refused(ResultsAreReceivedBeforeTheyAreDeliberated)


def test_what_was_received_in_an_earlier_sitting_need_not_be_in_this_one() -> None:
    before = ITEM.model_copy(update={"received_at": STARTS - OTHER_DAY})
    opened = SITTING_OPENED.model_copy(update={"agenda": (before, OWN_ITEM)})
    facts = [fact.model_copy(update={"item": before}) for fact in (RECEIVED, DELIBERATED)]
    taken_back = corrected(ReceiptEntry(item=before, formerly=RECEIVED.received_at, at=None))
    sitting.given(opened, *facts, CLOSED).when(correct(NEVER_RECEIVED)).then(taken_back)


def test_who_never_came_did_not_leave() -> None:
    held = sitting.given(*THERE, LEFT, SITTING_CLOSED)
    held.when(correct(came(None, SECOND_ARRIVED.arrived_at, SECOND_MEMBER))).then_refused(MemberHasNotArrived)
    held.when(correct(came(ENDS, SECOND_ARRIVED.arrived_at, SECOND_MEMBER))).then_refused(MemberHasNotArrived)


def test_an_arrival_or_departure_is_found_by_its_time() -> None:
    held = sitting.given(*RESOLVED)
    held.when(correct(came(STARTS, recorded_at=ENDS))).then_refused(NothingIsRecorded)
    held.when(correct(came(STARTS, member=OFFICE))).then_refused(MemberIsNotOfTheBody)
    nothing_said = RightDeliberation(kind="deliberation", item=ITEM_ID, summary="Anders.")
    sitting.given(*THERE, RECEIVED, CLOSED).when(correct(nothing_said)).then_refused(NothingIsRecorded)


@pytest.mark.parametrize("kind", ["receipt", "note"])
def test_of_a_time_something_else_is_said_or_that_it_never_happened(kind: Any) -> None:
    with pytest.raises(ValidationError, match="must say when it really was"):
        RightReceipt(kind=kind, item=ITEM_ID)
    with pytest.raises(ValidationError, match="must say when it really was"):
        RightPresence(kind="arrival", member=MEMBER, recorded_at=ARRIVED.arrived_at)


def test_words_alone_are_corrected_and_a_time_alone_is_too() -> None:
    words = RightDeliberation(kind="deliberation", item=ITEM_ID, summary="Anders.")
    entry = DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=DELIBERATED.deliberated_at, summary="Anders.")
    sitting.given(*RESOLVED).when(correct(words)).then(corrected(entry))
    time = RightDeliberation(kind="deliberation", item=ITEM_ID, at=STARTS + 11 * MINUTE)
    later = entry.model_copy(update={"at": STARTS + 11 * MINUTE, "summary": DELIBERATED.summary})
    sitting.given(*RESOLVED).when(correct(time)).then(corrected(later))


def test_words_that_were_never_meant_are_cleared() -> None:
    none = RightDeliberation(kind="deliberation", item=ITEM_ID, summary=None)
    cleared = DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=DELIBERATED.deliberated_at, summary=None)
    held = sitting.given(*RESOLVED)
    held.when(correct(none)).then(corrected(cleared))
    sitting.given(*RESOLVED, corrected(cleared)).when(correct(none)).then()
    time = RightDeliberation(kind="deliberation", item=ITEM_ID, at=STARTS + 11 * MINUTE)
    later = cleared.model_copy(update={"at": STARTS + 11 * MINUTE})
    sitting.given(*RESOLVED, corrected(cleared)).when(correct(time)).then(corrected(later))


def test_what_never_happened_has_no_time() -> None:
    with pytest.raises(ValueError, match="must have no time if it never happened"):
        RightReceipt(kind="receipt", item=ITEM_ID, at=STARTS, never_happened=True)


@pytest.mark.parametrize("at", [STARTS - MINUTE, LATER + MINUTE])
@pytest.mark.parametrize(
    "right", [came(STARTS), RIGHT_RECEIPT, RightDeliberation(kind="deliberation", item=OWN_ITEM.id, at=STARTS)], ids=named
)
def test_nothing_was_before_the_opening_nor_lies_in_the_future(right: Any, at: datetime) -> None:
    sitting.given(*THERE, RECEIVED).when(correct(right.model_copy(update={"at": at}))).then_refused(TimeLiesOutsideTheSitting)


def test_nothing_was_after_the_end() -> None:
    sitting.given(*RESOLVED).when(correct(left(ENDS + MINUTE))).then_refused(SittingEndsBeforeTheLastThatHappened)
    sitting.given(*THERE).when(correct(came(STARTS + 7 * OTHER_DAY), now=LATER + OTHER_DAY)).then_refused(SittingLastsTooLong)


@pytest.mark.parametrize(
    ("kind", "at", "refusal"),
    [
        ("opening", STARTS - OTHER_DAY, MeetingIsNotDueYet),
        ("opening", LATER + MINUTE, OpeningLiesInTheFuture),
        ("opening", STARTS + 5 * MINUTE, TimeLiesOutsideTheSitting),
        ("closing", STARTS - MINUTE, SittingEndsBeforeItBegan),
        ("closing", STARTS + MINUTE, SittingEndsBeforeTheLastThatHappened),
        ("closing", LATER + MINUTE, ClosingLiesInTheFuture),
        ("closing", LATER, SittingLastsTooLong),
    ],
)
def test_the_opening_and_the_end_have_to_fit_what_happened(kind: Any, at: datetime, refusal: Any) -> None:
    sitting.given(*RESOLVED).when(correct(RightSpan(kind=kind, at=at))).then_refused(refusal)


def test_what_is_not_there_is_not_corrected() -> None:
    sitting.given(*THERE).when(correct(RightSpan(kind="closing", at=ENDS))).then_refused(SittingGoesOn)
    sitting.given().when(correct(RIGHT_RECEIPT)).then_refused(SittingIsNotOpen)
    unknown = RIGHT_RECEIPT.model_copy(update={"item": OFFICE})
    sitting.given(*RESOLVED).when(correct(unknown)).then_refused(ItemIsNotOnTheAgenda)
    text = RightResolution(kind="resolution", resolution=PASSED.resolution, text=RIGHT_TEXT)
    sitting.given(*THERE, RECEIVED, DELIBERATED, REJECTED).when(correct(text)).then_refused(ResolutionIsUnknown)


def test_what_was_never_so_can_be_done_in_a_sitting_that_goes_on() -> None:
    never = corrected(DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=None, summary=None), closed_at=None)
    again = DeliberateItem(now=ENDS, item=ITEM_ID, summary=None, at=ENDS)
    deliberated = DELIBERATED.model_copy(update={"deliberated_at": ENDS, "summary": None})
    sitting.given(*THERE, RECEIVED, DELIBERATED, never).when(again).then(deliberated)


@pytest.mark.parametrize(("right", "at"), [({"at": ENDS}, ENDS), ({"never_happened": True}, None)], ids=str)
def test_a_note_of_a_recommendation_is_corrected_as_any_other(right: dict[str, Any], at: datetime | None) -> None:
    item = ITEM.model_copy(update={"matter": Matter(service="recommendations", kind="recommendation", id=OFFICE)})
    opened = SITTING_OPENED.model_copy(update={"agenda": (item, OWN_ITEM)})
    noted = sitting.given(opened, NOTED.model_copy(update={"item": item}), CLOSED)
    kinds: dict[str, Any] = {"body_kind": NOTED.body_kind, "proposed_by_kind": NOTED.proposed_by_kind}
    entry = NoteEntry(item=item, formerly=NOTED.noted_at, at=at, **kinds)
    noted.when(correct(RightReceipt(kind="note", item=ITEM_ID, **right))).then(corrected(entry))
    left_out = NoteEntry(item=item, formerly=None, at=ENDS, **kinds)
    sitting.given(opened, CLOSED).when(correct(RightReceipt(kind="note", item=ITEM_ID, at=ENDS))).then(corrected(left_out))


@pytest.mark.parametrize(("right", "at"), [({"at": ENDS}, ENDS), ({"never_happened": True}, None)], ids=str)
def test_a_note_stays_that_of_the_sort_of_body_which_it_was_then(right: dict[str, Any], at: datetime | None) -> None:
    # Whoever was told that a committee took note has to hear that it did not, whatever sort of body it is said to be by now.
    kinds: dict[str, Any] = {"body_kind": BodyKind.COMMITTEE, "proposed_by_kind": BodyKind.DEPARTMENT}
    noted = sitting.given(SITTING_OPENED, NOTED.model_copy(update=kinds), CLOSED)
    entry = NoteEntry(item=ITEM, formerly=NOTED.noted_at, at=at, **kinds)
    then = noted.when(correct(RightReceipt(kind="note", item=ITEM_ID, **right))).then(corrected(entry))
    if at is None:
        anew = entry.model_copy(
            update={"formerly": None, "at": ENDS, "body_kind": BodyKind.ADVISORY_BOARD, "proposed_by_kind": BodyKind.OFFICE}
        )
        then.when(correct(RightReceipt(kind="note", item=ITEM_ID, at=ENDS))).then(corrected(anew))


def test_a_note_that_was_asked_for_and_never_taken_waits_again() -> None:
    item = ITEM.model_copy(update={"asked": Asked.TAKE_NOTE})
    opened = SITTING_OPENED.model_copy(update={"agenda": (item, OWN_ITEM)})
    never = NoteEntry(item=item, formerly=NOTED.noted_at, at=None, body_kind=NOTED.body_kind, proposed_by_kind=NOTED.proposed_by_kind)
    held = sitting.given(opened, NOTED.model_copy(update={"item": item}), CLOSED)
    held.when(correct(RightReceipt(kind="note", item=ITEM_ID, never_happened=True))).then(corrected(never, dealt_with=False))
