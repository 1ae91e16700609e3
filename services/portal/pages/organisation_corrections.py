"""What was recorded wrongly of a result or a contribution: the forms with which the organisers put it right, filled with what stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Filled, Form, Options, Reading
from services.portal.language import mark
from services.portal.pages.contributions import KINDS
from services.portal.steps import Step, draw
from services.portal.visit import Visit

LEVELS = (("city", mark("the city")), ("land", mark("the Land")), ("federation", mark("the federation")))
FATES = (("forwarded", mark("Passed on to others")), ("not_adopted", mark("Not adopted")))
HOWS = (
    ("adopted", mark("adopted as it is")),
    ("partly", mark("adopted in part")),
    ("merged", mark("merged with others")),
    ("split", mark("split over several results")),
)
WITHOUT_NAMES = mark("Everybody reads it, and it stays: name no person.")
WHY = Field("reason", mark("Why the entry is corrected"), "prose", hint=WITHOUT_NAMES)
OF_RESULT = (
    Field("title", mark("Title")),
    Field("text", mark("The result"), "prose", hint=WITHOUT_NAMES),
    Field("group", mark("Working group"), "choice", needed=False, translated=False),
    Field("level", mark("Whom it addresses"), "choice", options=LEVELS),
    Field("comes_from", mark("Contributions that it comes from"), "many", needed=False, translated=False),
    Field("how", mark("How they went into it"), "choice", needed=False, options=HOWS),
)
CONTRIBUTION = Field("contribution", mark("Contribution"), "hidden")
FATE = Field("fate", mark("What became of it"), "choice", options=FATES)
FATE_REASON = Field("fate_reason", mark("Reason"), "prose", needed=False, hint=WITHOUT_NAMES)

RESULT = Form(
    "correct",
    (
        Field("result", mark("Result"), "hidden"),
        Field("hows", mark("How they went into it"), "hidden", needed=False),
        *OF_RESULT[:-1],
        replace(OF_RESULT[-1], hint=mark("Leave empty what is right; what you choose holds for all contributions chosen here.")),
        WHY,
    ),
    submit=mark("Correct the result"),
    done=mark("The result is corrected."),
)
ENTRY = Form(
    "correct-contribution",
    (
        CONTRIBUTION,
        Field("group", mark("Working group"), "choice", translated=False),
        Field("kind", mark("What is it?"), "choice", options=KINDS),
        Field("received_on", mark("Received on"), "day"),
        Field("text", mark("What it says"), "prose", needed=False, hint=WITHOUT_NAMES),
        replace(FATE, kind="hidden", needed=False),
        replace(FATE_REASON, kind="hidden"),
        WHY,
    ),
    submit=mark("Correct the contribution"),
    done=mark("The contribution is corrected."),
)
SETTLEMENT = Form(
    "correct-settlement",
    (
        CONTRIBUTION,
        replace(FATE, needed=False, hint=mark("Leave it and the reason for it empty if it was settled by mistake.")),
        FATE_REASON,
        *(replace(field, kind="hidden", needed=False) for field in ENTRY.fields[1:5]),
        WHY,
    ),
    submit=mark("Correct the settlement"),
    done=mark("The contribution is corrected."),
)


def results_body(reading: Reading) -> Mapping[str, JsonValue]:
    """A result as the service wants it: each contribution with how it went into it, which is as recorded unless it was chosen anew."""
    body: dict[str, Any] = dict(reading.body)
    how = body.pop("how", None)
    hows = dict(one.split(":") for one in str(body.pop("hows", "")).split() if one.count(":") == 1)
    body["comes_from"] = [{"contribution": one, "how": how or hows.get(one, "adopted")} for one in body.get("comes_from", [])]
    return body


PATH = "/contributions/{contribution}/correction"
CORRECT_RESULT = Step(
    RESULT, mark("Correct a result"), "conferences", "/conferences/{conference}/results/{result}/correction", ("result",), body=results_body
)
CORRECT_ENTRY = Step(ENTRY, mark("Correct the contribution"), "conferences", PATH, ("contribution",))
CORRECT_SETTLEMENT = Step(SETTLEMENT, mark("Correct what became of it"), "conferences", PATH, ("contribution",))
CORRECTIONS = (CORRECT_RESULT, CORRECT_ENTRY, CORRECT_SETTLEMENT)

Values = Mapping[str, JsonValue]


def drawn(visit: Visit, conference: Any, contributions: Sequence[Any], options: Mapping[str, Options]) -> list[tuple[str, Filled]]:
    """The forms for what is to be corrected, or for the one that was just refused."""
    kind, _, of = visit.query.get("correct", "").partition(":")
    values: dict[str, Values] = {}
    for one in conference["results"] if kind == "result" else ():
        if one["id"] == of:
            origins = one["comes_from"]
            hows = " ".join(f"{origin['contribution']}:{origin['how']}" for origin in origins)
            recorded = {**one, "comes_from": [origin["contribution"] for origin in origins], "reason": None}
            values[RESULT.name] = {**recorded, "result": of, "hows": hows}
    for one in contributions if kind == "contribution" else ():
        if one["id"] == of:
            stands = {**one, "contribution": of, "fate_reason": one["reason"], "reason": None}
            values[ENTRY.name] = stands
            if one["fate"]:
                values[SETTLEMENT.name] = stands
    shown = [step for step in CORRECTIONS if step.form.name in values or visit.came_back(step.form)]
    return draw(visit, shown, options=options, values=values)
