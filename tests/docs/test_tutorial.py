"""A newcomer's walk: the tutorial adds a command by the six places that it names, and nothing else changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.docs.walk import Command, Edit, NewFile, WalkLost, blocks

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "tutorial-add-a-command.md"
NEEDED = ("bindeglied", "services", "shared", "tests", "docs", "pyproject.toml")
PYTHON = ".venv/bin/python "
SIX_PLACES = {
    "the noun with its state": {"services/meetings/meeting.py", "services/meetings/planned.py"},
    "its events": {"services/meetings/events/meeting.py"},
    "the api": {"services/meetings/api/meetings.py", "docs/openapi/meetings.json"},
    "the permissions": {"services/meetings/permissions.py"},
    "the test with its golden file": {
        "tests/meetings/test_offering_video.py",
        "tests/meetings/examples.py",
        "tests/contracts/golden/event.meetings.VideoOffered.v1.json",
    },
    "the event model": {"docs/event-model.md"},
}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The part of the repository that the walk needs."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    # What the type checker knows of the libraries already saves it a minute; it looks at each of our files all the same.
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", tmp_path / ".mypy_cache")
    return tmp_path


def test_the_walk_adds_a_command_in_six_places(copy: Path) -> None:
    before = contents(copy)
    done: dict[type, int] = defaultdict(int)
    for block in blocks(GUIDE.read_text("utf-8")):
        done[type(block)] += 1
        if isinstance(block, Command):
            type_in(copy, block)
        else:
            block.apply(copy)
    assert min(done[kind] for kind in (Edit, NewFile, Command)) > 0
    assert changed(before, contents(copy)) == set.union(*SIX_PLACES.values())


def type_in(copy: Path, command: Command) -> None:
    """Run a command of the guide in the copy; it must end and speak as the guide says."""
    assert command.line.startswith(PYTHON), "the guide runs what it has installed, nothing else"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE"))}
    ran = subprocess.run(
        [sys.executable, *command.line.removeprefix(PYTHON).split()],
        cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip
    said = ran.stdout + ran.stderr
    assert (ran.returncode != 0) is command.fails, f"$ {command.line}\n{said}"
    for line in command.says:
        assert any(all(word in found for word in line.split()) for found in said.splitlines()), f"{line!r} was not said:\n{said}"


def contents(root: Path) -> dict[str, bytes]:
    """Every file that somebody wrote."""
    files = [file for name in NEEDED for file in (root / name, *(root / name).rglob("*")) if file.is_file()]
    return {str(file.relative_to(root)): file.read_bytes() for file in files if file.suffix != ".pyc"}


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Files that differ, were added or are gone."""
    return {file for file in before.keys() | after.keys() if before.get(file) != after.get(file)}


def test_a_seventh_place_is_noticed(copy: Path) -> None:
    before = contents(copy)
    assert changed(before, contents(copy)) == set()
    with (copy / "services/meetings/published.py").open("a", encoding="utf-8") as file:
        file.write("# and here\n")
    (copy / "services/meetings/videos.py").touch()
    assert changed(before, contents(copy)) == {"services/meetings/published.py", "services/meetings/videos.py"}


def test_an_edit_that_no_longer_fits_is_noticed(copy: Path) -> None:
    with pytest.raises(WalkLost, match="0 places"):
        Edit("services/meetings/meeting.py", "class PostponeMeeting(Command):", "").apply(copy)
    with pytest.raises(WalkLost, match="there already"):
        NewFile("services/meetings/meeting.py", "").apply(copy)
    with pytest.raises(WalkLost, match="neither"):
        list(blocks("```yaml\nsix: places\n```\n"))
