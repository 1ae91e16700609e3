"""Rules stand on little: the modules that decide import the domain's words and values, and nothing that knows time, chance or the world."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STANDARD = {"__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "itertools", "math", "re", "typing"}
ALLOWED = STANDARD | {
    "unicodedata",
    "uuid",
    "pydantic",
    "shared.domain",
    "shared.frozenmap",
    "shared.localday",
    "shared.privacy.sealed",
    "shared.text",
}
WORLDLY = {"now", "today", "utcnow", "uuid1", "uuid4", "uuid7"}


def is_rule(path: str, source: str) -> bool:
    """Whether a module has to stand on little: facts, whatever decides, and whatever calls itself pure in its first sentence."""
    holds_facts = path.partition("/")[2].removesuffix(".py").split("/")[0] == "events"
    return holds_facts or "= Decider(" in source or "Pure:" in source.partition("\n")[0]


SERVICES = ROOT / "services"
RULES = {
    path: source
    for file in sorted(SERVICES.rglob("*.py"))
    if is_rule(path := file.relative_to(SERVICES).as_posix(), source := file.read_text("utf-8"))
}


def faults(source: str, service: str) -> list[str]:
    """What a rule module imports or calls beyond the domain's own words; `service` is the package it may know."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: {alias.name}" for alias in node.names if not _is_allowed(alias.name, service)]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.lineno}: {alias.name}" for alias in node.names if alias.name in WORLDLY]
            if not _is_allowed(node.module or ".", service):
                found.append(f"{node.lineno}: {node.module}")
        elif isinstance(node, ast.Attribute) and node.attr in WORLDLY and not _is_a_commands(node):
            found.append(f"{node.lineno}: {node.attr}")
    return found


def _is_allowed(module: str, service: str) -> bool:
    return module in ALLOWED or module.partition(".")[0] in ALLOWED or module.startswith(f"services.{service}.")


def _is_a_commands(node: ast.Attribute) -> bool:
    """`command.now` is a value; `datetime.now` is a look at the world's clock."""
    return isinstance(node.value, ast.Name) and node.value.id not in {"datetime", "date", "uuid", "UUID"}


@pytest.mark.parametrize("path", RULES)
def test_a_rule_stands_on_the_domains_words_alone(path: str) -> None:
    assert faults(RULES[path], path.partition("/")[0]) == []


def test_there_are_rules_to_look_at() -> None:
    assert {"recommendations/events.py", "meetings/events/meeting.py", "meetings/meeting.py", "meetings/cadence.py"} <= set(RULES)


def test_what_calls_itself_pure_is_looked_at_and_what_does_not_is_not() -> None:
    assert is_rule("meetings/quorum.py", '"""Is the body quorate? Pure: people in, an answer out."""\n')
    assert not is_rule("meetings/published.py", '"""What the others hear."""\n')


@pytest.mark.parametrize(
    "source",
    [
        "import asyncpg",
        "from shared.clock import system_now",
        "from shared.eventstore.store import Store",
        "import random",
        "from uuid import uuid4",
        "from datetime import datetime\nat = datetime.now()",
        "import uuid\nid = uuid.uuid4()",
        "from services.conferences.events import ConferenceHeld",
    ],
)
def test_a_rule_that_looks_at_the_world_is_noticed(source: str) -> None:
    assert faults(source, "meetings") != []


def test_a_commands_own_time_is_no_look_at_the_clock() -> None:
    assert faults("def decide(command, state):\n    return command.now", "meetings") == []
