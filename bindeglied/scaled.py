"""`bindeglied scaled`: what the scaled form needs once, and the demo's story told to it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from bindeglied.embedded import SERVICES
from bindeglied.issuer import DemoIssuer
from bindeglied.outbox import Outbox
from bindeglied.story import Story, StoryBroken, said
from bindeglied.work import out, run
from bindeglied.world.read import read_world
from shared.clock import StoryClock
from shared.localday import CITY_ZONE
from shared.migrate import ensure_database, migrate
from shared.run import KEYRING_ROLE
from shared.settings import UnusableSettings
from shared.watch import READY_LAG

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
        for role, chain in [*((f"bindeglied_{service.name}", "log") for service in SERVICES), (KEYRING_ROLE, "keyring")]:
            await migrate(await ensure_database(os.environ[ADMIN], role), "log" if chain == "log" else "keyring", role)
            out.print(f"{role}: current")

    run(work)
    if issuer:
        made = DemoIssuer(issuer, {})
        if public:
            public.write_text(made.public_keys.read_text(encoding="utf-8"), encoding="utf-8")
        out.print(f"demo issuer: {public or made.public_keys}")
