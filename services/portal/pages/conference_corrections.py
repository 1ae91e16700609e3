"""What organisers put right of a conference, with what is recorded filled in: of its plan, and of how it was held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.conferences import lines_of
from services.portal.steps import Step

PLAN = (
    Field("title", mark("Title")),
    Field("starts_at", mark("Beginning"), "moment"),
    Field("ends_at", mark("End"), "moment"),
    Field("place", mark("Place")),
    Field("partners", mark("Partners"), "prose", hint=mark("One in each line."), needed=False),
)
REASON = Field("reason", mark("Why the entry is corrected"), "prose", hint=mark("Everybody reads it, and it stays: name no person."))
DONE = mark("The conference is corrected.")
CORRECT_PLAN = Form(
    "plan-correction",
    (*PLAN, Field("results_go_to", mark("Who receives and deliberates the results"), "choice", translated=False), REASON),
    submit=mark("Correct the conference"),
    done=DONE,
)
CORRECT_HOLDING = Form(
    "holding-correction",
    (
        *PLAN,
        Field("results_go_to", "", "hidden"),
        Field("held_on", mark("Held on"), "day"),
        Field("attendance", mark("How many people were there"), "number"),
        REASON,
    ),
    submit=mark("Correct the conference"),
    done=DONE,
)


def _whole(reading: Reading) -> Mapping[str, JsonValue]:
    return {**reading.body, "partners": list[JsonValue](lines_of(reading.body.get("partners")))}


STEPS = tuple(
    Step(form, mark("Correct the conference"), "conferences", "/conferences/{conference}/correction", body=_whole)
    for form in (CORRECT_PLAN, CORRECT_HOLDING)
)


def values_of(conference: Any) -> dict[str, Mapping[str, JsonValue]]:
    """What is recorded, as both forms show it."""
    recorded = {**conference, "partners": "\n".join(conference["partners"])}
    return {form.name: {one.name: recorded.get(one.name) for one in form.fields} for form in (CORRECT_PLAN, CORRECT_HOLDING)}
