"""Handing in a contribution to a conference without an account; what becomes of it is on its receipt."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()
KINDS = (("experience", mark("Results and experience")), ("suggestion", mark("A prompt for further development")))

CONTRIBUTE = Form(
    "contribution",
    (
        Field("group", mark("Working group"), "choice", translated=False),
        Field("kind", mark("What is it?"), "choice", options=KINDS),
        Field("text", mark("Your contribution"), "prose", hint=mark("The organisers read it and publish what it says, without any name.")),
        Field("name", mark("Your name"), needed=False, autocomplete="name"),
        Field(
            "email",
            mark("Your e-mail address"),
            "email",
            needed=False,
            autocomplete="email",
            hint=mark("If you like to get the link to your receipt by mail."),
        ),
    ),
    submit=mark("Hand in"),
    done=mark("Thank you. Keep the address of this page: here you see what becomes of your contribution."),
    public=True,
)


@pages.get("/conferences/{conference:uuid}/contribution")
async def show_contributing(visit: Visit) -> Response:
    """The form for a contribution."""
    conference = await visit.ask("conferences", f"/conferences/{visit.path['conference']}")
    groups = [(group["key"], group["name"]) for group in conference["groups"]]
    form = visit.fill(CONTRIBUTE, f"/conferences/{visit.path['conference']}/contribution", options={"group": groups})
    return visit.show("conferences/contribute.html", conference=conference, form=form)


@pages.post("/conferences/{conference:uuid}/contribution")
async def contribute(visit: Visit) -> Response:
    """Hand it in, and go to its receipt, whose address is told only here and by mail."""

    def to_receipt(done: Any) -> str:
        return f"/receipt?{urlencode({'token': done['receipt']})}"

    return await visit.send(
        CONTRIBUTE,
        "conferences",
        f"/conferences/{visit.path['conference']}/contributions",
        again=show_contributing,
        then=to_receipt,
        body=lambda reading: {**reading.body, "language": visit.language},
    )
