"""Recommendations: all of them, one with its answers and measures, and what secretariats and addressees do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Field, Form, Reading
from services.portal.language import mark
from services.portal.pages.body_forms import KINDS as BODY_KINDS
from services.portal.pages.correcting import CORRECTING, ENTRIES, VERDICTS, WITHOUT_NAMES, drawn, entered
from services.portal.pages.proposing import proposal_of
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
from services.portal.visit import Visit
from shared.http.permissions import BODY, role

pages = Pages()
SECRETARIAT = role("secretariat", of=BODY)
"""Whoever manages the affairs of the body that gives it."""
OFFICER = role("officer", of=BODY)
"""Whoever acts for an office, a department, the Magistrat, a committee or the council."""
CLASSES = {
    "office": "office", "department": "department_head", "magistrat": "magistrat", "city_council": "city_council", "committee": "committee",
}  # fmt: skip
"""What kind of body is addressed as what."""
STANDINGS = {
    "started": mark("resolved"), "drafted": mark("drafted"), "issued": mark("issued"), "answered": mark("answered"),
    "withdrawn": mark("withdrawn"),
}  # fmt: skip

DRAFT = Form(
    "draft",
    (
        Field("title", mark("Title")),
        Field("text", mark("Text"), "prose"),
        Field("admissibility", mark("Why it is of fundamental importance"), "prose"),
        Field("addressees", mark("To whom it is addressed"), "many", translated=False),
        Field("committees", mark("Committees to be informed"), "many", needed=False, translated=False),
        Field("department", mark("Through which department"), "choice", needed=False, translated=False),
    ),
    submit=mark("Save the draft"),
    done=mark("The draft is saved."),
)
ISSUE = Form("issue", (Field("issued_on", mark("Issued on"), "day", needed=False),), submit=mark("Issue it"), done=mark("It is issued."))
WITHDRAW = Form(
    "withdrawal",
    (Field("reason", mark("Reason"), "prose", hint=WITHOUT_NAMES), Field("withdrawn_on", mark("Withdrawn on"), "day", needed=False)),
    submit=mark("Withdraw it"),
    done=mark("It is withdrawn."),
    danger=True,
)
ADDRESSEE = Field("addressee", mark("On behalf of"), "choice", translated=False)
ON = Field("on", mark("On"), "day", needed=False)
ACKNOWLEDGE = Form("acknowledgement", (ADDRESSEE, ON), submit=mark("Acknowledge it"), done=mark("It is acknowledged."))
ANSWER = Form(
    "answer",
    (
        ADDRESSEE,
        Field("verdict", mark("Answer"), "choice", options=VERDICTS),
        Field("reasons", mark("Reasons"), "prose", hint=WITHOUT_NAMES),
        ON,
    ),
    submit=mark("Answer"),
    done=mark("The answer is given."),
)
INFORM = Form(
    "information",
    (
        Field("committee", mark("Committee"), "choice", translated=False),
        Field("proposed_by", mark("On behalf of"), "choice", translated=False),
        Field("matter", mark("Matter"), "hidden"),
    ),
    submit=mark("Put it to the committee"),
    done=mark("It is put to the committee. Once the committee has taken note in its sitting, it is informed."),
)
PROMISE = Form(
    "measure",
    (ADDRESSEE, Field("what", mark("What will be done"), "prose"), Field("due_on", mark("Until"), "day")),
    submit=mark("Promise the measure"),
    done=mark("The measure is promised."),
)
MEASURE = Field("measure", mark("Measure"), "choice", translated=False)
COMPLETE = Form(
    "completion",
    (MEASURE, Field("evidence", mark("What shows it"), "prose"), Field("done_on", mark("Done on"), "day", needed=False)),
    submit=mark("Report it done"),
    done=mark("The measure is reported done."),
)
VERIFY = Form(
    "verification",
    (MEASURE, Field("finding", mark("What was found"), "prose"), ON),
    submit=mark("Verify the measure"),
    done=mark("The measure is verified."),
)


def _drafted(reading: Reading) -> Mapping[str, JsonValue]:
    body: dict[str, Any] = dict(reading.body)
    committees, department = body.pop("committees", []), body.pop("department", None)
    chosen = [one.partition(":") for one in body.get("addressees", [])]
    body["addressees"] = [{"body": key, "address_class": CLASSES.get(kind, kind)} for key, _, kind in chosen]
    body["informs"] = [{"committee": one, "department": department} for one in committees]
    return body


def _for_notice(reading: Reading) -> Mapping[str, JsonValue]:
    return {**proposal_of(reading), "asked": "take_note"}


OF = "/recommendations/{recommendation}"
DRAFTING = (
    Step(DRAFT, mark("Write the draft"), "recommendations", f"{OF}/draft", body=_drafted),
    Step(ISSUE, mark("Issue it"), "recommendations", f"{OF}/issue"),
)
KEEPING = (Step(WITHDRAW, mark("Withdraw it"), "recommendations", f"{OF}/withdrawal"),)
VERIFYING = (Step(VERIFY, mark("Verify a measure"), "recommendations", f"{OF}/measures/{{measure}}/verification", ("measure",)),)
ANSWERING = (
    Step(ACKNOWLEDGE, mark("Acknowledge it"), "recommendations", f"{OF}/acknowledgement"),
    Step(ANSWER, mark("Answer"), "recommendations", f"{OF}/answer"),
    Step(PROMISE, mark("Promise a measure"), "recommendations", f"{OF}/measures"),
)
DOING = (Step(COMPLETE, mark("Report a measure done"), "recommendations", f"{OF}/measures/{{measure}}/completion", ("measure",)),)
INFORMING = (Step(INFORM, mark("Put it to the committee"), "meetings", "/bodies/{committee}/proposals", ("committee",), body=_for_notice),)
ALL = (*DRAFTING, *KEEPING, *VERIFYING, *ANSWERING, *DOING, *INFORMING, *CORRECTING)


@pages.get("/recommendations")
async def list_recommendations(visit: Visit) -> Response:
    """All recommendations and statements, the latest first."""
    found = await visit.all_of("recommendations", "/recommendations", settled=True)
    return visit.show("recommendations/list.html", recommendations=found, standings=STANDINGS)


@pages.get("/recommendations/{recommendation:uuid}")
async def show_recommendation(visit: Visit) -> Response:
    """One recommendation with everything that followed it."""
    found = await visit.ask("recommendations", f"/recommendations/{visit.path['recommendation']}")
    steps, options, of = await _steps(visit, found)
    values: dict[str, Mapping[str, JsonValue]] = {
        "draft": {
            **{name: found[name] for name in ("title", "text", "admissibility")},
            "addressees": [
                value for value, _ in options.get("addressees", ()) if value.split(":")[0] in _keys(found["addressees"], "body")
            ],
            "committees": [one["committee"] for one in found["informs"]],
            "department": next((one["department"] for one in found["informs"]), None),
        },
        "information": {"matter": f"recommendations:recommendation:{found['id']}"},
    }
    mine = {one["body"] for one in found["addressees"] if visit.may(OFFICER, one["body"])}
    correctable = dict(entered(found, keeps=visit.may(SECRETARIAT, found["body"]), mine=mine))
    return visit.show(
        "recommendations/one.html",
        recommendation=found,
        correctable=correctable,
        corrections=drawn(visit, correctable),
        entries={one.kind: one.title for one in ENTRIES},
        names={one["body"]: one["body_name"] for one in found["addressees"]} | {one["id"]: one["what"] for one in found["measures"]},
        steps=draw(visit, steps, options=options, of=of, values=values),
        said=forms_of(*ALL),
        standings=STANDINGS,
        verdicts=dict(VERDICTS),
        kinds=dict(BODY_KINDS),
    )


Of = dict[str, dict[str, list[tuple[str, str]]]]


async def _steps(visit: Visit, found: Any) -> tuple[list[Step], dict[str, list[tuple[str, str]]], Of]:
    """What this person may do with it as it stands, and what can be chosen: in all forms, and in one."""
    mine = [one for one in found["addressees"] if visit.may(OFFICER, one["body"])]
    untold = [one for one in found["informs"] if not one["informed_at"] and visit.may(OFFICER, one["department"])]
    keeps, open_ = visit.may(SECRETARIAT, found["body"]), found["issued_on"] is not None and found["withdrawn"] is None
    promised = [one for one in found["measures"] if one["addressee"] in _keys(mine, "body") and not one["done_on"]]
    reported = [one for one in found["measures"] if one["done_on"] and not one["verified_on"]]
    unread = [one for one in mine if not one["acknowledged_on"] and not one["answered_on"]]
    unanswered = [one for one in mine if not one["answered_on"]]
    drafting = keeps and found["issued_on"] is None
    draft, issue = DRAFTING
    acknowledge, answer, promise = ANSWERING
    steps = fitting(
        visit,
        (draft, drafting),
        (issue, drafting and found["text"]),
        (VERIFYING[0], keeps and reported),
        (acknowledge, open_ and unread),
        (answer, open_ and unanswered),
        (promise, open_ and mine),
        (DOING[0], promised),
        (INFORMING[0], open_ and untold),
        (KEEPING[0], keeps and open_),
    )
    options = {
        "addressee": _named(mine, "body"),
        "committee": _named(untold, "committee"),
        "proposed_by": sorted(set(_named(untold, "department"))),
    }
    of: Of = {
        ACKNOWLEDGE.name: {"addressee": _named(unread, "body")},
        ANSWER.name: {"addressee": _named(unanswered, "body")},
        VERIFY.name: {"measure": [(one["id"], one["what"][:80]) for one in reported]},
        COMPLETE.name: {"measure": [(one["id"], one["what"][:80]) for one in promised]},
    }
    if draft in steps:
        bodies = await visit.all_of("meetings", "/bodies")
        options["addressees"] = [(f"{one['body']}:{one['kind']}", one["body_name"]) for one in bodies if one["kind"] in CLASSES]
        options["committees"] = [(one["body"], one["body_name"]) for one in bodies if one["kind"] == "committee"]
        options["department"] = [(one["body"], one["body_name"]) for one in bodies if one["kind"] == "department"]
    return steps, options, of


def _named(rows: Any, name: str) -> list[tuple[str, str]]:
    return [(row[name], row[f"{name}_name"]) for row in rows]


def _keys(rows: Any, name: Any) -> set[str]:
    return {row[name] for row in rows}


add_steps(pages, "/recommendations/{recommendation}", show_recommendation, ALL)
