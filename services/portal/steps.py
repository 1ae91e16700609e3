"""The steps that a person may take on a page: a form each, sent on to the owning service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from starlette.responses import Response

from services.portal.forms import Filled, Form, Options, Reading
from services.portal.routing import Pages
from services.portal.visit import Visit

Body = Callable[[Reading], Mapping[str, JsonValue]]


@dataclass(frozen=True)
class Step:
    """One step: what it is called, its form, and where the service takes it."""

    form: Form
    title: str
    service: str
    path: str
    """The service's address, with the names of the page's own address and of `chosen` fields in it: `/meetings/{meeting}/opening`."""
    chosen: tuple[str, ...] = ()
    """Fields that choose what the step is about, so that they belong into the address and not into the body."""
    body: Body | None = None
    """Makes the command's body where it is not simply the form's fields."""
    seen: bool = False
    """Whether the service wants to know which version the person saw."""
    then: str | Callable[[Any], str] | None = None
    """The page to go on to, with the names of the page's own address in it."""
    each: tuple[str, str] | None = None
    """A field of many choices that makes a command for each, and what a choice is called there."""


def add_steps(pages: Pages, on: str, again: Callable[[Visit], Awaitable[Response]], steps: Iterable[Step]) -> None:
    """Take the steps' forms at `<page>/<form's name>`; one that does not fit draws the page `again`."""
    typed = on.replace("}", ":uuid}")
    for step in steps:
        pages.post(f"{typed.rstrip('/')}/{step.form.name}", on=on)(_taken(step, again))


def fitting(visit: Visit, *steps: tuple[Step, Any]) -> list[Step]:
    """The steps that fit as things stand; one that was just refused is kept, so that its page can say why."""
    return [step for step, fits in steps if fits or visit.came_back(step.form)]


def forms_of(*steps: Step) -> list[Form]:
    """Their forms, of which a page says that they are done."""
    return [step.form for step in steps]


def draw(
    visit: Visit,
    steps: Iterable[Step],
    *,
    options: Mapping[str, Options] | None = None,
    of: Mapping[str, Mapping[str, Options]] | None = None,
    values: Mapping[str, Mapping[str, JsonValue]] | None = None,
    seen: str | None = None,
) -> list[tuple[str, Filled]]:
    """The forms for the page, with their titles. What can be chosen is the same in all (`options`, by field) or `of` one form.
    `values` are by form and field; `seen` is the ETag of what is shown."""
    at = visit.place.rstrip("/")
    return [
        (
            step.title,
            visit.fill(
                step.form,
                f"{at}/{step.form.name}",
                options={**(options or {}), **(of or {}).get(step.form.name, {})},
                values=(values or {}).get(step.form.name),
                seen=seen if step.seen else None,
            ),
        )
        for step in steps
    ]


def _taken(step: Step, again: Callable[[Visit], Awaitable[Response]]) -> Callable[[Visit], Awaitable[Response]]:
    async def take(visit: Visit) -> Response:
        sent = await visit.sent()
        chosen = {name: id_of(sent.get(name, [""])[-1]) for name in step.chosen}

        def body(reading: Reading) -> Mapping[str, JsonValue]:
            made = step.body(reading) if step.body else reading.body
            return {name: value for name, value in made.items() if name not in step.chosen}

        path = step.path.format(**visit.path, **chosen)
        then = step.then.format(**visit.path) if isinstance(step.then, str) else step.then
        return await visit.send(step.form, step.service, path, again=again, then=then, body=body, each=step.each)

    return take


def id_of(text: str) -> str:
    """An id as it may stand in an address; whatever else was sent names nothing."""
    return text if text.replace("-", "").isalnum() and text.isascii() else "none"
