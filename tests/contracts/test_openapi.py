"""The OpenAPI documents in the repository are those that the services answer with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.meetings.permissions import REGISTRY
from services.meetings.service import SERVICE as MEETINGS
from shared.service import Service
from tests.contracts.golden_files import services
from tests.contracts.openapi import FOLDER, document, file_of
from tests.meetings.city import city
from tests.support.postgres import Database


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_the_document_is_current(service: Service) -> None:
    assert file_of(service).read_text("utf-8") == document(service), "`make openapi` writes it anew"


def test_no_document_is_left_of_a_service_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {service.name for service in services()}


def test_a_route_that_is_not_in_the_document_is_noticed() -> None:
    changed = replace(MEETINGS, permissions={**MEETINGS.permissions, "list_all_bodies": REGISTRY})
    assert document(changed) != document(MEETINGS)


async def test_the_running_service_answers_with_it(database: Database, keyring_database: Database, tmp_path: Path) -> None:
    async with city(database, keyring_database, tmp_path) as running:
        assert (await running.get("/openapi.json")).json() == json.loads(document(MEETINGS))
