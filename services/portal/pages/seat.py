"""One seat of a body: everybody who has held it, and what its keepers put right about them."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.pages.bodies import KEEPERS
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting
from services.portal.visit import Visit

pages = Pages()
OF = "/bodies/{body}/seats/{seat}"
CORRECT = Form(
    "member-correction",
    (
        Field(
            "recorded_since", mark("Whose entry is wrong"), "choice", hint=mark("With the first day as it is entered."), translated=False
        ),
        Field("member_name", mark("Name"), needed=False, hint=mark("Leave empty what is right. The name is official: everybody sees it.")),
        Field("on_behalf_of", mark("For which organisation"), needed=False),
        Field("since", mark("First day, as it really was"), "day", needed=False),
        Field("until", mark("Last day, as it really was"), "day", needed=False, hint=mark("Only of somebody who has left.")),
        Field("reason", mark("Why the entry is corrected"), "prose", hint=mark("Everybody reads it, and it stays: name no person.")),
    ),
    submit=mark("Correct the entry"),
    done=mark("The entry is corrected."),
)
CORRECTING = Step(CORRECT, mark("Correct an entry"), "meetings", f"{OF}/member-correction", seen=True)


@pages.get("/bodies/{body:uuid}/seats/{seat:uuid}")
async def show_seat(visit: Visit) -> Response:
    """Who has held the seat from when to when, with what was corrected."""
    key = visit.path["body"]
    body = await visit.ask("meetings", f"/bodies/{key}")
    answered = await visit.answer("meetings", f"/bodies/{key}/seats/{visit.path['seat']}")
    terms = answered.body["terms"]
    entries = [(one["since"], f"{one['member_name']} ({date.fromisoformat(one['since']):%d.%m.%Y})") for one in terms]
    steps = fitting(visit, (CORRECTING, terms and visit.may(KEEPERS, str(key))))
    drawn = draw(visit, steps, options={"recorded_since": entries}, seen=answered.etag)
    return visit.show("bodies/seat.html", key=key, body=body, seat=answered.body, steps=drawn, correcting=CORRECT)


add_steps(pages, OF, show_seat, (CORRECTING,))
