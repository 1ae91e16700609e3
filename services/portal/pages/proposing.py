"""Putting a matter to a body: what is asked of it, who may, and what can be put; the secretariat declines."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.steps import Step
from services.portal.visit import Visit

PROPOSER_ROLES = ("officer", "organiser", "secretariat")
ASKED = (
    ("receive_and_deliberate", mark("Receive and deliberate")),
    ("deliberate", mark("Deliberate")),
    ("take_note", mark("Take note")),
)

PROPOSE = Form(
    "proposing",
    (
        Field("matter", mark("Matter"), "choice", translated=False),
        Field("asked", mark("What is asked"), "choice", options=ASKED),
        Field("proposed_by", mark("On behalf of"), "choice", translated=False),
        Field("due_by", mark("To be dealt with by"), "day", needed=False),
    ),
    submit=mark("Put it to the body"),
    done=mark("The matter is put to the body."),
)
DECLINE = Form(
    "declining",
    (Field("proposal", mark("Proposal"), "choice", translated=False), Field("reason", mark("Reason"), "prose")),
    submit=mark("Decline the proposal"),
    done=mark("The proposal is declined."),
    danger=True,
)

CORRECT_DECLINATION = Form(
    "declination-correction",
    (
        Field("proposal", mark("Proposal"), "choice", translated=False),
        Field("declined_because", mark("Why it is declined"), "prose"),
        Field("reason", mark("Why the entry is corrected"), "prose", hint=mark("Everybody reads it, and it stays: name no person.")),
    ),
    submit=mark("Correct the reason"),
    done=mark("The reason is corrected."),
)


def proposal_of(reading: Reading) -> Mapping[str, JsonValue]:
    """The body of a proposal, whose matter a form names as service, kind and id."""
    service, kind, key = ([*str(reading.body["matter"]).split(":"), "", ""])[:3]
    return {**reading.body, "matter": {"service": service, "kind": kind, "id": key}}


PROPOSING = Step(PROPOSE, mark("Put a matter to this body"), "meetings", "/bodies/{body}/proposals", body=proposal_of)
DECLINING = Step(DECLINE, mark("Decline a proposal"), "meetings", "/proposals/{proposal}/declination", ("proposal",))

CORRECTING_DECLINATION = Step(
    CORRECT_DECLINATION,
    mark("Correct why a proposal is declined"),
    "meetings",
    "/proposals/{proposal}/declination-correction",
    ("proposal",),
)


def acting_bodies(visit: Visit) -> list[str]:
    """The bodies for which this person may put a matter to another."""
    return sorted({scope for scope, name in visit.person.grants if name in PROPOSER_ROLES and scope != "city"}) if visit.person else []


async def matters(visit: Visit) -> list[tuple[str, str]]:
    """What can be put to a body: recommendations that were issued, conferences that were held."""
    given = await visit.all_of("recommendations", "/recommendations")
    held = await visit.all_of("conferences", "/conferences")
    return [
        *((f"recommendations:recommendation:{one['recommendation']}", one["title"]) for one in given if one["issued_on"]),
        *((f"conferences:results:{one['conference']}", one["title"]) for one in held if one["held_on"]),
    ]
