"""Every word that people see is there in German, and so is every refusal of every service."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.portal.clients import ServiceProblem
from services.portal.language import HERE, Language, bound, speech
from services.portal.problems import FILE, UNKNOWN, by_field, german, input_said, said
from shared.domain import Refusal
from shared.http.bad_input import _SENTENCES
from shared.http.problems import refusal_type
from tests.contracts.golden_files import services
from tests.portal.catalogue import kept, missing, stale

ROOT = Path(__file__).parents[2]
KIT = re.compile(r'(?:kit_problem\(\s*\d+,|unavailable_problem\([^"]*"[^"]*",)\s*"([a-z-]+)"')


def every(base: type[Any]) -> set[type[Any]]:
    return {cls for sub in base.__subclasses__() for cls in {sub, *every(sub)}}


def refusals() -> list[tuple[str, type[Refusal]]]:
    names = {service.name for service in services()}
    found = [(cls.__module__.split(".")[1], cls) for cls in every(Refusal) if cls.__module__.startswith("services.")]
    return sorted(((name, cls) for name, cls in found if name in names), key=lambda one: (one[0], one[1].__name__))


def told_of_input() -> Iterator[str]:
    """What the services say of fields that do not fit: the sentences of the kit, of BadInput, and of validators."""
    yield from _SENTENCES.values()
    for file in [*sorted((ROOT / "services").rglob("*.py")), *sorted((ROOT / "shared").rglob("*.py"))]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                sentence = _text(node.args[-1])
                if sentence and (node.func.id == "BadInput" or (node.func.id == "ValueError" and sentence.startswith("must "))):
                    yield sentence


def _errors(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError":
            yield _text(node.args[0]) or "must …"


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def test_there_are_refusals_of_every_service() -> None:
    assert {name for name, _ in refusals()} == {service.name for service in services() if service.deciders}


@pytest.mark.parametrize(("service", "refusal"), refusals(), ids=lambda one: getattr(one, "__name__", one))
def test_every_refusal_is_said_in_german(service: str, refusal: type[Refusal]) -> None:
    problem = ServiceProblem(409, refusal_type(service, refusal), refusal.rule())
    assert said(problem, "en") == refusal.rule()
    assert said(problem, "de") not in (UNKNOWN, refusal.rule())


def test_no_sentence_is_kept_for_a_refusal_that_is_gone() -> None:
    known = {(name, cls.__name__) for name, cls in refusals()}
    kept_for = {(service, name) for service, names in german()[0].items() if service != "problem" for name in names}
    assert kept_for - known == set()


def test_every_problem_of_the_kit_is_said_in_german() -> None:
    source = "".join((ROOT / "shared" / "http" / name).read_text("utf-8") for name in ("problems.py", "health.py"))
    names = set(KIT.findall(source))
    assert len(names) > 12
    assert names - german()[0]["problem"].keys() == set()


def test_whatever_does_not_fit_is_said_in_german() -> None:
    sentences = set(told_of_input())
    assert len(sentences) > 30
    assert sorted(one for one in sentences if input_said(one, "de") is None) == []


def test_no_service_says_of_a_field_what_is_not_passed_on() -> None:
    files = [file for one in services() if one.deciders for file in (ROOT / "services" / one.name).rglob("*.py")]
    said_there = [sentence for file in files for sentence in _errors(file)]
    assert len(said_there) > 10
    assert [one for one in said_there if not one.startswith("must ")] == []


def test_no_sentence_about_a_field_is_taken_for_another() -> None:
    sentences = [one for one in tomllib.loads(FILE.read_text("utf-8"))["input"] if "{" not in one["says"]]
    assert [one for one in sentences if input_said(one["says"], "de") != one["de"]] == []


def test_a_sentence_about_a_field_keeps_its_numbers() -> None:
    assert input_said("has more characters than 200", "de") == "Das hat mehr als 200 Zeichen."
    assert input_said("has more characters than 200", "en") == "This has more characters than 200."
    assert input_said("smells", "de") is None


def test_an_unknown_refusal_is_no_english_on_a_german_page() -> None:
    assert said(ServiceProblem(409, "urn:bindeglied:meetings:MoonIsFull", "The moon is full."), "de") == UNKNOWN


def test_what_does_not_fit_is_told_by_field() -> None:
    errors = [{"where": "body.name", "what": "is missing"}, {"where": "body.groups.0.key", "what": "is missing"}]
    errors.append({"where": "body.right.resolution.text", "what": "is missing"})
    errors.append({"where": "header.If-Match", "what": "is missing"})
    problem = ServiceProblem(422, "urn:bindeglied:problem:bad-input", "The input does not fit.", errors)
    fields, whole = by_field(problem, "de", {"name", "resolution", "text"})
    assert fields == dict.fromkeys(("name", "groups", "text"), "Diese Angabe fehlt.")
    assert whole == ["Bitte prüfen Sie die Angaben.", "Diese Angabe fehlt."]


def test_every_text_of_the_pages_has_its_german() -> None:
    assert missing(kept()) == []


def test_no_german_is_kept_for_a_text_that_is_gone() -> None:
    assert stale(kept()) == []


def test_a_text_without_german_is_noticed() -> None:
    catalogue = kept()
    catalogue.delete("Home")
    assert missing(catalogue) == ["Home"]


@pytest.mark.parametrize("file", sorted((HERE / "templates").rglob("*.html")), ids=lambda file: file.name)
def test_no_page_holds_script_or_style_of_its_own(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It works for 48 hours.", "It works for 48\u00a0hours."),
        ("%(num)s people of %(entitled)s", "%(num)s\u00a0people of %(entitled)s"),
        ("until %(day)s.", "until %(day)s."),
        ("Article 6 (1)", "Article 6 (1)"),
    ],
)
def test_no_line_ends_between_a_number_and_what_it_counts(text: str, shown: str) -> None:
    assert bound(text) == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("de", "28.\u00a0November\u00a02018, 16:00\u00a0Uhr"), ("en", "28\u00a0November\u00a02018, 16:00")]
)
def test_no_line_ends_inside_a_day_or_a_time(language: Language, shown: str) -> None:
    page = speech(language).templates.from_string("{{ at | moment }}|{{ at | day }}").render(at="2018-11-28T15:00:00Z")
    assert page == f"{shown}|{shown.partition(',')[0]}"


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        ("2018-11-28T17:00:00Z", "28.\u00a0November\u00a02018, 16:00\u00a0–\u00a018:00\u00a0Uhr"),
        ("2018-11-29T00:30:00Z", "28.\u00a0November\u00a02018, 16:00\u00a0Uhr – 29.\u00a0November\u00a02018, 01:30\u00a0Uhr"),
    ],
)
def test_a_span_names_its_day_once_unless_it_goes_over_midnight(end: str, shown: str) -> None:
    assert speech("de").templates.from_string("{{ begin | span(end) }}").render(begin="2018-11-28T15:00:00Z", end=end) == shown
