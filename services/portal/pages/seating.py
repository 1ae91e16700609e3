"""Who sits in a body, and how many of them it takes: what its keepers do about its seats and its quorum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.steps import Step

SEATS = (("ex_officio", mark("by office")), ("nominated", mark("nominated")), ("open_call", mark("by open call")))
NO_RULE = mark("our decision: more than half of the filled voting seats, where the body has entered no rule")
"""What the service says where a body has entered no quorum."""

SEAT = Form(
    "seat",
    (
        Field("title", mark("What the seat is called")),
        Field("kind", mark("How it is filled"), "choice", options=SEATS),
        Field("on_behalf_of", mark("For which organisation"), needed=False),
        Field("voting", mark("It votes"), "check"),
    ),
    submit=mark("Create the seat"),
    done=mark("The seat is created."),
)
MEMBER = Form(
    "member",
    (
        Field("seat", mark("Seat"), "choice", translated=False),
        Field("member_name", mark("Name"), hint=mark("The name is official: everybody sees it.")),
        Field("on_behalf_of", mark("For which organisation"), needed=False),
        Field("since", mark("Since"), "day", needed=False),
    ),
    submit=mark("Seat the member"),
    done=mark("The member is seated."),
)
VACATE = Form(
    "vacancy",
    (
        Field("seat", mark("Seat"), "choice", translated=False),
        Field("until", mark("Until"), "day", needed=False),
        Field("reason", mark("Reason"), "prose", hint=mark("Everybody reads it, and it stays: name no person.")),
    ),
    submit=mark("Vacate the seat"),
    done=mark("The seat is vacant."),
    danger=True,
)
QUORUM = Form(
    "quorum",
    (
        Field("more_than_percent", mark("More than how many percent of the voting members"), "number", hint=mark("50 is more than half.")),
        Field("valid_from", mark("Valid from"), "day", needed=False),
        Field("source", mark("Source of the rule")),
    ),
    submit=mark("Set the quorum"),
    done=mark("The quorum is set."),
)

REASON = Field("reason", mark("Why the entry is corrected"), "prose", hint=mark("Everybody reads it, and it stays: name no person."))
TAKE_BACK = Form(
    "seat-taking-back",
    (replace(REASON, label=mark("Why the entry is taken back")),),
    submit=mark("Take the seat back"),
    done=mark("The seat is taken back."),
    danger=True,
)

OF = "/bodies/{body}"
SEATING = (
    Step(SEAT, mark("Create a seat"), "meetings", f"{OF}/seats"),
    Step(MEMBER, mark("Seat a member"), "meetings", f"{OF}/seats/{{seat}}/member", ("seat",)),
    Step(VACATE, mark("Vacate a seat"), "meetings", f"{OF}/seats/{{seat}}/vacancy", ("seat",)),
    Step(QUORUM, mark("Set the quorum"), "meetings", f"{OF}/quorum"),
)


def titles_of(seats: list[Any]) -> list[tuple[str, str]]:
    """Each seat with its title, and with who holds it."""
    return [(one["seat"], f"{one['title']}: {one['holder']['member_name']}" if one["holder"] else one["title"]) for one in seats]
