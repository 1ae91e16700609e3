"""Handing in a contribution to a conference without an account, and having one's data erased; what becomes of it is on its receipt."""

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

TOKEN = Field("token", mark("The code from the e-mail"), "hidden")
ERASE = Form(
    "erase",
    (TOKEN,),
    submit=mark("Erase my data"),
    done=mark("Your data are erased: nobody can read them any more."),
    danger=True,
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
        tokens = {"token": done["receipt"], "erasure": done["erasure"]}
        return f"/receipt?{urlencode({name: token for name, token in tokens.items() if token})}"

    return await visit.send(
        CONTRIBUTE,
        "conferences",
        f"/conferences/{visit.path['conference']}/contributions",
        again=show_contributing,
        then=to_receipt,
        body=lambda reading: {**reading.body, "language": visit.language},
    )


@pages.get("/contribution/erasure")
async def show_erasure(visit: Visit) -> Response:
    """A button: following a link alone erases nothing, because programs that look through mail follow links too."""
    form = visit.fill(ERASE, "/contribution/erasure", values={"token": visit.query.get("token")})
    return visit.show("conferences/erase.html", kept=False, form=form)


@pages.post("/contribution/erasure")
async def erase(visit: Visit) -> Response:
    """Nobody can read the contributor's data any more."""
    return await visit.send(
        ERASE, "conferences", "/contributions/erasure", again=show_erasure, then=lambda done: f"/conferences/{done['conference']}"
    )
