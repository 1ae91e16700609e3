"""What every service's definition has to agree on."""

from __future__ import annotations

import pytest

from shared.service import Service
from tests.contracts.golden_files import services


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_each_event_belongs_to_the_streams_of_one_decider(service: Service) -> None:
    declared = [event for decider in service.deciders for event in decider.events]
    assert sorted(event.NAME for event in declared) == sorted(event.NAME for event in service.events)
