"""What the embedded form costs: seconds until it serves, and memory after the demo."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from bench.commands import free_port
from bench.rows import Row, judged
from bench.server import Server

ROUNDS = 5


async def of_the_embedded_form(_: Server) -> list[Row]:
    """`start_seconds`: from starting the process on an initialised home to its first answer. `memory_mb`: PSS of it and its PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="bindeglied-bench-home-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "BINDEGLIED_HOME": f"{folder}/home"}
        told = await _started(environment, "demo", "--once")
        assert await told.wait() == 0
        seconds = []
        for _round in range(ROUNDS):
            port = free_port()
            began = time.perf_counter()
            process = await _started(environment, "up", "--port", str(port))
            await _answers(port)
            seconds.append(time.perf_counter() - began)
            process.terminate()
            await process.wait()
        port = free_port()
        process = await _started(environment, "demo", "--port", str(port))
        await _answers(port)
        await asyncio.sleep(2)
        memory = proportional_megabytes(Path(f"{folder}/home/postgres"), process.pid)
        process.terminate()
        await process.wait()
    return [
        judged("start_seconds", statistics.median(seconds), None, None, "≤", 4),
        judged("memory_mb", memory, None, None, "≤", 350),
    ]


async def _started(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bindeglied", *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )  # fmt: skip


async def _answers(port: int) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(6_000):
            try:
                if (await client.get("/api/meetings/meetings")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.01)
    raise TimeoutError("the embedded form did not answer within a minute")


def proportional_megabytes(data: Path, process: int) -> float:
    """The proportional set size of a process and of the PostgreSQL on `data`, which counts shared pages once in all."""
    postmaster = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
    pids = {process, postmaster}
    parents = {int(folder.name): _parent(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit()}
    while more := {pid for pid, parent in parents.items() if parent in pids} - pids:
        pids |= more
    return sum(_pss(pid) for pid in pids) / 1024


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return 0  # It has ended since it was listed.
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
