"""Homes of the embedded form, and `bindeglied` run on them as an operator would: as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import psutil

from bindeglied.embedded import Home
from bindeglied.postgres import start_postgres, stop_postgres
from shared.dsn import with_database
from shared.projections.dump import rows_of
from shared.projections.tables import tables_of
from tests.e2e.canonical import CHANCE
from tests.faults.test_poison import APPEND
from tests.support.run import Run

ROOT = Path(__file__).parents[2]
PATIENCE = 400
"""Seconds for a command on a busy machine."""
WARNED = re.compile(r"^\{.+\"level\": \"warning\".+\}\n", re.MULTILINE)
"""What a busy machine is warned of; how often depends on it."""
ON_THE_WAY = re.compile(r"^(starting PostgreSQL …|(rebuilding|verifying) .+: [\d,]+ of [\d,]+)\n", re.MULTILINE)
"""What is said on the error stream of a command that takes its time."""
FACTS = """select stream, version, type, schema_version, recorded_at, actor, convert_from(data, 'UTF8') as data
from log.log order by stream, version"""


@dataclass(frozen=True)
class Operator:
    """Somebody at a terminal, with a home of the embedded form."""

    home: Home
    settings: Mapping[str, str] = field(default_factory=dict)
    """What else the environment says."""

    def begins(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command; what it says on either stream can be read line by line."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("BINDEGLIED_", "KAFKA_"))}
        return subprocess.Popen(
            [sys.executable, "-m", "bindeglied", *arguments],
            cwd=ROOT, env={**environment, "BINDEGLIED_HOME": str(self.home.folder), **self.settings}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def runs(self, *arguments: str, code: int = 0) -> str:
        """Run a command to its end, which is to be this exit code; what it said, but for its progress."""
        with self.begins(*arguments) as process:
            said = last_words(process)
        assert process.returncode == code, said
        return ON_THE_WAY.sub("", said)

    async def breaks(self, stream: UUID, type: str, data: str) -> None:
        """Append a fact to a stream as a later version of the program would: in a version that this one cannot read."""
        async with self._database() as connection:
            await connection.execute(APPEND, stream, type, 99, data)

    async def state(self) -> dict[str, list[str]]:
        """All that the home's meetings and recommendations keep: their facts, and the rows of their read models."""
        found = {}
        for service in ("meetings", "recommendations"):
            async with self._database(service) as connection:
                lines = [json.dumps(dict(row), default=str, ensure_ascii=False) for row in await connection.fetch(FACTS)]
                async with connection.transaction():
                    for table in await tables_of(connection, "read"):
                        lines += [f"{table} {row.content}" async for row in rows_of(connection, "read", table, CHANCE)]
            found[service] = lines
        return found

    @contextlib.asynccontextmanager
    async def _database(self, service: str = "meetings") -> AsyncIterator[asyncpg.Connection]:
        server = start_postgres(self.home.postgres)
        try:
            connection = await asyncpg.connect(with_database(server.get_uri(), f"bindeglied_{service}"))
            try:
                yield connection
            finally:
                await connection.close()
        finally:
            stop_postgres(self.home.postgres)

    def left_running(self) -> list[str]:
        """Processes of this home that still run."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                command = process.cmdline()
                # A server's sessions have titles of their own; its parent names the folder.
                if any(str(self.home.folder) in part for part in command) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(f"{process.pid} {' '.join(command)}")
        return found


def last_words(process: subprocess.Popen[str]) -> str:
    """Wait until it ends; what it has said until then, but for warnings of a busy machine."""
    said, _ = process.communicate(timeout=PATIENCE)
    return WARNED.sub("", said)


@contextlib.contextmanager
def new_home(run: Run) -> Iterator[Operator]:
    """Nothing is there yet; what is there at the end is ended."""
    home = Home(run.fresh_directory("home") / "bindeglied")
    try:
        yield Operator(home)
    finally:
        stop_postgres(home.postgres)


@contextlib.contextmanager
def told_home(run: Run) -> Iterator[Operator]:
    """A copy of a home where the story was told to its end; what was said is in `said`."""
    with run.once("told-home") as template:
        if not template.exists():
            home = Home(run.directory / "told-home.partial")
            said = Operator(home).runs("demo", "--once")
            (home.folder / "said").write_text(said, encoding="utf-8")
            home.folder.rename(template)
    with new_home(run) as operator:
        # The data belongs to an unprivileged user where the tests run as root.
        subprocess.run(["cp", "-a", template, operator.home.folder], check=True, timeout=PATIENCE)
        yield operator
