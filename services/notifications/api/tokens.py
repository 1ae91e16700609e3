"""Tokens in links: 128 bits, of which only the hash is kept in clear; addresses as people type them, and how such input is sealed."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.eventstore.errors import StoreBusy
from shared.http.call import CommandAnswer, Invocation
from shared.mail import must_be_address
from shared.privacy.keyring import Keyring, SubjectErased
from shared.privacy.sealed import Sealed

TOKEN_BYTES = 16


class Heard(CommandAnswer):
    """The same for everybody, whatever is known of them."""

    heard: bool = True


def new_token() -> tuple[str, str]:
    """A token, and its hash."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    """SHA-256 of a token, in hex: enough for a value that nobody can guess."""
    return hashlib.sha256(token.encode()).hexdigest()


Mail = Annotated[str, Field(min_length=3, max_length=254, description="An e-mail address."), AfterValidator(must_be_address)]
Token = Annotated[str, Field(min_length=1, max_length=64, description="The token from the letter's link.")]


class WithToken(BaseModel):
    """What a link carries."""

    model_config = ConfigDict(extra="forbid")

    token: Token


def keyring_of(call: Invocation) -> Keyring:
    """The keyring of this process: this service seals addresses, and opens them for offices."""
    keyring = call.runtime.keyring
    assert isinstance(keyring, Keyring)
    return keyring


async def seal(call: Invocation, value: str, subject: UUID, purpose: str) -> Sealed[str]:
    """The value under this person's key. StoreBusy where that key is erased in this very moment: the next try finds a new one."""
    try:
        return await keyring_of(call).seal(value, subject, purpose)
    except SubjectErased:
        raise StoreBusy("this person's key is being erased") from None
