"""Only who seals or opens what is personal is given the key file: the portal is not, in either form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from bindeglied.embedded import SERVICES
from services.meetings.service import SERVICE as MEETINGS
from services.portal.service import SERVICE as PORTAL
from shared.http.runtime import Runtime
from shared.run import fit, running
from shared.service import Service
from shared.settings import Settings, UnusableSettings
from shared.sources.memory import MemorySource
from shared.surroundings import Surroundings, surroundings
from tests.support.postgres import Database


def settings_of(folder: Path, database: str, keyring: str) -> Settings:
    """What an environment may say that is the same for all processes."""
    keys = folder / "issuer.json"
    keys.write_text(json.dumps({"keys": []}), encoding="utf-8")
    return Settings(
        database_url=database,
        keyring_url=keyring,
        keyring_admin_url=keyring,
        key_file=folder / "kek" / "kek.json",
        key_backup=folder / "copy",
        token_issuer="https://issuer.test",
        token_keys=str(keys),
    )


def test_the_portal_alone_does_without() -> None:
    assert {service.name for service in SERVICES if not service.keyring} == {"portal"}


def test_its_process_forgets_what_the_environment_says_of_keys(tmp_path: Path) -> None:
    told = settings_of(tmp_path, "postgresql:///portal", "postgresql:///keyring")
    had = fit(told, PORTAL)
    assert (had.keyring_url, had.keyring_admin_url, had.key_file, had.key_backup) == (None, None, None, None)
    assert fit(told, MEETINGS) is told


@pytest.mark.parametrize("name", ["keyring_url", "key_file"])
def test_whoever_seals_refuses_to_start_without(tmp_path: Path, name: str) -> None:
    told = settings_of(tmp_path, "postgresql:///meetings", "postgresql:///keyring").model_copy(update={name: None})
    with pytest.raises(UnusableSettings, match=f"not usable: BINDEGLIED_{name.upper()}: Field required"):
        fit(told, MEETINGS)
    assert fit(told, PORTAL).key_file is None


async def test_beside_services_that_hold_it_the_portal_is_not_given_it(
    database: Database, keyring_database: Database, tmp_path: Path
) -> None:
    """The embedded form: one process, one keyring, and each service gets what it needs."""
    seen: dict[str, tuple[Surroundings, Runtime]] = {}

    def looking(service: Service) -> Service:
        @asynccontextmanager
        async def face(app: ASGIApp, runtime: Runtime, around: Surroundings) -> AsyncIterator[ASGIApp]:
            seen[service.name] = around, runtime
            yield app

        return replace(service, face=face)

    settings = settings_of(tmp_path, database.dsn, keyring_database.dsn)
    async with surroundings(settings, "api", lambda name: MemorySource(name=name)) as around:
        for service in (PORTAL, MEETINGS):
            async with running(looking(service), around, "api"):
                pass
    around, runtime = seen["portal"]
    assert (around.keyring, runtime.keyring, around.settings.key_file) == (None, None, None)
    around, runtime = seen["meetings"]
    assert around.keyring is runtime.keyring is not None
