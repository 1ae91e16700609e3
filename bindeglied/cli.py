"""`bindeglied`: run the embedded form, tell the demo, and look after the read models of either form."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar
from uuid import UUID

import asyncpg
import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bindeglied import demo
from bindeglied.demo import PortInUse
from bindeglied.embedded import SERVICES, Home, HomeInUse, embedded, home_of
from bindeglied.postgres import PostgresFailed, stop_postgres
from bindeglied.progress import bar
from bindeglied.story import StoryBroken
from shared.eventstore.errors import UnsafeSettings
from shared.eventstore.leaf import verify_log
from shared.localday import CITY_ZONE
from shared.migrate import MigrationFailed
from shared.privacy.keystore import KeyStoreError
from shared.relay import start_generation
from shared.run import Running, running
from shared.settings import Settings, UnusableSettings
from shared.surroundings import surroundings
from shared.telemetry import configure_logging

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
park = typer.Typer(no_args_is_help=True, help="Streams that a read model or reaction has set aside.")
app.add_typer(park, name="park")
out = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, highlight=False)

Port = Annotated[int, typer.Option(envvar="BINDEGLIED_PORT", help="Where to listen; 127.0.0.1 only.")]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="As in `meetings`.")]
Readers = Annotated[list[str] | None, typer.Argument(metavar="[READ MODEL]…", help="All without.")]

EXPECTED = (
    HomeInUse, PortInUse, PostgresFailed, StoryBroken, UnsafeSettings, UnusableSettings, MigrationFailed, KeyStoreError,
    asyncpg.PostgresError, asyncpg.InterfaceError, OSError, LookupError,
)  # fmt: skip


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end; what may be expected to go wrong is said in one sentence, with exit code 1."""
    configure_logging(level=logging.getLevelNamesMapping()[os.environ.get("BINDEGLIED_LOG_LEVEL", "warning").upper()])

    async def interruptible() -> T:
        task = asyncio.current_task()
        assert task
        # SIGINT cancels the work by itself; on SIGTERM things are put away all the same.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work()

    try:
        return uvloop.run(interruptible())
    except (KeyboardInterrupt, asyncio.CancelledError):
        complain("interrupted; the same command goes on from where it was")
        raise typer.Exit(130) from None
    except EXPECTED as error:
        complain(str(error.args[0]) if isinstance(error, KeyError) else str(error))
        raise typer.Exit(1) from None


def complain(text: str) -> None:
    """Say on the error stream what went wrong."""
    errors.print(f"[red]bindeglied:[/red] {escape(text)}", soft_wrap=True)


@app.command()
def up(port: Port = 8000) -> None:
    """Start everything in this process and serve until interrupted."""
    run(lambda: demo.serve_embedded(home_of(), port, out))


@app.command(name="demo")
def tell(
    port: Port = 8000,
    once: Annotated[bool, typer.Option("--once", help="Tell the story and end.")] = False,
) -> None:
    """Tell the demo's story, print where to look, and keep serving."""
    run(lambda: demo.tell_and_serve(home_of(), port, out, once=once))


@app.command()
def status() -> None:
    """How far every reader has come, what is parked, what stands still."""

    async def work() -> bool:
        good = True
        table = Table("service", "reader", "kind", "source", "position", "lag", "parked", "state")
        async with _services(None) as services:
            for service in services:
                for one in await service.readers.positions():
                    good = good and not one.stopped and not one.parked
                    lag = "?" if one.lag is None else str(one.lag)
                    state = one.stopped or ("parked streams: see `bindeglied park list`" if one.parked else "ok")
                    table.add_row(service.service.name, one.reader, one.kind, one.source, str(one.position), lag, str(one.parked), state)
        out.print(table)
        return good

    if not run(work):
        raise typer.Exit(1)


@app.command()
def rebuild(service: ServiceName, readers: Readers = None) -> None:
    """Fill read models anew from the beginning, beside live reads, and switch to them."""

    async def work() -> None:
        async with _services(service) as [process]:
            for projector in _projectors(process, readers):
                with bar(out, f"rebuilding {projector.projection.name}") as progress:
                    at = await projector.rebuild(progress)
                out.print(f"{projector.projection.name}: rebuilt up to {', '.join(f'{name} {cursor.pos}' for name, cursor in at.items())}")

    run(work)


@app.command()
def verify(service: ServiceName, readers: Readers = None) -> None:
    """Check that the log is whole and that every read model equals a fold of it."""

    async def work() -> bool:
        good = True
        async with _services(service) as [process]:
            with bar(out, "verifying the log") as progress:
                problem = await verify_log(process.pool, progress=progress)
            out.print(f"log: {problem or 'whole: positions, versions, times and leaf hashes hold'}")
            good = problem is None
            for projector in _projectors(process, readers):
                with bar(out, f"verifying {projector.projection.name}") as progress:
                    found = await projector.verify(progress)
                said = f"differs: {found.difference}" if found.difference else f"equals a fold of its sources, {found.rows} rows"
                out.print(f"{projector.projection.name}: {said}")
                good = good and not found.difference
        return good

    if not run(work):
        raise typer.Exit(1)


@app.command()
def generation(service: ServiceName) -> None:
    """Begin a new generation of the service's topic: after a restored log, or a changed mapping of old facts."""

    async def work() -> int:
        async with _services(service) as [process]:
            return await start_generation(process.pool)

    out.print(f"{service}: generation {run(work)} is filled from position 1 by the next worker that runs; consumers then rebuild onto it")


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete the embedded form's home with all its data and keys."""
    home = home_of()
    if not home.folder.exists():
        out.print(f"nothing is at {home.folder}")
        return
    if not (home.folder / "lock").exists():
        complain(f"{home.folder} was not made by bindeglied: nothing was deleted")
        raise typer.Exit(1)
    if not yes:
        typer.confirm(f"Delete {home.folder} with everything in it?", abort=True)
    run(lambda: _emptied(home))
    out.print(f"deleted {home.folder}")


async def _emptied(home: Home) -> None:
    with home.held():
        await asyncio.to_thread(stop_postgres, home.postgres)
        shutil.rmtree(home.folder)


@park.command(name="list")
def list_parked() -> None:
    """What is parked, since when and why."""

    async def work() -> None:
        table = Table("service", "reader", "source", "stream", "position", "type", "error", "waiting", "since")
        async with _services(None) as services:
            for service in services:
                for one in await service.readers.parked(1000):
                    row = (one.reader, one.source, str(one.stream), str(one.position), one.type, one.error, str(one.waiting))
                    table.add_row(service.service.name, *row, f"{one.since.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}")
        out.print(table if table.rows else "nothing is parked")

    run(work)


@park.command()
def retry(service: ServiceName, reader: str, source: str, stream: UUID) -> None:
    """Apply a parked stream's events again, in order."""
    _unpark(service, reader, source, stream, skipping=False)


@park.command()
def skip(service: ServiceName, reader: str, source: str, stream: UUID) -> None:
    """Do without a parked stream's first event, and apply the rest."""
    _unpark(service, reader, source, stream, skipping=True)


def _unpark(service: str, reader: str, source: str, stream: UUID, *, skipping: bool) -> None:
    async def work() -> bool | None:
        async with _services(service) as [process]:
            if skipping:
                return await process.readers.skip(reader, source, stream, f"console:{getpass.getuser()}")
            return await process.readers.retry(reader, source, stream)

    match run(work):
        case None:
            complain(f"{reader} has parked no such stream: see `bindeglied park list`")
            raise typer.Exit(1)
        case False:
            complain("it failed again and stays parked: see `bindeglied park list`")
            raise typer.Exit(1)
        case _:
            out.print("released")


@asynccontextmanager
async def _services(name: str | None) -> AsyncIterator[list[Running]]:
    """The service of that name (all without), of the scaled form if BINDEGLIED_DATABASE_URL is set, else of the embedded form's home."""
    known = [service for service in SERVICES if name in (None, service.name)]
    if not known:
        raise LookupError(f"there is no service {name}: try {', '.join(service.name for service in SERVICES)}")
    if "BINDEGLIED_DATABASE_URL" in os.environ:
        if name is None and len(SERVICES) > 1:
            raise UnusableSettings("BINDEGLIED_DATABASE_URL names one service's database: name the service too")
        async with surroundings(Settings.from_environment(), "api") as around, running(known[0], around, "api") as process:
            yield [process]
        return
    home = home_of()
    if not home.postgres.exists():
        raise LookupError(f"there is no data at {home.folder}: `bindeglied up` or `bindeglied demo` makes it; BINDEGLIED_HOME says where")
    async with embedded(home, role="api") as everything:
        yield [everything.services[service.name] for service in known]


def _projectors(process: Running, names: list[str] | None) -> list[Any]:
    known = {projector.projection.name: projector for projector in process.readers.projectors}
    if unknown := set(names or ()) - known.keys():
        raise LookupError(f"{process.service.name} has no read model {', '.join(sorted(unknown))}: try {', '.join(known)}")
    return [known[name] for name in names or known]
