"""Being told by mail: subscribe, confirm, stop, and have the address erased."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.registration import SPEAKS, TOKEN, held
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()
EVERYTHING = "everything"

SUBSCRIBE = Form(
    "subscription",
    (
        Field("about", mark("What would you like to hear of?"), "choice", translated=False),
        Field("email", mark("Your e-mail address"), "email", autocomplete="email", hint=mark("You get an e-mail there to confirm it.")),
        Field("language", mark("In which language may we write to you?"), "choice", options=SPEAKS),
    ),
    submit=mark("Subscribe"),
    done=mark("Nearly done: we have sent you an e-mail. You will hear from us once you follow its link."),
    public=True,
)
CONFIRM = Form("confirmed", (TOKEN,), submit=mark("Confirm"), done=mark("Thank you: your subscription is confirmed."), public=True)
STOP = Form(
    "stopped", (TOKEN,), submit=mark("End the subscription"), done=mark("Your subscription has ended: you hear no more of it."), public=True
)
ERASE = Form(
    "erased", (TOKEN,), submit=mark("Erase my data"), done=mark("Your data are erased: nobody can read them any more."), danger=True,
    public=True,
)  # fmt: skip


@pages.get("/subscription")
async def show_subscribing(visit: Visit) -> Response:
    """The form to subscribe."""
    bodies = await visit.all_of("meetings", "/bodies")
    about = [
        (EVERYTHING, visit.text(mark("Everything that becomes public"))),
        *((f"meetings:body:{one['body']}", one["body_name"]) for one in bodies),
    ]
    values: dict[str, JsonValue] = {"language": visit.language, "about": visit.query.get("about", EVERYTHING)}
    form = visit.fill(SUBSCRIBE, "/subscription", values=values, options={"about": about})
    return visit.show("subscription/subscribe.html", form=form, done=[CONFIRM, STOP, ERASE])


@pages.post("/subscription")
async def subscribe(visit: Visit) -> Response:
    """Ask for letters; the answer is the same for every address."""
    return await visit.send(SUBSCRIBE, "notifications", "/subscriptions", again=show_subscribing, body=_wished)


def _wished(reading: Reading) -> Mapping[str, JsonValue]:
    about = str(reading.body["about"])
    if about == EVERYTHING:
        return reading.body
    service, kind, key = ([*about.split(":"), "", ""])[:3]
    return {**reading.body, "about": {"service": service, "kind": kind, "id": key}}


@pages.get("/subscription/confirm")
async def show_confirmation(visit: Visit) -> Response:
    """A button: following a link alone confirms nothing."""
    token, own = await held(visit, "notifications", "/subscriptions/own")
    form = visit.fill(CONFIRM, "/subscription/confirm", values={"token": token})
    return visit.show("subscription/confirm.html", 200 if own else 404, kept=False, form=form, own=own)


@pages.post("/subscription/confirm")
async def confirm(visit: Visit) -> Response:
    """From now on they are told."""
    path = "/subscriptions/confirmation"
    return await visit.send(CONFIRM, "notifications", path, again=show_confirmation, then="/subscription")


@pages.get("/subscription/stop")
async def show_stopping(visit: Visit) -> Response:
    """The buttons to stop, and to have the address erased, as long as there is something to."""
    token, own = await held(visit, "notifications", "/subscriptions/own")
    return visit.show(
        "subscription/stop.html",
        200 if own else 404,
        kept=False,
        own=own,
        stop=visit.fill(STOP, "/subscription/stop", values={"token": token}),
        erase=visit.fill(ERASE, "/subscription/erase", values={"token": token}),
    )


@pages.post("/subscription/stop")
async def stop(visit: Visit) -> Response:
    """No more letters."""
    return await visit.send(STOP, "notifications", "/subscriptions/stop", again=show_stopping, then="/subscription")


@pages.post("/subscription/erase", on="/subscription/stop")
async def erase(visit: Visit) -> Response:
    """Nobody can read the address any more."""
    return await visit.send(ERASE, "notifications", "/subscriptions/erasure", again=show_stopping, then="/subscription")
