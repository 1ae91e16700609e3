"""The addresses of members' contacts: where a secretariat reaches the members of its body in their public office."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.notifications.api.tokens import Mail, keyring_of, seal
from services.notifications.events.parts import Language
from services.notifications.events.register import REGISTER_STREAM
from services.notifications.register import REGISTER, EraseMemberContact, SetMemberContact
from shared.http.call import Call, Done
from shared.privacy.sealed import Erased

router = APIRouter(tags=["contacts"])


class OfMember(BaseModel):
    """A member of a body."""

    model_config = ConfigDict(extra="forbid")

    member: UUID
    body: UUID


class NewContact(OfMember):
    """Where a member is reached."""

    email: Mail
    language: Language = "de"


class ShownContact(BaseModel):
    """Where a member is reached, opened for the secretariat."""

    member: UUID
    language: Language
    email: str | Erased


@router.post("/contacts", status_code=201)
async def set_member_contact(wish: NewContact, call: Call) -> Done:
    """Enter where a member of the body is reached; a later address takes the place of the one before."""
    call.permit(wish.body)
    # A subject of its own, not under the person: whoever enters an address gets no hold on what its owner has elsewhere.
    subject, held = await keyring_of(call).new_subject(), await keyring_of(call).thing_of(wish.email)
    command = SetMemberContact(
        now=call.now,
        body=wish.body,
        member=wish.member,
        language=wish.language,
        email=await seal(call, wish.email, subject, "member.email"),
        person=held.person,
        hold=held.subject,
    )
    return await call.execute(REGISTER, REGISTER_STREAM, command, body=wish.body, begins=True)


@router.post("/contacts/erasure")
async def erase_member_contact(wish: OfMember, call: Call) -> Done:
    """Have the address erased that the body has of this member; what the person has elsewhere is not the body's to erase."""
    call.permit(wish.body)
    contact = (await call.runtime.store.refresh(REGISTER, REGISTER_STREAM))[1].contact(wish.body, wish.member)
    for subject in contact.subjects if contact else ():
        await keyring_of(call).erase(subject)
    command = EraseMemberContact(now=call.now, body=wish.body, member=wish.member)
    return await call.execute(REGISTER, REGISTER_STREAM, command, body=wish.body, begins=True)


@router.get("/contacts")
async def list_contacts(body: UUID, call: Call) -> list[ShownContact]:
    """Where the members of a body are reached."""
    call.permit(body)
    contacts = (await call.runtime.store.refresh(REGISTER, REGISTER_STREAM))[1].contacts_of(body)
    opened = await keyring_of(call).open_many([contact.email for _, contact in contacts])
    return [
        ShownContact(member=member, language=contact.language, email=email)
        for (member, contact), email in zip(contacts, opened, strict=True)
    ]
