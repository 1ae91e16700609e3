"""What services refuse, said to people: by the problem's type in German, and by field where the input does not fit."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from services.portal.clients import ServiceProblem
from services.portal.language import Language, mark

FILE = Path(__file__).parent / "locale" / "problems.de.toml"
PREFIX = "urn:bindeglied:"
UNKNOWN = mark("The service refuses this for a reason that this page does not know yet.")
UNFIT = mark("This does not fit.")
_HOLE = re.compile(r"\\{[a-z_]+\\}")


@cache
def german() -> tuple[Mapping[str, Mapping[str, str]], tuple[tuple[re.Pattern[str], str], ...]]:
    """The German sentences: by service (or `problem`) and name, and for bad input by the English pattern, those without holes first."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    patterns = tuple((pattern_of(one["says"]), str(one["de"])) for one in sorted(told.pop("input"), key=lambda one: "{" in one["says"]))
    return told, patterns


def pattern_of(sentence: str) -> re.Pattern[str]:
    """Matches a sentence about bad input with anything in its {holes}."""
    return re.compile(_HOLE.sub(lambda hole: f"(?P<{hole[0][2:-2]}>.*)", re.escape(sentence)), re.DOTALL)


def said(problem: ServiceProblem, language: Language) -> str:
    """What the problem says, in the language, with what explains it; English is what the service itself says."""
    if language == "en":
        return f"{problem.detail} ({problem.facts['successor']})" if "successor" in problem.facts else problem.detail
    service, _, name = problem.type.removeprefix(PREFIX).partition(":")
    return german()[0].get(service, {}).get(name, UNKNOWN).format_map(defaultdict(lambda: "…", problem.facts))


def input_said(what: str, language: Language) -> str | None:
    """A rule about a field in the language; None for one that has no translation yet."""
    if language == "en":
        return f"This {what}."
    for pattern, sentence in german()[1]:
        if match := pattern.fullmatch(what):
            return sentence.format_map(match.groupdict())
    return None


def by_field(problem: ServiceProblem, language: Language, asked: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """What is wrong with which field that the form `asked` for, also inside what is `right`, and what is wrong as a whole."""
    if not problem.errors:
        return {}, [said(problem, language)]
    fields: dict[str, str] = {}
    whole = [said(problem, language)]
    for error in problem.errors:
        place, _, rest = error["where"].partition(".")
        sentence = input_said(error["what"], language) or UNFIT
        if place == "body" and rest:
            parts = rest.split(".")
            wrapped = [part for part in parts if part in asked] if parts[0] in ("right", "rule") else []
            fields.setdefault((wrapped or parts[:1])[-1], sentence)
        else:
            whole.append(sentence)
    return fields, whole
