"""What the law asks every public site to say: who runs it, what it does with personal data, and how accessible it is."""

from __future__ import annotations

from starlette.responses import Response

from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.routing import Pages
from services.portal.visit import Visit

pages = Pages()

FEEDBACK = Form(
    "feedback",
    (
        Field("text", mark("What is hard to use, or what is missing?"), "prose"),
        Field("email", mark("Your e-mail address, if you want an answer"), "email", needed=False, autocomplete="email"),
        Field("page", mark("Which page is it about?"), needed=False, hint=mark("Its address or its heading.")),
    ),
    submit=mark("Send"),
    done=mark("Thank you. You get an answer within two weeks if you left an address."),
    public=True,
)


@pages.get("/imprint")
async def show_imprint(visit: Visit) -> Response:
    """Who runs this site (DDG § 5)."""
    return visit.show(f"notices/imprint.{visit.language}.html", operator=visit.portal.operator)


@pages.get("/privacy")
async def show_privacy(visit: Visit) -> Response:
    """What is done with personal data (GDPR articles 13 and 14)."""
    return visit.show(f"notices/privacy.{visit.language}.html", operator=visit.portal.operator)


@pages.get("/accessibility")
async def show_accessibility(visit: Visit) -> Response:
    """How accessible this site is, and the way to tell us what is not (BremBGG § 14)."""
    return visit.show(
        f"notices/accessibility.{visit.language}.html",
        operator=visit.portal.operator,
        feedback=visit.fill(FEEDBACK, "/accessibility"),
    )


@pages.post("/accessibility")
async def send_feedback(visit: Visit) -> Response:
    """A message about what is not accessible."""
    return await visit.send(FEEDBACK, "notifications", "/feedback", again=show_accessibility)
