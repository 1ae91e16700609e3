"""The address of who is coming: registrations for the organisers' eyes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from services.conferences.api.conferences import planned_conference
from services.conferences.api.personal import keyring_of
from services.conferences.parts import Language
from services.conferences.read_models.registrations import REGISTRATIONS_LIST, SealedRegistration, Standing, list_of_conference
from shared.http.call import Call
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.privacy.keyring import Keyring
from shared.privacy.sealed import ERASED, Erased, Sealed

router = APIRouter(tags=["registrations"])
BY_TIME = Listing("registrations", datetime, UUID)


class OpenedRegistration(BaseModel):
    """A registration for the organisers' eyes. Whoever has not confirmed may be somebody else: nothing of theirs is opened."""

    id: UUID
    requested_at: AwareDatetime
    language: Language
    standing: Standing
    erased: bool
    name: str | Erased | None
    email: str | Erased | None
    access_needs: str | Erased | None


@router.get("/conferences/{conference}/registrations")
async def list_registrations(
    conference: UUID,
    call: Call,
    standing: Annotated[Standing | None, Query(description="Of this standing only.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[OpenedRegistration]:
    """Who registered, in the order in which they came."""
    call.permit((await planned_conference(call, conference)).host)
    behind = cast("tuple[datetime, UUID] | None", BY_TIME.after(after))
    await call.wait_for(REGISTRATIONS_LIST.name, min_position)
    rows = await list_of_conference(call.read, conference, standing, behind, limit + 1)
    page = call.page(BY_TIME, rows, limit, lambda row: (row.requested_at, row.registration))
    opened = await opened_personal(keyring_of(call), page.items)
    items = [
        OpenedRegistration(
            id=row.registration,
            requested_at=row.requested_at,
            language=row.language,
            standing=row.standing,
            erased=row.erased,
            name=name,
            email=email,
            access_needs=access_needs,
        )
        for row, (name, email, access_needs) in zip(page.items, opened, strict=True)
    ]
    return Page(items=items, next=page.next)


Personal = str | Erased | None


async def opened_personal(keyring: Keyring, rows: list[SealedRegistration]) -> list[tuple[Personal, Personal, Personal]]:
    """Name, address and needs of each; nothing of those who have not confirmed."""
    wanted: list[Sealed[str]] = []
    for row in rows:
        if row.standing == "confirmed":
            wanted += [value for value in (row.name, row.email, row.access_needs) if value]
    opened = await keyring.open_many(wanted)
    found = iter(opened)

    def shown(row: SealedRegistration, value: Sealed[str] | None) -> Personal:
        if row.erased:
            return ERASED
        return next(found) if row.standing == "confirmed" and value else None

    return [(shown(row, row.name), shown(row, row.email), shown(row, row.access_needs)) for row in rows]
