"""The home page: what is on, what was decided, what became of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from starlette.responses import Response

from services.portal import words
from services.portal.pages.lists import after_of, one_page
from services.portal.read_models.called import corrected_names
from services.portal.read_models.timeline_of_recommendations import CAME, DECIDED
from services.portal.read_models.timeline_query import list_coming, list_news, timeline_as_of
from services.portal.routing import Pages
from services.portal.visit import Visit
from shared.called import with_names
from shared.http.paging import Listing

pages = Pages()
AT_ONCE = 10
ON = Listing("portal.coming", datetime, UUID)
OF_NEWS = {topic: Listing(f"portal.{topic}", date, UUID) for topic in (DECIDED, CAME)}


@pages.get("/")
async def show_home(visit: Visit) -> Response:
    """What everybody may know of the city's integration policy, at a glance."""
    db, now = visit.portal.runtime.read, visit.portal.now()
    rows = await list_coming(db, now, after=after_of(visit, ON, "coming"), limit=AT_ONCE + 1)
    names = await corrected_names(db)
    coming = one_page(visit, ON, with_names(rows, names), AT_ONCE, lambda one: (one.starts_at, one.thing), "coming")
    news = {}
    for topic, listing in OF_NEWS.items():
        found = await list_news(db, topic, after=after_of(visit, listing, topic), limit=AT_ONCE + 1)
        news[topic] = one_page(visit, listing, with_names(found, names), AT_ONCE, lambda one: (one.day, one.thing), topic)
    as_of = await timeline_as_of(db)
    return visit.show("home.html", words=words, coming=coming, decided=news[DECIDED], came=news[CAME], as_of=as_of)
