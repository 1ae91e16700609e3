"""What my bodies must do, by when."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from starlette.responses import Response

from services.portal import words
from services.portal.clients import ServiceProblem
from services.portal.forms import Form
from services.portal.pages.lists import after_of, one_page
from services.portal.pages.meetings import CLOSE, INVITE, OPEN
from services.portal.pages.organisation import HOLD
from services.portal.pages.proposing import PROPOSE
from services.portal.pages.recommendations import ACKNOWLEDGE, ANSWER, COMPLETE, DRAFT, INFORM, VERIFY
from services.portal.read_models.called import corrected_names
from services.portal.read_models.tasks import Task, list_tasks
from services.portal.read_models.viewer import viewer_of
from services.portal.routing import Pages
from services.portal.visit import Visit
from shared.called import with_names
from shared.http.paging import Listing

pages = Pages()
AT_ONCE, MEETINGS = 50, 5
TASKS = Listing("portal.tasks", date, str, UUID)
SITTING = ("secretariat", "chair", "member")
"""Who goes to a body's meetings."""
AT_BODY = {"handover", "placing"}
AT_MEETING = {"invitation", "opening", "closing", "letter"}
FORMS: dict[str, Form] = {
    "proposing": PROPOSE,
    "invitation": INVITE,
    "opening": OPEN,
    "closing": CLOSE,
    "holding": HOLD,
    "issuing": DRAFT,
    "informing": INFORM,
    "acknowledgement": ACKNOWLEDGE,
    "answer": ANSWER,
    "measure": COMPLETE,
    "verification": VERIFY,
}
"""What is filled in for it, where that is one form: the way to the page leads on to it, and browsers open what it is folded in."""


def place_of(task: Task) -> str:
    """The place where it is done."""
    form = FORMS.get(task.what)
    return page_of(task) + (f"#{form.name}" if form else "")


def page_of(task: Task) -> str:
    """The page of that place."""
    if task.what in AT_BODY:
        return f"/bodies/{task.body}"
    if task.what == "proposing":
        return f"/bodies/{task.other}"
    if task.what in AT_MEETING:
        return f"/meetings/{task.about}"
    return f"/conferences/{task.about}/organisation" if task.what == "holding" else f"/recommendations/{task.about}"


@pages.get("/tasks")
async def show_tasks(visit: Visit) -> Response:
    """By due date, the longest overdue first, with the way to where each is done."""
    if visit.person is None:
        raise ServiceProblem(401, "urn:bindeglied:problem:unauthenticated", "Sign in first.")
    db = visit.portal.runtime.read
    rows = await list_tasks(db, visit.portal.now(), viewer_of(visit.person), after=after_of(visit, TASKS), limit=AT_ONCE + 1)
    rows = with_names(rows, await corrected_names(db))
    listed = one_page(visit, TASKS, rows, AT_ONCE, lambda task: task.key)
    meetings = [
        one
        for body in sorted({scope for scope, name in visit.person.grants if name in SITTING})
        for one in await visit.all_of("meetings", "/meetings", pages=1, body=body, limit=MEETINGS)
    ]
    meetings.sort(key=lambda one: datetime.fromisoformat(one["starts_at"]))
    return visit.show("tasks.html", words=words, listed=listed, place_of=place_of, now=visit.portal.now(), meetings=meetings)
