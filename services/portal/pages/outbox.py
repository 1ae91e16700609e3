"""The demo's outbox: the letters as the people who got them would read them. For the operator, in a demo only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.clients import ServiceProblem
from services.portal.pages.lists import after_of, one_page
from services.portal.portal import OPERATOR
from services.portal.routing import Pages
from services.portal.visit import Visit
from shared.http.paging import Listing

pages = Pages()
AT_ONCE = 50
LETTERS = Listing("portal.outbox", int, UUID)


@dataclass(frozen=True)
class Letter:
    """One letter."""

    id: UUID
    written: int
    """When, in nanoseconds, so that the newest comes first."""
    to: str
    subject: str
    text: str
    at: datetime
    """The date that it bears: in a demo that of the story."""
    language: str | None


def must_be_operator(visit: Visit) -> None:
    """Strangers sign in first; others are not allowed."""
    if visit.person is None:
        raise ServiceProblem(401, "urn:bindeglied:problem:unauthenticated", "Sign in first.")
    if not visit.may(OPERATOR):
        raise HTTPException(403)


def folder_of(visit: Visit) -> Path:
    """Where the demo's letters are; a real city has no such page."""
    must_be_operator(visit)
    settings = visit.portal.around.settings
    if not settings.demo or settings.outbox is None:
        raise HTTPException(404)
    return settings.outbox


def listed(folder: Path, after: tuple[int, UUID] | None, limit: int) -> list[Letter]:
    """The newest letters, behind the (time, id) of the last one seen."""
    files = [(file.stat().st_mtime_ns, UUID(file.stem)) for file in folder.glob("*.eml")] if folder.is_dir() else []
    chosen = sorted((key for key in files if after is None or key < after), reverse=True)[:limit]
    return [read(folder, letter) for _, letter in chosen]


def read(folder: Path, letter: UUID) -> Letter:
    """One letter; FileNotFoundError where there is none."""
    file = folder / f"{letter}.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # The default policy makes no other.
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    written = file.stat().st_mtime_ns
    dated = message["date"].datetime if message["date"] else None
    at = dated or datetime.fromtimestamp(written / 1e9, UTC)
    return Letter(
        letter, written, str(message["to"] or ""), str(message["subject"] or ""), text, at, str(message["content-language"] or "") or None
    )


@pages.get("/outbox")
async def show_outbox(visit: Visit) -> Response:
    """All letters, the newest first."""
    folder = folder_of(visit)
    letters = await asyncio.to_thread(listed, folder, after_of(visit, LETTERS), AT_ONCE + 1)
    shown = one_page(visit, LETTERS, letters, AT_ONCE, lambda one: (one.written, one.id))
    return visit.show("outbox.html", listed=shown)


@pages.get("/outbox/{letter:uuid}")
async def show_letter(visit: Visit) -> Response:
    """One letter, with its links."""
    folder = folder_of(visit)
    try:
        letter = await asyncio.to_thread(read, folder, visit.path["letter"])
    except FileNotFoundError:
        raise HTTPException(404) from None
    return visit.show("letter.html", letter=letter)
