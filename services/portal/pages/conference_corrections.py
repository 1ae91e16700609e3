"""What organisers put right of a conference, with what is recorded filled in: of its plan, of how it was held, or why it was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.conferences import key_of, lines_of
from services.portal.steps import Step, forms_of

PLAN = (
    Field("title", mark("Title")),
    Field("starts_at", mark("Beginning"), "moment"),
    Field("ends_at", mark("End"), "moment"),
    Field("place", mark("Place")),
    Field("partners", mark("Partners"), "prose", hint=mark("One in each line."), needed=False),
    Field("groups_now", mark("Working groups"), "hidden", needed=False),
    Field(
        "groups",
        mark("Working groups"),
        "prose",
        hint=mark("One in each line. Correct one name at a time; further groups can be added."),
        needed=False,
    ),
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
CORRECT_CANCELLATION = Form(
    "cancellation-correction",
    (Field("cancelled_because", mark("Why it is cancelled"), "prose", hint=REASON.hint), REASON),
    submit=mark("Correct the conference"),
    done=DONE,
)


def _whole(reading: Reading) -> Mapping[str, JsonValue]:
    body = {name: value for name, value in reading.body.items() if name != "groups_now"}
    groups = groups_of(lines_of(reading.body.get("groups")), lines_of(reading.body.get("groups_now")))
    return {**body, "partners": list[JsonValue](lines_of(reading.body.get("partners"))), "groups": groups}


def groups_of(names: Sequence[str], now: Sequence[str]) -> list[JsonValue]:
    """Each name with the key that it has now. One new name for one that is gone takes over its key; others get their own."""
    keys = {name: key for key, _, name in (one.partition(" ") for one in now)}
    gone, new = [key for name, key in keys.items() if name not in names], [name for name in names if name not in keys]
    if len(gone) == len(new) == 1:
        keys[new[0]] = gone[0]
    return [{"key": keys.get(name) or key_of(name), "name": name} for name in names]


TITLE = mark("Correct the conference")
STEPS = (
    *(Step(form, TITLE, "conferences", "/conferences/{conference}/correction", body=_whole) for form in (CORRECT_PLAN, CORRECT_HOLDING)),
    Step(CORRECT_CANCELLATION, TITLE, "conferences", "/conferences/{conference}/cancellation-correction"),
)


def values_of(conference: Any) -> dict[str, Mapping[str, JsonValue]]:
    """What is recorded, as the forms show it."""
    groups = conference["groups"]
    recorded = {
        **conference,
        "partners": "\n".join(conference["partners"]),
        "groups": "\n".join(one["name"] for one in groups),
        "groups_now": "\n".join(f"{one['key']} {one['name']}" for one in groups),
    }
    return {form.name: {one.name: recorded.get(one.name) for one in form.fields} for form in forms_of(*STEPS)}
