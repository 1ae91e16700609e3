"""The contributor's receipt: a link, no account; what became of just this contribution."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal import words
from services.portal.pages.contributions import CONTRIBUTE
from services.portal.read_models.receipts import Fate, find_fate
from services.portal.routing import Pages
from services.portal.visit import PRIVATE, Visit

pages = Pages()
TRIES, PAUSE = 20, 0.2
"""A receipt that was just given is waited for: the portal hears of the contribution a moment later."""


@pages.get("/receipt")
async def show_receipt(visit: Visit) -> Response:
    """What became of the contribution of this token; whoever has the link may see it, and it is kept by nobody on the way."""
    fate, handed_in = await _find(visit), visit.said(CONTRIBUTE)
    for _ in range(TRIES if handed_in else 0):
        if fate is not None:
            break
        await asyncio.sleep(PAUSE)
        fate = await _find(visit)
    if fate is None and not handed_in:
        raise HTTPException(404)
    page = "receipt.html" if fate else "receipt_coming.html"
    response = visit.show(page, words=words, fate=fate, form=CONTRIBUTE)
    response.headers.update(PRIVATE | {"x-robots-tag": "noindex"})
    return response


async def _find(visit: Visit) -> Fate | None:
    return await find_fate(visit.portal.runtime.read, visit.query.get("token", ""), visit.portal.now())
