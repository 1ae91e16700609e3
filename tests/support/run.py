"""One run of the tests: a directory for all it starts, and a lease that ends every server when the run ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import psutil

PREFIX = "bindeglied-tests-"

MEMORY = Path("/dev/shm")  # noqa: S108 - the run makes a directory of its own in it, with a name nobody can foretell
ROOM = 6 * 2**30
"""Bytes: several times what the servers of a run write."""

# Starts the server, says its process id, and waits. When the lease (standard input, which nobody ever writes to) comes to its
# end, because the run is over or was killed, it ends the server: gently, and after ten seconds for good.
SUPERVISOR = r"""
exec 3<&0
end=$1; shift
"$@" </dev/null >&2 3<&- & server=$!
echo $server
(
    read -r _ <&3
    eval "$end"
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $server || exit 0; sleep 1; done
    kill -s KILL $server
) >/dev/null 2>&1 & watcher=$!
wait $server
status=$?
kill $watcher 2>/dev/null
exit $status
"""


def in_memory() -> Path | None:
    """The folder that this machine keeps in memory, if it has one with room for a run: a database is made there in half the time."""
    if not MEMORY.is_dir() or min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) < ROOM:
        return None
    return MEMORY


class Run:
    """A run's directory, shared by its workers; whoever called `begin` holds the lease."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lease: int | None = None
        self._lock: IO[str] | None = None
        self._supervisors: list[subprocess.Popen[bytes]] = []  # Held until the end: the shared servers outlive whoever asked first.

    @classmethod
    def begin(cls, parent: Path | None = None) -> Run:
        """Open a new run in this folder or the usual temporary one, after sweeping up what killed ones left behind."""
        parent = (parent or Path(tempfile.gettempdir())).resolve()
        for leftover in parent.glob(PREFIX + "*"):
            _sweep(leftover)
        run = cls(Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))
        run._lock = (run.directory / "lock").open("w")
        fcntl.flock(run._lock, fcntl.LOCK_EX)
        run.directory.chmod(0o755)
        (run.directory / "processes").mkdir()
        os.mkfifo(run.directory / "lease")
        run._lease = os.open(run.directory / "lease", os.O_RDWR)
        return run

    def end(self) -> None:
        """Give up the lease, wait until every server has ended, remove the directory."""
        if self._lease is None or self._lock is None:
            raise RuntimeError("only the process that began the run can end it")
        os.close(self._lease)
        pids = [int(file.name) for file in (self.directory / "processes").iterdir()]
        deadline = time.monotonic() + 15
        while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in filter(_lives, pids):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)
        self._lock.close()

    @contextlib.contextmanager
    def once(self, name: str) -> Iterator[Path]:
        """One worker at a time; the file it yields exists if one of them was there before and wrote it."""
        with (self.directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.directory / name

    def fresh_directory(self, name: str) -> Path:
        """An empty directory that ends with the run."""
        directory = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.directory))
        directory.chmod(0o755)
        return directory

    def start(self, command: list[str], log: Path, *, end: str, user: str | None = None, env: Mapping[str, str] | None = None) -> Process:
        """Start a server under the run's lease; `end` is the shell command that ends `$server` when the lease does."""
        lease = os.open(self.directory / "lease", os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(lease, True)
        try:
            with log.open("ab") as output:
                supervisor = subprocess.Popen(
                    ["sh", "-c", SUPERVISOR, "supervisor", end, *command],
                    stdin=lease, stdout=subprocess.PIPE, stderr=output, start_new_session=True, user=user, env=env, cwd="/",
                )  # fmt: skip
        finally:
            os.close(lease)
        self._supervisors.append(supervisor)
        (self.directory / "processes" / str(supervisor.pid)).touch()
        assert supervisor.stdout is not None
        with supervisor.stdout as first_line:
            return Process(supervisor, int(first_line.readline()), log)


class Process:
    """A server under supervision."""

    def __init__(self, supervisor: subprocess.Popen[bytes], pid: int, log: Path) -> None:
        self.pid = pid
        """The server's own process id."""
        self.log = log
        self._supervisor = supervisor

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._supervisor.poll() is None

    def signal(self, number: signal.Signals, *, within: float) -> None:
        """Send a signal that ends the server and wait for the end, at most `within` seconds."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        self.wait(within)

    def wait(self, within: float) -> None:
        """Wait for the end, at most `within` seconds."""
        self._supervisor.wait(within)

    def must_become(self, ready: Callable[[], bool], what: str, *, within: float, every: float = 0.05) -> None:
        """Look `every` so many seconds whether the server is ready; if it ends instead or takes longer, fail with the end of its log."""
        deadline = time.monotonic() + within
        while not ready():
            if not self.alive or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-3000:]
                raise RuntimeError(f"{what} {'is not ready in time' if self.alive else 'ended while starting'}:\n{tail}")
            time.sleep(every)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _sweep(leftover: Path) -> None:
    """Remove the directory of a run that is over; a run that still goes on holds its lock, and a new one is left alone."""
    with contextlib.suppress(OSError):
        if time.time() - leftover.stat().st_mtime < 60:
            return
        with (leftover / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(leftover, ignore_errors=True)
