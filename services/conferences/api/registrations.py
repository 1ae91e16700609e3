"""The addresses of registrations: open and close them, register without an account, confirm, cancel, erase, and who is coming."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt

from services.conferences.api.conferences import planned_conference
from services.conferences.api.personal import (
    Email,
    HeldToken,
    Person,
    Token,
    digest_of,
    erase_unused,
    found_by,
    keyring_of,
    link_token,
    person_at,
    unless_refused,
)
from services.conferences.conference import CONFERENCE
from services.conferences.opening import CloseRegistration, OpenRegistration
from services.conferences.parts import Language
from services.conferences.read_models.tokens import Held, Purpose, find_token
from services.conferences.registered import Registrations, is_granted
from services.conferences.registrations import (
    REGISTRATIONS,
    CancelRegistration,
    ConfirmRegistration,
    EraseRegistration,
    RequestRegistration,
    Told,
    registrations_of,
)
from shared.domain import Refusal
from shared.http.call import Call, CommandAnswer, Done, Invocation
from shared.localday import Moment
from shared.text import Name, Prose

router = APIRouter(tags=["registrations"])
UNKNOWN_TOKEN: dict[int | str, dict[str, Any]] = {404: {}}


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


class OwnRegistration(BaseModel):
    """A registration as whoever has its mail may see it: how it stands and what it is for, nothing of the person."""

    conference: UUID
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    conference_cancelled_because: Annotated[str | None, Field(description="Why the conference does not take place, if it was called off.")]
    standing: Annotated[
        Literal["waiting", "expired", "confirmed", "cancelled", "erased"],
        Field(description="`waiting` for its confirmation, or `expired`: too late for that; `erased`: nothing is known of it any more."),
    ]


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
    async with call.evenly():
        await planned_conference(call, conference)
        stream, keyring = registrations_of(conference), keyring_of(call)
        _, before = await call.runtime.store.refresh(REGISTRATIONS, stream)
        known = await keyring.person_at(wish.email)
        # Whoever floods this with what is not granted makes no keys.
        person = await person_at(call, wish.email) if foreseen(before, known, call.now) else None
        command = RequestRegistration(
            now=call.now,
            registration=call.new_stream(),
            person=person.person if person else known,
            language=wish.language,
            told=await told_by(call, person, wish) if person else None,
        )
        async with unless_refused(person):
            await call.execute(REGISTRATIONS, stream, command, begins=True)
        if person:
            made = (await call.runtime.store.load(REGISTRATIONS, stream))[1].each.get(command.registration)
            await erase_unused(person, made.subject if made else None)
    return Asked()


def foreseen(state: Registrations, person: UUID | None, now: datetime) -> bool:
    """Whether a request will most likely be granted."""
    try:
        return is_granted(state, person, now)
    except Refusal:
        return False


async def told_by(call: Invocation, person: Person, wish: NewRegistration) -> Told:
    """What somebody typed, sealed."""
    confirm, manage = link_token(call, "confirm"), link_token(call, "manage")
    return Told(
        email=await person.seal(wish.email, "registrant.email"),
        name=await person.seal(wish.name, "registrant.name"),
        access_needs=await person.seal_if_any(wish.access_needs, "registrant.access_needs"),
        confirm=digest_of(confirm),
        confirm_token=await person.seal(confirm, "registration.confirm_token"),
        manage=digest_of(manage),
        manage_token=await person.seal(manage, "registration.manage_token"),
    )


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
    """Erase all that is kept under this address, wherever it is kept: registrations, contributions, subscriptions. Counts stay."""
    held = await held_by(call, wish.token, "manage")
    _, state = await call.runtime.store.refresh(REGISTRATIONS, registrations_of(held.conference))
    if registration := state.each.get(held.registration):
        # First the key: should this end in between, the data are gone everywhere, and the facts follow by themselves.
        await keyring_of(call).erase(registration.person)
    command = EraseRegistration(now=call.now, registration=held.registration)
    await call.execute(REGISTRATIONS, registrations_of(held.conference), command, if_match="none")
    return await managed(call, held)


@router.get("/registrations/own", responses=UNKNOWN_TOKEN)
async def show_own_registration(token: Annotated[Token, Query()], call: Call) -> OwnRegistration:
    """How the registration stands that a token out of a mail is for, so that only what can still be done is offered."""

    async def find(digest: str) -> Held | None:
        return await find_token(call.read, digest, "manage") or await find_token(call.read, digest, "confirm")

    held = await found_by(call, token, find)
    _, registrations = await call.runtime.store.refresh(REGISTRATIONS, registrations_of(held.conference))
    registration = registrations.each.get(held.registration)
    about = await managed(call, held)
    _, conference = await call.runtime.store.load(CONFERENCE, held.conference)
    return OwnRegistration(
        **about.model_dump(),
        conference_cancelled_because=conference.cancelled_because,
        standing=registration.standing(call.now) if registration else "erased",
    )


async def held_by(call: Invocation, token: str, purpose: Purpose) -> Held:
    """The registration that a token is for; NotFound for an unknown one."""
    return await found_by(call, token, lambda digest: find_token(call.read, digest, purpose))


async def managed(call: Invocation, held: Held) -> Managed:
    """The conference that a token is about."""
    planned = await planned_conference(call, held.conference)
    return Managed(
        conference=held.conference, title=planned.title, starts_at=planned.starts_at, ends_at=planned.ends_at, place=planned.place
    )  # fmt: skip
