"""Bodies, meetings and sittings that the tests of this service speak of, and one example of every fact and contract."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.meetings import events
from services.meetings.events import BodyKind, LegalNature
from services.meetings.sitting import sitting_of
from shared.contracts import meetings as contracts
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

FOUNDED = events.BodyFounded(
    body_name=BOARD_NAME,
    kind=BodyKind.ADVISORY_BOARD,
    legal_nature=LegalNature.ADVISORY,
    secretariat=OFFICE,
    lead_office=LEAD_OFFICE,
    reports_to=COUNCIL,
    founded_on=FOUNDED_ON,
)
SUCCEEDED = events.BodySucceeded(
    body_name=BOARD_NAME,
    successor=SUCCESSOR,
    successor_name=SUCCESSOR_NAME,
    on=SUCCEEDED_ON,
    reason="Beschluss der Stadtverordnetenversammlung",
)
OF_BODY: dict[str, Any] = {"body": BOARD, "body_name": BOARD_NAME}
SEAT_CREATED = events.SeatCreated(
    **OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, kind=events.SeatKind.NOMINATED, voting=True, on_behalf_of=SENDER
)
MEMBER_SEATED = events.MemberSeated(
    **OF_BODY,
    seat=SEAT,
    seat_title=SEAT_TITLE,
    member=MEMBER,
    member_name=MEMBER_NAME,
    on_behalf_of=SENDER,
    voting=True,
    since=SEATED_ON,
)
MEMBER_LEFT = events.MemberLeftSeat(
    **OF_BODY,
    seat=SEAT,
    seat_title=SEAT_TITLE,
    member=MEMBER,
    member_name=MEMBER_NAME,
    until=LEFT_ON,
    reason="Abberufung durch den Verband",
)
QUORUM_RULE_SET = events.QuorumRuleSet(**OF_BODY, valid_from=FOUNDED_ON, more_than_percent=50, source="Geschäftsordnung 2013")
TWICE_A_YEAR = events.CadenceSet(valid_from=FOUNDED_ON, minimum_per_year=2, maximum_gap_days=None, source=SOURCE)
SCHEDULED = events.MeetingScheduled(**OF_MEETING, starts_at=STARTS, ends_at=ENDS, place=PLACE, entered_later=False)
RESCHEDULED = events.MeetingRescheduled(
    **OF_MEETING, starts_at=LATER, ends_at=None, place=OTHER_PLACE, formerly_starts_at=STARTS, formerly_place=PLACE
)
CANCELLED = events.MeetingCancelled(**OF_MEETING, starts_at=STARTS, ends_at=ENDS, place=PLACE, reason=REASON)
OPENED = events.MeetingOpened(**OF_MEETING, opened_at=STARTS, place=PLACE)
SITTING_OPENED = events.SittingOpened(**OF_MEETING, meeting=MEETING, opened_at=STARTS, place=PLACE)
SITTING_CLOSED = events.SittingClosed(**OF_MEETING, meeting=MEETING, opened_at=STARTS, closed_at=ENDS, place=PLACE)

EVENT_EXAMPLES: tuple[Named, ...] = (
    FOUNDED,
    TWICE_A_YEAR,
    SUCCEEDED,
    SEAT_CREATED,
    MEMBER_SEATED,
    MEMBER_LEFT,
    QUORUM_RULE_SET,
    SCHEDULED,
    RESCHEDULED,
    CANCELLED,
    OPENED,
    SITTING_OPENED,
    SITTING_CLOSED,
)

TOLD: dict[str, Any] = {"meeting": MEETING, **OF_MEETING}
TOLD_OF_BODY: tuple[Named, ...] = (
    contracts.BodyFounded(
        **OF_BODY,
        kind="advisory_board",
        legal_nature="advisory",
        secretariat=OFFICE,
        lead_office=LEAD_OFFICE,
        reports_to=COUNCIL,
        founded_on=FOUNDED_ON,
    ),
    contracts.BodySucceeded(
        **OF_BODY, successor=SUCCESSOR, successor_name=SUCCESSOR_NAME, on=SUCCEEDED_ON, reason="Beschluss der Stadtverordnetenversammlung"
    ),
    contracts.MemberSeated(
        **OF_BODY,
        seat=SEAT,
        seat_title=SEAT_TITLE,
        member=MEMBER,
        member_name=MEMBER_NAME,
        on_behalf_of=SENDER,
        voting=True,
        since=SEATED_ON,
    ),
    contracts.MemberLeftSeat(**OF_BODY, seat=SEAT, seat_title=SEAT_TITLE, member=MEMBER, until=LEFT_ON),
)
CONTRACT_EXAMPLES: tuple[Named, ...] = (
    *TOLD_OF_BODY,
    contracts.MeetingScheduled(**TOLD, starts_at=STARTS, ends_at=ENDS, place=PLACE, entered_later=False),
    contracts.MeetingRescheduled(**TOLD, starts_at=LATER, ends_at=None, place=OTHER_PLACE, formerly_starts_at=STARTS, formerly_place=PLACE),
    contracts.MeetingCancelled(**TOLD, starts_at=STARTS, ends_at=ENDS, place=PLACE, reason=REASON),
    contracts.MeetingHeld(**TOLD, opened_at=STARTS, closed_at=ENDS, place=PLACE),
)
