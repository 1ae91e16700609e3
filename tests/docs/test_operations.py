"""The operators' page names what there is: every setting with its default, every role, every command of the keyring."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bindeglied.keys import keys
from services.meetings.permissions import INSIDERS
from shared.http.operations_api import PERMISSIONS as OPERATIONS
from shared.http.permissions import BODY
from shared.settings import PREFIX, Settings
from tests.contracts.golden_files import services

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
ROW = re.compile(r"^\| `(BINDEGLIED_\w+)` \| ([^|]+?) \|", re.MULTILINE)
ALWAYS_NEEDED = {"kafka_bootstrap_servers"}
"""Optional in the embedded form alone."""
OF_WHO_SEALS = {"keyring_url", "key_file"}
"""Optional for the portal alone."""


def told_of(name: str) -> str:
    """What the table says of a setting's default."""
    field = Settings.model_fields[name]
    if field.is_required() or name in ALWAYS_NEEDED:
        return "required"
    if name in OF_WHO_SEALS:
        return "required, but for the portal"
    return f"`{str(field.default).lower()}`" if field.default or field.default is False else "none"


def test_the_table_of_settings_is_what_a_process_reads() -> None:
    table = PAGE.partition("\n## Settings\n")[2].partition("\n## ")[0]
    assert dict(ROW.findall(table)) == {PREFIX + name.upper(): told_of(name) for name in Settings.model_fields}


def test_every_role_that_a_route_asks_for_is_in_the_table_of_grants() -> None:
    every = [permission for service in services() for permission in service.permissions.values()]
    asked = {pair for permission in (*every, *OPERATIONS.values(), INSIDERS) for pair in permission.roles}
    named = set(re.findall(r"^\| `(<body>|city):(\w+)` \|", PAGE, re.MULTILINE))
    assert named == {("<body>" if relation is BODY else "city", role) for relation, role in asked}


@pytest.mark.parametrize("command", [one.callback.__name__ for one in keys.registered_commands if one.callback])
def test_every_command_of_the_keyring_is_there(command: str) -> None:
    assert f"bindeglied keys {command}" in PAGE
