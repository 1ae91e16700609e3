"""Registering for a conference without an account, and what the links in the mail lead to: confirm, cancel, erase."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from services.portal.clients import ServiceProblem
from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()
SPEAKS = (("de", mark("German")), ("en", mark("English")))
TOKEN = Field("token", mark("The code from the e-mail"), "hidden")

REGISTER = Form(
    "registration",
    (
        Field("name", mark("Your name"), autocomplete="name"),
        Field("email", mark("Your e-mail address"), "email", autocomplete="email", hint=mark("You get an e-mail there to confirm it.")),
        Field("language", mark("In which language may we write to you?"), "choice", options=SPEAKS),
        Field(
            "access_needs",
            mark("What do you need to take part?"),
            "prose",
            needed=False,
            hint=mark("Sign language, interpreting, a place for a wheelchair, childcare: only the organisers read it."),
        ),
    ),
    submit=mark("Register"),
    done=mark("Nearly done: we have sent you an e-mail. Your place is yours once you follow its link; it works for 48 hours."),
    public=True,
)
CONFIRM = Form("confirm", (TOKEN,), submit=mark("Confirm"), done=mark("Thank you: your place is confirmed."), public=True)
CANCEL = Form(
    "cancel", (TOKEN,), submit=mark("Cancel my registration"), done=mark("Your registration is cancelled."), danger=True, public=True
)
ERASE = Form(
    "erase",
    (TOKEN,),
    submit=mark("Erase my data"),
    done=mark("Your data are erased: nobody can read them any more."),
    danger=True,
    public=True,
)


@pages.get("/conferences/{conference:uuid}/registration")
async def show_registration(visit: Visit) -> Response:
    """The form to register."""
    conference = await visit.ask("conferences", f"/conferences/{visit.path['conference']}")
    action = f"/conferences/{visit.path['conference']}/registration"
    return visit.show(
        "registration/register.html", conference=conference, form=visit.fill(REGISTER, action, values={"language": visit.language})
    )


@pages.post("/conferences/{conference:uuid}/registration")
async def register(visit: Visit) -> Response:
    """Ask for a place; the answer is the same for every address."""
    return await visit.send(REGISTER, "conferences", f"/conferences/{visit.path['conference']}/registrations", again=show_registration)


@pages.get("/registration/confirm")
async def show_confirmation(visit: Visit) -> Response:
    """A button: following a link alone confirms nothing, because programs that look through mail follow links too."""
    token, own = await held(visit, "conferences", "/registrations/own")
    form = visit.fill(CONFIRM, "/registration/confirm", values={"token": token})
    return visit.show("registration/confirm.html", 200 if own else 404, kept=False, form=form, own=own)


@pages.post("/registration/confirm")
async def confirm(visit: Visit) -> Response:
    """The place is taken."""
    return await visit.send(CONFIRM, "conferences", "/registrations/confirmation", again=show_confirmation, then=_to_conference)


@pages.get("/registration/manage")
async def show_management(visit: Visit) -> Response:
    """Cancel, or erase, as long as there is something to."""
    token, own = await held(visit, "conferences", "/registrations/own")
    return visit.show(
        "registration/manage.html",
        200 if own else 404,
        kept=False,
        own=own,
        cancel=visit.fill(CANCEL, "/registration/cancel", values={"token": token}),
        erase=visit.fill(ERASE, "/registration/erase", values={"token": token}),
    )


@pages.post("/registration/cancel", on="/registration/manage")
async def cancel(visit: Visit) -> Response:
    """The place is free again."""
    return await visit.send(CANCEL, "conferences", "/registrations/cancellation", again=show_management, then=_to_conference)


@pages.post("/registration/erase", on="/registration/manage")
async def erase(visit: Visit) -> Response:
    """Nobody can read the person's data any more."""
    return await visit.send(ERASE, "conferences", "/registrations/erasure", again=show_management, then=_to_conference)


async def held(visit: Visit, service: str, path: str) -> tuple[str, Any]:
    """The token of a link out of a mail, or of its form, and how what it is for stands; None where it is for nothing (any more)."""
    token = visit.query.get("token") or (await visit.sent()).get("token", [""])[-1]
    try:
        return token, await visit.ask(service, path, token=token)
    except ServiceProblem as problem:
        if problem.status not in (404, 422):
            raise
        return token, None


def _to_conference(done: Any) -> str:
    return f"/conferences/{done['conference']}"
