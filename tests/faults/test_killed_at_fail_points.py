"""Processes killed at each of their fail-points while people work: nothing acknowledged is lost, nothing doubled, nobody stays behind."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.surroundings import Role
from tests.faults.clients import Clients, while_working
from tests.faults.oracle import everything_must_hold
from tests.faults.processes import PATIENCE, ROOT, Town

pytestmark = pytest.mark.timeout(900)  # Processes start slowly where many tests run.
KILLED = 128 + 9
SEED = 20180903

MATRIX: list[tuple[Role, tuple[str, ...]]] = [
    ("api", ("command.before_append@5", "command.after_commit@5")),
    ("worker", ("command.before_append@2", "command.after_commit@2")),
    ("worker", ("relay.before_produce@3", "relay.after_produce@3", "relay.before_save@3", "relay.after_save@3")),
    ("worker", ("projector.before_apply@9", "projector.before_commit@9", "projector.after_commit@9")),
    ("worker", ("reactor.before_command@2", "reactor.after_command@4", "reactor.after_cursor@4")),
]
"""Which process dies, and at which fail-points, one after the other; with the hit at which each kills."""

INSIDE_ONE_PROCESS = {
    "rebuild": "tests/projector/test_rebuild.py",
    "timers": "tests/timers/test_timers.py",
    "keyring": "tests/privacy/test_keyring.py",
    "erasure": "tests/privacy/test_erasure.py",
    "rotation": "tests/privacy/test_erasure.py",
    "notify": "tests/notifications/test_killed.py",
    "forgetting": "tests/conferences/test_keeping.py",
}
"""Fail-points on no one's way between api and worker, by the first part of their names, and where they are tried."""


@pytest.mark.parametrize(("role", "points"), MATRIX, ids=lambda value: value if isinstance(value, str) else value[0].partition(".")[0])
async def test_a_process_killed_at_fail_points(town: Town, role: Role, points: Sequence[str]) -> None:
    api, worker = town.process("api"), town.process("worker")
    victim, other = (api, worker) if role == "api" else (worker, api)
    first, *later = [point.replace("@", ":kill@") for point in points]
    await other.start(ready=other is api)
    await victim.start(first, ready=False, may_end=True)

    async def killed_and_back() -> None:
        for point in later:
            assert await victim.gone() == KILLED, victim.said()
            await victim.start(point, ready=False, may_end=True)
        assert await victim.gone() == KILLED, victim.said()
        await victim.start()

    async with Clients(town.headers, [api.url], SEED) as clients:
        await while_working(clients, 4, killed_and_back, within=(1 + len(points)) * PATIENCE)
        assert victim is worker or any(attempt.answer == "unknown" for attempt in clients.history.attempts), "somebody lost an answer"
        await everything_must_hold(town, clients, api)


def test_every_fail_point_of_the_source_is_in_the_matrix() -> None:
    here = {point.partition("@")[0] for _, points in MATRIX for point in points}
    missing = {name for name in fail_points() - here if not _is_tried(name)}
    assert not missing, f"no test crashes there: {sorted(missing)}"
    assert here <= fail_points(), "the matrix names a fail-point that is no more"


def _is_tried(name: str) -> bool:
    group, _, place = name.partition(".")
    if group not in INSIDE_ONE_PROCESS:
        return False
    test = ast.parse((ROOT / INSIDE_ONE_PROCESS[group]).read_text(encoding="utf-8"))
    words = {
        word for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str) for word in node.value.split(":")
    }
    return name in words or place in words


def fail_points() -> set[str]:
    """Every name that the product calls `failpoint` with."""
    return {name for part in ("shared", "services", "bindeglied") for file in (ROOT / part).rglob("*.py") for name in _named_in(file)}


def _named_in(file: Path) -> set[str]:
    names: set[str] = set()
    text = file.read_text(encoding="utf-8")
    if "failpoint(" not in text:
        return names
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "failpoint":
            assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno}: a fail-point's name is a literal"
            names.add(str(node.args[0].value))
    return names
