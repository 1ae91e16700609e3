"""Conferences: all of them, one with its results and where those come from, and planning a new one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Field, Form, Options, Reading
from services.portal.language import mark
from services.portal.pages.contributions import CONTRIBUTE
from services.portal.pages.registration import CANCEL, CONFIRM, ERASE
from services.portal.routing import Pages
from services.portal.visit import Visit
from shared.http.permissions import BODY, role

pages = Pages()
ORGANISER = role("organiser", of=BODY)
"""Whoever runs the conferences of the body that hosts them."""

PLAN = Form(
    "plan",
    (
        Field("title", mark("Title")),
        Field("host", mark("Who runs it"), "choice", translated=False),
        Field("starts_at", mark("Beginning"), "moment"),
        Field("ends_at", mark("End"), "moment"),
        Field("place", mark("Place")),
        Field("partners", mark("Partners"), "prose", hint=mark("One in each line."), needed=False),
        Field("groups", mark("Working groups"), "prose", hint=mark("One in each line."), needed=False),
        Field("results_go_to", mark("Who receives and deliberates the results"), "choice", translated=False),
    ),
    submit=mark("Plan the conference"),
    done=mark("The conference is planned."),
)


@pages.get("/conferences")
async def list_conferences(visit: Visit) -> Response:
    """All conferences, the latest first; for organisers the form to plan one."""
    found = await visit.all_of("conferences", "/conferences", settled=True)
    hosts, bodies = await _bodies(visit)
    plan = visit.fill(PLAN, "/conferences", options={"host": hosts, "results_go_to": bodies}) if hosts else None
    return visit.show("conferences/list.html", conferences=found, plan=plan)


@pages.post("/conferences")
async def plan_conference(visit: Visit) -> Response:
    """Plan a conference."""
    return await visit.send(
        PLAN, "conferences", "/conferences", again=list_conferences, then=lambda done: f"/conferences/{done['id']}", body=_planned
    )


@pages.get("/conferences/{conference:uuid}")
async def show_conference(visit: Visit) -> Response:
    """One conference for everybody."""
    conference = visit.path["conference"]
    found = await visit.ask("conferences", f"/conferences/{conference}", settled=True)
    contributions = await visit.all_of("conferences", f"/conferences/{conference}/contributions", settled=True)
    return visit.show(
        "conferences/one.html",
        conference=found,
        contributions=[one for one in contributions if one["text"]],
        groups={group["key"]: group["name"] for group in found["groups"]},
        organises=visit.may(ORGANISER, found["host"]),
        done=[PLAN, CONFIRM, CANCEL, ERASE, CONTRIBUTE],
    )


async def _bodies(visit: Visit) -> tuple[Options, Options]:
    """The bodies whose conferences the person runs, and all bodies; nothing for everybody else."""
    if visit.person is None or not any(name == "organiser" for _, name in visit.person.grants):
        return (), ()
    bodies = await visit.all_of("meetings", "/bodies")
    named = [(one["body"], one["body_name"]) for one in bodies]
    return [one for one in named if visit.may(ORGANISER, one[0])], named


def _planned(reading: Reading) -> Mapping[str, JsonValue]:
    body: dict[str, Any] = dict(reading.body)
    body["partners"] = lines_of(body.get("partners"))
    body["groups"] = [{"key": key_of(name), "name": name} for name in lines_of(body.get("groups"))]
    return body


def lines_of(text: JsonValue) -> list[str]:
    """What was written one in each line."""
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def key_of(name: str) -> str:
    """A short key for a name, as addresses and services have it."""
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.lower().replace(sign, letters)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-0123456789")[:40].strip("-") or "group"
