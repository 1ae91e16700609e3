"""Which bodies still owe it to a conference to receive and to deliberate its results, and until when? Received alone is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never, get_args
from uuid import UUID

from services.meetings.events.duty import (
    DealingForDutyCorrected,
    HandoverDutyFulfilled,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyReopened,
    ResultsDeliberatedForDuty,
    ResultsReceivedForDuty,
)
from services.meetings.events.proposal import DeclinationCorrected, ItemProposed, ProposalDeclined
from services.meetings.items import RESULTS
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table duties_v1 (
    duty uuid primary key,
    conference uuid not null,
    body uuid not null,
    conference_title text,
    body_name text,
    opened_on date,
    due_by date,
    source text,
    received_at timestamptz,
    received_publicly boolean,
    deliberated_at timestamptz,
    deliberated_publicly boolean,
    fulfilled boolean not null default false
);
comment on column duties_v1.opened_on is 'Null where results were dealt with before their duty was told, or by a body that owes none.';
create table duties_v1_proposal (
    proposal uuid primary key,
    conference uuid not null,
    body uuid not null,
    public boolean not null,
    declined text
);
comment on table duties_v1_proposal is 'Written by the proposals: why the results are on no agenda; null where they wait, or are on one.';
"""
INDEXES = """create index duties_v1_by_day on duties_v1 (due_by, duty);
create index duties_v1_proposal_of on duties_v1_proposal (conference, body);"""

OPEN = """insert into duties_v1 (duty, conference, body, conference_title, body_name, opened_on, due_by, source)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (duty) do update set conference_title = excluded.conference_title,
body_name = excluded.body_name, opened_on = excluded.opened_on, due_by = excluded.due_by, source = excluded.source"""
RECEIVE = """insert into duties_v1 (duty, conference, body, received_at, received_publicly) values ($1, $2, $3, $4, $5)
on conflict (duty) do update set received_at = excluded.received_at, received_publicly = excluded.received_publicly"""
DELIBERATE = """insert into duties_v1 (duty, conference, body, deliberated_at, deliberated_publicly) values ($1, $2, $3, $4, $5)
on conflict (duty) do update set deliberated_at = excluded.deliberated_at, deliberated_publicly = excluded.deliberated_publicly"""
RENAME = "update duties_v1 set conference_title = $2 where duty = $1"
FULFIL = "update duties_v1 set fulfilled = $2 where duty = $1"
PROPOSE = """insert into duties_v1_proposal (proposal, conference, body, public, declined) values ($1, $2, $3, $4, $5)
on conflict (proposal) do update set public = excluded.public, declined = excluded.declined"""

Folded = (
    HandoverDutyOpened
    | HandoverDutyRenamed
    | ResultsReceivedForDuty
    | ResultsDeliberatedForDuty
    | DealingForDutyCorrected
    | HandoverDutyFulfilled
    | HandoverDutyReopened
    | ItemProposed
    | ProposalDeclined
    | DeclinationCorrected
)


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each duty, and one for each proposal of results."""
    event = received.message
    if isinstance(event, ItemProposed | ProposalDeclined | DeclinationCorrected):
        if (event.matter.service, event.matter.kind) == RESULTS:
            righted = event.declined_because if isinstance(event, DeclinationCorrected) else None
            declined = event.reason if isinstance(event, ProposalDeclined) else righted
            yield Statement(PROPOSE, (received.stream, event.matter.id, event.body, event.public, declined))
        return
    duty = (received.stream, event.conference, event.body)
    match event:
        case HandoverDutyOpened():
            yield Statement(OPEN, (*duty, event.conference_title, event.body_name, event.opened_on, event.due_by, event.source))
        case HandoverDutyRenamed():
            yield Statement(RENAME, (received.stream, event.conference_title))
        case ResultsReceivedForDuty():
            yield Statement(RECEIVE, (*duty, event.received_at, event.public))
        case ResultsDeliberatedForDuty():
            yield Statement(DELIBERATE, (*duty, event.deliberated_at, event.public))
        case DealingForDutyCorrected():
            yield Statement(RECEIVE if event.what == "receipt" else DELIBERATE, (*duty, event.at, event.public))
        case HandoverDutyFulfilled() | HandoverDutyReopened():
            yield Statement(FULFIL, (received.stream, isinstance(event, HandoverDutyFulfilled)))
        case _:
            assert_never(event)


DUTIES = Projection(
    name="duties_v1",
    folds={OWN: get_args(Folded)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """What a body still owes. Of a meeting that is not public, outsiders do not learn what it has done of it: to them, it is owed."""

    duty: UUID
    conference: UUID
    conference_title: str
    body: UUID
    body_name: str
    opened_on: date
    due_by: date
    source: str
    """Where it is written until when."""
    received_at: datetime | None
    deliberated_at: datetime | None
    overdue: bool
    declined: str | None
    """Why the body's secretariat put the results on no agenda: the duty stays, and they have to be put to the body again."""


QUERY = """select duty, conference, conference_title, body, body_name, opened_on, due_by, source, due_by < $1::date as overdue,
case when received_publicly or $3 or body = any($4::uuid[]) then received_at end as received_at,
case when deliberated_publicly or $3 or body = any($4::uuid[]) then deliberated_at end as deliberated_at,
(select p.declined from duties_v1_proposal p where p.conference = duties_v1.conference and p.body = duties_v1.body
    and p.declined is not null and (p.public or $3 or p.body = any($4::uuid[])) limit 1) as declined
from duties_v1 where opened_on is not null and ($2::uuid is null or body = $2)
and not (fulfilled and ($3 or body = any($4::uuid[])
    or case when deliberated_at >= received_at then deliberated_publicly else received_publicly end))
and ($5::date is null or (due_by, duty) > ($5, $6)) order by due_by, duty limit $7"""


async def list_open_duties(
    db: Queryable,
    today: date,
    *,
    body: UUID | None,
    sees_all: bool,
    sees_bodies: Sequence[UUID],
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[OpenDuty]:
    """What is owed, the most urgent first, behind the (day, id) of the last one seen."""
    due_by, duty = after or (None, None)
    rows = await db.fetch(QUERY, today, body, sees_all, list(sees_bodies), due_by, duty, limit)
    return [OpenDuty(**row) for row in rows]
