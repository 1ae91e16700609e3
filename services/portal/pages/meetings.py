"""Meetings: what is coming, one with its agenda and its sitting, one item with its outcome, and what the keepers do."""

from __future__ import annotations

from starlette.responses import Response

from services.portal.forms import Field, Form
from services.portal.language import mark
from services.portal.pages.bodies import ASKED, KEEPERS, SCHEDULE
from services.portal.routing import Pages
from services.portal.steps import Step, add_steps, draw
from services.portal.visit import Visit

pages = Pages()
INSTRUMENTS = (("recommendation", mark("Recommendation")), ("statement", mark("Statement")), ("none", mark("neither of both")))
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
    "arrival", (Field("member", mark("Member"), "choice", translated=False), AT), submit=mark("Record the arrival"),
    done=mark("The arrival is recorded."),
)  # fmt: skip
LEAVE = Form(
    "departure", (Field("member", mark("Member"), "choice", translated=False), AT), submit=mark("Record the departure"),
    done=mark("The departure is recorded."),
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
        Field("instrument", mark("What it becomes"), "choice", options=INSTRUMENTS),
        Field("yes", mark("Yes"), "number"),
        Field("no", mark("No"), "number"),
        Field("abstentions", mark("Abstentions"), "number"),
        AT,
    ),
    submit=mark("Record the vote"),
    done=mark("The vote is recorded."),
)
NOTE = Form("note", (AT,), submit=mark("Record that note is taken"), done=mark("Note is taken."))
CORRECT = Form(
    "correction",
    (
        Field("resolution", mark("Resolution"), "hidden"),
        Field("text", mark("What stands"), "prose"),
        Field("reason", mark("Reason"), "prose", hint=WITHOUT_NAMES),
    ),
    submit=mark("Correct the resolution"),
    done=mark("The resolution is corrected."),
)

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
    Step(ARRIVE, mark("Record an arrival"), "meetings", f"{OF}/arrivals"),
    Step(LEAVE, mark("Record a departure"), "meetings", f"{OF}/departures"),
    Step(CLOSE, mark("Close the meeting"), "meetings", f"{OF}/closing"),
)
DEALING = (
    Step(RECEIVE, mark("Receive"), "meetings", f"{OF}/items/{{item}}/receipt"),
    Step(DELIBERATE, mark("Deliberate"), "meetings", f"{OF}/items/{{item}}/deliberation"),
    Step(RESOLVE, mark("Resolve"), "meetings", f"{OF}/items/{{item}}/resolution"),
    Step(NOTE, mark("Take note"), "meetings", f"{OF}/items/{{item}}/note"),
)
CORRECTING = (Step(CORRECT, mark("Correct the resolution"), "meetings", f"{OF}/resolutions/{{resolution}}/correction", ("resolution",)),)


@pages.get("/meetings")
async def list_meetings(visit: Visit) -> Response:
    """What is coming."""
    return visit.show("meetings/list.html", meetings=await visit.all_of("meetings", "/meetings", settled=True), standings=STANDINGS)


@pages.get("/meetings/{meeting:uuid}")
async def show_meeting(visit: Visit) -> Response:
    """One meeting: as invited, and as held."""
    key = visit.path["meeting"]
    found = await visit.answer("meetings", f"/meetings/{key}")
    meeting = found.body
    keeps = visit.may(KEEPERS, meeting["body"])
    steps = (PLANNING if meeting["standing"] == "scheduled" else SITTING if meeting["standing"] == "opened" else ()) if keeps else ()
    members = (meeting["attendance"] or {}).get("members") or []
    options = {
        "proposal": [(one["proposal"], one["title"]) for one in meeting["waiting"]],
        "item": [(one["id"], f"{one['number']}. {one['title']}") for one in meeting["agenda"]],
        "member": [(one["member"], one["member_name"]) for one in members],
    }
    planned = {name: meeting[name] for name in ("starts_at", "ends_at", "place")}
    invitations = await visit.ask("meetings", f"/meetings/{key}/invitation", settled=True) if keeps and meeting["invited"] else None
    return visit.show(
        "meetings/one.html",
        meeting=meeting,
        invitations=invitations,
        steps=draw(visit, steps, options=options, values={"rescheduling": planned}, seen=found.etag),
        said=[SCHEDULE, *(step.form for step in (*PLANNING, *SITTING))],
        standings=STANDINGS,
        asked=dict(ASKED),
    )


@pages.get("/meetings/{meeting:uuid}/items/{item:uuid}")
async def show_item(visit: Visit) -> Response:
    """One item with what became of it."""
    meeting = await visit.ask("meetings", f"/meetings/{visit.path['meeting']}")
    item = await visit.ask("meetings", f"/meetings/{visit.path['meeting']}/items/{visit.path['item']}")
    resolution = (item["outcome"] or {}).get("resolution")
    steps: tuple[Step, ...] = ()
    if visit.may(KEEPERS, meeting["body"]):
        steps = (*(DEALING if meeting["standing"] == "opened" else ()), *(CORRECTING if resolution else ()))
    standing = {"correction": {"resolution": resolution["id"], "text": resolution["text"]}} if resolution else None
    return visit.show(
        "meetings/item.html",
        meeting=meeting,
        item=item,
        steps=draw(visit, steps, values=standing),
        asked=dict(ASKED),
        instruments=dict(INSTRUMENTS),
    )


add_steps(pages, "/meetings/{meeting}", show_meeting, (*PLANNING, *SITTING))
add_steps(pages, "/meetings/{meeting}/items/{item}", show_item, (*DEALING, *CORRECTING))
