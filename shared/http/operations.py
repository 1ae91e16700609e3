"""What an operator sees of a service's readers: positions and lag, parked streams, refused reactions, failed timers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel


class ReaderPosition(BaseModel):
    """How far one reader has come in one source."""

    reader: str
    kind: Literal["projection", "reaction", "relay", "timer", "effect"]
    source: str
    position: int
    tail: int | None
    """The source's last position as last seen; null while the source cannot be reached."""
    lag: int | None
    """What it has not come to yet; of an effect, what is open."""
    failed: int = 0
    """Of an effect, what could not be done and will not be tried again."""
    parked: int
    stopped: str | None
    """Why it stopped itself; null while it runs."""


class ParkedStream(BaseModel):
    """A stream that a reader set aside, by its first failing event. Its data is never shown."""

    reader: str
    source: str
    stream: UUID
    position: int
    type: str
    error: str
    """The error's class and place; a message could repeat personal data."""
    waiting: int
    """Events parked, the failing one included."""
    since: AwareDatetime


class RefusedReaction(BaseModel):
    """A reaction's command that the domain refused: nothing to repair, but worth knowing."""

    reaction: str
    source: str
    position: int
    stream: UUID
    refusal: str
    at: AwareDatetime


class FailedTimer(BaseModel):
    """Something that fell due and whose command failed by an error: it waits until somebody retries it. Its data is never shown."""

    timer: str
    command: UUID
    """The command's id."""
    wish: str
    """What it is that should have been tried, as in `NoteOverdue`."""
    stream: UUID
    due_at: AwareDatetime
    failed_at: AwareDatetime
    error: str
    """The error's class; a message could repeat personal data."""


class Operations(Protocol):
    """What a service's readers offer to an operator; the projector and the reactor answer it."""

    async def positions(self) -> Sequence[ReaderPosition]:
        """Every reader in every source."""
        ...

    async def parked(self, limit: int) -> Sequence[ParkedStream]:
        """The streams set aside, oldest first."""
        ...

    async def refused(self, limit: int) -> Sequence[RefusedReaction]:
        """The latest refused reactions, newest first."""
        ...

    async def failed_timers(self, limit: int) -> Sequence[FailedTimer]:
        """What fell due and failed by an error, the latest first."""
        ...

    async def retry_timer(self, timer: str, command: UUID) -> bool:
        """Let a timer that failed by an error fire again; False when there is no such failure."""
        ...

    async def retry(self, reader: str, source: str, stream: UUID) -> bool | None:
        """Try the parked events again, in order: whether all went well; None when nothing is parked there."""
        ...

    async def skip(self, reader: str, source: str, stream: UUID, by: str) -> bool | None:
        """Give up the first parked event, on the word of `by`: whether the rest went well; None when nothing is parked there."""
        ...


class Unparked(BaseModel):
    """What a retry or a skip achieved."""

    released: bool
    """False: it failed again and stays parked."""


class FiresAgain(BaseModel):
    """A timer that will be fired again, at a worker's next look."""

    timer: str
    command: UUID
