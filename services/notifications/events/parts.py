"""What several facts of the notifications service say: things, topics, who is told and why."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.privacy.sealed import Sealed

Language = Literal["de", "en"]
Channel = Literal["email"]
Why = Literal["member", "everything", "body", "conference", "recommendation", "asked"]
"""Why somebody is told: acts in office, has subscribed to something, or has asked for just this letter."""

ErasedBecause = Literal["asked", "period"]
"""On the wish of whoever it is about, or because the time was over for which it is kept."""


class Part(BaseModel):
    """A value inside a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Topic(Part):
    """A thing of some service that a letter is about, or that can be subscribed to."""

    service: str
    kind: str
    id: UUID


class Wanted(Topic):
    """What a subscription is about, as it was called when it was asked for."""

    title: str


class Reason(Part):
    """Why somebody gets a letter."""

    why: Why
    title: str
    """Of the body or thing because of which; empty where the reason says it all."""
    stop: Sealed[str] | None = None
    """The token that ends this subscription."""
    subscription: UUID | None = None
    """Which one it is: it may be stopped while the letter waits."""


class Recipient(Part):
    """Who is told, in which language, and why."""

    recipient: UUID
    member: UUID | None
    """Whoever is told as a member of a body."""
    language: Language
    email: Sealed[str] | None
    """None where no address is known: it is planned all the same, and fails visibly."""
    reasons: tuple[Reason, ...]
