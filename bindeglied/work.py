"""How a command runs: on which services, interruptible, and with whatever goes wrong said in a sentence."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.markup import escape

from bindeglied.demo import PortInUse
from bindeglied.embedded import SERVICES, Home, HomeInUse, embedded, home_of
from bindeglied.postgres import PostgresFailed
from bindeglied.progress import doing
from bindeglied.story import StoryBroken
from shared.failures import EXPECTED, sentence
from shared.privacy.copies import CopyRefused
from shared.projector import Projector
from shared.run import Running, fit, running
from shared.settings import Settings, UnusableSettings, log_level_of
from shared.surroundings import surroundings
from shared.telemetry import configure_logging

T = TypeVar("T")

out = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, highlight=False)
DATABASE = "BINDEGLIED_DATABASE_URL"
"""Set for the scaled form: the one service's database that a command looks after."""

STARTING = "starting PostgreSQL …"
INTERRUPTED = "interrupted; the same command goes on from where it was"
SAID: tuple[type[Exception], ...] = (*EXPECTED, HomeInUse, PortInUse, PostgresFailed, StoryBroken, CopyRefused, LookupError)
"""What a command tells in a sentence; anything else is a defect of ours and keeps its traceback."""


def run(work: Callable[[], Coroutine[Any, Any, T]], interrupted: str = INTERRUPTED) -> T:
    """Run to the end; what may be expected to go wrong is said in one sentence, with exit code 1."""

    async def interruptible() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task
        # SIGINT cancels the work by itself; on SIGTERM things are put away all the same. (A handler of the loop's own would also be
        # called where the server has taken the signal over.)
        signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(task.cancel))
        return await work()

    try:
        configure_logging(level=log_level_of("warning"))
        return uvloop.run(interruptible())
    except (KeyboardInterrupt, asyncio.CancelledError):
        complain(interrupted)
        raise typer.Exit(130) from None
    except SAID as error:
        complain(str(error.args[0]) if isinstance(error, KeyError) else sentence(error, _scaled_form()))
        raise typer.Exit(1) from None


def _scaled_form() -> Settings | None:
    """The settings of the scaled form where they are set and usable: a failure then names its databases."""
    try:
        return Settings.from_environment() if DATABASE in os.environ else None
    except UnusableSettings:
        return None


def complain(text: str) -> None:
    """Say on the error stream what went wrong."""
    errors.print(f"[red]bindeglied:[/red] {escape(text)}", soft_wrap=True)


@asynccontextmanager
async def services(name: str | None) -> AsyncIterator[list[Running]]:
    """The service of that name (all without), of the scaled form if BINDEGLIED_DATABASE_URL is set, else of the embedded form's home."""
    known = [service for service in SERVICES if name in (None, service.name)]
    if not known:
        raise LookupError(f"there is no service {name}: try {', '.join(service.name for service in SERVICES)}")
    if DATABASE in os.environ:
        if name is None and len(SERVICES) > 1:
            raise UnusableSettings(f"{DATABASE} names one service's database: name the service too")
        settings = fit(Settings.from_environment(), known[0])
        if not settings.kafka_bootstrap_servers:
            raise UnusableSettings("KAFKA_BOOTSTRAP_SERVERS is not set: in the scaled form services hear each other through the broker")
        async with surroundings(settings, "api") as around, running(known[0], around, "api") as process:
            yield [process]
        return
    home = home_with_data()
    async with AsyncExitStack() as stack:
        with doing(errors, STARTING):
            everything = await stack.enter_async_context(embedded(home, role="api"))
        yield [everything.services[service.name] for service in known]


def home_with_data() -> Home:
    """The embedded form's home; LookupError where nothing was made yet."""
    home = home_of()
    if not home.postgres.exists():
        raise LookupError(f"there is no data at {home.folder}: `bindeglied up` or `bindeglied demo` makes it; BINDEGLIED_HOME says where")
    return home


def projectors(process: Running, names: list[str] | None) -> list[Projector]:
    """Those of the read models of these names (all without)."""
    known = {projector.projection.name: projector for projector in process.readers.projectors}
    if unknown := set(names or ()) - known.keys():
        raise LookupError(f"{process.service.name} has no read model {', '.join(sorted(unknown))}: try {', '.join(known)}")
    return [known[name] for name in names or known]
