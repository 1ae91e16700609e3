"""What a process says of its readiness is about its own readers, and an api goes on while a worker's stand still."""

from __future__ import annotations

from pathlib import Path

from shared.surroundings import Role
from shared.watch import probes
from tests.meetings.city import city
from tests.support.postgres import Database

RETIRED = """insert into read.cursor (projection, source, pos, stopped) values ('upcoming_v0', 'own', 0, 'it was given up long ago')"""


async def test_a_retired_readers_cursor_is_nobodys_trouble(database: Database, keyring_database: Database, tmp_path: Path) -> None:
    async with city(database, keyring_database, tmp_path) as running:
        await running.board()
        await running.process.pool.execute(RETIRED)
        assert await running.process.readers.stopped() == []
        findings = await running.process.readiness.look()
        assert all(finding.ok for finding in findings.values()), findings


async def test_a_reader_that_stands_still_makes_its_worker_unready_and_not_the_api(
    database: Database, keyring_database: Database, tmp_path: Path
) -> None:
    async with city(database, keyring_database, tmp_path) as running:
        process = running.process
        await process.pool.execute("update read.cursor set stopped = 'too many parked' where projection = 'upcoming_v1'")
        told: dict[Role, bool] = {}
        for role in ("worker", "api"):
            finding = await probes(process.pool, process.readers, role, scaled=False)["readers"]()
            assert finding.says == "upcoming_v1: too many parked"
            told[role] = finding.ok
        assert told == {"worker": False, "api": True}
