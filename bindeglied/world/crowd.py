"""A larger world: any number of further contributions to the story's conference, and results that come from them too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bindeglied.world.read import Step, World

RESULTS = "/results"
GROUP_CONTRIBUTIONS = "/group-contributions"
WISHES = (
    "Beratung soll abends und am Wochenende erreichbar sein.",
    "Schreiben der Ämter sollen in einfacher Sprache sein.",
    "Es fehlt ein Ort, an dem sich Nachbarinnen und Nachbarn begegnen.",
    "Sprachkurse brauchen Kinderbetreuung.",
    "Wer neu ankommt, soll von Anfang an wissen, wer wofür zuständig ist.",
    "Ehrenamtliche brauchen Fortbildung und Anerkennung.",
    "Vereine sollen leichter an Räume kommen.",
)


@dataclass(frozen=True)
class Contributed:
    """A generated contribution: what the story calls it, and what is sent."""

    name: str
    send: dict[str, Any]


@dataclass(frozen=True)
class Crowd:
    """Generated contributions, before which step they are told, and where they are sent, as whom."""

    before: int
    like: Step
    contributions: tuple[Contributed, ...]


def enlarge(world: World, contributions: int) -> World:
    """The world with so many contributions more, spread over the story's working groups and results; the same for the same number."""
    if not contributions:
        return world
    like = next(step for step in world.steps if step.post and step.post.endswith(GROUP_CONTRIBUTIONS))
    results = [number for number, step in enumerate(world.steps) if step.post and step.post.endswith(RESULTS)]
    groups = [step.send["group"] for step in world.steps if step.post == like.post]
    crowd = tuple(
        Contributed(
            f"beitrag-{number}",
            {**like.send, "group": groups[number % len(groups)], "text": f"{WISHES[number % len(WISHES)]} (Karte {number + 1})"},
        )
        for number in range(contributions)
    )
    steps = list(world.steps)
    for place, number in enumerate(results):
        send = dict(steps[number].send)
        send["comes_from"] = [
            *send["comes_from"],
            *({"contribution": f"{{{one.name}}}", "how": "merged"} for one in crowd[place :: len(results)]),
        ]
        steps[number] = steps[number].model_copy(update={"send": send})
    return replace(world, steps=tuple(steps), crowd=Crowd(results[0], like, crowd))
