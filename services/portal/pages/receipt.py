"""The contributor's receipt: a link, no account; what became of just this contribution."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal import words
from services.portal.read_models.receipts import find_fate
from services.portal.routing import Pages
from services.portal.visit import PRIVATE, Visit

pages = Pages()


@pages.get("/receipt")
async def show_receipt(visit: Visit) -> Response:
    """What became of the contribution of this token; whoever has the link may see it, and it is kept by nobody on the way."""
    fate = await find_fate(visit.portal.runtime.read, visit.query.get("token", ""), visit.portal.now())
    if fate is None:
        raise HTTPException(404)
    response = visit.show("receipt.html", words=words, fate=fate)
    response.headers.update(PRIVATE | {"x-robots-tag": "noindex"})
    return response
