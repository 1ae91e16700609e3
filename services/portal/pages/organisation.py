"""The organisers' side of a conference: registration, who is coming, contributions, results, and the hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.conferences import ORGANISER
from services.portal.pages.contributions import KINDS
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
from services.portal.visit import Visit
from shared.localday import local_day

pages = Pages()
ON = "/conferences/{conference}/organisation"
LEVELS = (("city", mark("the city")), ("land", mark("the Land")), ("federation", mark("the federation")))
FATES = (("forwarded", mark("Passed on to others")), ("not_adopted", mark("Not adopted")))
HOWS = (
    ("adopted", mark("adopted as it is")),
    ("partly", mark("adopted in part")),
    ("merged", mark("merged with others")),
    ("split", mark("split over several results")),
)
WITHOUT_NAMES = mark("Everybody reads it, and it stays: name no person.")

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
    (
        Field("title", mark("Title")),
        Field("text", mark("The result"), "prose", hint=WITHOUT_NAMES),
        Field("group", mark("Working group"), "choice", needed=False, translated=False),
        Field("level", mark("Whom it addresses"), "choice", options=LEVELS),
        Field("comes_from", mark("Contributions that it comes from"), "many", needed=False, translated=False),
        Field("how", mark("How they went into it"), "choice", needed=False, options=HOWS),
    ),
    submit=mark("Record the result"),
    done=mark("The result is recorded."),
)
CORRECT = Form(
    "correct",
    (
        Field("result", mark("Result"), "choice", translated=False),
        Field("title", mark("Title")),
        Field("text", mark("The result"), "prose", hint=WITHOUT_NAMES),
        Field("reason", mark("Reason"), "prose"),
    ),
    submit=mark("Correct the result"),
    done=mark("The result is corrected."),
)
HOLD = Form(
    "hold",
    (Field("held_on", mark("Held on"), "day", needed=False), Field("attendance", mark("How many people were there"), "number")),
    submit=mark("Hand over the results"),
    done=mark("The conference is held, and its results are handed over."),
    danger=True,
)


def _recorded(reading: Reading) -> Mapping[str, JsonValue]:
    body: dict[str, Any] = dict(reading.body)
    how = body.pop("how", "adopted")
    body["comes_from"] = [{"contribution": one, "how": how} for one in body.get("comes_from", [])]
    return body


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
    Step(RECORD, mark("Record a result"), "conferences", f"{OF}/results", body=_recorded),
    Step(CORRECT, mark("Correct a result"), "conferences", f"{OF}/results/{{result}}/correction", ("result",)),
    Step(HOLD, mark("Hand over the results"), "conferences", f"{OF}/holding"),
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
        "result": [(one["id"], f"{one['number']}. {one['title']}") for one in conference["results"]],
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
        steps=draw(visit, _steps(visit, conference, contributions), options=options, of=of),
        said=forms_of(*STEPS),
        fates=dict(FATES),
        kinds=dict(KINDS),
    )


def _steps(visit: Visit, conference: Any, contributions: list[Any]) -> list[Step]:
    """What fits as the conference stands."""
    open_, close, enter, publish, settle, record, correct, hold = STEPS
    now, going_on = visit.portal.now(), conference["held_on"] is None
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
        (correct, conference["results"]),
        (hold, going_on and conference["results"] and local_day(now) >= local_day(begins)),
    )


def _waits(contribution: Any) -> bool:
    return not contribution["text"] and isinstance(contribution["handed_in"], str)


def _is_unsettled(contribution: Any) -> bool:
    return not contribution["used_in"] and not contribution["fate"]


def _begun(contribution: Mapping[str, Any]) -> str:
    text = contribution["text"] or contribution["handed_in"]
    said = text if isinstance(text, str) else "…"
    return f"{contribution['group_name']}: {said[:80]}{'…' if len(said) > 80 else ''}"


add_steps(pages, ON, show_organisation, STEPS)
