"""The event model on paper is the event model in code: nothing is missing, nothing is stale."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from services.meetings.service import SERVICE as MEETINGS
from shared.domain import Command, Event, Refusal
from shared.service import Service
from tests.contracts.golden_files import services

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "event-model.md"
SERVICES = services()

CODE = re.compile(r"`([^`\n]+)`")
NAME = re.compile(r"[A-Z][A-Za-z]+")


def section(page: str, service: str) -> str:
    """What the page says of one service."""
    _, _, rest = page.partition(f"\n## {service}\n")
    return rest.partition("\n## ")[0]


def of_service(base: type[Any], service: Service) -> set[str]:
    """The names of all classes under `base` that the service's modules define."""
    found: set[str] = set()
    for cls in base.__subclasses__():
        found |= of_service(cls, service)
        if cls.__module__.startswith(f"services.{service.name}."):
            found.add(cls.__name__)
    return found


def parts(service: Service) -> set[str]:
    """What has to stand on the page: by the names that people use for it."""
    return {
        *of_service(Command, service),
        *of_service(Refusal, service),
        *(event.__name__ for event in service.events),
        *(contract.__name__ for contract in service.contracts),
        *(projection.name for projection in service.projections),
        *(reaction.name for reaction in service.reactions),
        *(timers.name for timers in service.timers),
    }


def missing(page: str, service: Service) -> set[str]:
    """Parts of the service that the page does not name."""
    return parts(service) - set(CODE.findall(section(page, service.name)))


def stale(page: str, service: Service) -> set[str]:
    """Names and files on the page that are not there any more."""
    words = set(CODE.findall(section(page, service.name)))
    names = {word for word in words if NAME.fullmatch(word)}
    files = {word for word in words if word.startswith("tests/")}
    return (names - parts(service)) | {file for file in files if not (ROOT / file).is_file()}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_page_names_every_part_of_the_service(service: Service) -> None:
    assert missing(PAGE.read_text("utf-8"), service) == set()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_page_names_nothing_that_is_gone(service: Service) -> None:
    assert stale(PAGE.read_text("utf-8"), service) == set()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_event_of_the_services_modules_is_registered(service: Service) -> None:
    registered = {event.__name__ for event in service.events}
    named = {cls.__name__ for cls in every(Event) if cls.__module__.startswith(f"services.{service.name}.") and "NAME" in vars(cls)}
    assert named == registered


def every(base: type[Any]) -> set[type[Any]]:
    """All classes under `base`."""
    return {cls for sub in base.__subclasses__() for cls in {sub, *every(sub)}}


@pytest.mark.parametrize(
    "part", ["CancelMeeting", "SittingClosed", "MeetingHeld", "upcoming_v1", "when_meeting_opened_then_open_sitting", "MeetingHasBegun"]
)
def test_a_part_that_is_not_on_the_page_is_noticed(part: str) -> None:
    page = PAGE.read_text("utf-8").replace(f"`{part}`", "…")
    assert missing(page, MEETINGS) == {part}


def test_a_service_without_a_section_is_noticed() -> None:
    page = PAGE.read_text("utf-8").replace("\n## meetings\n", "\n## assemblies\n")
    assert missing(page, MEETINGS) == parts(MEETINGS)


@pytest.mark.parametrize("gone", ["PostponeMeeting", "tests/meetings/test_postponing.py"])
def test_a_part_that_is_gone_is_noticed(gone: str) -> None:
    page = PAGE.read_text("utf-8").replace("\n## meetings\n", f"\n## meetings\n\n`{gone}`\n")
    assert stale(page, MEETINGS) == {gone}
