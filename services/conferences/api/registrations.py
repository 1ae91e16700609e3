"""The addresses of registrations: open and close them, register without an account, confirm, cancel, erase, and who is coming."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt

from services.conferences.api.conferences import planned_conference
from services.conferences.api.personal import Email, HeldToken, digest_of, found_by, keyring_of, link_token, person_at
from services.conferences.parts import Language
from services.conferences.read_models.registrations import REGISTRATIONS_LIST, SealedRegistration, Standing, list_of_conference
from services.conferences.read_models.tokens import Held, Purpose, find_token
from services.conferences.registrations import (
    REGISTRATIONS,
    CancelRegistration,
    CloseRegistration,
    ConfirmRegistration,
    EraseRegistration,
    OpenRegistration,
    RequestRegistration,
    registrations_of,
)
from shared.http.call import Call, CommandAnswer, Done, Invocation
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.localday import Moment
from shared.privacy.keyring import Keyring
from shared.privacy.sealed import ERASED, Erased, Sealed
from shared.text import Name, Prose

router = APIRouter(tags=["registrations"])
UNKNOWN_TOKEN: dict[int | str, dict[str, Any]] = {404: {}}
BY_TIME = Listing("registrations", datetime, UUID)


class NewPeriod(BaseModel):
    """Until when everybody may register, and how many places there are."""

    model_config = ConfigDict(extra="forbid")

    closes_at: Annotated[Moment, Field(description="Still to come, and before the conference begins.")]
    capacity: Annotated[StrictInt, Field(ge=1, le=100_000)]


class NewRegistration(BaseModel):
    """What somebody types who wants to take part. Nothing of it is kept but sealed."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    email: Email
    language: Language
    access_needs: Annotated[Prose | None, Field(description="What somebody needs to take part.")] = None


class Asked(CommandAnswer):
    """What everybody is answered who registers, whether or not the address is known: the mail tells the rest."""

    next: Literal["confirm_by_mail"] = "confirm_by_mail"


class Managed(CommandAnswer):
    """What a token's holder is answered: the conference that it is about."""

    conference: UUID
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str


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


@router.post("/conferences/{conference}/registration-period")
async def open_registration(conference: UUID, wish: NewPeriod, call: Call) -> Done:
    """Open registration; once more changes until when and how many. The answer's id is that of all the conference's registrations."""
    planned = await planned_conference(call, conference)
    command = OpenRegistration(
        now=call.now,
        conference=conference,
        title=planned.title,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        place=planned.place,
        closes_at=wish.closes_at,
        capacity=wish.capacity,
    )
    return await call.execute(REGISTRATIONS, registrations_of(conference), command, body=planned.host, begins=True)


@router.post("/conferences/{conference}/registration-end")
async def close_registration(conference: UUID, call: Call) -> Done:
    """Close registration before its time."""
    planned = await planned_conference(call, conference)
    command = CloseRegistration(now=call.now)
    return await call.execute(REGISTRATIONS, registrations_of(conference), command, body=planned.host, begins=True)


@router.post("/conferences/{conference}/registrations", status_code=201)
async def request_registration(conference: UUID, wish: NewRegistration, call: Call) -> Asked:
    """Register without an account. A mail asks to confirm the address, once a day; its links also cancel and erase."""
    await planned_conference(call, conference)
    person = await person_at(call, wish.email)
    confirm, manage = link_token(call, "confirm"), link_token(call, "manage")
    command = RequestRegistration(
        now=call.now,
        registration=call.new_stream(),
        language=wish.language,
        email=await person.seal(wish.email, "registrant.email"),
        name=await person.seal(wish.name, "registrant.name"),
        access_needs=await person.seal_if_any(wish.access_needs, "registrant.access_needs"),
        confirm=digest_of(confirm),
        confirm_token=await person.seal(confirm, "registration.confirm_token"),
        manage=digest_of(manage),
        manage_token=await person.seal(manage, "registration.manage_token"),
    )
    await call.execute(REGISTRATIONS, registrations_of(conference), command, begins=True)
    return Asked()


@router.post("/registrations/confirmation", responses=UNKNOWN_TOKEN)
async def confirm_registration(wish: HeldToken, call: Call) -> Managed:
    """Confirm the address: a place is taken. The link works once."""
    held = await held_by(call, wish.token, "confirm")
    command = ConfirmRegistration(now=call.now, registration=held.registration)
    await call.execute(REGISTRATIONS, registrations_of(held.conference), command, if_match="none")
    return await managed(call, held)


@router.post("/registrations/cancellation", responses=UNKNOWN_TOKEN)
async def cancel_registration(wish: HeldToken, call: Call) -> Managed:
    """Cancel: the place is free again."""
    held = await held_by(call, wish.token, "manage")
    command = CancelRegistration(now=call.now, registration=held.registration)
    await call.execute(REGISTRATIONS, registrations_of(held.conference), command, if_match="none")
    return await managed(call, held)


@router.post("/registrations/erasure", responses=UNKNOWN_TOKEN)
async def erase_registration(wish: HeldToken, call: Call) -> Managed:
    """Erase all that is kept of this person, wherever it is kept; that somebody takes part goes on counting."""
    held = await held_by(call, wish.token, "manage")
    _, registrations = await call.runtime.store.refresh(REGISTRATIONS, registrations_of(held.conference))
    # First the key: should this end in between, the data are gone, and the fact follows when it is asked for again.
    await keyring_of(call).erase(registrations.each[held.registration].subject)
    command = EraseRegistration(now=call.now, registration=held.registration)
    await call.execute(REGISTRATIONS, registrations_of(held.conference), command, if_match="none")
    return await managed(call, held)


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


async def held_by(call: Invocation, token: str, purpose: Purpose) -> Held:
    """The registration that a token is for; NotFound for an unknown one."""
    return await found_by(call, token, lambda digest: find_token(call.read, digest, purpose))


async def managed(call: Invocation, held: Held) -> Managed:
    """The conference that a token is about."""
    planned = await planned_conference(call, held.conference)
    return Managed(
        conference=held.conference, title=planned.title, starts_at=planned.starts_at, ends_at=planned.ends_at, place=planned.place
    )  # fmt: skip


Personal = str | Erased | None


async def opened_personal(keyring: Keyring, rows: list[SealedRegistration]) -> list[tuple[Personal, Personal, Personal]]:
    """Name, address and needs of each; nothing of those who have not confirmed."""
    wanted: list[Sealed[str]] = []
    for row in rows:
        if row.standing == "confirmed" and not row.erased:
            wanted += [value for value in (row.name, row.email, row.access_needs) if value]
    opened = await keyring.open_many(wanted)
    found = iter(opened)

    def shown(row: SealedRegistration, value: Sealed[str] | None) -> Personal:
        if row.standing != "confirmed" or value is None:
            return None
        return ERASED if row.erased else next(found)

    return [(shown(row, row.name), shown(row, row.email), shown(row, row.access_needs)) for row in rows]
