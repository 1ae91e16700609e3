"""One seat of a body: everybody who has held it, and what its keepers put right about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.bodies import KEEPERS
from services.portal.pages.seating import REASON, SEAT, SEATS, TAKE_BACK
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
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
        Field("never_left", mark("They never left the seat: the vacancy was entered by mistake"), "check"),
        Field("never_seated", mark("They never took the seat"), "check"),
        REASON,
    ),
    submit=mark("Correct the entry"),
    done=mark("The entry is corrected."),
)
CORRECT_SEAT = Form(
    "seat-correction",
    (*SEAT.fields, replace(REASON, hint=mark("Everybody reads it. Meetings opened before keep their members and quorum."))),
    submit=mark("Correct the seat"),
    done=mark("The seat is corrected."),
)


def _right(reading: Reading) -> Mapping[str, JsonValue]:
    right = {name: value for name, value in reading.body.items() if name != "reason"}
    return {"right": right or None, "reason": reading.body["reason"]}


CORRECTING = Step(CORRECT, mark("Correct an entry"), "meetings", f"{OF}/member-correction", seen=True)
CORRECTING_SEAT = Step(CORRECT_SEAT, mark("Correct the seat"), "meetings", f"{OF}/correction", body=_right, seen=True)
TAKING_BACK = Step(
    TAKE_BACK, mark("The seat was created by mistake"), "meetings", f"{OF}/correction", body=_right, seen=True, then="/bodies/{body}"
)
STEPS = (CORRECTING, CORRECTING_SEAT, TAKING_BACK)


@pages.get("/bodies/{body:uuid}/seats/{seat:uuid}")
async def show_seat(visit: Visit) -> Response:
    """Who has held the seat from when to when, with what was corrected."""
    key = visit.path["body"]
    body = await visit.ask("meetings", f"/bodies/{key}")
    answered = await visit.answer("meetings", f"/bodies/{key}/seats/{visit.path['seat']}")
    terms = answered.body["terms"]
    entries = [(one["since"], f"{one['member_name']} ({date.fromisoformat(one['since']):%d.%m.%Y})") for one in terms]
    keeps = visit.may(KEEPERS, str(key))
    steps = fitting(visit, (CORRECTING, terms and keeps), (CORRECTING_SEAT, keeps), (TAKING_BACK, keeps and not terms))
    values = {CORRECT_SEAT.name: answered.body}
    drawn = draw(visit, steps, options={"recorded_since": entries}, values=values, seen=answered.etag)
    return visit.show("bodies/seat.html", key=key, body=body, seat=answered.body, steps=drawn, said=forms_of(*STEPS), kinds=dict(SEATS))


add_steps(pages, OF, show_seat, STEPS)
