"""The main job on the embedded default: start, tell the story, say where to look, keep serving."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx2
from rich.console import Console
from rich.table import Table

from bindeglied.embedded import Embedded, Home, embedded
from bindeglied.front import Front
from bindeglied.postgres import start_postgres
from bindeglied.progress import bar
from bindeglied.story import Story
from shared.localday import CITY_ZONE
from shared.run import serve

STATES = {"kept": "eingehalten", "on_track": "auf dem Weg", "at_risk": "in Gefahr", "missed": "verfehlt", None: "ohne Regel"}


async def serve_embedded(home: Home, port: int, out: Console) -> None:
    """Start everything and serve until interrupted."""
    with home.held():
        async with embedded(home) as everything:
            _say_where(out, port, home)
            await serve(Front(everything), "127.0.0.1", port)


async def tell_and_serve(home: Home, port: int, out: Console, *, once: bool) -> None:
    """Start everything, tell the story, and serve on unless it is to be told only once."""
    with home.held():
        out.print(f"Bindeglied startet; die Daten liegen in {home.folder}", soft_wrap=True)
        async with embedded(home) as everything:
            front = Front(everything)
            transport = httpx2.ASGITransport(app=front)
            async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=30) as client:
                with bar(out, "Die Geschichte") as progress:

                    def step(done: int, total: int, tells: str) -> None:
                        progress(done, total)
                        if done < total:
                            now = home.clock().astimezone(CITY_ZONE)
                            out.print(f"  {done + 1:>2}/{total}  {now:%d.%m.%Y %H:%M}  {tells}", soft_wrap=True)

                    story = Story(everything.world, everything.issuer, client, home.clock)
                    await story.tell(step)
                await _show(everything, client, out, str(story.position))
            if once:
                return
            _say_where(out, port, home)
            await serve(front, "127.0.0.1", port)


def stop_postgres(home: Home) -> None:
    """End the home's PostgreSQL, whoever has left it running."""
    if home.postgres.exists():
        start_postgres(home.postgres).stop()


async def _show(everything: Embedded, client: httpx2.AsyncClient, out: Console, position: str) -> None:
    coming = await _get(client, "/api/meetings/meetings", everything, min_position=position)
    table = Table("Beginn", "Gremium", "Sitzung", "Stand", title="Was ansteht")
    for one in coming["items"]:
        begins = datetime.fromisoformat(one["starts_at"]).astimezone(CITY_ZONE)
        table.add_row(
            f"{begins:%d.%m.%Y %H:%M}", one["body_name"], one["title"], "abgesagt" if one["standing"] == "cancelled" else "geplant"
        )
    out.print(table)
    board = everything.world.ids["fachbeirat"]
    cadence = await _get(client, f"/api/meetings/bodies/{board}/cadence", everything, year="2018", min_position=position)
    said = f"{cadence['held']} gehalten, {cadence['planned']} geplant, {cadence['required']} verlangt: {STATES[cadence['standing']]}"
    out.print(f"{cadence['body_name']} 2018: {said}\n")


async def _get(client: httpx2.AsyncClient, path: str, everything: Embedded, **query: str) -> Any:
    token = everything.issuer.token("koordinierung")
    answer = await client.get(path, params=query, headers={"authorization": f"Bearer {token}"})
    answer.raise_for_status()
    return answer.json()


def _say_where(out: Console, port: int, home: Home) -> None:
    base = f"http://127.0.0.1:{port}"
    out.print(f"Bindeglied läuft, Daten in {home.folder}", soft_wrap=True)
    for what, path in (
        ("Startseite", "/"), ("Anmelden als …", "/login"),
        ("Kommende Sitzungen", "/api/meetings/meetings"), ("Gremien", "/api/meetings/bodies"),
        ("Schnittstelle (OpenAPI)", "/api/meetings/openapi.json"), ("Bereitschaft", "/ready"), ("Metriken", "/metrics"),
    ):  # fmt: skip
        out.print(f"  {what:<24} {base}{path}", soft_wrap=True)
    out.print("Strg-C beendet.")
