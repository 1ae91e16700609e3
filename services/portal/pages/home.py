"""The home page."""

from __future__ import annotations

from starlette.responses import Response

from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()


@pages.get("/")
async def show_home(visit: Visit) -> Response:
    """What this is, and where to go from here."""
    return visit.show("home.html")
