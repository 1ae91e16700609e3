"""The address of letters: what became of each, never to whom it went."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query

from services.notifications.permissions import FOLLOWERS
from services.notifications.read_models.outcomes import OUTCOMES, ListedNotification, list_notifications
from shared.http.call import Call
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition

router = APIRouter(tags=["notifications"])
BY_TIME = Listing("notifications", datetime, UUID)


@router.get("/notifications")
async def list_all_notifications(
    call: Call,
    cause: Annotated[UUID | None, Query(description="The event that is told of.")] = None,
    about: Annotated[UUID | None, Query(description="The meeting, conference, recommendation, … it is about.")] = None,
    body: Annotated[UUID | None, Query(description="Letters in the affairs of this body; a secretariat names its own.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[ListedNotification]:
    """Letters in the order in which they were planned."""
    call.permit(body)
    assert call.may(FOLLOWERS, body)
    behind = cast("tuple[datetime, UUID] | None", BY_TIME.after(after))
    await call.wait_for(OUTCOMES.name, min_position)
    rows = await list_notifications(call.read, cause=cause, about=about, body=body, after=behind, limit=limit + 1)
    return call.page(BY_TIME, rows, limit, lambda row: (row.planned_at, row.notification))
