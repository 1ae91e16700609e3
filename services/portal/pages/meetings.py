"""Meetings: what is coming, one with its agenda and its sitting, one item with its outcome, and what the keepers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from starlette.responses import Response

from services.portal.forms import Field, Form, Options
from services.portal.language import mark
from services.portal.pages import meeting_corrections, sitting_corrections
from services.portal.pages.bodies import KEEPERS, SCHEDULE
from services.portal.pages.proposing import ASKED
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw, fitting, forms_of
from services.portal.visit import Visit
from services.portal.words import RECORDED

pages = Pages()
STANDINGS = {"scheduled": mark("planned"), "cancelled": mark("cancelled"), "opened": mark("in session"), "held": mark("held")}
AT = Field("at", mark("When, if not now"), "moment", needed=False)
WITHOUT_NAMES = mark("Everybody reads it, and it stays: name no person.")

RESCHEDULE = Form(
    "rescheduling",
    (
        Field("starts_at", mark("Beginning"), "moment"),
        Field("ends_at", mark("End"), "moment", needed=False),
        Field("place", mark("Place")),
    ),
    submit=mark("Move the meeting"),
    done=mark("The meeting is moved."),
)
CANCEL = Form(
    "cancellation",
    (Field("reason", mark("Reason"), "prose", hint=WITHOUT_NAMES),),
    submit=mark("Cancel the meeting"),
    done=mark("The meeting is cancelled."),
    danger=True,
)
PLACE = Form(
    "placing",
    (Field("proposal", mark("Proposal"), "choice", translated=False),),
    submit=mark("Place it on the agenda"),
    done=mark("The proposal is on the agenda."),
)
ADD = Form(
    "item",
    (
        Field("title", mark("Title")),
        Field("asked", mark("What is asked"), "choice", options=ASKED),
        Field("public", mark("The item is public"), "check"),
    ),
    submit=mark("Add the item"),
    done=mark("The item is on the agenda."),
)
REMOVE = Form(
    "removal",
    (Field("item", mark("Item"), "choice", translated=False), Field("reason", mark("Reason"), "prose", hint=WITHOUT_NAMES)),
    submit=mark("Remove the item"),
    done=mark("The item is removed."),
    danger=True,
)
INVITE = Form("invitation", (), submit=mark("Invite the members"), done=mark("The members are invited."))
OPEN = Form(
    "opening", (Field("opened_at", mark("When, if not now"), "moment", needed=False),), submit=mark("Open the meeting"),
    done=mark("The meeting is open."),
)  # fmt: skip
CLOSE = Form(
    "closing", (Field("closed_at", mark("When, if not now"), "moment", needed=False),), submit=mark("Close the meeting"),
    done=mark("The meeting is closed."), danger=True,
)  # fmt: skip
ARRIVE = Form(
    "arrival", (Field("members", mark("Who has come"), "many", translated=False), AT), submit=mark("Record who has come"),
    done=mark("It is recorded who has come."),
)  # fmt: skip
LEAVE = Form(
    "departure", (Field("members", mark("Who has left"), "many", translated=False), AT), submit=mark("Record who has left"),
    done=mark("It is recorded who has left."),
)  # fmt: skip
RECEIVE = Form("receipt", (AT,), submit=mark("Record that it is received"), done=mark("It is received."))
DELIBERATE = Form(
    "deliberation",
    (Field("summary", mark("Summary"), "prose", needed=False, hint=WITHOUT_NAMES), AT),
    submit=mark("Record that it is deliberated"),
    done=mark("It is deliberated."),
)
RESOLVE = Form(
    "resolution",
    (
        Field("text", mark("What is voted on"), "prose"),
        Field("instrument", mark("What it becomes"), "choice", options=sitting_corrections.INSTRUMENTS),
        Field("yes", mark("Yes"), "number"),
        Field("no", mark("No"), "number"),
        Field("abstentions", mark("Abstentions"), "number"),
        AT,
    ),
    submit=mark("Record the vote"),
    done=mark("The vote is recorded."),
)
NOTE = Form("note", (AT,), submit=mark("Record that note is taken"), done=mark("Note is taken."))
OF = "/meetings/{meeting}"
PLANNING = (
    Step(PLACE, mark("Place a proposal on the agenda"), "meetings", f"{OF}/items"),
    Step(ADD, mark("Add an item of our own"), "meetings", f"{OF}/items"),
    Step(REMOVE, mark("Remove an item"), "meetings", f"{OF}/items/{{item}}/removal", ("item",)),
    Step(INVITE, mark("Invite the members"), "meetings", f"{OF}/invitation"),
    Step(RESCHEDULE, mark("Move the meeting"), "meetings", f"{OF}/rescheduling", seen=True),
    Step(CANCEL, mark("Cancel the meeting"), "meetings", f"{OF}/cancellation"),
    Step(OPEN, mark("Open the meeting"), "meetings", f"{OF}/opening"),
)
SITTING = (
    Step(ARRIVE, mark("Record who has come"), "meetings", f"{OF}/arrivals", each=("members", "member")),
    Step(LEAVE, mark("Record who has left"), "meetings", f"{OF}/departures", each=("members", "member")),
    Step(CLOSE, mark("Close the meeting"), "meetings", f"{OF}/closing"),
)
CORRECTING = (*meeting_corrections.STEPS, *sitting_corrections.OF_MEETING)
DEALING = (
    Step(RECEIVE, mark("Receive"), "meetings", f"{OF}/items/{{item}}/receipt"),
    Step(DELIBERATE, mark("Deliberate"), "meetings", f"{OF}/items/{{item}}/deliberation"),
    Step(RESOLVE, mark("Resolve"), "meetings", f"{OF}/items/{{item}}/resolution"),
    Step(NOTE, mark("Take note"), "meetings", f"{OF}/items/{{item}}/note"),
)


@pages.get("/meetings")
async def list_meetings(visit: Visit) -> Response:
    """What is coming."""
    return visit.show("meetings/list.html", meetings=await visit.all_of("meetings", "/meetings", settled=True), standings=STANDINGS)


@pages.get("/meetings/{meeting:uuid}")
async def show_meeting(visit: Visit) -> Response:
    """One meeting: as invited, and as held."""
    key = visit.path["meeting"]
    found = await visit.answer("meetings", f"/meetings/{key}", settled=True)
    meeting = found.body
    keeps = visit.may(KEEPERS, meeting["body"])
    members = (meeting["attendance"] or {}).get("members") or []
    there = {present: [(one["member"], one["member_name"]) for one in members if one["present"] is present] for present in (True, False)}
    options = {
        "proposal": [(one["proposal"], one["title"]) for one in meeting["waiting"]],
        "item": [(one["id"], f"{one['number']}. {one['title']}") for one in meeting["agenda"]],
    }
    of: dict[str, dict[str, Options]] = {
        ARRIVE.name: {"members": there[False]},
        LEAVE.name: {"members": there[True]},
        sitting_corrections.ATTENDANCE.name: {"entry": sitting_corrections.moves_of(visit, meeting)},
        sitting_corrections.LEFT_OUT.name: {"member": [(one["member"], one["member_name"]) for one in members]},
    }
    corrections = [*meeting_corrections.of_meeting(visit, meeting), *sitting_corrections.of_meeting(visit, meeting)]
    steps = [*_steps(visit, meeting, there), *corrections] if keeps else []
    planned = {name: meeting[name] for name in ("starts_at", "ends_at", "place")}
    values = {RESCHEDULE.name: planned, **meeting_corrections.values_of(meeting)}
    invitations = await visit.ask("meetings", f"/meetings/{key}/invitation", settled=True) if keeps and meeting["invited"] else None
    return visit.show(
        "meetings/one.html",
        meeting=meeting,
        invitations=invitations,
        steps=draw(visit, steps, options=options, of=of, values=values, seen=found.etag),
        said=[SCHEDULE, *forms_of(*PLANNING, *SITTING, *CORRECTING)],
        kinds=RECORDED,
        standings=STANDINGS,
        asked=dict(ASKED),
    )


def _steps(visit: Visit, meeting: Any, there: Mapping[bool, Any]) -> list[Step]:
    """What can be done with a meeting that stands as it does."""
    planned, running = meeting["standing"] == "scheduled", meeting["standing"] == "opened"
    place, add, remove, invite, move, cancel, begin = PLANNING
    arrive, leave, close = SITTING
    return fitting(
        visit,
        (place, planned and meeting["waiting"]),
        (add, planned),
        (remove, planned and meeting["agenda"]),
        *((step, planned) for step in (invite, move, cancel, begin)),
        (arrive, running and there[False]),
        (leave, running and there[True]),
        (close, running),
    )


def _dealing(visit: Visit, meeting: Any, item: Any) -> list[Step]:
    """What can be done with an item: what is asked and not done yet, in the order in which it is done."""
    receive, deliberate, resolve, note = DEALING
    running, outcome = meeting["standing"] == "opened", item["outcome"] or {}
    resolution = outcome.get("resolution")
    return fitting(
        visit,
        (receive, running and item["asked"] == "receive_and_deliberate" and not outcome.get("received_at")),
        (note, running and item["asked"] == "take_note" and not outcome.get("noted_at")),
        (deliberate, running and not outcome.get("deliberated_at")),
        (resolve, running and not resolution),
        (note, running and item["asked"] != "take_note" and not outcome.get("noted_at")),
    )


@pages.get("/meetings/{meeting:uuid}/items/{item:uuid}")
async def show_item(visit: Visit) -> Response:
    """One item with what became of it."""
    meeting = await visit.ask("meetings", f"/meetings/{visit.path['meeting']}")
    item = await visit.ask("meetings", f"/meetings/{visit.path['meeting']}/items/{visit.path['item']}")
    resolution = (item["outcome"] or {}).get("resolution")
    keeps = visit.may(KEEPERS, meeting["body"])
    dealing = _dealing(visit, meeting, item) if keeps else []
    steps = [*dealing, *sitting_corrections.of_item(visit, meeting, item)] if keeps else []
    later = [one for one in meeting["agenda"] if one["number"] > item["number"]]
    return visit.show(
        "meetings/item.html",
        meeting=meeting,
        item=item,
        steps=draw(
            visit,
            steps,
            values=sitting_corrections.values_of(item),
            options={"recorded_at": sitting_corrections.rejections_of(item)},
        ),
        goes_on=bool(dealing),
        said=forms_of(*DEALING, *sitting_corrections.OF_ITEM),
        kinds=RECORDED,
        following=later[0] if later else None,
        draft=_recommendation(resolution) if keeps and resolution else None,
        traced=item["proposal"] is not None or any((item["outcome"] or {}).values()),
        asked=dict(ASKED),
        instruments=dict(sitting_corrections.INSTRUMENTS),
    )


def _recommendation(resolution: Any) -> UUID | None:
    """What grows out of a resolution by itself, for those who draft it; nothing out of one that is neither."""
    return uuid5(UUID(resolution["id"]), "recommendation") if resolution["instrument"] != "none" else None


add_steps(pages, "/meetings/{meeting}", show_meeting, (*PLANNING, *SITTING, *CORRECTING))
add_steps(pages, "/meetings/{meeting}/items/{item}", show_item, (*DEALING, *sitting_corrections.OF_ITEM))
