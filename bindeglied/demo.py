"""The main job on the embedded default: start, tell the story, say where to look, keep serving."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from rich import box
from rich.console import Console
from rich.table import Table

from bindeglied.address import OneAddress
from bindeglied.embedded import Embedded, Home, embedded
from bindeglied.outbox import Outbox
from bindeglied.progress import bar
from bindeglied.story import Story
from bindeglied.trace import drawn
from bindeglied.world.crowd import enlarge
from shared.localday import CITY_ZONE
from shared.run import serve

HOST = "127.0.0.1"
IN_USE = "Prozess {process} arbeitet schon mit {folder}: erst dort beenden"
STATES = {"kept": "eingehalten", "on_track": "auf gutem Weg", "at_risk": "gefährdet", "missed": "verfehlt", None: "ohne Vorgabe"}
STANDINGS = {"scheduled": "geplant", "opened": "läuft", "cancelled": "abgesagt"}


class PortInUse(Exception):
    """Something else listens on the port."""


async def serve_embedded(home: Home, port: int, out: Console) -> None:
    """Start everything and serve until interrupted."""
    must_be_free(port)
    with home.held(IN_USE):
        async with _started(home, port, out) as everything:
            _say_where(out, port)
            await serve(OneAddress(everything), HOST, port)
            out.print("Bindeglied endet.")


async def tell_and_serve(home: Home, port: int, out: Console, *, once: bool, contributions: int = 0) -> None:
    """Start everything, tell the story, with so many generated contributions more, and serve on unless it is to be told only once."""
    if not once:
        must_be_free(port)
    with home.held(IN_USE):
        async with _started(home, port, out) as everything:
            front = OneAddress(everything)
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=front), base_url=f"http://{HOST}", timeout=30) as client:
                with bar(out, "Die Geschichte", lines=False) as progress:

                    def step(done: int, total: int, at: datetime, tells: str) -> None:
                        progress(done, total)
                        out.print(f"  {done + 1:>2}/{total}  {at.astimezone(CITY_ZONE):%d.%m.%Y %H:%M}  {tells}", soft_wrap=True)

                    world = enlarge(everything.world, contributions)
                    story = Story(world, everything.issuer, client, home.clock, Outbox(home.outbox), list(everything.services))
                    await story.tell(step)
                await _show(everything, client, out)
                out.print(await drawn(everything, UUID(story.names["konferenz"]), home.clock()))
            if once:
                await _caught_up(everything)
                out.print(
                    "Die Geschichte ist erzählt. `bindeglied up` zeigt sie im Browser, `bindeglied reset` beginnt von vorn.", soft_wrap=True
                )
                return
            names = story.names
            _say_where(
                out,
                port,
                ("Wirkungskette der Konferenz", f"/de/trace/{names['konferenz']}"),
                ("Die Empfehlung", f"/de/recommendations/{names['empfehlung']}"),
                ("Fatimas Beleg, ohne Konto", f"/de/receipt?token={names['beleg-fatima']}"),
                ("Anmeldung, noch offen", f"/de/conferences/{names['dialog']}/registration"),
            )
            await serve(front, HOST, port)
            out.print("Bindeglied endet.")


@asynccontextmanager
async def _started(home: Home, port: int, out: Console) -> AsyncIterator[Embedded]:
    out.print(f"Bindeglied startet; die Daten liegen in {home.folder}", soft_wrap=True)
    async with AsyncExitStack() as stack:
        with out.status("PostgreSQL und die Dienste starten …"):
            everything = await stack.enter_async_context(embedded(home, portal_url=f"http://{HOST}:{port}"))
        yield everything


def must_be_free(port: int) -> None:
    """PortInUse before anything was started, rather than after."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} ist nicht zu haben ({error.strerror}): mit --port oder BINDEGLIED_PORT einen anderen wählen"
            ) from None


async def _caught_up(everything: Embedded) -> None:
    """Wait until every reader holds what was told, for a few seconds at most: what is left then is read at the next start."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            for process in everything.services.values():
                ticket = process.signals.ticket("read")
                while any(one.lag for one in await process.readers.positions()):
                    await process.signals.wait("read", ticket, 1)
                    ticket = process.signals.ticket("read")


async def _show(everything: Embedded, client: httpx2.AsyncClient, out: Console) -> None:
    coming = await _get(client, "/api/meetings/meetings", everything)
    table = Table("Beginn", "Gremium", "Sitzung", "Stand", title="Was ansteht", title_justify="left", box=box.SIMPLE_HEAD)
    for one in coming["items"]:
        table.add_row(_moment(one["starts_at"]), one["body_name"], one["title"], _standing(one))
    out.print()
    out.print(table)
    board = everything.world.ids["fachbeirat"]
    cadence = await _get(client, f"/api/meetings/bodies/{board}/cadence", everything, year="2018")
    counts = f"{cadence['held']} abgehalten, {cadence['planned']} geplant, {cadence['required']} verlangt"
    out.print(f"{cadence['body_name']}, Sitzungen {cadence['year']}: {counts} – {STATES[cadence['standing']]}\n", soft_wrap=True)


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(CITY_ZONE):%d.%m.%Y %H:%M}"


def _standing(meeting: Mapping[str, Any]) -> str:
    moved = meeting["standing"] == "scheduled" and meeting["formerly_starts_at"]
    return f"verlegt, vorher {_moment(moved)}" if moved else STANDINGS[meeting["standing"]]


async def _get(client: httpx2.AsyncClient, path: str, everything: Embedded, **query: str) -> Any:
    token = everything.issuer.token("koordinierung")
    answer = await client.get(path, params=query, headers={"authorization": f"Bearer {token}"})
    answer.raise_for_status()
    return answer.json()


def _say_where(out: Console, port: int, *told: tuple[str, str]) -> None:
    out.print("Bindeglied läuft:")
    for what, path in (
        ("Startseite", "/de/"), *told, ("Anmelden als …", "/de/login"),
        ("Schnittstelle (OpenAPI)", "/api/meetings/openapi.json"), ("Bereitschaft", "/ready"), ("Metriken", "/metrics"),
    ):  # fmt: skip
        out.print(f"  {what:<28} http://{HOST}:{port}{path}", soft_wrap=True)
    out.print("Nach dem Anmelden: /de/tasks (Aufgaben); als Betrieb auch /de/operations und /de/outbox (die Briefe).", soft_wrap=True)
    out.print("Mit Strg-C beenden.")
