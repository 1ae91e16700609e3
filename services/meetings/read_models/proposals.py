"""What was put to a body, and what became of it: does it wait, is it on an agenda, was it dealt with or declined? It waits until then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, assert_never, get_args
from uuid import UUID

from services.meetings.events.meeting import ItemPlaced, ItemRemoved, ItemReturned
from services.meetings.events.proposal import DeclinationCorrected, ItemProposed, ProposalDeclined, ProposalRenamed
from services.meetings.events.sitting import DeliberationEntry, ItemDeliberated, NoteEntry, NoteTaken, SittingCorrected
from services.meetings.items import AgendaItem, Asked, Matter
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table proposals_v1 (
    proposal uuid primary key,
    body uuid not null,
    body_name text not null,
    service text not null,
    kind text not null,
    id uuid not null,
    title text not null,
    public boolean not null,
    asked text not null,
    proposed_by uuid,
    proposed_by_name text,
    proposed_at timestamptz not null,
    due_by date,
    declined text
);
comment on column proposals_v1.declined is 'Why it was declined; null as long as it is not.';
create table proposals_v1_place (
    item uuid primary key,
    proposal uuid not null,
    meeting uuid not null,
    public boolean not null,
    standing boolean not null
);
comment on table proposals_v1_place is 'Written by the meetings; standing until the item was taken off or has gone back.';
create table proposals_v1_dealt (
    item uuid primary key,
    proposal uuid not null,
    meeting uuid not null,
    public boolean not null
);
comment on table proposals_v1_dealt is 'Written by the sittings.';
"""
INDEXES = """create index proposals_v1_of on proposals_v1 (body, proposed_at, proposal);
create index proposals_v1_place_of on proposals_v1_place (proposal);
create index proposals_v1_dealt_of on proposals_v1_dealt (proposal);"""

PROPOSE = """insert into proposals_v1
(proposal, body, body_name, service, kind, id, title, public, asked, proposed_by, proposed_by_name, proposed_at, due_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (proposal) do update set
title = excluded.title, public = excluded.public, asked = excluded.asked, proposed_by = excluded.proposed_by,
proposed_by_name = excluded.proposed_by_name, proposed_at = excluded.proposed_at, due_by = excluded.due_by, declined = null"""
RENAME = "update proposals_v1 set title = $2 where proposal = $1"
DECLINE = "update proposals_v1 set declined = $2 where proposal = $1"
PLACE = """insert into proposals_v1_place (item, proposal, meeting, public, standing) values ($1, $2, $3, $4, $5)
on conflict (item) do update set standing = excluded.standing"""
DEAL = "insert into proposals_v1_dealt (item, proposal, meeting, public) values ($1, $2, $3, $4) on conflict (item) do nothing"

UNDO = "delete from proposals_v1_dealt where item = $1"

Folded = (
    ItemProposed
    | ProposalDeclined
    | DeclinationCorrected
    | ProposalRenamed
    | ItemPlaced
    | ItemRemoved
    | ItemReturned
    | ItemDeliberated
    | NoteTaken
    | SittingCorrected
)


def project(received: Received[Folded]) -> Iterable[Statement]:
    """A row from the proposal itself, one from each meeting that placed it, and one from the sitting that dealt with it."""
    match event := received.message:
        case ItemProposed():
            matter = (event.matter.service, event.matter.kind, event.matter.id)
            by = (event.proposed_by, event.proposed_by_name, event.proposed_at, event.due_by)
            said = (event.body, event.body_name, *matter, event.title, event.public, event.asked.value, *by)
            yield Statement(PROPOSE, (received.stream, *said))
        case ProposalDeclined():
            yield Statement(DECLINE, (received.stream, event.reason))
        case DeclinationCorrected():
            yield Statement(DECLINE, (received.stream, event.declined_because))
        case ProposalRenamed():
            yield Statement(RENAME, (received.stream, event.title))
        case ItemPlaced() | ItemRemoved() | ItemReturned():
            if item := event.item.proposal:
                standing = isinstance(event, ItemPlaced)
                yield Statement(PLACE, (event.item.id, item, received.stream, event.public and event.item.public, standing))
        case ItemDeliberated() | NoteTaken():
            if isinstance(event, NoteTaken) == (event.item.asked is Asked.TAKE_NOTE):
                yield from deal(event, event.item)
        case SittingCorrected():
            entry = event.entry
            if isinstance(entry, DeliberationEntry | NoteEntry) and isinstance(entry, NoteEntry) == (entry.item.asked is Asked.TAKE_NOTE):
                yield from deal(event, entry.item) if entry.at else [Statement(UNDO, (entry.item.id,))]
        case _:
            assert_never(event)


def deal(event: ItemDeliberated | NoteTaken | SittingCorrected, item: AgendaItem) -> Iterable[Statement]:
    """What was proposed is dealt with."""
    if item.proposal:
        yield Statement(DEAL, (item.id, item.proposal, event.meeting, event.public and item.public))


PROPOSALS = Projection(
    name="proposals_v1",
    folds={OWN: get_args(Folded)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)

ProposalStanding = Literal["waiting", "placed", "declined", "dealt_with"]


@dataclass(frozen=True, slots=True)
class ListedProposal:
    """What was put to a body. Of a meeting that the asker may not know of, nothing is told: to them, it waits."""

    proposal: UUID
    body: UUID
    body_name: str
    matter: Matter
    title: str
    public: bool
    asked: Asked
    proposed_by: UUID | None
    proposed_by_name: str | None
    proposed_at: datetime
    due_by: date | None
    standing: ProposalStanding
    meeting: UUID | None
    """Where it is placed, or was dealt with."""
    reason: str | None
    """Why it was declined."""


SEEN = """select p.*, d.meeting as dealt_in, o.meeting as placed_in from proposals_v1 p
left join lateral (
    select meeting from proposals_v1_dealt d where d.proposal = p.proposal and (d.public or $1) order by item limit 1
) d on true
left join lateral (
    select meeting from proposals_v1_place o where o.proposal = p.proposal and o.standing and (o.public or $1) order by item limit 1
) o on true
where (p.public or $1{or_own})"""
STANDING = """case when declined is not null then 'declined' when dealt_in is not null then 'dealt_with'
when placed_in is not null then 'placed' else 'waiting' end"""
LIST = f"""select * from (select *, {STANDING} as standing from ({SEEN.format(or_own="")} and p.body = $2) seen) told
where ($3::text is null or standing = $3) and ($4::timestamptz is null or (proposed_at, proposal) > ($4, $5))
order by proposed_at, proposal limit $6"""
ONE = f"select *, {STANDING} as standing from ({SEEN.format(or_own=' or p.proposed_by = $3')} and p.proposal = $2) seen"


async def list_proposals(
    db: Queryable,
    body: UUID,
    *,
    sees_all: bool,
    standing: ProposalStanding | None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[ListedProposal]:
    """What was put to the body, the oldest first, behind the (time, id) of the last one seen; without `sees_all` what is public."""
    proposed_at, proposal = after or (None, None)
    return [listed(row) for row in await db.fetch(LIST, sees_all, body, standing, proposed_at, proposal, limit)]


async def find_proposal(db: Queryable, proposal: UUID, *, sees_all: bool, speaks_for: UUID | None = None) -> ListedProposal | None:
    """One of them; None where there is none, or none to see. Whoever only
    `speaks_for` the body that proposed it learns of public meetings alone."""
    row = await db.fetchrow(ONE, sees_all, proposal, speaks_for)
    return listed(row) if row else None


def listed(row: Any) -> ListedProposal:
    """A row as it is shown."""
    return ListedProposal(
        proposal=row["proposal"],
        body=row["body"],
        body_name=row["body_name"],
        matter=Matter(service=row["service"], kind=row["kind"], id=row["id"]),
        title=row["title"],
        public=row["public"],
        asked=Asked(row["asked"]),
        proposed_by=row["proposed_by"],
        proposed_by_name=row["proposed_by_name"],
        proposed_at=row["proposed_at"],
        due_by=row["due_by"],
        standing=row["standing"],
        meeting=row["dealt_in"] or row["placed_in"],
        reason=row["declined"],
    )
