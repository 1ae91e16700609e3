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
TIMES = (
    Field("starts_at", mark("Planned beginning"), "moment", hint=mark("What the members were invited to stays as it was told.")),
    Field("ends_at", mark("Planned end"), "moment", needed=False),
)
DONE = mark("The meeting is corrected.")
CORRECT = Form("plan-correction", (*PLAN, REASON), submit=mark("Correct the meeting"), done=DONE)
CORRECT_BEGUN = Form("begun-plan-correction", (*PLAN, *TIMES, REASON), submit=mark("Correct the meeting"), done=DONE)
CORRECT_CANCELLED = Form(
    "cancellation-correction",
    (*PLAN, *TIMES, Field("cancelled_because", mark("Why it is cancelled"), "prose", hint=REASON.hint), REASON),
    submit=mark("Correct the meeting"),
    done=DONE,
)
STEPS = tuple(
    Step(form, mark("Correct what was entered"), "meetings", "/meetings/{meeting}/plan-correction")
    for form in (CORRECT, CORRECT_BEGUN, CORRECT_CANCELLED)
)


def of_meeting(visit: Visit, meeting: Any) -> list[Step]:
    """One of them, whatever has become of the meeting: one that comes is moved to other times, and of one that was cancelled the reason can
    be wrong, too."""
    planned, cancelled = (meeting["standing"] == standing for standing in ("scheduled", "cancelled"))
    plan, begun, called_off = STEPS
    return fitting(visit, (plan, planned), (begun, not planned and not cancelled), (called_off, cancelled))


def values_of(meeting: Any) -> dict[str, Mapping[str, JsonValue]]:
    """What the forms begin with."""
    recorded = {name: meeting[name] for name in ("title", "place", "starts_at", "ends_at")}
    return {
        CORRECT.name: recorded,
        CORRECT_BEGUN.name: recorded,
        CORRECT_CANCELLED.name: recorded | {"cancelled_because": meeting["reason"]},
    }
