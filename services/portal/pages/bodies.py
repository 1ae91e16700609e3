"""Bodies: all of them, one with its people, its rules and its meetings, and what its keepers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.body_corrections import CORRECTING, drawn, entered
from services.portal.pages.body_forms import CADENCE, FOUND, KINDS, NATURES, SUCCEED
from services.portal.pages.proposing import ASKED, CORRECT_DECLINATION, CORRECTING_DECLINATION, DECLINING, PROPOSING, acting_bodies, matters
from services.portal.pages.seating import MEMBER, SEATING, SEATS, TAKE_BACK, VACATE, titles_of
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
from services.portal.visit import Visit
from shared.http.permissions import BODY, CITY, role

pages = Pages()
REGISTRY = role("registry", of=CITY)
"""The office that keeps the city's bodies (Gremienbüro)."""
KEEPERS = role("secretariat", of=BODY) | REGISTRY
"""Whoever manages the body's affairs (Geschäftsführung)."""
CORRECTED = {"founding": mark("What the body is"), "cadence": mark("Cadence"), "succession": mark("Succession"), "quorum": mark("Quorum")}
STANDINGS = {"kept": mark("kept"), "on_track": mark("on track"), "at_risk": mark("at risk"), "missed": mark("missed")}

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


def _cadence(reading: Reading) -> Mapping[str, JsonValue]:
    rule = {name: value for name, value in reading.body.items() if name != "valid_from"}
    return {"valid_from": reading.body["valid_from"], "rule": rule}


OF = "/bodies/{body}"
SETTING_CADENCE = Step(CADENCE, mark("Set the cadence"), "meetings", f"{OF}/cadence", body=_cadence)
SUCCEEDING = Step(SUCCEED, mark("Enter a successor"), "meetings", f"{OF}/succession")
STEPS = (*SEATING, SETTING_CADENCE, SUCCEEDING, PROPOSING, DECLINING, CORRECTING_DECLINATION)


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
    found = await visit.answer("meetings", f"/bodies/{key}")
    body = found.body
    cadence = await visit.ask("meetings", f"/bodies/{key}/cadence", settled=True)
    composed = await visit.answer("meetings", f"/bodies/{key}/composition")
    composition = composed.body
    meetings = await visit.all_of("meetings", "/meetings", settled=True, body=key)
    proposals = await visit.all_of("meetings", f"/bodies/{key}/proposals", settled=True)
    recommendations = await visit.all_of("recommendations", "/recommendations", settled=True, body=key)
    duties = await visit.all_of("meetings", "/duties", settled=True, body=key)
    names = {one["body"]: one["body_name"] for one in await visit.all_of("meetings", "/bodies")} if _acts(visit, key) else {}
    steps = await _steps(visit, key, composition, proposals, names)
    correctable = dict(entered(body, composition, keeps=visit.may(KEEPERS, key), registers=visit.may(REGISTRY)))
    seen = {"founding": found.etag, "cadence": found.etag, "succession": found.etag, "quorum": composed.etag}
    others = [(one, name) for one, name in names.items() if one != key]
    options = dict.fromkeys(("secretariat", "lead_office", "reports_to", "successor"), others)
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
        correctable=correctable,
        corrections=drawn(visit, correctable, options, seen),
        entries=CORRECTED,
        scheduling=schedule,
        founding=FOUND,
        said=[SCHEDULE, FOUND, TAKE_BACK, *forms_of(*STEPS, *CORRECTING)],
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


def _acts(visit: Visit, key: str) -> bool:
    """Whether this person does anything with this body."""
    return bool(acting_bodies(visit)) or visit.may(KEEPERS, key)


async def _steps(visit: Visit, key: str, composition: Any, proposals: list[Any], names: Mapping[str, str]) -> list[Any]:
    """What this person may do with this body."""
    if not _acts(visit, key):
        return []
    acting, keeps, registers = acting_bodies(visit), visit.may(KEEPERS, key), visit.may(REGISTRY)
    options = {
        "proposal": [(one["proposal"], one["title"]) for one in proposals if one["standing"] == "waiting"],
        "successor": [(body, name) for body, name in names.items() if body != key],
        "proposed_by": [(body, names[body]) for body in acting if body in names],
        "matter": await matters(visit) if acting else [],
    }
    filled = [one for one in composition["seats"] if one["holder"]]
    vacant = [one for one in composition["seats"] if not one["holder"]]
    declined = [one for one in proposals if one["standing"] == "declined"]
    of = {
        MEMBER.name: {"seat": titles_of(vacant)},
        VACATE.name: {"seat": titles_of(filled)},
        CORRECT_DECLINATION.name: {"proposal": [(one["proposal"], one["title"]) for one in declined]},
    }
    values = {CORRECT_DECLINATION.name: {"declined_because": declined[0]["reason"]}} if len(declined) == 1 else {}
    seat, member, vacate, quorum = SEATING
    steps = fitting(
        visit,
        (PROPOSING, options["matter"]),
        (DECLINING, keeps and options["proposal"]),
        (CORRECTING_DECLINATION, keeps and declined),
        (seat, keeps),
        (member, keeps and vacant),
        (vacate, keeps and filled),
        (quorum, keeps),
        (SETTING_CADENCE, keeps),
        (SUCCEEDING, registers),
    )
    return draw(visit, steps, options=options, of=of, values=values)


add_steps(pages, "/bodies/{body}", show_body, (*STEPS, *CORRECTING))
