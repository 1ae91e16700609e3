"""The operator's routes, the same in every service: look, retry, skip."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from shared.http.call import Call
from shared.http.operations import FailedTimer, FiresAgain, ParkedStream, ReaderPosition, RefusedReaction, Unparked
from shared.http.permissions import CITY, Permissions, role
from shared.http.problems import NotFound

MOST = 500
router = APIRouter(prefix="/operations", tags=["operations"])
PERMISSIONS: Permissions = {
    "list_positions": role("operator", of=CITY),
    "list_parked_streams": role("operator", of=CITY),
    "list_refused_reactions": role("operator", of=CITY),
    "list_failed_timers": role("operator", of=CITY),
    "retry_failed_timer": role("operator", of=CITY),
    "retry_parked_stream": role("operator", of=CITY),
    "skip_parked_event": role("operator", of=CITY),
}


@router.get("/positions")
async def list_positions(call: Call) -> list[ReaderPosition]:
    """How far every reader is, and how far behind."""
    return list(await call.runtime.operations.positions())


@router.get("/parked")
async def list_parked_streams(call: Call) -> list[ParkedStream]:
    """The streams that readers have set aside, oldest first."""
    return list(await call.runtime.operations.parked(MOST))


@router.get("/refused")
async def list_refused_reactions(call: Call) -> list[RefusedReaction]:
    """The latest reactions whose command the domain refused."""
    return list(await call.runtime.operations.refused(MOST))


@router.get("/timers/failed")
async def list_failed_timers(call: Call) -> list[FailedTimer]:
    """What fell due and failed by an error, the latest first; what the domain refused is none of it."""
    return list(await call.runtime.operations.failed_timers(MOST))


@router.post("/timers/{timer}/{command}/retry")
async def retry_failed_timer(timer: str, command: UUID, call: Call) -> FiresAgain:
    """Let a timer fire again, after what made it fail was repaired; a worker does it at its next look."""
    if not await call.runtime.operations.retry_timer(timer, command):
        raise NotFound
    return FiresAgain(timer=timer, command=command)


@router.post("/parked/{reader}/{source}/{stream}/retry")
async def retry_parked_stream(reader: str, source: str, stream: UUID, call: Call) -> Unparked:
    """Try a parked stream's events again, in order, after what made them fail was repaired."""
    return _unparked(await call.runtime.operations.retry(reader, source, stream))


@router.post("/parked/{reader}/{source}/{stream}/skip")
async def skip_parked_event(reader: str, source: str, stream: UUID, call: Call) -> Unparked:
    """Give up the first parked event of a stream and go on behind it; the read model then lacks it until it is rebuilt."""
    return _unparked(await call.runtime.operations.skip(reader, source, stream, call.principal_id))


def _unparked(released: bool | None) -> Unparked:
    if released is None:
        raise NotFound
    return Unparked(released=released)
