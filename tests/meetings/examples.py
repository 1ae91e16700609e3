"""Bodies, meetings and sittings that the tests of this service speak of, and one example of every fact and contract."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.meetings.dealing import resolution_of
from services.meetings.duty import duty_of
from services.meetings.events.body import (
    BodyCorrected,
    BodyFounded,
    BodyKind,
    BodySucceeded,
    CadenceCorrected,
    CadenceSet,
    LegalNature,
    SuccessionCorrected,
)
from services.meetings.events.composition import (
    MemberLeftSeat,
    MemberSeated,
    QuorumRuleCorrected,
    QuorumRuleSet,
    SeatCorrected,
    SeatCreated,
    SeatingCorrected,
    SeatingTakenBack,
    SeatKind,
    SeatTakenBack,
)
from services.meetings.events.duty import (
    DealingForDutyCorrected,
    DealingForDutyRepeated,
    HandoverDutyFulfilled,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyReopened,
    ResultsDeliberatedForDuty,
    ResultsReceivedForDuty,
)
from services.meetings.events.meeting import (
    ItemAdded,
    ItemPlaced,
    ItemRemoved,
    ItemReturned,
    MeetingCancelled,
    MeetingCorrected,
    MeetingOpened,
    MeetingRescheduled,
    MeetingScheduled,
    MembersInvited,
)
from services.meetings.events.proposal import DeclinationCorrected, ItemProposed, ProposalDeclined, ProposalRenamed
from services.meetings.events.sitting import (
    ItemDeliberated,
    ItemReceived,
    MemberArrived,
    MemberLeft,
    NoteTaken,
    ReceiptEntry,
    RejectionEntry,
    ResolutionEntry,
    ResolutionPassed,
    ResolutionRejected,
    SittingClosed,
    SittingCorrected,
    SittingOpened,
    TitleEntry,
)
from services.meetings.items import AgendaItem, Asked, Instrument, InvitedMember, Matter, QuorumAsked, SittingMember, Votes
from services.meetings.proposal import proposal_of
from services.meetings.sitting import sitting_of
from shared.contracts import matter as matters
from shared.contracts.conferences import ConferenceCorrected, ConferenceHeld, HeldResult
from shared.contracts.meetings import bodies, duties, planning, proposals, sittings
from shared.domain import Named

NOW = datetime(2018, 9, 3, 9, 0, tzinfo=UTC)
BOARD = UUID("0b0d1e00-0000-4000-8000-000000000001")
OFFICE = UUID("0b0d1e00-0000-4000-8000-000000000002")
MEETING = UUID("0b0d1e00-0000-4000-8000-000000000003")
SITTING = sitting_of(MEETING)
LEAD_OFFICE = UUID("0b0d1e00-0000-4000-8000-000000000004")
COUNCIL = UUID("0b0d1e00-0000-4000-8000-000000000005")
SUCCESSOR = UUID("0b0d1e00-0000-4000-8000-000000000006")
SEAT = UUID("0b0d1e00-0000-4000-8000-000000000007")
MEMBER = UUID("0b0d1e00-0000-4000-8000-000000000008")
STARTS = datetime(2018, 11, 6, 15, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=2)
LATER = STARTS + timedelta(days=7)
FOUNDED_ON = date(2013, 4, 25)
BOARD_NAME = "Fachbeirat Migration und Chancengleichheit"
SUCCEEDED_ON = date(2023, 6, 15)
SUCCESSOR_NAME = "Migrationsrat"
SEAT_TITLE = "Sitz der freien Wohlfahrtspflege"
MEMBER_NAME = "Ayla Beispiel"
SENDER = "Arbeiterwohlfahrt Bremerhaven"
SEATED_ON = date(2018, 2, 1)
LEFT_ON = date(2018, 12, 31)
TITLE = "Zweite Sitzung 2018"
PLACE = "Stadthaus 1, Raum 12"
OTHER_PLACE = "Volkshochschule, Saal"
REASON = "Der Raum steht nicht zur Verfügung."
SOURCE = "Konzept 2013, Struktur & Vernetzung"

OF_MEETING: dict[str, Any] = {"body": BOARD, "body_name": BOARD_NAME, "title": TITLE, "public": True}

FOUNDED = BodyFounded(
    body_name=BOARD_NAME,
    kind=BodyKind.ADVISORY_BOARD,
    legal_nature=LegalNature.ADVISORY,
    secretariat=OFFICE,
    lead_office=LEAD_OFFICE,
    reports_to=COUNCIL,
    founded_on=FOUNDED_ON,
)
SUCCEEDED = BodySucceeded(
    body_name=BOARD_NAME,
    successor=SUCCESSOR,
    successor_name=SUCCESSOR_NAME,
    on=SUCCEEDED_ON,
    reason="Beschluss der Stadtverordnetenversammlung",
)
OF_BODY: dict[str, Any] = {"body": BOARD, "body_name": BOARD_NAME}
SEAT_CREATED = SeatCreated(**OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, kind=SeatKind.NOMINATED, voting=True, on_behalf_of=SENDER)
MEMBER_SEATED = MemberSeated(
    **OF_BODY,
    seat=SEAT,
    seat_title=SEAT_TITLE,
    member=MEMBER,
    member_name=MEMBER_NAME,
    on_behalf_of=SENDER,
    voting=True,
    since=SEATED_ON,
)
MEMBER_LEFT = MemberLeftSeat(
    **OF_BODY,
    seat=SEAT,
    seat_title=SEAT_TITLE,
    member=MEMBER,
    member_name=MEMBER_NAME,
    until=LEFT_ON,
    reason="Abberufung durch den Verband",
)
SEATING_CORRECTED = SeatingCorrected(
    **OF_BODY,
    seat=SEAT,
    seat_title=SEAT_TITLE,
    member=MEMBER,
    member_name="Ayşe Beispiel",
    on_behalf_of=SENDER,
    voting=True,
    formerly_since=SEATED_ON,
    since=FOUNDED_ON,
    until=LEFT_ON,
    reason="Der Name war falsch geschrieben, und der Sitz war früher besetzt.",
    corrected_at=NOW,
)
WRONGLY_COPIED = "Aus der Satzung falsch abgeschrieben."
WHY: dict[str, Any] = {"reason": WRONGLY_COPIED, "corrected_at": NOW}
RIGHT_NAME = "Fachbeirat für Migration und Chancengleichheit"
RIGHT_DAY = date(2013, 4, 22)
BODY_CORRECTED = BodyCorrected(
    formerly_name=BOARD_NAME,
    body_name=RIGHT_NAME,
    kind=BodyKind.ADVISORY_BOARD,
    legal_nature=LegalNature.ADVISORY,
    secretariat=OFFICE,
    lead_office=LEAD_OFFICE,
    reports_to=COUNCIL,
    founded_on=RIGHT_DAY,
    **WHY,
)
SUCCESSION_CORRECTED = SuccessionCorrected(
    body_name=BOARD_NAME,
    successor=SUCCESSOR,
    successor_name=SUCCESSOR_NAME,
    on=date(2023, 7, 1),
    because="Beschluss der Stadtverordnetenversammlung",
    **WHY,
)
SUCCESSION_TAKEN_BACK = SuccessionCorrected(body_name=BOARD_NAME, successor=None, successor_name=None, on=None, because=None, **WHY)
SEATING_TAKEN_BACK = SeatingTakenBack(**OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, member=MEMBER, since=SEATED_ON, **WHY)
SEAT_CORRECTED = SeatCorrected(
    **OF_BODY,
    seat=SEAT,
    seat_title="Sitz der Wohlfahrtsverbände",
    kind=SeatKind.EX_OFFICIO,
    voting=False,
    formerly_on_behalf_of=SENDER,
    on_behalf_of="Arbeitsgemeinschaft der Wohlfahrtsverbände",
    **WHY,
)
SEAT_TAKEN_BACK = SeatTakenBack(**OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, **WHY)
QUORUM_RULE_CORRECTED = QuorumRuleCorrected(
    **OF_BODY, formerly_from=FOUNDED_ON, valid_from=SEATED_ON, more_than_percent=66, source="Geschäftsordnung 2018", **WHY
)
QUORUM_RULE_SET = QuorumRuleSet(**OF_BODY, valid_from=FOUNDED_ON, more_than_percent=50, source="Geschäftsordnung 2013")
TWICE_A_YEAR = CadenceSet(valid_from=FOUNDED_ON, minimum_per_year=2, maximum_gap_days=None, source=SOURCE)
CADENCE_CORRECTED = CadenceCorrected(
    formerly_from=FOUNDED_ON,
    rule=CadenceSet(valid_from=date(2014, 1, 1), minimum_per_year=3, maximum_gap_days=150, source=SOURCE),
    **WHY,
)
SCHEDULED = MeetingScheduled(**OF_MEETING, starts_at=STARTS, ends_at=ENDS, place=PLACE, entered_later=False)
RESCHEDULED = MeetingRescheduled(
    **OF_MEETING, starts_at=LATER, ends_at=None, place=OTHER_PLACE, formerly_starts_at=STARTS, formerly_place=PLACE
)
CANCELLED = MeetingCancelled(**OF_MEETING, starts_at=STARTS, ends_at=ENDS, place=PLACE, reason=REASON)
MEETING_TITLE = "Dritte Sitzung 2018"
CORRECTION: dict[str, Any] = {"place": OTHER_PLACE, "cancelled_because": None, "reason": "Sie war falsch gezählt.", "corrected_at": NOW}
CORRECTED = MeetingCorrected(**OF_MEETING | {"title": MEETING_TITLE}, starts_at=STARTS, ends_at=ENDS, **CORRECTION)

CONFERENCE = UUID("0b0d1e00-0000-4000-8000-000000000010")
CONFERENCE_TITLE = "Fünfte Integrationskonferenz"
RESULTS = Matter(service="conferences", kind="results", id=CONFERENCE)
PROPOSAL = proposal_of(BOARD, RESULTS)
DUTY = duty_of(CONFERENCE, BOARD)
ITEM_ID = UUID("0b0d1e00-0000-4000-8000-000000000011")
OWN_ITEM_ID = UUID("0b0d1e00-0000-4000-8000-000000000012")
SECOND_MEMBER = UUID("0b0d1e00-0000-4000-8000-000000000013")
GUEST_MEMBER = UUID("0b0d1e00-0000-4000-8000-000000000014")
DUE_BY = date(2019, 5, 30)
TEXT = "Der Fachbeirat empfiehlt mehr Sprachkurse am Abend."
ITEM = AgendaItem(
    id=ITEM_ID,
    title=CONFERENCE_TITLE,
    public=True,
    asked=Asked.RECEIVE_AND_DELIBERATE,
    matter=RESULTS,
    proposal=PROPOSAL,
    proposed_by=OFFICE,
    proposed_by_name="Koordinierungsstelle",
)
OWN_ITEM = AgendaItem(id=OWN_ITEM_ID, title="Personalangelegenheiten", public=False, asked=Asked.DELIBERATE)
MEMBERS = (
    SittingMember(member=MEMBER, member_name=MEMBER_NAME, voting=True),
    SittingMember(member=SECOND_MEMBER, member_name="Bo Beispiel", voting=True),
    SittingMember(member=GUEST_MEMBER, member_name="Chris Beispiel", voting=False),
)
QUORUM = QuorumAsked(needed=2, entitled=2, more_than_percent=50, source="Geschäftsordnung 2013")
FROZEN: dict[str, Any] = {"agenda": (ITEM, OWN_ITEM), "members": MEMBERS, "quorum": QUORUM}
ITEM_PLACED = ItemPlaced(**OF_MEETING, item=ITEM, starts_at=STARTS)
ITEM_ADDED = ItemAdded(**OF_MEETING, item=OWN_ITEM)
ITEM_REMOVED = ItemRemoved(**OF_MEETING, item=ITEM, reason="Die Unterlagen fehlen noch.")
ITEM_RETURNED = ItemReturned(**OF_MEETING, item=ITEM)
INVITED = MembersInvited(
    **OF_MEETING,
    starts_at=STARTS,
    ends_at=ENDS,
    place=PLACE,
    members=tuple(InvitedMember(member=one.member, member_name=one.member_name) for one in MEMBERS),
    agenda=(ITEM, OWN_ITEM),
    invited_at=NOW,
)
OPENED = MeetingOpened(**OF_MEETING, opened_at=STARTS, place=PLACE, **FROZEN)
SITTING_OPENED = SittingOpened(**OF_MEETING, meeting=MEETING, opened_at=STARTS, place=PLACE, **FROZEN)
SITTING_CLOSED = SittingClosed(**OF_MEETING, meeting=MEETING, opened_at=STARTS, closed_at=ENDS, place=PLACE, undealt=(ITEM_ID,))
IN_SITTING: dict[str, Any] = {**OF_MEETING, "meeting": MEETING}
MINUTE = timedelta(minutes=1)
ARRIVED = MemberArrived(**IN_SITTING, **dict(MEMBERS[0]), arrived_at=STARTS + MINUTE)
SECOND_ARRIVED = MemberArrived(**IN_SITTING, **dict(MEMBERS[1]), arrived_at=STARTS + MINUTE)
LEFT = MemberLeft(**IN_SITTING, **dict(MEMBERS[1]), left_at=STARTS + 30 * MINUTE)
RECEIVED = ItemReceived(**IN_SITTING, item=ITEM, received_at=STARTS + 2 * MINUTE)
DELIBERATED = ItemDeliberated(
    **IN_SITTING, item=ITEM, deliberated_at=STARTS + 10 * MINUTE, summary="Die Ergebnisse der Arbeitsgruppe Sprache wurden begrüßt."
)
NOTED = NoteTaken(
    **IN_SITTING, item=ITEM, body_kind=BodyKind.ADVISORY_BOARD, proposed_by_kind=BodyKind.OFFICE, noted_at=STARTS + 12 * MINUTE
)
PASSED = ResolutionPassed(
    **IN_SITTING,
    item=ITEM,
    resolution=resolution_of(ITEM_ID),
    text=TEXT,
    instrument=Instrument.RECOMMENDATION,
    votes=Votes(yes=2, no=0, abstentions=0, present=2, entitled=2, quorum=2),
    resolved_at=STARTS + 20 * MINUTE,
)
REJECTED = ResolutionRejected(
    **IN_SITTING,
    item=ITEM,
    text=TEXT,
    votes=Votes(yes=1, no=1, abstentions=0, present=2, entitled=2, quorum=2),
    rejected_at=STARTS + 20 * MINUTE,
)
RIGHT_TEXT = "Der Fachbeirat empfiehlt mehr Sprachkurse am Abend und am Wochenende."
MISREAD = "Die Uhrzeit war falsch abgeschrieben."
WHEN_HELD: dict[str, Any] = {"corrected_at": LATER, "opened_at": STARTS, "closed_at": ENDS, "dealt_with": None}
TEXT_CORRECTED = SittingCorrected(
    **IN_SITTING,
    entry=ResolutionEntry(item=ITEM, resolution=resolution_of(ITEM_ID), text=RIGHT_TEXT, votes=PASSED.votes),
    reason="In der Niederschrift fehlten die Worte „und am Wochenende“.",
    **WHEN_HELD,
)
TITLE_CORRECTED = SittingCorrected(
    **IN_SITTING,
    entry=TitleEntry(item=ITEM, title="Ergebnisse der Konferenz vom November", resolution=PASSED.resolution),
    reason="Der Monat fehlte.",
    **WHEN_HELD,
)
REJECTION_CORRECTED = SittingCorrected(
    **IN_SITTING,
    entry=RejectionEntry(
        item=ITEM, rejected_at=REJECTED.rejected_at, text=RIGHT_TEXT, votes=REJECTED.votes.model_copy(update={"yes": 0, "abstentions": 1})
    ),
    reason="Die Stimmen waren verzählt.",
    **WHEN_HELD,
)
RECEIPT_CORRECTED = SittingCorrected(
    **IN_SITTING,
    entry=ReceiptEntry(item=ITEM, formerly=RECEIVED.received_at, at=STARTS + 3 * MINUTE),
    reason=MISREAD,
    **WHEN_HELD,
)
OF_PROPOSAL: dict[str, Any] = {
    "proposal": PROPOSAL,
    "body": BOARD,
    "body_name": BOARD_NAME,
    "matter": RESULTS,
    "title": CONFERENCE_TITLE,
    "public": True,
    "asked": Asked.RECEIVE_AND_DELIBERATE,
    "proposed_by": OFFICE,
    "proposed_by_name": "Koordinierungsstelle",
}
PROPOSED = ItemProposed(**OF_PROPOSAL, proposed_at=NOW, due_by=DUE_BY)
DECLINED = ProposalDeclined(**OF_PROPOSAL, reason="Der Fachbeirat ist dafür nicht zuständig.")
RIGHT_TITLE, RENAMED = "Sechste Integrationskonferenz", "Es war die sechste."
RIGHT_REASON = "Der Fachbeirat befasst sich damit im Herbst."
MISTAKEN: dict[str, Any] = {"declined_because": RIGHT_REASON, "reason": "Der Grund war verwechselt.", "corrected_at": NOW}
DECLINATION_CORRECTED = DeclinationCorrected(**OF_PROPOSAL, **MISTAKEN)
PROPOSAL_RENAMED = ProposalRenamed(**OF_PROPOSAL | {"title": RIGHT_TITLE}, reason=RENAMED)
OF_DUTY: dict[str, Any] = {"conference": CONFERENCE, "body": BOARD}
DUTY_OPENED = HandoverDutyOpened(
    **OF_DUTY, conference_title=CONFERENCE_TITLE, body_name=BOARD_NAME, opened_on=date(2018, 11, 30), due_by=DUE_BY, source=SOURCE
)
DUTY_RENAMED = HandoverDutyRenamed(**OF_DUTY, conference_title=RIGHT_TITLE, body_name=BOARD_NAME, reason=RENAMED)
DUTY_RECEIVED = ResultsReceivedForDuty(**OF_DUTY, meeting=MEETING, public=True, received_at=RECEIVED.received_at)
DUTY_DELIBERATED = ResultsDeliberatedForDuty(**OF_DUTY, meeting=MEETING, public=True, deliberated_at=DELIBERATED.deliberated_at)
DUTY_FULFILLED = HandoverDutyFulfilled(
    **OF_DUTY,
    conference_title=CONFERENCE_TITLE,
    body_name=BOARD_NAME,
    meeting=MEETING,
    public=True,
    fulfilled_at=DELIBERATED.deliberated_at,
)
DUTY_CORRECTED = DealingForDutyCorrected(**OF_DUTY, what="deliberation", meeting=MEETING, public=True, at=None, reason=MISREAD)
DUTY_REPEATED = DealingForDutyRepeated(**OF_DUTY, what="receipt", meeting=OFFICE, public=True, at=DELIBERATED.deliberated_at + MINUTE)
DUTY_REOPENED = HandoverDutyReopened(
    **OF_DUTY, conference_title=CONFERENCE_TITLE, body_name=BOARD_NAME, meeting=MEETING, public=True, reason=MISREAD
)

EVENT_EXAMPLES: tuple[Named, ...] = (
    FOUNDED,
    TWICE_A_YEAR,
    SUCCEEDED,
    BODY_CORRECTED,
    CADENCE_CORRECTED,
    SUCCESSION_CORRECTED,
    SEAT_CREATED,
    MEMBER_SEATED,
    MEMBER_LEFT,
    SEATING_CORRECTED,
    SEATING_TAKEN_BACK,
    SEAT_CORRECTED,
    SEAT_TAKEN_BACK,
    QUORUM_RULE_SET,
    QUORUM_RULE_CORRECTED,
    SCHEDULED,
    RESCHEDULED,
    CANCELLED,
    CORRECTED,
    OPENED,
    SITTING_OPENED,
    SITTING_CLOSED,
    ITEM_PLACED,
    ITEM_ADDED,
    ITEM_REMOVED,
    ITEM_RETURNED,
    INVITED,
    ARRIVED,
    LEFT,
    RECEIVED,
    DELIBERATED,
    NOTED,
    PASSED,
    REJECTED,
    RECEIPT_CORRECTED,
    PROPOSED,
    DECLINED,
    DECLINATION_CORRECTED,
    PROPOSAL_RENAMED,
    DUTY_OPENED,
    DUTY_RENAMED,
    DUTY_RECEIVED,
    DUTY_DELIBERATED,
    DUTY_FULFILLED,
    DUTY_CORRECTED,
    DUTY_REPEATED,
    DUTY_REOPENED,
)

TOLD: dict[str, Any] = {"meeting": MEETING, **OF_MEETING}
TOLD_OF_BODY: tuple[Named, ...] = (
    bodies.BodyFounded(
        **OF_BODY,
        kind="advisory_board",
        legal_nature="advisory",
        secretariat=OFFICE,
        lead_office=LEAD_OFFICE,
        reports_to=COUNCIL,
        founded_on=FOUNDED_ON,
    ),
    bodies.BodySucceeded(
        **OF_BODY, successor=SUCCESSOR, successor_name=SUCCESSOR_NAME, on=SUCCEEDED_ON, reason="Beschluss der Stadtverordnetenversammlung"
    ),
    bodies.MemberSeated(
        **OF_BODY,
        seat=SEAT,
        seat_title=SEAT_TITLE,
        member=MEMBER,
        member_name=MEMBER_NAME,
        on_behalf_of=SENDER,
        voting=True,
        since=SEATED_ON,
    ),
    bodies.MemberLeftSeat(**OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, member=MEMBER, until=LEFT_ON),
    bodies.SeatingCorrected(
        **OF_BODY,
        seat=SEAT,
        seat_title=SEAT_TITLE,
        member=MEMBER,
        member_name="Ayşe Beispiel",
        on_behalf_of=SENDER,
        voting=True,
        formerly_since=SEATED_ON,
        since=FOUNDED_ON,
        until=LEFT_ON,
        reason="Der Name war falsch geschrieben, und der Sitz war früher besetzt.",
        corrected_at=NOW,
    ),
    bodies.BodyCorrected(
        body=BOARD,
        formerly_name=BOARD_NAME,
        body_name=RIGHT_NAME,
        kind="advisory_board",
        legal_nature="advisory",
        secretariat=OFFICE,
        lead_office=LEAD_OFFICE,
        reports_to=COUNCIL,
        founded_on=RIGHT_DAY,
        **WHY,
    ),
    bodies.SuccessionCorrected(
        **OF_BODY,
        successor=SUCCESSOR,
        successor_name=SUCCESSOR_NAME,
        on=date(2023, 7, 1),
        because="Beschluss der Stadtverordnetenversammlung",
        **WHY,
    ),
    bodies.SeatingTakenBack(**OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, member=MEMBER, since=SEATED_ON, **WHY),
    bodies.SeatCorrected(
        **OF_BODY,
        seat=SEAT,
        seat_title="Sitz der Wohlfahrtsverbände",
        kind="ex_officio",
        voting=False,
        formerly_on_behalf_of=SENDER,
        on_behalf_of="Arbeitsgemeinschaft der Wohlfahrtsverbände",
        **WHY,
    ),
)
CONFERENCE_HELD = ConferenceHeld(
    conference=CONFERENCE,
    title=CONFERENCE_TITLE,
    host=OFFICE,
    host_name="Koordinierungsstelle",
    held_on=date(2018, 11, 30),
    place="Volkshochschule",
    attendance=120,
    results=(HeldResult(result=UUID(int=17), number=1, result_title="Sprachkurse am Abend"),),
    results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
)
"""What the conferences service tells."""
CONFERENCE_CORRECTED = ConferenceCorrected(
    conference=CONFERENCE,
    title=RIGHT_TITLE,
    host=OFFICE,
    host_name="Koordinierungsstelle",
    partners=(),
    groups=(),
    starts_at=datetime(2018, 11, 30, 13, 0, tzinfo=UTC),
    ends_at=datetime(2018, 11, 30, 18, 0, tzinfo=UTC),
    place="Volkshochschule",
    formerly_title=CONFERENCE_TITLE,
    formerly_starts_at=datetime(2018, 11, 30, 13, 0, tzinfo=UTC),
    formerly_ends_at=datetime(2018, 11, 30, 18, 0, tzinfo=UTC),
    formerly_place="Volkshochschule",
    results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
    held_on=date(2018, 11, 30),
    attendance=120,
    cancelled_because=None,
    reason=RENAMED,
    corrected_at=NOW,
)
MATTER = matters.Matter(service="conferences", kind="results", id=CONFERENCE)
TOLD_OF_PROPOSAL: dict[str, Any] = OF_PROPOSAL | {"matter": MATTER, "asked": proposals.Asked.RECEIVE_AND_DELIBERATE}
TOLD_OF_ITEM: dict[str, Any] = TOLD | {
    "item": ITEM_ID,
    "item_title": CONFERENCE_TITLE,
    "matter": MATTER,
    "proposal": PROPOSAL,
    "proposed_by": OFFICE,
    "proposed_by_name": "Koordinierungsstelle",
}
TOLD_OF_DUTY: dict[str, Any] = OF_DUTY | {"duty": DUTY, "conference_title": CONFERENCE_TITLE, "body_name": BOARD_NAME}
TOLD_OF_ITEMS: tuple[Named, ...] = (
    planning.MeetingInvited(
        **TOLD,
        starts_at=STARTS,
        ends_at=ENDS,
        place=PLACE,
        members=tuple(planning.InvitedMember(member=one.member, member_name=one.member_name) for one in MEMBERS),
        agenda=(
            planning.InvitedItem(
                item=ITEM_ID,
                number=1,
                title=CONFERENCE_TITLE,
                public=True,
                asked=proposals.Asked.RECEIVE_AND_DELIBERATE,
                matter=MATTER,
            ),
            planning.InvitedItem(
                item=OWN_ITEM_ID, number=2, title=OWN_ITEM.title, public=False, asked=proposals.Asked.DELIBERATE, matter=None
            ),
        ),
        invited_at=NOW,
    ),
    proposals.ItemPlaced(**TOLD_OF_PROPOSAL, meeting=MEETING, item=ITEM_ID, starts_at=STARTS),
    proposals.ItemReturned(**TOLD_OF_PROPOSAL, meeting=MEETING, item=ITEM_ID),
    proposals.ItemProposed(**TOLD_OF_PROPOSAL, proposed_at=NOW, due_by=DUE_BY),
    proposals.ProposalDeclined(**TOLD_OF_PROPOSAL, reason=DECLINED.reason),
    proposals.DeclinationCorrected(**TOLD_OF_PROPOSAL, **MISTAKEN),
    proposals.ProposalRenamed(**TOLD_OF_PROPOSAL | {"title": RIGHT_TITLE}, reason=RENAMED),
    sittings.ResultsReceived(**TOLD_OF_ITEM, received_at=RECEIVED.received_at),
    sittings.ItemDeliberated(**TOLD_OF_ITEM, deliberated_at=DELIBERATED.deliberated_at, summary=DELIBERATED.summary),
    sittings.NoteTaken(**TOLD_OF_ITEM, body_kind="advisory_board", proposed_by_kind="office", noted_at=NOTED.noted_at),
    sittings.ResolutionPassed(
        **TOLD_OF_ITEM,
        resolution=PASSED.resolution,
        text=TEXT,
        instrument=sittings.Instrument.RECOMMENDATION,
        votes=sittings.Votes(yes=2, no=0, abstentions=0, present=2, entitled=2, quorum=2),
        resolved_at=PASSED.resolved_at,
    ),
    sittings.ResolutionRejected(
        **TOLD_OF_ITEM,
        text=TEXT,
        votes=sittings.Votes(yes=1, no=1, abstentions=0, present=2, entitled=2, quorum=2),
        rejected_at=REJECTED.rejected_at,
    ),
    sittings.ResolutionCorrected(
        **TOLD_OF_ITEM,
        resolution=PASSED.resolution,
        text=RIGHT_TEXT,
        votes=sittings.Votes(yes=2, no=0, abstentions=0, present=2, entitled=2, quorum=2),
        reason=TEXT_CORRECTED.reason,
        corrected_at=LATER,
    ),
    sittings.RejectionCorrected(
        **TOLD_OF_ITEM,
        rejected_at=REJECTED.rejected_at,
        text=RIGHT_TEXT,
        votes=sittings.Votes(yes=0, no=1, abstentions=1, present=2, entitled=2, quorum=2),
        reason=REJECTION_CORRECTED.reason,
        corrected_at=LATER,
    ),
    sittings.ItemTitleCorrected(
        **TOLD_OF_ITEM | {"item_title": "Ergebnisse der Konferenz vom November"},
        resolution=PASSED.resolution,
        formerly=ITEM.title,
        reason=TITLE_CORRECTED.reason,
        corrected_at=LATER,
    ),
    sittings.SittingCorrected(
        **TOLD_OF_ITEM,
        what=sittings.Corrected.RECEIPT,
        formerly=RECEIVED.received_at,
        at=STARTS + 3 * MINUTE,
        summary=None,
        body_kind=None,
        proposed_by_kind=None,
        reason=MISREAD,
        corrected_at=LATER,
    ),
    duties.HandoverDutyOpened(**TOLD_OF_DUTY, opened_on=date(2018, 11, 30), due_by=DUE_BY),
    duties.HandoverDutyRenamed(**TOLD_OF_DUTY | {"conference_title": RIGHT_TITLE}, reason=RENAMED),
    duties.HandoverDutyFulfilled(**TOLD_OF_DUTY, meeting=MEETING, public=True, fulfilled_at=DELIBERATED.deliberated_at),
    duties.HandoverDutyReopened(**TOLD_OF_DUTY, meeting=MEETING, public=True, reason=MISREAD),
)
CONTRACT_EXAMPLES: tuple[Named, ...] = (
    *TOLD_OF_BODY,
    planning.MeetingScheduled(**TOLD, starts_at=STARTS, ends_at=ENDS, place=PLACE, entered_later=False),
    planning.MeetingRescheduled(**TOLD, starts_at=LATER, ends_at=None, place=OTHER_PLACE, formerly_starts_at=STARTS, formerly_place=PLACE),
    planning.MeetingCancelled(**TOLD, starts_at=STARTS, ends_at=ENDS, place=PLACE, reason=REASON),
    planning.MeetingCorrected(**TOLD | {"title": MEETING_TITLE}, starts_at=STARTS, ends_at=ENDS, **CORRECTION),
    sittings.MeetingHeld(**TOLD, opened_at=STARTS, closed_at=ENDS, place=PLACE),
    *TOLD_OF_ITEMS,
)
