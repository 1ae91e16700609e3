"""What people say is in the way: the office that has to answer reads it here, and notes what it has done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.portal.forms import Field, Filled, Form
from services.portal.language import mark
from services.portal.pages.lists import asked_page
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()
ANSWER = Form(
    "answer",
    (Field("note", mark("What you have done, and what you have written to the person"), "prose"),),
    submit=mark("Mark it as dealt with"),
    done=mark("It is marked as dealt with."),
)


def answer_to(feedback: UUID | str | None) -> Form:
    """The form for one message: a page has many."""
    return replace(ANSWER, name=f"{ANSWER.name}-{feedback}")


@pages.get("/feedback")
async def show_feedback(visit: Visit) -> Response:
    """What waits for an answer, the oldest first; or, asked for `?answered`, what has been dealt with."""
    answered = "answered" in visit.query
    listed = await asked_page(visit, "notifications", "/feedback", kept=("answered",), answered=str(answered).lower())

    def drawn(one: Any) -> tuple[Any, Filled | None]:
        return one, None if answered else visit.fill(answer_to(one["feedback"]), f"/feedback/{one['feedback']}")

    return visit.show(
        "feedback.html",
        listed=listed,
        messages=[drawn(one) for one in listed.items],
        answered=answered,
        done=ANSWER if visit.query.get("said", "").startswith(f"{ANSWER.name}-") else None,
        refused=_refused(visit, {one["feedback"] for one in listed.items}),
    )


def _refused(visit: Visit, shown: set[str]) -> Filled | None:
    """The form that was refused although its message is not shown any more: somebody else has dealt with it."""
    feedback = visit.path.get("feedback")
    form = answer_to(feedback)
    return visit.fill(form, f"/feedback/{feedback}") if visit.came_back(form) and str(feedback) not in shown else None


@pages.post("/feedback/{feedback:uuid}", on="/feedback")
async def answer(visit: Visit) -> Response:
    """Mark one message as dealt with."""
    feedback = visit.path["feedback"]
    return await visit.send(answer_to(feedback), "notifications", f"/feedback/{feedback}/answer", again=show_feedback)
