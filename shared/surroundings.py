"""What the services of one process share: settings, clock, keyring, metrics, and the way to other services' contracts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import structlog
from starlette.types import ASGIApp

from shared.clock import StoryClock, system_now
from shared.domain import Now
from shared.http.metrics import Metrics
from shared.privacy.erasure import Erasure
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from shared.settings import Settings
from shared.sources.source import Source

logger = structlog.get_logger(__name__)

Role = Literal["api", "worker", "all"]
ERASURES_EVERY_SECONDS = 3600.0

Foreign = Callable[[str], Source]
"""Opens another service's contracts, by its name."""

Apps = Callable[[str], ASGIApp]
"""The application of another service in this process, by its name; KeyError for one that is not there."""


class Persona(Protocol):
    """An invented person of the demo."""

    @property
    def name(self) -> str:
        """As people call them."""
        ...

    @property
    def function(self) -> str:
        """What they do in the city."""
        ...


class SignIn(Protocol):
    """The demo's sign-in, which asks for no password."""

    @property
    def personas(self) -> Mapping[str, Persona]:
        """Who can be chosen."""
        ...

    def token(self, persona: str) -> str:
        """A bearer token for a persona; KeyError for an unknown one."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What the services of one process share."""

    settings: Settings
    now: Now
    keyring: Keyring | None
    """None where nothing that is sealed may be opened."""
    metrics: Metrics
    foreign: Foreign | None = None
    """Opens another service's contracts; None where they come through Kafka."""
    apps: Apps | None = None
    """The other services' applications; None where they are reached by address."""
    sign_in: SignIn | None = None
    """The demo's personas; None beside a real issuer."""

    def without_keys(self) -> Surroundings:
        """The same for a service that opens nothing that is sealed."""
        return replace(self, keyring=None, settings=self.settings.without_keys())


async def ended(task: asyncio.Task[None]) -> None:
    """End a task that runs until it is told to stop."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def clock_of(settings: Settings) -> Now:
    """The one clock of a process."""
    return StoryClock(settings.clock_file) if settings.clock_file else system_now


@asynccontextmanager
async def surroundings(
    settings: Settings, role: Role, foreign: Foreign | None = None, *, apps: Apps | None = None, sign_in: SignIn | None = None
) -> AsyncIterator[Surroundings]:
    """The keyring, where the settings name one, and what else a process has once; workers also finish the erasures that were begun."""
    async with AsyncExitStack() as stack:
        keyring = None
        if settings.keyring_url and settings.key_file:
            # It keeps real time, whatever the story's clock says: how long a key may live in memory is no part of the story.
            keyring = Keyring(settings.keyring_url, FileKeyStore(settings.key_file), f"/{settings.city}")
            await keyring.start()
            stack.push_async_callback(keyring.close)
            if role != "api":
                tending = asyncio.create_task(_tend(Erasure(keyring, settings.key_backup)), name="erasures")
                stack.push_async_callback(ended, tending)
        yield Surroundings(settings, clock_of(settings), keyring, Metrics(), foreign, apps, sign_in)


async def _tend(erasure: Erasure) -> None:
    """Complete erasures, at the start and every hour."""
    while True:
        try:
            if erased := await erasure.complete_erasures():
                logger.info("erasures.completed", count=len(erased))
        except Exception:  # Whatever it is, the next hour tries again; the erased keys are unreadable already.
            logger.exception("erasures.failed")
        await asyncio.sleep(ERASURES_EVERY_SECONDS)
