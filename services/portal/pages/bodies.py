"""Bodies: all of them, one with its people, its rules and its meetings, and what its keepers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
from services.portal.visit import Visit
from shared.http.permissions import BODY, CITY, role

pages = Pages()
REGISTRY = role("registry", of=CITY)
"""The office that keeps the city's bodies (Gremienbüro)."""
KEEPERS = role("secretariat", of=BODY) | REGISTRY
"""Whoever manages the body's affairs (Geschäftsführung)."""
PROPOSER_ROLES = ("officer", "organiser", "secretariat")
KINDS = (
    ("city_council", mark("City council")), ("committee", mark("Committee")), ("magistrat", mark("Magistrat")),
    ("department", mark("Department")), ("office", mark("Office")), ("advisory_board", mark("Advisory board")),
    ("representation", mark("Elected representation")), ("network", mark("Network")), ("working_group", mark("Working group")),
    ("external", mark("Body outside the city")),
)  # fmt: skip
NATURES = (
    ("organ", mark("Organ of the city")), ("administration", mark("Administration")), ("advisory", mark("Advisory")),
    ("elected_representation", mark("Elected representation")), ("free_association", mark("Free association")),
    ("outside", mark("Outside the city")),
)  # fmt: skip
SEATS = (("ex_officio", mark("by office")), ("nominated", mark("nominated")), ("open_call", mark("by open call")))
ASKED = (
    ("receive_and_deliberate", mark("Receive and deliberate")),
    ("deliberate", mark("Deliberate")),
    ("take_note", mark("Take note")),
)
NO_RULE = mark("our decision: more than half of the filled voting seats, where the body has entered no rule")
"""What the service says where a body has entered no quorum."""
STANDINGS = {"kept": mark("kept"), "on_track": mark("on track"), "at_risk": mark("at risk"), "missed": mark("missed")}

FOUND = Form(
    "founding",
    (
        Field("name", mark("Name")),
        Field("kind", mark("Kind"), "choice", options=KINDS),
        Field("legal_nature", mark("Legal nature"), "choice", options=NATURES),
        Field("founded_on", mark("Founded on"), "day"),
        Field("secretariat", mark("Secretariat"), "choice", needed=False, translated=False),
        Field("lead_office", mark("Lead office"), "choice", needed=False, translated=False),
        Field("reports_to", mark("Reports to"), "choice", needed=False, translated=False),
    ),
    submit=mark("Enter the body"),
    done=mark("The body is entered."),
)
SCHEDULE = Form(
    "scheduling",
    (
        Field("title", mark("Title")),
        Field("starts_at", mark("Beginning"), "moment"),
        Field("ends_at", mark("End"), "moment", needed=False),
        Field("place", mark("Place")),
        Field("public", mark("The meeting is public"), "check"),
    ),
    submit=mark("Schedule the meeting"),
    done=mark("The meeting is scheduled."),
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
CADENCE = Form(
    "cadence",
    (
        Field("minimum_per_year", mark("Meetings a year at least"), "number"),
        Field("maximum_gap_days", mark("Days between two meetings at most"), "number", needed=False),
        Field("valid_from", mark("Valid from"), "day"),
        Field("source", mark("Source of the rule")),
    ),
    submit=mark("Set the cadence"),
    done=mark("The cadence is set."),
)
SUCCEED = Form(
    "succession",
    (
        Field("successor", mark("Successor"), "choice", translated=False),
        Field("on", mark("On"), "day"),
        Field("reason", mark("Reason"), "prose"),
    ),
    submit=mark("Enter the succession"),
    done=mark("The succession is entered."),
    danger=True,
)


def _cadence(reading: Reading) -> Mapping[str, JsonValue]:
    rule = {name: value for name, value in reading.body.items() if name != "valid_from"}
    return {"valid_from": reading.body["valid_from"], "rule": rule}


def proposal_of(reading: Reading) -> Mapping[str, JsonValue]:
    """The body of a proposal, whose matter a form names as service, kind and id."""
    service, kind, key = ([*str(reading.body["matter"]).split(":"), "", ""])[:3]
    return {**reading.body, "matter": {"service": service, "kind": kind, "id": key}}


OF = "/bodies/{body}"
KEEPING = (
    Step(SEAT, mark("Create a seat"), "meetings", f"{OF}/seats"),
    Step(MEMBER, mark("Seat a member"), "meetings", f"{OF}/seats/{{seat}}/member", ("seat",)),
    Step(VACATE, mark("Vacate a seat"), "meetings", f"{OF}/seats/{{seat}}/vacancy", ("seat",)),
    Step(QUORUM, mark("Set the quorum"), "meetings", f"{OF}/quorum"),
    Step(CADENCE, mark("Set the cadence"), "meetings", f"{OF}/cadence", body=_cadence),
    Step(DECLINE, mark("Decline a proposal"), "meetings", "/proposals/{proposal}/declination", ("proposal",)),
)
REGISTERING = (Step(SUCCEED, mark("Enter a successor"), "meetings", f"{OF}/succession"),)
PROPOSING = (Step(PROPOSE, mark("Put a matter to this body"), "meetings", f"{OF}/proposals", body=proposal_of),)


@pages.get("/bodies")
async def list_bodies(visit: Visit) -> Response:
    """All bodies; for the registry the form to enter one."""
    bodies = await visit.all_of("meetings", "/bodies", settled=True)
    named = [(one["body"], one["body_name"]) for one in bodies]
    options = {"secretariat": named, "lead_office": named, "reports_to": named}
    found = visit.fill(FOUND, "/bodies", options=options) if visit.may(REGISTRY) else None
    return visit.show("bodies/list.html", bodies=bodies, kinds=KINDS, founding=found)


@pages.post("/bodies")
async def found_body(visit: Visit) -> Response:
    """Enter a body."""
    return await visit.send(FOUND, "meetings", "/bodies", again=list_bodies, then=lambda done: f"/bodies/{done['id']}")


@pages.get("/bodies/{body:uuid}")
async def show_body(visit: Visit) -> Response:
    """One body with its people, its rules, its meetings, and what was put to it."""
    key = str(visit.path["body"])
    body = await visit.ask("meetings", f"/bodies/{key}")
    cadence = await visit.ask("meetings", f"/bodies/{key}/cadence", settled=True)
    composition = await visit.ask("meetings", f"/bodies/{key}/composition")
    meetings = await visit.all_of("meetings", "/meetings", settled=True, body=key)
    proposals = await visit.all_of("meetings", f"/bodies/{key}/proposals", settled=True)
    recommendations = await visit.all_of("recommendations", "/recommendations", settled=True, body=key)
    duties = await visit.all_of("meetings", "/duties", settled=True, body=key)
    steps = await _steps(visit, key, composition, proposals)
    schedule = visit.fill(SCHEDULE, f"/bodies/{key}/scheduling") if visit.may(KEEPERS, key) else None
    return visit.show(
        "bodies/one.html",
        body=body,
        cadence=cadence,
        composition=composition,
        meetings=meetings,
        proposals=proposals,
        recommendations=recommendations,
        duties=duties,
        steps=steps,
        scheduling=schedule,
        founding=FOUND,
        said=[SCHEDULE, FOUND, *forms_of(*KEEPING, *REGISTERING, *PROPOSING)],
        kinds=dict(KINDS),
        natures=dict(NATURES),
        seats=dict(SEATS),
        asked=dict(ASKED),
        standings=STANDINGS,
    )


@pages.post("/bodies/{body:uuid}/scheduling", on="/bodies/{body}")
async def schedule_meeting(visit: Visit) -> Response:
    """Schedule a meeting of the body, and go on to it."""
    return await visit.send(
        SCHEDULE,
        "meetings",
        "/meetings",
        again=show_body,
        then=lambda done: f"/meetings/{done['id']}",
        body=lambda reading: {**reading.body, "body": str(visit.path["body"])},
    )


async def _steps(visit: Visit, key: str, composition: Any, proposals: list[Any]) -> list[Any]:
    """What this person may do with this body."""
    acting = sorted({scope for scope, name in visit.person.grants if name in PROPOSER_ROLES and scope != "city"}) if visit.person else []
    keeps, registers = visit.may(KEEPERS, key), visit.may(REGISTRY)
    if not (acting or keeps):
        return []
    names = {one["body"]: one["body_name"] for one in await visit.all_of("meetings", "/bodies")}
    options = {
        "proposal": [(one["proposal"], one["title"]) for one in proposals if one["standing"] == "waiting"],
        "successor": [(body, name) for body, name in names.items() if body != key],
        "proposed_by": [(body, names[body]) for body in acting if body in names],
        "matter": await _matters(visit) if acting else [],
    }
    filled = [one for one in composition["seats"] if one["holder"]]
    vacant = [one for one in composition["seats"] if not one["holder"]]
    of = {MEMBER.name: {"seat": _titles(vacant)}, VACATE.name: {"seat": _titles(filled)}}
    seat, member, vacate, quorum, cadence, decline = KEEPING
    steps = fitting(
        visit,
        (PROPOSING[0], options["matter"]),
        (decline, keeps and options["proposal"]),
        (seat, keeps),
        (member, keeps and vacant),
        (vacate, keeps and filled),
        (quorum, keeps),
        (cadence, keeps),
        (REGISTERING[0], registers),
    )
    return draw(visit, steps, options=options, of=of)


def _titles(seats: list[Any]) -> list[tuple[str, str]]:
    return [(one["seat"], f"{one['title']}: {one['holder']['member_name']}" if one["holder"] else one["title"]) for one in seats]


async def _matters(visit: Visit) -> list[tuple[str, str]]:
    """What can be put to a body: recommendations that were issued, conferences that were held."""
    given = await visit.all_of("recommendations", "/recommendations")
    held = await visit.all_of("conferences", "/conferences")
    return [
        *((f"recommendations:recommendation:{one['recommendation']}", one["title"]) for one in given if one["issued_on"]),
        *((f"conferences:conference:{one['conference']}", one["title"]) for one in held if one["held_on"]),
    ]


add_steps(pages, "/bodies/{body}", show_body, (*KEEPING, *REGISTERING, *PROPOSING))
