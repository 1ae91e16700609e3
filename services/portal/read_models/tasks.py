"""What must my bodies do, by when? Each row is a task with its end, written by the stream that begins and ends it; the question joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.portal.read_models import tasks_of
from services.portal.read_models.viewer import Viewer
from shared.localday import local_day
from shared.projections.projection import Projection

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table tasks_v1 (
    task uuid not null,
    what text not null,
    who text not null,
    body uuid not null,
    body_name text not null,
    title text not null,
    about uuid not null,
    within uuid,
    other uuid,
    other_name text,
    matter uuid,
    since date not null,
    due_on date,
    done boolean not null,
    primary key (task, what)
);
comment on column tasks_v1.who is 'As whom: secretariat or officer of the body, or proposer: whoever may put matters to others for it.';
comment on column tasks_v1.about is 'The thing on whose page it is done.';
comment on column tasks_v1.within is 'The recommendation whose withdrawal ends it.';
comment on column tasks_v1.other is 'The committee that is to be informed, or the one whose measure is to be verified.';
create table tasks_v1_withdrawn (recommendation uuid primary key);
create table tasks_v1_placed (
    item uuid primary key,
    proposal uuid not null,
    returned boolean not null
);
create table tasks_v1_declined (
    proposal uuid primary key,
    matter uuid not null,
    body uuid not null,
    reason text not null
);
create table tasks_v1_meeting (
    meeting uuid primary key,
    body uuid not null,
    body_name text not null,
    title text not null,
    starts_at timestamptz not null,
    day date not null,
    since date not null,
    cancelled boolean not null,
    entered_later boolean not null,
    invited boolean not null
);
create table tasks_v1_sitting (
    meeting uuid primary key,
    closed boolean not null
);
create table tasks_v1_invited (
    meeting uuid not null,
    member uuid not null,
    member_name text not null,
    primary key (meeting, member)
);
create table tasks_v1_letter (
    notification uuid primary key,
    meeting uuid not null,
    member uuid not null,
    failed boolean not null,
    since date not null
);
create table tasks_v1_conference (
    conference uuid primary key,
    host uuid not null,
    host_name text not null,
    title text not null,
    ends_at timestamptz not null,
    day date not null,
    since date not null,
    held boolean not null
);
"""
INDEXES = """create index tasks_v1_of on tasks_v1 (body) where not done;
create index tasks_v1_within on tasks_v1 (within);
create index tasks_v1_matter on tasks_v1 (matter, body);
create index tasks_v1_placed_of on tasks_v1_placed (proposal);
create index tasks_v1_meeting_of on tasks_v1_meeting (body);
create index tasks_v1_letter_of on tasks_v1_letter (meeting, member);
create index tasks_v1_conference_of on tasks_v1_conference (host);"""

TASKS = Projection(name="tasks_v1", folds=tasks_of.FOLDS, tables=TABLES, project=tasks_of.project, indexes=INDEXES)

WAITS = """(t.what <> 'placing' or not exists (select from tasks_v1_placed p where p.proposal = t.task and not p.returned))
    and (t.what <> 'acknowledgement' or not exists (select from tasks_v1 a where a.task = t.task and a.what = 'answer' and a.done))
    and (t.what <> 'proposing' or exists (
        select from tasks_v1 h where h.what = 'handover' and h.matter = t.matter and h.body = t.other and not h.done))
    and not exists (select from tasks_v1_withdrawn w where w.recommendation = t.within)"""
"""Until it is placed; whoever answers need not acknowledge any more; what nobody owes need not be put there again; and what was
withdrawn asks for nothing."""
PUT_ALREADY = "exists (select from tasks_v1 p where p.what = 'placing' and p.matter = t.about and p.body = t.other and not p.done)"
DECLINED = "(select d.reason from tasks_v1_declined d where d.matter = t.matter and d.body = t.{body} limit 1)"
STANDING = "not m.cancelled and not exists (select from tasks_v1_sitting s where s.meeting = m.meeting and s.closed)"
BEGUN = "exists (select from tasks_v1_sitting s where s.meeting = m.meeting)"
QUERY = f"""with mine as (
    select t.task, t.what, t.body, t.body_name, t.title, t.about, t.other, t.other_name, t.since, t.due_on,
        t.what = 'informing' and {PUT_ALREADY} as under_way,
        case t.what when 'handover' then {DECLINED.format(body="body")}
            when 'proposing' then {DECLINED.format(body="other")} end as declined
    from tasks_v1 t where not t.done and {WAITS}
    and (t.who = 'secretariat' and t.body = any($1::uuid[]) or t.who = 'officer' and t.body = any($2::uuid[])
        or t.who = 'proposer' and (t.body = any($1::uuid[]) or t.body = any($2::uuid[]) or t.body = any($3::uuid[])))
    union all
    select m.meeting, case when {BEGUN} then 'closing' when m.starts_at > $4 then 'invitation' else 'opening' end,
        m.body, m.body_name, m.title, m.meeting, null, null, m.since, m.day, false, null
    from tasks_v1_meeting m where m.body = any($1::uuid[]) and {STANDING}
    and (m.starts_at <= $4 or not m.invited and not m.entered_later)
    union all
    select distinct on (l.meeting, l.member) l.notification, 'letter', m.body, m.body_name, m.title, m.meeting, l.member, i.member_name,
        l.since, m.day, false, null
    from tasks_v1_letter l join tasks_v1_meeting m using (meeting) left join tasks_v1_invited i using (meeting, member)
    where l.failed and m.body = any($1::uuid[]) and m.starts_at > $4 and {STANDING}
    and not exists (select from tasks_v1_letter h where h.meeting = l.meeting and h.member = l.member and not h.failed)
    union all
    select c.conference, 'holding', c.host, c.host_name, c.title, c.conference, null, null, c.since, c.day, false, null
    from tasks_v1_conference c where c.host = any($3::uuid[]) and not c.held and c.ends_at <= $4
)
select * from mine where ($5::date is null or (coalesce(due_on, 'infinity'), what, task) > ($5, $6::text, $7::uuid))
order by coalesce(due_on, 'infinity'), what, task limit $8"""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a body has to do."""

    task: UUID
    what: str
    """One of handover, placing, proposing, invitation, opening, closing, letter, issuing, informing, acknowledgement, answer, measure,
    verification, holding."""
    body: UUID
    body_name: str
    title: str
    about: UUID
    other: UUID | None
    other_name: str | None
    since: date
    due_on: date | None
    under_way: bool
    """A committee is to be informed, and the matter waits there or stands on an agenda already."""
    declined: str | None
    """Why the body's secretariat put on no agenda what it has to deal with: it has to be put to the body again."""
    overdue_by: int
    """Days after the due one; 0 while there is time."""

    @property
    def key(self) -> tuple[date, str, UUID]:
        """Behind which the next page begins."""
        return self.due_on or date.max, self.what, self.task


async def list_tasks(db: Queryable, now: datetime, viewer: Viewer, *, after: tuple[date, str, UUID] | None, limit: int) -> Sequence[Task]:
    """What the viewer's bodies must do, the longest overdue first, what has no day last; behind the key of the last one seen."""
    due, what, task = after or (None, None, None)
    today = local_day(now)
    rows = await db.fetch(
        QUERY, list(viewer.secretariat_of), list(viewer.officer_of), list(viewer.organiser_of), now, due, what, task, limit
    )  # fmt: skip
    return [Task(**row, overdue_by=max(0, (today - row["due_on"]).days) if row["due_on"] else 0) for row in rows]
