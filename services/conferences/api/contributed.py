"""The addresses of what was contributed: listed and shown, with what became of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.conferences.api.conferences import planned_conference
from services.conferences.api.fates import host_of_contribution
from services.conferences.api.personal import keyring_of
from services.conferences.parts import ContributionKind, Fate, Lineage
from services.conferences.permissions import ORGANISER
from services.conferences.read_models.contributions import CONTRIBUTIONS, ListedContribution, list_of_conference, one_contribution
from services.conferences.read_models.registrations import read_sealed
from shared.http.call import Call, Invocation
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.privacy.sealed import Erased

router = APIRouter(tags=["contributions"])
BY_DAY = Listing("contributions", date, UUID)


class ShownUse(BaseModel):
    """A result that a contribution went into, and how."""

    result: UUID
    how: Lineage


class ShownContribution(BaseModel):
    """A contribution and what became of it. What was handed in, by whom, only the organisers see."""

    id: UUID
    group: str
    group_name: str
    kind: ContributionKind
    received_on: date
    text: Annotated[str | None, Field(description="As published; null as long as it is not.")]
    used_in: list[ShownUse]
    fate: Fate | None
    reason: str | None
    handed_in: Annotated[str | Erased | None, Field(description="As it was handed in; for the organisers.")]
    name: str | Erased | None
    email: str | Erased | None


@router.get("/conferences/{conference}/contributions")
async def list_contributions(
    conference: UUID,
    call: Call,
    group: Annotated[str | None, Query(max_length=40, description="Of this working group only.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[ShownContribution]:
    """What was contributed, by the day on which it was received: for everybody what is published, for the organisers everything."""
    sees_all = call.may(ORGANISER, (await planned_conference(call, conference)).host)
    behind = cast("tuple[date, UUID] | None", BY_DAY.after(after))
    await call.wait_for(CONTRIBUTIONS.name, min_position)
    rows = await list_of_conference(call.read, conference, sees_all=sees_all, group=group, after=behind, limit=limit + 1)
    page = call.page(BY_DAY, rows, limit, lambda row: (row.received_on, row.contribution))
    return Page(items=await shown(call, page.items, sees_all=sees_all), next=page.next)


@router.get("/contributions/{contribution}")
async def show_contribution(contribution: UUID, call: Call, min_position: MinPosition = 0) -> ShownContribution:
    """One contribution; as long as it is not published, for the organisers only."""
    await call.wait_for(CONTRIBUTIONS.name, min_position)
    found = await one_contribution(call.read, contribution)
    if found is None:
        raise NotFound
    sees_all = call.may(ORGANISER, await host_of_contribution(call, contribution))
    if found.text is None and not sees_all:
        raise NotFound
    return (await shown(call, [found], sees_all=sees_all))[0]


async def shown(call: Invocation, rows: list[ListedContribution], *, sees_all: bool) -> list[ShownContribution]:
    """As the caller may see them: what is sealed is opened for the organisers only."""
    stored = [value for row in rows for value in (row.sealed_text, row.sealed_name, row.sealed_email) if value and sees_all]
    opened = await keyring_of(call).open_many([read_sealed(value) for value in stored])
    found = iter(opened)

    def personal(value: str | None) -> str | Erased | None:
        return next(found) if value and sees_all else None

    return [
        ShownContribution(
            id=row.contribution,
            group=row.group,
            group_name=row.group_name,
            kind=row.kind,
            received_on=row.received_on,
            text=row.text,
            used_in=[ShownUse(result=use.result, how=use.how) for use in row.used],
            fate=row.fate,
            reason=row.reason,
            handed_in=personal(row.sealed_text),
            name=personal(row.sealed_name),
            email=personal(row.sealed_email),
        )
        for row in rows
    ]
