"""The compose file, the images and the address in front know every service, and no setting that nobody reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bindeglied.cli import app
from bindeglied.embedded import SERVICES
from bindeglied.scaled import scaled
from shared.service import Service
from shared.settings import DEVELOPMENT_PASSWORD, PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
CITY = (ROOT / "deploy" / "city.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)["services"]
PASSED = re.compile(r"\$\{(\w+)")
KEYS = {"BINDEGLIED_KEYRING_URL", "BINDEGLIED_KEY_FILE"}
NAMES = [service.name for service in SERVICES]


@pytest.mark.parametrize("name", NAMES)
def test_each_service_has_an_api_and_a_worker_with_the_same_settings(name: str) -> None:
    api, worker = COMPOSE[f"{name}-api"], COMPOSE[f"{name}-worker"]
    assert api["environment"] == worker["environment"]
    assert api["environment"]["BINDEGLIED_DATABASE_URL"].endswith(f"@postgres/bindeglied_{name}")
    assert worker["image"] == f"bindeglied/{name}"
    assert worker["command"] == ["worker"]
    assert f"PASSWORD_bindeglied_{name}" in COMPOSE["postgres"]["environment"]


@pytest.mark.parametrize("name", NAMES)
def test_each_process_runs_without_rights_that_it_does_not_need(name: str) -> None:
    for role in ("api", "worker"):
        process = COMPOSE[f"{name}-{role}"]
        assert (process["read_only"], process["cap_drop"], process["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
        assert "BINDEGLIED_ADMIN_URL" not in process["environment"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_key_file_is_where_something_is_sealed_or_opened_and_nowhere_else(service: Service) -> None:
    assert service.keyring == (service.name != "portal")
    for role in ("api", "worker"):
        process = COMPOSE[f"{service.name}-{role}"]
        assert KEYS & process["environment"].keys() == (KEYS if service.keyring else set())
        assert any(volume.startswith("keys:") for volume in process["volumes"]) == service.keyring
    assert "keys:" not in (ROOT / "deploy" / "city.yml").read_text("utf-8")


def test_each_image_is_built_once() -> None:
    built = [container["image"] for container in COMPOSE.values() if "build" in container]
    assert sorted(built) == sorted({"bindeglied/operator", "bindeglied/front", *(f"bindeglied/{name}" for name in NAMES)})


@pytest.mark.parametrize("container", [f"{name}-api" for name in NAMES])
def test_what_a_process_is_told_are_settings(container: str) -> None:
    told = {name for name in COMPOSE[container]["environment"] if name.startswith(PREFIX)}
    assert told <= {PREFIX + field.upper() for field in Settings.model_fields}
    needed = {PREFIX + name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert told >= needed


def test_no_password_but_the_demo_s_is_in_the_file() -> None:
    assert set(re.findall(r"_PASSWORD:-(\w*)\}", TEXT)) == {DEVELOPMENT_PASSWORD}
    assert re.findall(r"://[\w-]+:(?!\$\{)[^@\s]*@", TEXT) == []


def test_the_address_in_front_leads_to_every_service() -> None:
    conf = (ROOT / "deploy" / "front" / "nginx.conf").read_text("utf-8")
    [named] = re.findall(r"\?<service>([a-z|]+)\)", conf)
    assert set(named.split("|")) == set(NAMES) - {"portal"}
    assert set(COMPOSE["front"]["depends_on"]) == {f"{name}-api" for name in NAMES}


def test_the_portal_is_told_where_every_service_is() -> None:
    told = Settings.model_fields["services"]
    assert told.annotation == dict[str, str]
    where = dict(one.split("=") for one in COMPOSE["portal-api"]["environment"]["BINDEGLIED_SERVICES"].split())
    assert where == {name: f"http://{name}-api:8000" for name in NAMES if name != "portal"}


def test_every_variable_of_the_compose_file_is_in_the_operators_page() -> None:
    assert [name for name in sorted(set(PASSED.findall(TEXT + CITY))) if f"`{name}`" not in PAGE] == []


def test_what_a_city_says_of_its_sign_in_reaches_the_portal() -> None:
    passed = {name for name in PASSED.findall(CITY) if name.startswith(PREFIX)}
    assert passed == {f"{PREFIX}CLIENT_{part}" for part in ("ID", "SECRET", "SCOPE")}
    assert passed <= {PREFIX + field.upper() for field in Settings.model_fields}
    assert "BINDEGLIED_PORTAL_URL" in COMPOSE["portal-api"]["environment"]


def test_every_command_that_a_container_runs_exists() -> None:
    known = {command.callback.__name__ for command in scaled.registered_commands if command.callback}
    run = {container["command"][1] for container in COMPOSE.values() if container.get("command", [""])[0] == "scaled"}
    assert run <= known
    assert "scaled" in {group.name for group in app.registered_groups}
