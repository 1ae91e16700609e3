"""What was entered wrongly of a recommendation: a form for each sort of entry, filled with what is recorded, and one to take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Filled, Form, Reading
from services.portal.language import mark
from services.portal.steps import Step, draw
from services.portal.visit import Visit

ADDRESS = "/recommendations/{recommendation}/correction"
VERDICTS = (("accepted", mark("accepted")), ("partly", mark("accepted in part")), ("rejected", mark("rejected")))
WITHOUT_NAMES = mark("Everybody reads it, and it stays: name no person.")
TAKE_BACK, WHY_BACK = mark("Take the entry back"), mark("Why the entry is taken back")
OF = Field("of", mark("Entry"), "hidden", needed=False)
WHY = Field("why", mark("Why the entry is corrected"), "prose", hint=WITHOUT_NAMES)


@dataclass(frozen=True)
class Entry:
    """A sort of entry: what is asked for, as the service names it."""

    kind: str
    title: str
    fields: tuple[Field, ...]
    key: str | None
    """By what the service knows whose it is."""
    lasting: bool = False
    """It can be put right, but not taken back."""

    @property
    def step(self) -> Step:
        """Putting it right."""
        done = mark("The entry is corrected.")
        form = Form(f"correct-{self.kind}", (OF, *self.fields, WHY), submit=mark("Correct the entry"), done=done)
        return Step(form, self.title, "recommendations", ADDRESS, body=partial(_right, self))

    @property
    def back(self) -> Step:
        """Taking it back."""
        done = mark("The entry is taken back.")
        form = Form(f"take-back-{self.kind}", (OF, replace(WHY, label=WHY_BACK)), submit=TAKE_BACK, done=done, danger=True)
        return Step(form, TAKE_BACK, "recommendations", ADDRESS, body=partial(_never, self))


def _right(entry: Entry, reading: Reading) -> Mapping[str, JsonValue]:
    fields = {name: value for name, value in reading.body.items() if name not in ("of", "why")}
    whose = {entry.key: reading.body.get("of")} if entry.key else {}
    return {"right": {"kind": entry.kind, **whose, **fields}, "reason": reading.body["why"]}


def _never(entry: Entry, reading: Reading) -> Mapping[str, JsonValue]:
    return {"right": {"kind": "never_happened", "entry": entry.kind, "of": reading.body.get("of")}, "reason": reading.body["why"]}


def _prose(name: str, label: str) -> Field:
    return Field(name, label, "prose", hint=WITHOUT_NAMES)


ENTRIES = (
    Entry(
        "issue",
        mark("Correct the issue"),
        (Field("title", mark("Title")), Field("issued_on", mark("Issued on"), "day")),
        None,
        lasting=True,
    ),
    Entry(
        "withdrawal",
        mark("Correct the withdrawal"),
        (Field("withdrawn_on", mark("Withdrawn on"), "day"), _prose("reason", mark("Reason"))),
        None,
    ),
    Entry(
        "acknowledgement",
        mark("Correct the acknowledgement"),
        (Field("acknowledged_on", mark("Acknowledged on"), "day"),),
        "addressee",
    ),
    Entry(
        "answer",
        mark("Correct the answer"),
        (
            Field("answered_on", mark("Answered on"), "day"),
            Field("verdict", mark("Answer"), "choice", options=VERDICTS),
            _prose("reasons", mark("Reasons")),
        ),
        "addressee",
    ),
    Entry(
        "promise",
        mark("Correct the promise"),
        (Field("what", mark("What will be done"), "prose"), Field("due_on", mark("Until"), "day")),
        "measure",
    ),
    Entry(
        "completion",
        mark("Correct the report that it is done"),
        (Field("done_on", mark("Done on"), "day"), _prose("evidence", mark("What shows it"))),
        "measure",
    ),
    Entry(
        "verification",
        mark("Correct the verification"),
        (Field("verified_on", mark("Verified on"), "day"), _prose("finding", mark("What was found"))),
        "measure",
    ),
)
CORRECTING = (*(one.step for one in ENTRIES), *(one.back for one in ENTRIES if not one.lasting))

Values = Mapping[str, JsonValue]


def entered(found: Any, *, keeps: bool, mine: set[str]) -> Iterator[tuple[str, Values]]:
    """What this person may correct, as `kind:whose`, with what is recorded: `keeps` the secretariat's entries, and those of `mine`."""
    if keeps and found["issued_on"]:
        yield "issue:", found
    if keeps and found["withdrawn"]:
        yield "withdrawal:", found["withdrawn"]
    for one in found["addressees"]:
        if one["body"] in mine and one["acknowledged_on"]:
            yield f"acknowledgement:{one['body']}", one
        if one["body"] in mine and one["answered_on"]:
            yield f"answer:{one['body']}", one
    for one in found["measures"]:
        if one["addressee"] in mine:
            yield f"promise:{one['id']}", one
            if one["done_on"]:
                yield f"completion:{one['id']}", one
        if keeps and one["verified_on"]:
            yield f"verification:{one['id']}", one


def drawn(visit: Visit, correctable: Mapping[str, Values]) -> list[tuple[str, Filled]]:
    """The forms for the entry that is to be corrected, or for the one that was just refused."""
    asked = visit.query.get("correct", "")
    kind, _, of = asked.partition(":")
    found: list[tuple[str, Filled]] = []
    for entry in ENTRIES:
        chosen = entry.kind == kind and asked in correctable
        steps = [entry.step] if entry.lasting else [entry.step, entry.back]
        shown = [step for step in steps if chosen or visit.came_back(step.form)]
        values = {step.form.name: {**correctable.get(asked, {}), "of": of} if chosen else {} for step in shown}
        found += draw(visit, shown, values=values)
    return found
