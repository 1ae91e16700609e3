"""The organisers' side of a conference: registration, who is coming, contributions, results, and the hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.forms import Field, Form, Options
from services.portal.language import mark
from services.portal.pages.conference_corrections import REASON, values_of
from services.portal.pages.conference_corrections import STEPS as CORRECTING
from services.portal.pages.conferences import ORGANISER
from services.portal.pages.contributions import KINDS
from services.portal.pages.organisation_corrections import CORRECTIONS, FATES, OF_RESULT, WITHOUT_NAMES, drawn, results_body
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
from services.portal.visit import Visit
from shared.localday import local_day

pages = Pages()
ON = "/conferences/{conference}/organisation"
OPEN = Form(
    "open",
    (Field("closes_at", mark("Registration is open until"), "moment"), Field("capacity", mark("Number of places"), "number")),
    submit=mark("Open registration"),
    done=mark("Registration is open."),
)
CLOSE = Form("close", (), submit=mark("Close registration now"), done=mark("Registration is closed."), danger=True)
ENTER = Form(
    "enter",
    (
        Field("group", mark("Working group"), "choice", translated=False),
        Field("kind", mark("What is it?"), "choice", options=KINDS),
        Field("text", mark("What the group says"), "prose", hint=WITHOUT_NAMES),
        Field("received_on", mark("Received on"), "day", needed=False),
    ),
    submit=mark("Enter the contribution"),
    done=mark("The contribution is entered and published."),
)
PUBLISH = Form(
    "publish",
    (
        Field("contribution", mark("Contribution"), "choice", translated=False),
        Field("text", mark("What it says"), "prose", hint=WITHOUT_NAMES),
    ),
    submit=mark("Publish"),
    done=mark("The contribution is published."),
)
SETTLE = Form(
    "settle",
    (
        Field("contribution", mark("Contribution"), "choice", translated=False),
        Field("fate", mark("What became of it"), "choice", options=FATES),
        Field("reason", mark("Reason"), "prose", hint=WITHOUT_NAMES),
    ),
    submit=mark("Settle"),
    done=mark("The contribution is settled."),
)
RECORD = Form(
    "record",
    OF_RESULT,
    submit=mark("Record the result"),
    done=mark("The result is recorded."),
)
HOLD = Form(
    "hold",
    (Field("held_on", mark("Held on"), "day", needed=False), Field("attendance", mark("How many people were there"), "number")),
    submit=mark("Hand over the results"),
    done=mark("The conference is held, and its results are handed over."),
    danger=True,
)
CANCEL = Form(
    "cancellation",
    (Field("reason", mark("Why it does not take place"), "prose", hint=REASON.hint),),
    submit=mark("Call the conference off"),
    done=mark("The conference is called off."),
    danger=True,
)


OF = "/conferences/{conference}"
STEPS = (
    Step(OPEN, mark("Open registration"), "conferences", f"{OF}/registration-period"),
    Step(CLOSE, mark("Close registration"), "conferences", f"{OF}/registration-end"),
    Step(ENTER, mark("Enter a working group's contribution"), "conferences", f"{OF}/group-contributions"),
    Step(PUBLISH, mark("Publish a contribution"), "conferences", "/contributions/{contribution}/publication", ("contribution",)),
    Step(
        SETTLE,
        mark("Settle a contribution that goes into no result"),
        "conferences",
        "/contributions/{contribution}/settlement",
        ("contribution",),
    ),
    Step(RECORD, mark("Record a result"), "conferences", f"{OF}/results", body=results_body),
    Step(HOLD, mark("Hand over the results"), "conferences", f"{OF}/holding"),
    Step(CANCEL, mark("Call the conference off"), "conferences", f"{OF}/cancellation"),
    *CORRECTING,
)


@pages.get("/conferences/{conference:uuid}/organisation")
async def show_organisation(visit: Visit) -> Response:
    """All that the organisers do with one conference."""
    key = visit.path["conference"]
    conference = await visit.ask("conferences", f"/conferences/{key}", settled=True)
    if not visit.may(ORGANISER, conference["host"]):
        raise HTTPException(403 if visit.person else 404)
    contributions = await visit.all_of("conferences", f"/conferences/{key}/contributions", settled=True)
    registrations = await visit.all_of("conferences", f"/conferences/{key}/registrations", settled=True)
    named = [(one["id"], _begun(one)) for one in contributions]
    options = {
        "group": [(group["key"], group["name"]) for group in conference["groups"]],
        "comes_from": named,
        "results_go_to": await _receivers(visit, conference),
    }
    of = {
        PUBLISH.name: {"contribution": [(one["id"], _begun(one)) for one in contributions if _waits(one)]},
        SETTLE.name: {"contribution": [(one["id"], _begun(one)) for one in contributions if _is_unsettled(one)]},
    }
    return visit.show(
        "conferences/organisation.html",
        conference=conference,
        contributions=contributions,
        registrations=registrations,
        steps=draw(visit, _steps(visit, conference, contributions), options=options, of=of, values=values_of(conference)),
        corrections=drawn(visit, conference, contributions, options),
        said=forms_of(*STEPS, *CORRECTIONS),
        fates=dict(FATES),
        kinds=dict(KINDS),
    )


def _steps(visit: Visit, conference: Any, contributions: list[Any]) -> list[Step]:
    """What fits as the conference stands."""
    open_, close, enter, publish, settle, record, hold, cancel, right_plan, right_holding, right_cancellation = STEPS
    now, held, cancelled = visit.portal.now(), conference["held_on"] is not None, conference["cancelled_because"] is not None
    going_on = not held and not cancelled
    registration = conference["registration"]["standing"]
    begins = datetime.fromisoformat(conference["starts_at"])
    return fitting(
        visit,
        (open_, going_on and registration not in ("open", "closed") and now < begins),
        (close, registration == "open"),
        (enter, going_on and conference["groups"]),
        (publish, any(_waits(one) for one in contributions)),
        (settle, any(_is_unsettled(one) for one in contributions)),
        (record, going_on),
        (hold, going_on and conference["results"] and local_day(now) >= local_day(begins)),
        (cancel, going_on),
        (right_plan, going_on),
        (right_holding, held),
        (right_cancellation, cancelled),
    )


async def _receivers(visit: Visit, conference: Any) -> Options:
    """Whom the results may go to, as long as they did not: all bodies, and the one that was entered."""
    if conference["held_on"]:
        return ()
    bodies = {one["body"]: one["body_name"] for one in await visit.all_of("meetings", "/bodies")}
    return list({conference["results_go_to"]: conference["results_go_to_name"], **bodies}.items())


def _waits(contribution: Any) -> bool:
    return not contribution["text"] and isinstance(contribution["handed_in"], str)


def _is_unsettled(contribution: Any) -> bool:
    return not contribution["used_in"] and not contribution["fate"]


def _begun(contribution: Mapping[str, Any]) -> str:
    text = contribution["text"] or contribution["handed_in"]
    said = text if isinstance(text, str) else "…"
    return f"{contribution['group_name']}: {said[:80]}{'…' if len(said) > 80 else ''}"


add_steps(pages, ON, show_organisation, (*STEPS, *CORRECTIONS))
