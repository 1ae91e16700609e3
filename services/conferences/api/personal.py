"""How personal input is sealed before anything else sees it, and how the tokens of links are made and told apart."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.conferences.read_models.tokens import TOKENS
from shared.domain import Refusal
from shared.eventstore.errors import StoreBusy
from shared.http.call import Invocation
from shared.http.problems import NotFound
from shared.mail import must_be_address
from shared.privacy.keyring import Keyring, SubjectErased
from shared.privacy.sealed import Sealed

TOKEN_BYTES = 16
T = TypeVar("T")

Email = Annotated[str, Field(min_length=3, max_length=254, examples=["jemand@example.org"]), AfterValidator(must_be_address)]
"""Where somebody is written to."""
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="As the link carries it.")]


class HeldToken(BaseModel):
    """A token out of a mail: whoever holds it may."""

    model_config = ConfigDict(extra="forbid")

    token: Token


@dataclass(frozen=True)
class Person:
    """Somebody of whom one thing is sealed, under a key of its own."""

    keyring: Keyring
    subject: UUID
    """Of this thing alone."""
    person: UUID | None
    """Whose address it is; None where none was left."""

    async def seal(self, value: str, purpose: str) -> Sealed[str]:
        """The value, readable with this person's key only. StoreBusy where that key is erased in this very moment."""
        try:
            return await self.keyring.seal(value, self.subject, purpose, source=f"{self.keyring.source}/conferences")
        except SubjectErased:
            raise StoreBusy("this person's key is being erased") from None

    async def seal_if_any(self, value: str | None, purpose: str) -> Sealed[str] | None:
        """The same for what may be left out."""
        return None if value is None else await self.seal(value, purpose)


async def person_at(call: Invocation, email: str | None) -> Person:
    """Whoever is reached at this address, with a new key for one thing; without an address, somebody whom none leads to."""
    keyring = keyring_of(call)
    if email is None:
        return Person(keyring, await keyring.new_subject(), None)
    thing = await keyring.thing_of(email)
    return Person(keyring, thing.subject, thing.person)


@asynccontextmanager
async def unless_refused(person: Person | None) -> AsyncIterator[None]:
    """Run a command that keeps something of a person; what is refused leaves no key behind."""
    try:
        yield
    except Refusal:
        if person:
            await person.keyring.erase(person.subject)
        raise


async def erase_unused(person: Person, used: UUID | None) -> None:
    """Leave no key behind where the thing is sealed under another: the same command came twice."""
    if used != person.subject:
        await person.keyring.erase(person.subject)


def keyring_of(call: Invocation) -> Keyring:
    """The keyring, which every process of this service is given."""
    keyring = call.runtime.keyring
    assert isinstance(keyring, Keyring)
    return keyring


def link_token(call: Invocation, purpose: str) -> str:
    """A secret of 128 bits: nobody's guess without the keyring, and the same when the command is sent again under its key."""
    said = b"\n".join((b"conferences", purpose.encode(), call.new_stream().bytes))
    return urlsafe_b64encode(keyring_of(call).fingerprint(said)[:TOKEN_BYTES]).rstrip(b"=").decode("ascii")


def digest_of(token: str) -> str:
    """What stands in clear of a token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


async def found_by(call: Invocation, token: str, find: Callable[[str], Awaitable[T | None]]) -> T:
    """What a token is for, by its digest. NotFound for an unknown one, which is said only by a read model that has seen everything."""
    digest = digest_of(token)
    if (found := await find(digest)) is None:
        if not await call.settled(TOKENS.name, await call.runtime.tail()):
            raise StoreBusy("the tokens of late are not known yet")
        if (found := await find(digest)) is None:
            raise NotFound
    return found
