"""Has everybody been reached who was invited to a meeting? Proven by their letters: handed over, failed and why, or still on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.meetings.events.meeting import MembersInvited
from shared.contracts.notifications import NotificationFailed, NotificationHandedOver
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

INVITATION = "meeting_invited"
"""The kind of letter that invites a member."""
MEETING = ("meetings", "meeting")
"""The service and kind of what such a letter is about; the id is the meeting's."""

TABLES = """
create table invitation_service_v1 (
    meeting uuid not null,
    version int not null,
    member uuid not null,
    member_name text not null,
    invited_at timestamptz not null,
    primary key (meeting, version, member)
);
comment on table invitation_service_v1 is 'Each invitation of each member: a meeting may be invited to again, with another agenda.';
create table invitation_service_v1_letter (
    notification uuid primary key,
    meeting uuid not null,
    member uuid not null,
    handed_over_at timestamptz,
    failed_at timestamptz,
    cause text
);
"""
INDEXES = "create index invitation_service_v1_letter_about on invitation_service_v1_letter (meeting, member);"

INVITE = """insert into invitation_service_v1 (meeting, version, member, member_name, invited_at) values ($1, $2, $3, $4, $5)
on conflict (meeting, version, member) do nothing"""
HAND_OVER = """insert into invitation_service_v1_letter (notification, meeting, member, handed_over_at) values ($1, $2, $3, $4)
on conflict (notification) do update set handed_over_at = excluded.handed_over_at"""
FAIL = """insert into invitation_service_v1_letter (notification, meeting, member, failed_at, cause) values ($1, $2, $3, $4, $5)
on conflict (notification) do update set failed_at = excluded.failed_at, cause = excluded.cause"""

Folded = MembersInvited | NotificationHandedOver | NotificationFailed


def project(received: Received[Folded]) -> Iterable[Statement]:
    """A row for each member of each invitation, written by the meeting, and one for each letter, written by the letter."""
    match message := received.message:
        case MembersInvited():
            for one in message.members:
                row = (received.stream, received.entry.version, one.member, one.member_name, message.invited_at)
                yield Statement(INVITE, row)
        case NotificationHandedOver() | NotificationFailed():
            if message.member is None or message.kind != INVITATION or (message.about.service, message.about.kind) != MEETING:
                return
            letter = (message.notification, message.about.id, message.member)
            if isinstance(message, NotificationHandedOver):
                yield Statement(HAND_OVER, (*letter, message.handed_over_at))
            else:
                yield Statement(FAIL, (*letter, message.failed_at, message.cause))
        case _:
            assert_never(message)


INVITATION_SERVICE = Projection(
    name="invitation_service_v1",
    folds={OWN: (MembersInvited,), "notifications": (NotificationHandedOver, NotificationFailed)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)


@dataclass(frozen=True, slots=True)
class ServedInvitation:
    """Whether one member's invitation arrived where it can be proven to have arrived."""

    member: UUID
    member_name: str
    invited_at: datetime
    """The last time, where it was more than once."""
    invitations: int
    standing: Literal["handed_over", "failed", "open"]
    handed_over_at: datetime | None
    """When a letter was taken over last."""
    failed_at: datetime | None
    """When a letter failed last."""
    cause: str | None
    """Why it failed."""


INVITED = """select member, max(invited_at) as invited_at, count(*) as invitations,
(array_agg(member_name order by version desc))[1] as member_name from invitation_service_v1 where meeting = $1 group by member"""
LETTERS = """select member, count(*) as letters, max(handed_over_at) as handed_over_at, max(failed_at) as failed_at,
(array_agg(cause order by failed_at desc nulls last, notification))[1] as cause from (
    select notification, member, handed_over_at, case when handed_over_at is null then failed_at end as failed_at,
    case when handed_over_at is null then cause end as cause from invitation_service_v1_letter where meeting = $1
) letter group by member"""
QUERY = f"""select i.member, i.member_name, i.invited_at, i.invitations, l.handed_over_at, l.failed_at, l.cause,
case when l.letters is null or l.letters < i.invitations then 'open' when l.failed_at >= i.invited_at then 'failed'
when l.handed_over_at is null then 'failed' else 'handed_over' end as standing
from ({INVITED}) i left join ({LETTERS}) l on l.member = i.member order by i.member_name collate "C", i.member"""
"""A letter does not say which of several invitations it brought. So as long as one is on the way all are, and one that failed since the
last invitation counts: nobody is said to have been invited who perhaps was not."""


async def served_invitations(db: Queryable, meeting: UUID) -> Sequence[ServedInvitation]:
    """Everybody who was ever invited to the meeting, by name."""
    return [ServedInvitation(**row) for row in await db.fetch(QUERY, meeting)]
