"""What routes need while they run: the store, the read models, clock, keys and tokens, handed in by whoever composes the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg

from shared.domain import Command, Decider, Event, Now
from shared.eventstore.store import Origin, Outcome
from shared.http.auth import Tokens
from shared.http.budget import Budget
from shared.http.health import Readiness
from shared.http.metrics import Metrics
from shared.http.operations import Operations
from shared.http.positions import CursorPosition, Waking

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


class Commands(Protocol):
    """The part of `Store` that routes use."""

    async def execute(
        self,
        decider: Decider[S, C, E],
        stream: UUID,
        command: C,
        origin: Origin,
        *,
        expected: int | None = None,
        permit: Callable[[S], None] | None = None,
        new: bool = False,
    ) -> Outcome:
        """Decide and append; raises the Refusal, or what `shared.eventstore.errors` lists."""
        ...

    async def load(self, decider: Decider[S, Any, Any], stream: UUID, permit: Callable[[S], None] | None = None) -> tuple[int, S]:
        """The version and state of a stream as this process knows it; enough for what can only come into being."""
        ...

    async def refresh(self, decider: Decider[S, Any, Any], stream: UUID, permit: Callable[[S], None] | None = None) -> tuple[int, S]:
        """The version and state of a stream as the log has it now, for whom `permit` lets see it. Where not every stream may be seen by
        everybody it has to be given: Unreadable is raised only where it raises nothing."""
        ...


class Fingerprints(Protocol):
    """The part of the keyring that routes use."""

    def fingerprint(self, data: bytes) -> bytes:
        """An HMAC under a key of the keyring, so that a stored fingerprint tells nothing of what was sent."""
        ...


@dataclass(frozen=True)
class Runtime:
    """One service's surroundings at run time."""

    store: Commands
    read: asyncpg.Pool[asyncpg.Record]
    """Connections whose search_path is the read models' schema."""
    now: Now
    """The clock of commands: real, or the story's. Tokens use real time."""
    signals: Waking
    cursor: CursorPosition
    """How far a projection or reaction has come in the own log."""
    tail: Callable[[], Awaitable[int]]
    """The own log's last position."""
    tokens: Tokens
    operations: Operations
    readiness: Readiness
    keyring: Fingerprints | None = None
    """None only where no input is personal: bodies are then fingerprinted with a plain SHA-256."""
    metrics: Metrics = field(default_factory=Metrics)
    budget: Budget | None = None
    """What people may send who are not signed in; None where somebody else sees to that."""
    even_seconds: float = 0.0
    """How long `Invocation.evenly` takes at least."""
