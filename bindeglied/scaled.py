"""`bindeglied scaled`: what the scaled form needs once, and the demo's story told to it."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from bindeglied.answers import said
from bindeglied.embedded import SERVICES
from bindeglied.issuer import DemoIssuer
from bindeglied.outbox import Outbox
from bindeglied.story import Story, StoryBroken
from bindeglied.work import out, run
from bindeglied.world.read import read_world
from shared.clock import StoryClock
from shared.localday import CITY_ZONE
from shared.migrate import Chain, ensure_database, migrate
from shared.run import KEYRING_ROLE, run_service
from shared.settings import Settings, UnusableSettings

scaled = typer.Typer(no_args_is_help=True, help="The scaled form: every service as processes of its own.")

ADMIN = "BINDEGLIED_ADMIN_URL"
OPERATOR = "betrieb"
PATIENCE_SECONDS = 120.0
"""For readers that are on their way; a machine that starts everything at once is slow."""

IssuerFolder = Annotated[Path, typer.Option("--issuer", help="The folder with the demo issuer's keys; never for a real city.")]


@scaled.command()
def prepare(
    issuer: Annotated[Path | None, typer.Option("--issuer", help="Also make the demo issuer's keys in this folder.")] = None,
    public: Annotated[Path | None, typer.Option("--public", help="Where its public keys are to lie, for BINDEGLIED_TOKEN_KEYS.")] = None,
) -> None:
    """Make what is missing on the server that BINDEGLIED_ADMIN_URL leads to: databases, runtime roles, tables, grants."""

    async def work() -> None:
        if ADMIN not in os.environ:
            raise UnusableSettings(f"{ADMIN} is not set: an address of the server, as a role that may make roles and databases")
        chains: dict[str, Chain] = {**{f"bindeglied_{service.name}": "log" for service in SERVICES}, KEYRING_ROLE: "keyring"}
        for role, chain in chains.items():
            await migrate(await ensure_database(os.environ[ADMIN], role), chain, role)
            out.print(f"{role}: current")

    run(work)
    if issuer:
        made = DemoIssuer(issuer, {})
        if public:
            public.write_text(made.public_keys.read_text(encoding="utf-8"), encoding="utf-8")
        out.print(f"demo issuer: {public or made.public_keys}")


@scaled.command()
def story(
    url: Annotated[str, typer.Argument(help="The one address in front of the services, as in http://localhost:8000.")],
    issuer: IssuerFolder,
    clock: Annotated[Path, typer.Option("--clock", help="The file that BINDEGLIED_CLOCK_FILE names to every process.")],
    outbox: Annotated[Path, typer.Option("--outbox", help="The folder that BINDEGLIED_OUTBOX names to the notifications.")],
) -> None:
    """Tell the demo's story to the services at URL, and wait until every reader has come to its end; safe to be told again."""

    async def work() -> None:
        world = read_world()
        made = DemoIssuer(issuer, world.personas)
        names = [service.name for service in SERVICES]
        headers = {"authorization": f"Bearer {made.token(OPERATOR)}"}
        async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
            try:
                await Story(world, made, client, StoryClock(clock), Outbox(outbox), names).tell(_say)
                for name in names:
                    await _at_the_end(client, name, headers)
            except httpx2.TransportError as error:
                raise StoryBroken(f"{url} does not answer: {error or type(error).__name__}") from error

    run(work)


@scaled.command()
def portal(issuer: IssuerFolder) -> None:
    """The portal's api, with the demo's sign-in, which asks for no password: for a demo only."""

    async def work() -> None:
        settings = Settings.from_environment()
        if not settings.demo:
            raise UnusableSettings("BINDEGLIED_DEMO is not set: beside a real issuer run `python -m services.portal api`")
        [service] = [one for one in SERVICES if one.name == "portal"]
        await run_service(service, "api", settings, DemoIssuer(issuer, read_world().personas))

    run(work)


def _say(done: int, total: int, at: datetime, tells: str) -> None:
    out.print(f"{done + 1:>3}/{total}  {at.astimezone(CITY_ZONE):%d.%m.%Y %H:%M}  {tells}", soft_wrap=True)


async def _at_the_end(client: httpx2.AsyncClient, service: str, headers: dict[str, str]) -> None:
    """Wait until every reader of the service is at its end; StoryBroken where one set a stream aside, failed, or does not get there."""
    behind: list[str] = ["nobody was asked"]
    readers: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while behind:
                answer = await client.get(f"/api/{service}/operations/positions", headers=headers)
                if answer.is_error:
                    raise StoryBroken(f"{service} does not tell its positions: {answer.status_code} {said(answer)}")
                readers = answer.json()
                if wrong := [one["reader"] for one in readers if one["parked"] or one.get("failed")]:
                    raise StoryBroken(f"{service}: parked or failed in {', '.join(wrong)}")
                behind = [f"{one['reader']} {one['stopped'] or one['lag']}" for one in readers if one["stopped"] or one["lag"] != 0]
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise StoryBroken(f"{service} is still behind after {PATIENCE_SECONDS:.0f} s: {', '.join(behind)}") from None
    out.print(f"{service}: {len(readers)} readers at the end, position {max((one['position'] for one in readers), default=0)}")
