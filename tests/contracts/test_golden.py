"""Every golden file loads forever, and every event and contract has one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.domain import Contract, Event, Named
from shared.eventstore.mapper import DecodeError, MessageTypes, encode
from tests.contracts.golden_files import GOLDEN, Golden, golden_of, kept, missing, services

SERVICES = services()
CLASSES: list[type[Named]] = [cls for service in SERVICES for cls in (*service.events, *service.contracts)]
TYPES = {
    "event": MessageTypes(cls for cls in CLASSES if issubclass(cls, Event)),
    "contract": MessageTypes(cls for cls in CLASSES if issubclass(cls, Contract)),
}


def load(golden: Golden, content: bytes, types: MessageTypes) -> Named:
    """The message that a file holds; of the present version nothing that was stored may have been lost or changed."""
    message = types.decode(golden.name, golden.version, content)
    assert golden.version > 0
    if golden.version == message.VERSION:
        stored, now = json.loads(content), json.loads(encode(message))
        lost = {name: value for name, value in stored.items() if name not in now or now[name] != value}
        assert not lost, f"{golden} was written with {lost}, which today's class does not keep: give it a new version"
        assert golden.kind == "contract" or now.keys() == stored.keys(), (
            f"{golden} lacks {now.keys() - stored.keys()}: a new version is due"
        )
    return message


@pytest.mark.parametrize("golden", list(kept()), ids=str)
def test_a_golden_file_loads(golden: Golden) -> None:
    load(golden, golden.file.read_bytes(), TYPES[golden.kind])


def test_every_event_and_contract_has_a_golden_file_of_each_version() -> None:
    lacking = missing(CLASSES, kept())
    assert not lacking, f"missing in {GOLDEN.name}/: {lacking}; add an example and run python -m tests.contracts.golden_files"


def test_there_is_something_to_load() -> None:
    assert {str(golden) for golden in kept()} >= {"event.meetings.MeetingScheduled.v1", "contract.meetings.MeetingHeld.v1"}


def test_a_class_without_a_golden_file_is_noticed() -> None:
    class Renamed(Event, name="meetings.Renamed", version=2):
        title: str

    assert missing([Renamed], kept()) == ["event.meetings.Renamed.v1", "event.meetings.Renamed.v2"]


class Kept(Event, name="test.Kept"):
    title: str
    place: str = "?"


@pytest.mark.parametrize(
    "stored",
    [
        {"name": "Sitzung"},  # A field was renamed.
        {"title": "Sitzung", "reason": "x"},  # A field was removed.
        {"title": 3},  # A type was changed.
    ],
    ids=["renamed", "removed", "type changed"],
)
def test_a_fact_that_no_longer_fits_its_class_is_noticed(stored: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        load(golden_of(Kept), json.dumps(stored).encode(), MessageTypes([Kept]))


def test_a_fact_that_was_given_another_field_without_a_version_is_noticed() -> None:
    with pytest.raises(AssertionError, match="a new version is due"):
        load(golden_of(Kept), b'{"title": "Sitzung"}', MessageTypes([Kept]))


class Told(Contract, name="test.Told"):
    title: str
    place: str | None = None


def test_a_contract_may_get_a_field_but_not_lose_one() -> None:
    load(golden_of(Told), b'{"title": "Sitzung"}', MessageTypes([Told]))
    with pytest.raises(AssertionError, match="does not keep"):
        load(golden_of(Told), b'{"title": "Sitzung", "reason": "x"}', MessageTypes([Told]))


def test_a_version_that_lost_its_upcaster_is_noticed() -> None:
    class Lifted(Event, name="test.Lifted", version=2):
        title: str

    with pytest.raises(DecodeError):
        load(Golden("event", "test.Lifted", 1), b'{"name": "Sitzung"}', MessageTypes([Lifted]))
