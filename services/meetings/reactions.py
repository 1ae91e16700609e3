"""What follows by itself from the meetings service's own facts, and from what the conferences service tells."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.meetings.agenda import RestoreItem, ReturnItems
from services.meetings.duty import DUTY, CorrectDealing, OpenDuty, RecordDeliberation, RecordReceipt, RenameDuty, duty_of
from services.meetings.events.meeting import MeetingOpened
from services.meetings.events.sitting import (
    DeliberationEntry,
    ItemDeliberated,
    ItemReceived,
    PresenceEntry,
    ReceiptEntry,
    SittingClosed,
    SittingCorrected,
    SpanEntry,
)
from services.meetings.items import RESULTS, AgendaItem, Asked, Matter
from services.meetings.meeting import MEETING
from services.meetings.proposal import PROPOSAL, ProposeItem, RenameProposal, proposal_of
from services.meetings.sitting import SITTING, OpenSitting, sitting_of
from shared.contracts.conferences import ConferenceCorrected, ConferenceHeld
from shared.envelope import Received
from shared.localday import local_day
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send


@dataclass(frozen=True)
class HandoverRule:
    """Within how many months a body receives and deliberates the results of a conference, and where that is written."""

    months: int
    source: str

    def due_by(self, opened_on: date) -> date:
        """The same day of a later month, or its last day where that month is shorter."""
        years, month = divmod(opened_on.month - 1 + self.months, 12)
        year, month = opened_on.year + years, month + 1
        return date(year, month, min(opened_on.day, monthrange(year, month)[1]))


HANDOVER = HandoverRule(6, "our decision: half a year, as the advisory board meets at least twice a year")


def open_sitting(received: Received[MeetingOpened]) -> Iterable[Send]:
    """A meeting that has begun is held: its sitting opens with the agenda, the members and the quorum of that moment."""
    opened = OpenSitting(now=received.entry.recorded_at, meeting=received.stream, **dict(received.message))
    yield Send(SITTING, sitting_of(received.stream), opened)


def return_undealt_items(received: Received[SittingClosed | SittingCorrected]) -> Iterable[Send]:
    """What the body did not come to waits again; what it came to after all does no longer."""
    event, now = received.message, received.entry.recorded_at
    if isinstance(event, SittingClosed):
        if event.undealt:
            yield Send(MEETING, event.meeting, ReturnItems(now=now, items=event.undealt))
    elif event.dealt_with is not None and not isinstance(event.entry, SpanEntry | PresenceEntry):
        item = event.entry.item
        yield Send(MEETING, event.meeting, RestoreItem(now=now, item=item) if event.dealt_with else ReturnItems(now=now, items=(item.id,)))


def open_handover_duty(received: Received[ConferenceHeld | ConferenceCorrected]) -> Iterable[Send]:
    """The body to which the results go has to receive and to deliberate them; under their conference's right title, once it was held."""
    held, now = received.message, received.entry.recorded_at
    if isinstance(held, ConferenceCorrected):
        renamed = RenameDuty(now=now, conference_title=held.title, reason=held.reason)
        yield Send(DUTY, duty_of(held.conference, held.results_go_to), renamed)
        return
    opened_on = local_day(now)
    command = OpenDuty(
        now=now,
        conference=held.conference,
        conference_title=held.title,
        body=held.results_go_to,
        body_name=held.results_go_to_name,
        opened_on=opened_on,
        due_by=HANDOVER.due_by(opened_on),
        source=HANDOVER.source,
    )
    yield Send(DUTY, duty_of(held.conference, held.results_go_to), command)


def propose_results(received: Received[ConferenceHeld | ConferenceCorrected]) -> Iterable[Send]:
    """The results are put to that body in the host's name, and wait for every agenda until they are dealt with; their title follows."""
    held, now = received.message, received.entry.recorded_at
    service, kind = RESULTS
    matter = Matter(service=service, kind=kind, id=held.conference)
    proposal = proposal_of(held.results_go_to, matter)
    if isinstance(held, ConferenceCorrected):
        yield Send(PROPOSAL, proposal, RenameProposal(now=now, formerly=held.formerly_title, title=held.title, reason=held.reason))
        return
    command = ProposeItem(
        now=now,
        proposal=proposal,
        body=held.results_go_to,
        body_name=held.results_go_to_name,
        matter=matter,
        title=held.title,
        public=True,
        asked=Asked.RECEIVE_AND_DELIBERATE,
        proposed_by=held.host,
        proposed_by_name=held.host_name,
        due_by=HANDOVER.due_by(local_day(now)),
    )
    yield Send(PROPOSAL, proposal, command)


def tell_duty_of_receipt(received: Received[ItemReceived | SittingCorrected]) -> Iterable[Send]:
    """Receiving a conference's results is one half of what the body owes; what was recorded wrongly of it follows, in this order."""
    event = received.message
    if isinstance(event, SittingCorrected):
        if isinstance(event.entry, ReceiptEntry):
            yield from correct_duty(event, event.entry, received.entry.recorded_at)
    elif conference := results_in(event.item):
        command = RecordReceipt(
            now=received.entry.recorded_at,
            conference=conference.id,
            body=event.body,
            meeting=event.meeting,
            public=event.public and event.item.public,
            received_at=event.received_at,
        )
        yield Send(DUTY, duty_of(conference.id, event.body), command)


def tell_duty_of_deliberation(received: Received[ItemDeliberated | SittingCorrected]) -> Iterable[Send]:
    """Deliberating them is the other half; what was recorded wrongly of it follows, in this order."""
    event = received.message
    if isinstance(event, SittingCorrected):
        if isinstance(event.entry, DeliberationEntry):
            yield from correct_duty(event, event.entry, received.entry.recorded_at)
    elif conference := results_in(event.item):
        command = RecordDeliberation(
            now=received.entry.recorded_at,
            conference=conference.id,
            body=event.body,
            meeting=event.meeting,
            public=event.public and event.item.public,
            deliberated_at=event.deliberated_at,
        )
        yield Send(DUTY, duty_of(conference.id, event.body), command)


def correct_duty(event: SittingCorrected, entry: ReceiptEntry | DeliberationEntry, now: datetime) -> Iterable[Send]:
    """What a body has done of its duty, as it really was."""
    if conference := results_in(entry.item):
        command = CorrectDealing(
            now=now,
            conference=conference.id,
            body=event.body,
            what=entry.kind,
            meeting=event.meeting,
            public=event.public and entry.item.public,
            at=entry.at,
            reason=event.reason,
        )
        yield Send(DUTY, duty_of(conference.id, event.body), command)


def results_in(item: AgendaItem) -> Matter | None:
    """The item's matter where it is a conference's results."""
    return item.matter if item.matter and (item.matter.service, item.matter.kind) == RESULTS else None


WHEN_MEETING_OPENED_THEN_OPEN_SITTING = Reaction(
    name="when_meeting_opened_then_open_sitting", source=OWN, reacts_to=(MeetingOpened,), react=open_sitting
)
WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS = Reaction(
    name="when_sitting_closed_then_return_undealt_items",
    source=OWN,
    reacts_to=(SittingClosed, SittingCorrected),
    react=return_undealt_items,
)
WHEN_CONFERENCE_HELD_THEN_OPEN_HANDOVER_DUTY = Reaction(
    name="when_conference_held_then_open_handover_duty",
    source="conferences",
    reacts_to=(ConferenceHeld, ConferenceCorrected),
    react=open_handover_duty,
)
WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS = Reaction(
    name="when_conference_held_then_propose_results",
    source="conferences",
    reacts_to=(ConferenceHeld, ConferenceCorrected),
    react=propose_results,
)
WHEN_ITEM_RECEIVED_THEN_TELL_DUTY = Reaction(
    name="when_item_received_then_tell_duty", source=OWN, reacts_to=(ItemReceived, SittingCorrected), react=tell_duty_of_receipt
)
WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY = Reaction(
    name="when_item_deliberated_then_tell_duty",
    source=OWN,
    reacts_to=(ItemDeliberated, SittingCorrected),
    react=tell_duty_of_deliberation,
)

REACTIONS = (
    WHEN_MEETING_OPENED_THEN_OPEN_SITTING,
    WHEN_SITTING_CLOSED_THEN_RETURN_UNDEALT_ITEMS,
    WHEN_CONFERENCE_HELD_THEN_OPEN_HANDOVER_DUTY,
    WHEN_CONFERENCE_HELD_THEN_PROPOSE_RESULTS,
    WHEN_ITEM_RECEIVED_THEN_TELL_DUTY,
    WHEN_ITEM_DELIBERATED_THEN_TELL_DUTY,
)
