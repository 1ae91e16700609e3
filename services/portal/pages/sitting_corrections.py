"""What was recorded wrongly of a meeting as held, or left out: the forms with which its keepers put it right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Form, Options, Reading
from services.portal.language import mark
from services.portal.steps import Step, fitting
from services.portal.visit import Visit
from services.portal.words import RECORDED
from shared.localday import CITY_ZONE

DONE = mark("The record is corrected.")
REASON = Field("reason", mark("Why the entry is corrected"), "prose", hint=mark("Everybody reads it, and it stays: name no person."))
REALLY_AT = Field("at", mark("When it really was"), "moment")
RECORDED_AT = Field("at_now", "", "hidden", needed=False)
"""The time as the form first showed it: one that was left so is not corrected, because a form knows no seconds."""
ONLY_NOW = replace(REASON, label=mark("Why it is entered only now"))
NEVER = Field("never_happened", mark("It never happened"), "check")
ITEM = Field("item", mark("Item"), "hidden")
CORRECT_PATH = "/meetings/{meeting}/correction"

TIMES = Form(
    "times-correction",
    (
        Field("kind", mark("What is wrong"), "choice", options=(("opening", RECORDED["opening"]), ("closing", RECORDED["closing"]))),
        REALLY_AT,
        REASON,
    ),
    submit=mark("Correct the time"),
    done=DONE,
)
ATTENDANCE = Form(
    "attendance-correction",
    (
        Field("entry", mark("Which entry is wrong"), "choice", translated=False),
        replace(REALLY_AT, needed=False, hint=mark("Leave it empty only if it never happened.")),
        NEVER,
        REASON,
    ),
    submit=mark("Correct the entry"),
    done=DONE,
)
LEFT_OUT = Form(
    "attendance-left-out",
    (
        Field("member", mark("Who"), "choice", translated=False),
        Field(
            "kind", mark("What was left out"), "choice", options=(("arrival", RECORDED["arrival"]), ("departure", RECORDED["departure"]))
        ),
        REALLY_AT,
        ONLY_NOW,
    ),
    submit=mark("Enter it"),
    done=DONE,
)
SUMMARY = Field("summary", mark("Summary"), "prose", needed=False, hint=REASON.hint)
AS_RECORDED = (ITEM, RECORDED_AT, replace(REALLY_AT, needed=False))
RECEIPT = Form("receipt-correction", (*AS_RECORDED, NEVER, REASON), submit=mark("Correct the receipt"), done=DONE)
NOTE = Form("note-correction", (*AS_RECORDED, NEVER, REASON), submit=mark("Correct the taking note"), done=DONE)
DELIBERATION = Form("deliberation-correction", (*AS_RECORDED, SUMMARY, NEVER, REASON), submit=mark("Correct the deliberation"), done=DONE)
RECEIPT_LEFT_OUT = Form("receipt-left-out", (ITEM, REALLY_AT, ONLY_NOW), submit=mark("Enter it"), done=DONE)
NOTE_LEFT_OUT = Form("note-left-out", (ITEM, REALLY_AT, ONLY_NOW), submit=mark("Enter it"), done=DONE)
DELIBERATION_LEFT_OUT = Form("deliberation-left-out", (ITEM, REALLY_AT, SUMMARY, ONLY_NOW), submit=mark("Enter it"), done=DONE)
VOTES = (Field("yes", mark("Yes"), "number"), Field("no", mark("No"), "number"), Field("abstentions", mark("Abstentions"), "number"))
RESOLUTION = Form(
    "correction",
    (Field("resolution", mark("Resolution"), "hidden"), Field("text", mark("Wording of the resolution"), "prose"), *VOTES, REASON),
    submit=mark("Correct the resolution"),
    done=mark("The resolution is corrected."),
)
INSTRUMENTS = (("recommendation", mark("Recommendation")), ("statement", mark("Statement")), ("none", mark("neither of the two")))
VOTE = Form(
    "vote-left-out",
    (
        Field("text", mark("What is voted on"), "prose"),
        Field("instrument", mark("What it becomes"), "choice", options=INSTRUMENTS),
        *VOTES,
        REALLY_AT,
    ),
    submit=mark("Record the vote"),
    done=mark("The vote is recorded."),
)
REJECTION = Form(
    "rejection-correction",
    (
        ITEM,
        Field("recorded_at", mark("Which vote"), "choice", translated=False),
        Field("text", mark("What was put to the vote"), "prose"),
        *VOTES,
        REASON,
    ),
    submit=mark("Correct the rejection"),
    done=DONE,
)

TITLE = Form("title-correction", (ITEM, Field("title", mark("Title")), REASON), submit=mark("Correct the title"), done=DONE)


def right_of(kind: str | None = None) -> Any:
    """Makes a correction's body out of a form's: what was so, and why that was recorded otherwise. A time that was left as it is recorded
    is left out."""

    def made(reading: Reading) -> Mapping[str, JsonValue]:
        emptied = {"summary": None} if "summary" in reading.values else {}
        right: dict[str, JsonValue] = emptied | {name: value for name, value in reading.body.items() if name not in ("reason", "at_now")}
        if "at_now" in reading.body and reading.values["at"] == reading.values["at_now"]:
            right.pop("at", None)
        if entry := right.pop("entry", None):
            said, member, recorded_at = ([*str(entry).split("|"), "", ""])[:3]
            right |= {"kind": said, "member": member, "recorded_at": recorded_at}
        return {"right": right | ({"kind": kind} if kind else {}), "reason": reading.body["reason"]}

    return made


CORRECT_TIMES = Step(TIMES, mark("Correct when it was opened or closed"), "meetings", CORRECT_PATH, body=right_of())
CORRECT_ATTENDANCE = Step(ATTENDANCE, mark("Correct who came and went"), "meetings", CORRECT_PATH, body=right_of())
ENTER_LEFT_OUT = Step(LEFT_OUT, mark("Enter an arrival or departure that was left out"), "meetings", CORRECT_PATH, body=right_of())


def _corrects(form: Form, title: str, kind: str) -> Step:
    return Step(form, title, "meetings", CORRECT_PATH, body=right_of(kind))


OF_KINDS = {
    "receipt": (
        _corrects(RECEIPT, mark("Correct the receipt"), "receipt"),
        _corrects(RECEIPT_LEFT_OUT, mark("Enter the receipt that was left out"), "receipt"),
    ),
    "deliberation": (
        _corrects(DELIBERATION, mark("Correct the deliberation"), "deliberation"),
        _corrects(DELIBERATION_LEFT_OUT, mark("Enter the deliberation that was left out"), "deliberation"),
    ),
    "note": (
        _corrects(NOTE, mark("Correct the taking note"), "note"),
        _corrects(NOTE_LEFT_OUT, mark("Enter the taking note that was left out"), "note"),
    ),
}
"""How what was done with an item is corrected, and how it is entered where it was left out."""
DONE_AT = {"receipt": "received_at", "deliberation": "deliberated_at", "note": "noted_at"}
CORRECT_RESOLUTION = _corrects(RESOLUTION, mark("Correct the resolution"), "resolution")
CORRECT_REJECTION = _corrects(REJECTION, mark("Correct what was rejected"), "rejection")
CORRECT_TITLE = _corrects(TITLE, mark("Correct what the item is called"), "title")
ENTER_VOTE = Step(VOTE, mark("Enter the vote that was left out"), "meetings", "/meetings/{meeting}/items/{item}/resolution")
OF_MEETING = (CORRECT_TIMES, CORRECT_ATTENDANCE, ENTER_LEFT_OUT)
OF_ITEM = (*chain.from_iterable(OF_KINDS.values()), CORRECT_RESOLUTION, CORRECT_REJECTION, ENTER_VOTE, CORRECT_TITLE)


def of_meeting(visit: Visit, meeting: Any) -> list[Step]:
    """What can be put right of a meeting that was opened; what was left out of one that goes on is simply entered."""
    attendance, held = meeting["attendance"] or {}, meeting["standing"] == "held"
    return fitting(
        visit,
        (CORRECT_TIMES, held),
        (CORRECT_ATTENDANCE, attendance.get("moves")),
        (ENTER_LEFT_OUT, held and attendance.get("members")),
    )


def moves_of(visit: Visit, meeting: Any) -> Options:
    """Each arrival and departure that is recorded, with its time in the city."""
    moves = (meeting["attendance"] or {}).get("moves") or []
    times = [datetime.fromisoformat(one["at"]).astimezone(CITY_ZONE) for one in moves]
    return [
        (f"{one['kind']}|{one['member']}|{one['at']}", f"{one['member_name']}: {visit.text(RECORDED[one['kind']])}, {at:%d.%m.%Y %H:%M}")
        for one, at in zip(moves, times, strict=True)
    ]


def of_item(visit: Visit, meeting: Any, item: Any) -> list[Step]:
    """What can be put right of an item; of a meeting that was held also what was left out, as far as it was asked."""
    outcome, held = item["outcome"] or {}, meeting["standing"] == "held"
    asked = {"receipt": item["asked"] == "receive_and_deliberate", "deliberation": True, "note": item["asked"] == "take_note"}
    steps: list[tuple[Step, Any]] = []
    for kind, (correct, enter) in OF_KINDS.items():
        recorded = outcome.get(DONE_AT[kind])
        steps += [(correct, recorded), (enter, held and asked[kind] and not recorded)]
    voted, vote = outcome.get("resolution"), held and outcome.get("deliberated_at")
    return fitting(
        visit,
        *steps,
        (CORRECT_RESOLUTION, voted),
        (CORRECT_REJECTION, outcome.get("rejections")),
        (ENTER_VOTE, vote and not voted),
        (CORRECT_TITLE, item["outcome"]),
    )


def values_of(item: Any) -> dict[str, dict[str, JsonValue]]:
    """What the forms of an item begin with."""
    outcome = item["outcome"] or {}
    begin: dict[str, dict[str, JsonValue]] = {TITLE.name: {"item": item["id"], "title": item["title"]}}
    for kind, (correct, enter) in OF_KINDS.items():
        at = outcome.get(DONE_AT[kind])
        begin[correct.form.name] = {"item": item["id"], "at": at, "at_now": "".join(REALLY_AT.shown(at)), "summary": outcome.get("summary")}
        begin[enter.form.name] = {"item": item["id"]}
    if resolution := outcome.get("resolution"):
        begin[RESOLUTION.name] = {"resolution": resolution["id"], "text": resolution["text"], **cast_in(resolution)}
    for one in outcome.get("rejections") or ():
        begin[REJECTION.name] = {"item": item["id"], "recorded_at": one["rejected_at"], "text": one["text"], **cast_in(one)}
    return begin


def cast_in(vote: Any) -> dict[str, JsonValue]:
    """How many voted how."""
    return {name: vote["votes"][name] for name in ("yes", "no", "abstentions")}


def rejections_of(item: Any) -> Options:
    """Each vote without a majority, with its time in the city."""
    rejections = (item["outcome"] or {}).get("rejections") or []
    times = [datetime.fromisoformat(one["rejected_at"]).astimezone(CITY_ZONE) for one in rejections]
    return [(one["rejected_at"], f"{at:%d.%m.%Y %H:%M}") for one, at in zip(rejections, times, strict=True)]
