"""The meetings that a body has had, the latest first."""

from __future__ import annotations

from starlette.responses import Response

from services.portal.language import mark
from services.portal.pages.lists import asked_page
from services.portal.pages.meetings import STANDINGS
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()
PAST = STANDINGS | {"scheduled": mark("not recorded as held")}


@pages.get("/bodies/{body:uuid}/meetings")
async def list_past_meetings(visit: Visit) -> Response:
    """Held, cancelled, or over without anybody having recorded that it was held; page by page."""
    key = visit.path["body"]
    body = await visit.ask("meetings", f"/bodies/{key}")
    listed = await asked_page(visit, "meetings", f"/bodies/{key}/past-meetings")
    return visit.show("bodies/past.html", key=key, body=body, listed=listed, standings=PAST)
