"""What was entered wrongly of a body: a form for each sort of entry, filled with what is recorded, and one that takes it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import JsonValue

from services.portal.forms import Field, Filled, Form, Options, Reading
from services.portal.language import mark
from services.portal.pages.body_forms import CADENCE, FOUND, SUCCEED
from services.portal.pages.seating import QUORUM
from services.portal.steps import Step, draw
from services.portal.visit import Visit

DONE, TAKEN_BACK = mark("The entry is corrected."), mark("The entry is taken back.")
RIGHT, TAKE_BACK = mark("Correct the entry"), mark("Take the entry back")
WHY = Field("why", mark("Why the entry is corrected"), "prose", hint=mark("Everybody reads it, and it stays: name no person."))
WHY_BACK = mark("Why the entry is taken back")
OF = Field("of", mark("Entry"), "hidden", needed=False)
KIND_COUNTS = mark("It counts from now on; what was done before stays as it was judged then.")
VOTES_STAY = mark("Meetings opened before keep their quorum, and votes stay as they were recorded.")


@dataclass(frozen=True)
class Entry:
    """A sort of entry: what is asked for, as the service names it, and where it is put right."""

    kind: str
    title: str
    path: str
    fields: tuple[Field, ...]
    dated: bool = False
    """It is found by the day on which it is entered as beginning."""
    rule: tuple[str, ...] = ()
    """Fields that the service takes together as the `rule`."""
    lasting: bool = False
    """It can be put right, but not taken back."""

    @property
    def step(self) -> Step:
        """Putting it right."""
        form = Form(f"correct-{self.kind}", (OF, *self.fields, WHY), submit=RIGHT, done=DONE)
        return Step(form, self.title, "meetings", self.path, body=partial(_right, self), seen=True)

    @property
    def back(self) -> Step:
        """Taking it back."""
        form = Form(f"take-back-{self.kind}", (OF, replace(WHY, label=WHY_BACK)), submit=TAKE_BACK, done=TAKEN_BACK, danger=True)
        return Step(form, TAKE_BACK, "meetings", self.path, body=partial(_never, self), seen=True)


def _right(entry: Entry, reading: Reading) -> Mapping[str, JsonValue]:
    right = {name: value for name, value in reading.body.items() if name not in ("of", "why", *entry.rule)}
    rule = {name: value for name, value in reading.body.items() if name in entry.rule}
    return _said(entry, reading, right | {"rule": rule} if rule else right)


def _never(entry: Entry, reading: Reading) -> Mapping[str, JsonValue]:
    return _said(entry, reading, None)


def _said(entry: Entry, reading: Reading, right: JsonValue) -> Mapping[str, JsonValue]:
    found = {"recorded_from": reading.body.get("of")} if entry.dated else {}
    return {**found, "right": right, "reason": reading.body["why"]}


ENTRIES = (
    Entry(
        "founding",
        mark("Correct what the body is"),
        "/bodies/{body}/correction",
        tuple(replace(one, hint=KIND_COUNTS) if one.name == "kind" else one for one in FOUND.fields),
        lasting=True,
    ),
    Entry(
        "cadence",
        mark("Correct the cadence"),
        "/bodies/{body}/cadence-correction",
        CADENCE.fields,
        dated=True,
        rule=("minimum_per_year", "maximum_gap_days", "source"),
    ),
    Entry("succession", mark("Correct the succession"), "/bodies/{body}/succession-correction", SUCCEED.fields),
    Entry(
        "quorum",
        mark("Correct the quorum"),
        "/bodies/{body}/quorum-correction",
        tuple(replace(one, needed=True, hint=VOTES_STAY) if one.name == "valid_from" else one for one in QUORUM.fields),
        dated=True,
    ),
)
CORRECTING = (*(one.step for one in ENTRIES), *(one.back for one in ENTRIES if not one.lasting))

Values = Mapping[str, JsonValue]


def entered(body: Any, composition: Any, *, keeps: bool, registers: bool) -> Iterator[tuple[str, Values]]:
    """What this person may correct, as `kind:first day`, with what is recorded."""
    if registers:
        yield "founding:", body
    if registers and body["succeeded"]:
        yield "succession:", body["succeeded"]
    if keeps:
        yield from ((f"cadence:{one['valid_from']}", one) for one in body["cadence"])
        yield from ((f"quorum:{one['valid_from']}", one) for one in composition["quorum_rules"])


def drawn(
    visit: Visit, correctable: Mapping[str, Values], options: Mapping[str, Options], seen: Mapping[str, str | None]
) -> list[tuple[str, Filled]]:
    """The forms for the entry that is to be corrected, or for the one that was just refused; `seen` is the ETag for a kind of entry."""
    asked = visit.query.get("correct", "")
    kind, _, of = asked.partition(":")
    found: list[tuple[str, Filled]] = []
    for entry in ENTRIES:
        chosen = entry.kind == kind and asked in correctable
        steps = [entry.step] if entry.lasting else [entry.step, entry.back]
        shown = [step for step in steps if chosen or visit.came_back(step.form)]
        values = {step.form.name: {**correctable.get(asked, {}), "of": of} if chosen else {} for step in shown}
        found += draw(visit, shown, options=options, values=values, seen=seen.get(entry.kind))
    return found
