"""What every channel is: it takes a letter over, or says by one of two exceptions whether trying again makes sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol
from uuid import UUID


@dataclass(frozen=True)
class Post:
    """A letter ready to go."""

    notification: UUID
    message_id: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    data: bytes = field(repr=False)
    """The whole message, headers and all (RFC 5322, lines end with CR LF); the same bytes at every attempt."""


class Refused(Exception):
    """It will never be taken: trying again would only annoy. The text has our own words and a reply's number, never an address."""


class NotNow(Exception):
    """It was not taken this time; later it may be."""

    def __init__(self, said: str, *, perhaps_taken: bool = False) -> None:
        super().__init__(said)
        self.perhaps_taken = perhaps_taken
        """Whether the line was lost when nobody can tell any more whether it was taken (RFC 1047)."""


class Channel(Protocol):
    """A way out of the house."""

    repeatable: ClassVar[bool]
    """Whether sending a letter twice leaves one."""

    async def send(self, post: Post) -> None:
        """Hand the letter over; Refused or NotNow."""
        ...
