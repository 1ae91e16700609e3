"""The page that says how each fact is entered late and put right names every fact, and only commands that are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from shared.domain import Command
from shared.service import Service
from tests.contracts.golden_files import services

PAGE = Path(__file__).parents[2] / "docs" / "corrections.md"
NAME = re.compile(r"`([A-Z][A-Za-z]+)`")
SERVICES = services()


def section(service: str) -> str:
    """What the page says of one service."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"\n## {service.capitalize()}\n")
    return rest.partition("\n## ")[0]


def commands(base: type[Any] = Command) -> set[str]:
    """The names of all commands of all services."""
    return {cls.__name__ for cls in base.__subclasses__()} | {name for cls in base.__subclasses__() for name in commands(cls)}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_fact_of_the_service_stands_there_once(service: Service) -> None:
    said = section(service.name)
    first = [row.split("|")[1] for row in said.splitlines() if row.startswith("|")]
    beneath = [line for line in said.splitlines() if not line.startswith("|")]
    named = [name for part in (*first, *beneath) for name in NAME.findall(part)]
    assert sorted(named) == sorted(event.__name__ for event in service.events)


def test_every_command_that_it_names_is_there() -> None:
    rows = [row.split("|") for row in PAGE.read_text("utf-8").splitlines() if row.startswith("| `")]
    named = {name for row in rows for cell in row[2:] for name in NAME.findall(cell)}
    assert len(named) > 20
    assert named - commands() == set()
