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
CORRECT = Form(
    "correct",
    (*ANSWER.fields, Field("reason", mark("Why the entry is corrected"), "prose")),
    submit=mark("Correct what was noted"),
    done=mark("What was noted is corrected."),
)


def of_one(form: Form, feedback: UUID | str | None) -> Form:
    """The form for one message: a page has many."""
    return replace(form, name=f"{form.name}-{feedback}")


@pages.get("/feedback")
async def show_feedback(visit: Visit) -> Response:
    """What waits for an answer, the oldest first; or, asked for `?answered`, what has been dealt with."""
    return await show(visit, answered="answered" in visit.query)


async def show_answered(visit: Visit) -> Response:
    """What has been dealt with."""
    return await show(visit, answered=True)


async def show(visit: Visit, *, answered: bool) -> Response:
    """Messages, each with the form for it."""
    listed = await asked_page(visit, "notifications", "/feedback", kept=("answered",), answered=str(answered).lower())
    shown = {one["feedback"] for one in listed.items}
    form, path = (CORRECT, "/correction") if answered else (ANSWER, "")

    def drawn(one: Any) -> tuple[Any, Filled]:
        note = one["note"] if isinstance(one["note"], str) else None
        return one, visit.fill(of_one(form, one["feedback"]), f"/feedback/{one['feedback']}{path}", values={"note": note})

    # One that was refused although its message is not shown any more: somebody else has dealt with it, or it is on another page.
    sent = of_one(form, visit.path.get("feedback"))
    refused = visit.came_back(sent) and str(visit.path.get("feedback")) not in shown
    return visit.show(
        "feedback.html",
        listed=listed,
        messages=[drawn(one) for one in listed.items],
        answered=answered,
        done=next((one for one in (ANSWER, CORRECT) if visit.query.get("said", "").startswith(f"{one.name}-")), None),
        refused=visit.fill(sent, f"/feedback/{visit.path['feedback']}{path}") if refused else None,
    )


@pages.post("/feedback/{feedback:uuid}", on="/feedback")
async def answer(visit: Visit) -> Response:
    """Mark one message as dealt with."""
    feedback = visit.path["feedback"]
    return await visit.send(of_one(ANSWER, feedback), "notifications", f"/feedback/{feedback}/answer", again=show_feedback)


@pages.post("/feedback/{feedback:uuid}/correction", on="/feedback")
async def correct(visit: Visit) -> Response:
    """Correct what was noted of a message that was dealt with."""
    form, path = of_one(CORRECT, visit.path["feedback"]), f"/feedback/{visit.path['feedback']}/answer"
    return await visit.send(form, "notifications", path, again=show_answered, then="/feedback?answered=yes")
