"""The trace as far as meetings tell it: duties, proposals, items that were dealt with, resolutions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, assert_never

from services.portal.read_models.trace_facts import DEALING, HANDOVER, PLACING, Edge, Step
from services.portal.read_models.trace_righted import corrected
from shared.contracts.meetings.duties import HandoverDutyFulfilled, HandoverDutyOpened, HandoverDutyRenamed, HandoverDutyReopened
from shared.contracts.meetings.planning import MeetingCancelled, MeetingRescheduled, MeetingScheduled
from shared.contracts.meetings.proposals import (
    DeclinationCorrected,
    ItemPlaced,
    ItemProposed,
    ItemReturned,
    ProposalDeclined,
    ProposalRenamed,
)
from shared.contracts.meetings.sittings import (
    ItemDeliberated,
    ItemTitleCorrected,
    NoteTaken,
    RejectionCorrected,
    ResolutionCorrected,
    ResolutionPassed,
    ResolutionRejected,
    ResultsReceived,
    SittingCorrected,
)
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import Statement

FOLDED = (
    MeetingScheduled,
    MeetingRescheduled,
    MeetingCancelled,
    ItemProposed,
    ItemPlaced,
    ItemReturned,
    ProposalDeclined,
    DeclinationCorrected,
    ProposalRenamed,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyFulfilled,
    HandoverDutyReopened,
    ResultsReceived,
    ItemDeliberated,
    NoteTaken,
    ResolutionPassed,
    ResolutionRejected,
    ResolutionCorrected,
    ItemTitleCorrected,
    RejectionCorrected,
    SittingCorrected,
)
Planned = MeetingScheduled | MeetingRescheduled | MeetingCancelled
OfProposal = ItemProposed | ItemPlaced | ItemReturned | ProposalDeclined | DeclinationCorrected | ProposalRenamed
OfDuty = HandoverDutyOpened | HandoverDutyRenamed | HandoverDutyFulfilled | HandoverDutyReopened
Dealt = (
    ResultsReceived
    | ItemDeliberated
    | NoteTaken
    | ResolutionPassed
    | ResolutionRejected
    | ResolutionCorrected
    | RejectionCorrected
    | ItemTitleCorrected
)

MEETING = """insert into trace_v1_meeting (meeting, public) values ($1, $2)
on conflict (meeting) do update set public = excluded.public"""
SECRETARIAT, RULE, BODY = "secretariat", "rule", "body"


def facts(received: Received[Planned | OfProposal | OfDuty | Dealt | SittingCorrected]) -> Iterable[Step | Edge | Statement]:
    """Steps of proposals, duties, items and resolutions."""
    event = received.message
    match event:
        case MeetingScheduled() | MeetingRescheduled() | MeetingCancelled():
            yield Statement(MEETING, (event.meeting, event.public))
        case ItemProposed() | ItemPlaced() | ItemReturned() | ProposalDeclined() | DeclinationCorrected() | ProposalRenamed():
            yield from _of_proposal(event, received)
        case HandoverDutyOpened() | HandoverDutyRenamed() | HandoverDutyFulfilled() | HandoverDutyReopened():
            yield from _of_duty(event, local_day(received.entry.recorded_at))
        case SittingCorrected():
            yield from _put_right(event)
        case _:
            yield from _of_item(event)


def _of_proposal(event: OfProposal, received: Received[Any]) -> Iterable[Step | Edge]:
    learned = local_day(received.entry.recorded_at)
    sight: dict[str, Any] = {
        "public": event.public,
        "insiders": (event.body,),
        "acting": (event.proposed_by,) if event.proposed_by else (),
    }
    proposal: dict[str, Any] = {
        "node": event.proposal, "kind": "proposal", "title": event.title, "body": event.body, "body_name": event.body_name, **sight,
    }  # fmt: skip
    match event:
        case ItemProposed():
            yield Step(
                **proposal, step="proposed", role="proposer" if event.proposed_by else RULE, day=local_day(event.proposed_at),
                at=event.proposed_at, awaits=PLACING, due_on=event.due_by, facts={"asked": event.asked.value, "by": event.proposed_by_name},
            )  # fmt: skip
            yield Edge(origin=event.matter.id, target=event.proposal, how="put_to", **sight)
        case ProposalDeclined():
            yield Step(**proposal, step="declined", role=SECRETARIAT, day=learned, facts={"reason": event.reason}, ends=(PLACING,))
        case DeclinationCorrected(declined_because=why):
            day = local_day(event.corrected_at)
            yield Step(**proposal, step="corrected", role=SECRETARIAT, day=day, detail=why, facts={"reason": event.reason})
        case ProposalRenamed():
            yield Step(**proposal, step="corrected", role=RULE, day=learned, facts={"reason": event.reason})
        case ItemPlaced():
            item = proposal | {"node": event.item, "kind": "item", "meeting": event.meeting}
            day = local_day(event.starts_at)
            placed = {"asked": event.asked.value, "starts_at": event.starts_at.isoformat()}
            yield Step(**item, step="placed", role=SECRETARIAT, day=learned, awaits=DEALING, due_on=day, facts=placed)
            yield Edge(origin=event.proposal, target=event.item, how="placed", meeting=event.meeting, **sight)
        case ItemReturned():
            item = proposal | {"node": event.item, "kind": "item", "meeting": event.meeting}
            yield Step(**item, step="returned", role=RULE, day=learned, ends=(DEALING,))
        case _:
            assert_never(event)


def _of_duty(event: OfDuty, learned: date) -> Iterable[Step | Edge]:
    duty: dict[str, Any] = {
        "node": event.duty, "kind": "duty", "title": event.conference_title, "body": event.body, "body_name": event.body_name,
        "role": RULE, "public": True, "insiders": (event.body,),
    }  # fmt: skip
    match event:
        case HandoverDutyOpened():
            yield Step(**duty, step="opened", day=event.opened_on, awaits=HANDOVER, due_on=event.due_by)
            yield Edge(origin=event.conference, target=event.duty, how="owed", public=True)
        case HandoverDutyRenamed():
            yield Step(**duty, step="corrected", day=learned, facts={"reason": event.reason})
        case HandoverDutyFulfilled():
            at = event.fulfilled_at
            yield Step(
                **duty | {"public": event.public}, step="fulfilled", day=local_day(at), at=at, meeting=event.meeting, ends=(HANDOVER,)
            )
        case HandoverDutyReopened():
            ended = Step(**duty | {"public": event.public}, step="fulfilled", day=learned, meeting=event.meeting)
            yield corrected(ended, learned, event.reason, stands=False)
        case _:
            assert_never(event)


DONE = {"receipt": ("received", ()), "deliberation": ("deliberated", (DEALING,)), "note": ("noted", (DEALING,))}
"""Which step tells of what was done with an item, and what that ends."""


def _put_right(event: SittingCorrected) -> Iterable[Step]:
    """What was told wrongly of an item; the meeting as a whole is no node."""
    if event.item is None:
        return
    step, ends = DONE[event.what.value]
    at = event.at or event.formerly
    right = Step(
        node=event.item, kind="item", title=event.item_title or event.title, body=event.body, body_name=event.body_name, role=BODY,
        public=event.public, insiders=(event.body,), acting=(event.proposed_by,) if event.proposed_by else (), meeting=event.meeting,
        step=step, day=local_day(at), at=at, detail=event.summary, ends=ends,
    )  # fmt: skip
    yield corrected(right, local_day(event.corrected_at), event.reason, stands=event.at is not None)


def _of_item(event: Dealt) -> Iterable[Step | Edge]:
    sight: dict[str, Any] = {
        "public": event.public,
        "insiders": (event.body,),
        "acting": (event.proposed_by,) if event.proposed_by else (),
        "meeting": event.meeting,
    }
    item: dict[str, Any] = {
        "node": event.item, "kind": "item", "title": event.item_title, "body": event.body, "body_name": event.body_name, "role": BODY,
        **sight,
    }  # fmt: skip
    match event:
        case ResultsReceived(received_at=at):
            yield Step(**item, step="received", day=local_day(at), at=at)
        case ItemDeliberated(deliberated_at=at):
            yield Step(**item, step="deliberated", day=local_day(at), at=at, detail=event.summary, ends=(DEALING,))
        case NoteTaken(noted_at=at):
            yield Step(**item, step="noted", day=local_day(at), at=at, ends=(DEALING,))
        case ResolutionRejected(rejected_at=at):
            votes = {"votes": event.votes.model_dump()}
            yield Step(**item, step="rejected", day=local_day(at), at=at, detail=event.text, facts=votes, ends=(DEALING,))
        case ResolutionPassed(resolved_at=at):
            resolution = item | {"node": event.resolution, "kind": "resolution"}
            passed = {"instrument": event.instrument.value, "votes": event.votes.model_dump()}
            yield Step(**resolution, step="passed", day=local_day(at), at=at, detail=event.text, facts=passed)
            yield Step(**item, step="resolved", day=local_day(at), at=at, ends=(DEALING,))
            yield Edge(origin=event.item, target=event.resolution, how="resolved", **sight)
        case ResolutionCorrected(corrected_at=at):
            resolution = item | {"node": event.resolution, "kind": "resolution", "role": SECRETARIAT}
            righted = {"reason": event.reason, "votes": event.votes.model_dump()}
            yield Step(**resolution, step="corrected", day=local_day(at), at=at, detail=event.text, facts=righted)
        case ItemTitleCorrected(corrected_at=at):
            called: dict[str, Any] = {"role": SECRETARIAT, "step": "corrected", "day": local_day(at), "facts": {"reason": event.reason}}
            yield Step(**item | called)
            if event.resolution:
                yield Step(**item | called | {"node": event.resolution, "kind": "resolution"})
        case RejectionCorrected(corrected_at=at):
            righted = {"reason": event.reason, "votes": event.votes.model_dump()}
            yield Step(**item | {"role": SECRETARIAT}, step="corrected", day=local_day(at), at=at, detail=event.text, facts=righted)
        case _:
            assert_never(event)
