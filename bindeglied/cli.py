"""`bindeglied`: run the embedded form, tell the demo, and look after the read models of either form."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from bindeglied import demo
from bindeglied.embedded import Home, home_of
from bindeglied.keys import keys
from bindeglied.postgres import stop_postgres
from bindeglied.progress import bar
from bindeglied.scaled import scaled
from bindeglied.verdicts import WELL, state_of, verdict_of
from bindeglied.work import DATABASE, complain, errors, out, projectors, run, services
from shared.eventstore.leaf import verify_log
from shared.localday import CITY_ZONE
from shared.numbering import NAME as NUMBERS
from shared.relay import start_generation
from shared.settings import UnusableSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
park = typer.Typer(no_args_is_help=True, help="Streams that a read model or reaction has set aside.")
app.add_typer(park, name="park")
app.add_typer(keys, name="keys")
app.add_typer(scaled, name="scaled")

Port = Annotated[int, typer.Option(envvar="BINDEGLIED_PORT", min=0, max=65535, help="Where to listen; on 127.0.0.1 only.")]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="As in `meetings`.")]
AnyService = Annotated[str | None, typer.Argument(metavar="[SERVICE]", help="As in `meetings`; all without.")]
Readers = Annotated[list[str] | None, typer.Argument(metavar="[READ MODEL]…", help="All without.")]
INTERRUPTED = "unterbrochen; derselbe Befehl macht dort weiter, wo er war"


@app.command()
def up(port: Port = 8000) -> None:
    """Start everything in this process and serve it until Ctrl-C."""
    run(lambda: demo.serve_embedded(home_of(), port, out), INTERRUPTED)


@app.command(name="demo")
def tell(
    port: Port = 8000,
    once: Annotated[bool, typer.Option("--once", help="Tell the story and end.")] = False,
    contributions: Annotated[int, typer.Option(min=0, max=100_000, help="So many generated contributions come to the conference.")] = 0,
) -> None:
    """Tell the demo's story, say where to look at it, and go on serving."""
    run(lambda: demo.tell_and_serve(home_of(), port, out, once=once, contributions=contributions), INTERRUPTED)


@app.command()
def status(service: AnyService = None) -> None:
    """How far every reader has come, what is parked, what stands still."""

    async def work() -> bool:
        good = True
        table = Table("service", "reader", "kind", "source", "position", "lag", "parked", "state")
        async with services(service) as processes:
            for process in processes:
                for one in await process.readers.positions():
                    state = state_of(one)
                    good = good and state == WELL
                    lag = "?" if one.lag is None else str(one.lag)
                    table.add_row(process.service.name, one.reader, one.kind, one.source, str(one.position), lag, str(one.parked), state)
        out.print(table)
        return good

    if not run(work):
        raise typer.Exit(1)


@app.command()
def rebuild(service: AnyService = None, readers: Readers = None) -> None:
    """Fill read models anew from the beginning, beside live reads, and switch to them."""

    async def work() -> None:
        async with services(service) as processes:
            for projector in (one for process in processes for one in projectors(process, readers)):
                with bar(errors, f"rebuilding {projector.projection.name}") as progress:
                    at = await projector.rebuild(progress)
                out.print(f"{projector.projection.name}: rebuilt up to {', '.join(f'{name} {cursor.pos}' for name, cursor in at.items())}")

    run(work)


@app.command()
def verify(service: AnyService = None, readers: Readers = None) -> None:
    """Check that the log is whole and that every read model equals a fold of it."""

    async def work() -> bool:
        good = True
        async with services(service) as processes:
            for process in processes:
                with bar(errors, "verifying the log") as progress:
                    problem = await verify_log(process.pool, progress=progress)
                out.print(f"log: {problem or 'whole: positions, versions, times and leaf hashes hold'}")
                good = good and problem is None
                for projector in projectors(process, readers):
                    with bar(errors, f"verifying {projector.projection.name}") as progress:
                        found = await projector.verify(progress)
                    out.print(f"{projector.projection.name}: {verdict_of(found)}")
                    good = good and not found.difference
        return good

    if not run(work):
        raise typer.Exit(1)


@app.command()
def generation(service: ServiceName) -> None:
    """Begin a new generation of the service's topics: after a restored log, or a changed mapping of old facts.

    What is public is numbered anew before."""

    async def work() -> int:
        if DATABASE not in os.environ:
            raise UnusableSettings(f"the embedded form has no topics, so it has no generations; for the scaled form set {DATABASE}")
        async with services(service) as [process]:
            for projector in process.readers.projectors:
                if projector.projection.name == NUMBERS:
                    await projector.rebuild()
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
def list_parked(service: AnyService = None) -> None:
    """What is parked, since when and why."""

    async def work() -> None:
        found = 0
        async with services(service) as processes:
            for process in processes:
                for one in await process.readers.parked(1000):
                    found += 1
                    # No table: whoever retries or skips copies the first line, which must not be folded.
                    out.print(f"{process.service.name} {one.reader} {one.source} {one.stream}", soft_wrap=True)
                    out.print(
                        f"    {one.type} at position {one.position}: {escape(one.error)}; {one.waiting} waiting, "
                        f"since {one.since.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}",
                        soft_wrap=True,
                    )
        out.print("`bindeglied park retry` and `skip` take one of the lines above" if found else "nothing is parked")

    run(work)


@park.command()
def retry(service: ServiceName, reader: str, source: str, stream: UUID) -> None:
    """Apply a parked stream's events again, in order."""
    _unpark(service, reader, source, stream, skipping=False)


@park.command()
def retry_all(service: AnyService = None) -> None:
    """Apply again all that is parked, as after an upgrade; what fails again stays parked."""

    async def work() -> list[bool]:
        async with services(service) as processes:
            return [
                bool(await process.readers.retry(one.reader, one.source, one.stream))
                for process in processes
                for one in await process.readers.parked(1000)
            ]

    released = run(work)
    out.print(f"{sum(released)} of {len(released)} released")
    if not all(released):
        complain("what failed again stays parked: see `bindeglied park list`")
        raise typer.Exit(1)


@park.command()
def skip(
    service: ServiceName, reader: str, source: str, stream: UUID, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Do without a parked stream's first event, and apply the rest: the reader lacks that event until it is rebuilt."""
    if not yes:
        typer.confirm(f"{reader} then lacks the event until it is rebuilt. Skip it?", abort=True)
    _unpark(service, reader, source, stream, skipping=True)


def _unpark(service: str, reader: str, source: str, stream: UUID, *, skipping: bool) -> None:
    async def work() -> bool | None:
        async with services(service) as [process]:
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
