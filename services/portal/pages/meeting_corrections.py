"""What was entered wrongly of a meeting as invited: the forms with which its keepers put it right, with what is recorded filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.pages.sitting_corrections import REASON
from services.portal.steps import Step, fitting
from services.portal.visit import Visit

PLAN = (Field("title", mark("Title")), Field("place", mark("Place")))
DONE = mark("The meeting is corrected.")
CORRECT = Form("plan-correction", (*PLAN, REASON), submit=mark("Correct the meeting"), done=DONE)
CORRECT_CANCELLED = Form(
    "cancellation-correction",
    (*PLAN, Field("cancelled_because", mark("Why it is cancelled"), "prose", hint=REASON.hint), REASON),
    submit=mark("Correct the meeting"),
    done=DONE,
)
STEPS = tuple(
    Step(form, mark("Correct what was entered"), "meetings", "/meetings/{meeting}/plan-correction") for form in (CORRECT, CORRECT_CANCELLED)
)


def of_meeting(visit: Visit, meeting: Any) -> list[Step]:
    """One of them, whatever has become of the meeting; of one that was cancelled, the reason can be wrong, too."""
    cancelled = meeting["standing"] == "cancelled"
    return fitting(visit, (STEPS[0], not cancelled), (STEPS[1], cancelled))


def values_of(meeting: Any) -> dict[str, Mapping[str, JsonValue]]:
    """What both forms begin with."""
    recorded = {"title": meeting["title"], "place": meeting["place"]}
    return {CORRECT.name: recorded, CORRECT_CANCELLED.name: recorded | {"cancelled_because": meeting["reason"]}}
