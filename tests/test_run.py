"""Whatever a run of the tests starts ends with it, also when the run is killed, and what is left behind disturbs nobody."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.run import PREFIX, SUPERVISOR, Run

LEADER = """
import sys, time
from pathlib import Path
from tests.support import run as supervision
if sys.argv[1] == "stubborn":
    supervision.SUPERVISOR = supervision.SUPERVISOR.replace("1 2 3 4 5 6 7 8 9 10", "1 2")
run = supervision.Run.begin()
trap = "trap '' INT TERM; " if sys.argv[1] == "stubborn" else ""
server = run.start(["sh", "-c", trap + "echo ready; while true; do sleep 1; done"], run.directory / "log", end="kill -s TERM $server")
server.must_become(lambda: "ready" in server.log.read_text(), "the server", within=60)
print(run.directory, server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with _lead("gentle", tmp_path) as process:
        yield process
        process.kill()


def test_a_killed_runs_servers_end_and_its_directory_is_swept_by_a_later_run(
    leader: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, pid = _started(leader)
    assert psutil.pid_exists(pid)
    leader.kill()
    leader.wait(60)
    _must_end(pid, within=60)
    long_ago = time.time() - 3600
    os.utime(directory, (long_ago, long_ago))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    later = Run.begin()
    assert not directory.exists()
    later.end()
    assert list(tmp_path.glob(PREFIX + "*")) == []


def test_a_run_that_still_goes_on_is_not_swept(leader: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory, pid = _started(leader)
    long_ago = time.time() - 3600
    os.utime(directory, (long_ago, long_ago))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    Run.begin().end()
    assert directory.exists()
    assert psutil.pid_exists(pid)


def test_a_server_that_does_not_want_to_end_is_ended(tmp_path: Path) -> None:
    assert "1 2 3 4 5 6 7 8 9 10" in SUPERVISOR, "the leader below gives it two seconds instead"
    with _lead("stubborn", tmp_path) as process:
        _, pid = _started(process)
        process.kill()
        _must_end(pid, within=60)


def test_a_server_that_cannot_start_fails_with_its_own_words(run: Run, tmp_path: Path) -> None:
    broken = run.start(["sh", "-c", "echo no such luck; exit 3"], tmp_path / "log", end="kill -s TERM $server")
    with pytest.raises(RuntimeError, match="no such luck"):
        broken.must_become(lambda: False, "the server", within=60)


def test_only_who_began_a_run_can_end_it(run: Run) -> None:
    with pytest.raises(RuntimeError, match="only the process that began"):
        Run(run.directory).end()


def _lead(kind: str, temporary: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LEADER, kind],
        cwd=Path(__file__).parents[1], env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _started(leader: subprocess.Popen[str]) -> tuple[Path, int]:
    assert leader.stdout is not None
    directory, pid = leader.stdout.readline().split()
    return Path(directory), int(pid)


def _must_end(pid: int, *, within: float) -> None:
    deadline = time.monotonic() + within
    # It may end between one look and the next.
    with contextlib.suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, f"process {pid} goes on"
            time.sleep(0.05)
