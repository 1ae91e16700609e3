"""The organisers' side of a conference: registration, who is coming, contributions, results, and the hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.conferences import ORGANISER
from services.portal.pages.contributions import KINDS
from services.portal.routing import Pages
from services.portal.visit import Visit

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


@pages.get("/conferences/{conference:uuid}/organisation")
async def show_organisation(visit: Visit) -> Response:
    """All that the organisers do with one conference."""
    key = visit.path["conference"]
    found = await visit.answer("conferences", f"/conferences/{key}", settled=True)
    conference = found.body
    if not visit.may(ORGANISER, conference["host"]):
        raise HTTPException(403 if visit.person else 404)
    contributions = await visit.all_of("conferences", f"/conferences/{key}/contributions", settled=True)
    registrations = await visit.all_of("conferences", f"/conferences/{key}/registrations", settled=True)
    groups = [(group["key"], group["name"]) for group in conference["groups"]]
    named = [(one["id"], _begun(one)) for one in contributions]
    results = [(one["id"], f"{one['number']}. {one['title']}") for one in conference["results"]]
    options = {"group": groups, "contribution": named, "comes_from": named, "result": results}
    steps = [
        (OPEN, mark("Open registration"), "registration-period"),
        (CLOSE, mark("Close registration"), "registration-end"),
        (ENTER, mark("Enter a working group's contribution"), "group-contributions"),
        (PUBLISH, mark("Publish a contribution"), "publication"),
        (SETTLE, mark("Settle a contribution that goes into no result"), "settlement"),
        (RECORD, mark("Record a result"), "results"),
        (CORRECT, mark("Correct a result"), "correction"),
        (HOLD, mark("Hand over the results"), "holding"),
    ]
    forms = [(title, visit.fill(form, f"/conferences/{key}/organisation/{action}", options=options)) for form, title, action in steps]
    return visit.show(
        "conferences/organisation.html",
        conference=conference,
        contributions=contributions,
        registrations=registrations,
        steps=forms,
        done=[form for form, _, _ in steps],
        fates=dict(FATES),
        kinds=dict(KINDS),
    )


def _begun(contribution: Mapping[str, Any]) -> str:
    text = contribution["text"] or contribution["handed_in"]
    said = text if isinstance(text, str) else "…"
    return f"{contribution['group_name']}: {said[:80]}{'…' if len(said) > 80 else ''}"


def _step(form: Form, action: str, path: str) -> None:
    """A form of the page that is sent on as it is."""

    @pages.post(f"/conferences/{{conference:uuid}}/organisation/{action}", on=ON)
    async def step(visit: Visit) -> Response:
        return await visit.send(form, "conferences", path.format(**visit.path), again=show_organisation)


_step(OPEN, "registration-period", "/conferences/{conference}/registration-period")
_step(CLOSE, "registration-end", "/conferences/{conference}/registration-end")
_step(ENTER, "group-contributions", "/conferences/{conference}/group-contributions")
_step(HOLD, "holding", "/conferences/{conference}/holding")


@pages.post("/conferences/{conference:uuid}/organisation/publication", on=ON)
async def publish(visit: Visit) -> Response:
    """Publish what a contribution says."""
    return await _of_contribution(visit, PUBLISH, "publication")


@pages.post("/conferences/{conference:uuid}/organisation/settlement", on=ON)
async def settle(visit: Visit) -> Response:
    """Say what became of a contribution that goes into no result."""
    return await _of_contribution(visit, SETTLE, "settlement")


async def _of_contribution(visit: Visit, form: Form, action: str) -> Response:
    chosen = (await visit.sent()).get("contribution", ["none"])[-1]
    return await visit.send(
        form, "conferences", f"/contributions/{_id(chosen)}/{action}", again=show_organisation, body=_without("contribution")
    )


@pages.post("/conferences/{conference:uuid}/organisation/results", on=ON)
async def record(visit: Visit) -> Response:
    """Record a result with the contributions that it comes from."""
    return await visit.send(
        RECORD, "conferences", f"/conferences/{visit.path['conference']}/results", again=show_organisation, body=_recorded
    )


@pages.post("/conferences/{conference:uuid}/organisation/correction", on=ON)
async def correct(visit: Visit) -> Response:
    """Put right what was recorded of a result."""
    result = _id((await visit.sent()).get("result", ["none"])[-1])
    path = f"/conferences/{visit.path['conference']}/results/{result}/correction"
    return await visit.send(CORRECT, "conferences", path, again=show_organisation, body=_without("result"))


def _recorded(reading: Reading) -> Mapping[str, JsonValue]:
    body: dict[str, Any] = dict(reading.body)
    how = body.pop("how", "adopted")
    body["comes_from"] = [{"contribution": one, "how": how} for one in body.get("comes_from", [])]
    return body


def _without(name: str) -> Any:
    return lambda reading: {key: value for key, value in reading.body.items() if key != name}


def _id(text: str) -> str:
    """An id as it may stand in an address; whatever else was sent names nothing."""
    return text if text.replace("-", "").isalnum() and text.isascii() else "none"
